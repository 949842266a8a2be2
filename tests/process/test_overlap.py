"""Two kinds of work overlap: one computes while the other waits."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from app.process.overlap import Ahead, both


async def numbers(seen: list[str], most: int = 2) -> AsyncGenerator[int, None]:
    try:
        for number in range(most):
            seen.append(f"made {number}")
            yield number
        if most > 2:
            raise ValueError("no more")
    finally:
        seen.append("closed")


async def test_the_next_item_is_made_meanwhile_if_it_is_told_to() -> None:
    seen = list[str]()
    async with Ahead(numbers(seen)) as items:
        assert await items.next() == 0
        await asyncio.sleep(0)
        assert seen == ["made 0"]
        items.begin()
        items.begin()
        await asyncio.sleep(0)
        assert seen == ["made 0", "made 1"]
        assert await items.next() == 1
        assert await items.next() is None
    assert seen == ["made 0", "made 1", "closed"]


async def test_an_error_comes_in_its_place() -> None:
    async with Ahead(numbers([], most=3)) as items:
        found = [await items.next() for _ in range(3)]
        items.begin()
        await asyncio.sleep(0)
        assert found == [0, 1, 2]
        with pytest.raises(ValueError, match="no more"):
            await items.next()


async def test_what_is_being_made_ends_with_the_block() -> None:
    seen, waits = list[str](), asyncio.Event()

    async def stuck() -> AsyncGenerator[int, None]:
        try:
            await waits.wait()
            yield 0
        finally:
            seen.append("closed")

    async with Ahead(stuck()) as items:
        items.begin()
        await asyncio.sleep(0)
    assert seen == ["closed"]


async def test_two_pieces_of_work_overlap_and_both_results_are_returned() -> None:
    began = asyncio.Event()

    async def one() -> int:
        began.set()
        return 1

    async def waits() -> str:
        await began.wait()
        return "other"

    assert await both(one(), waits()) == (1, "other")
    assert await both(waits(), one()) == ("other", 1)


async def test_the_error_of_one_of_two_is_raised_once_the_other_has_ended() -> None:
    ended = list[str]()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("no more")

    async def goes_on(passes: int) -> None:
        try:
            for _ in range(passes):
                await asyncio.sleep(0)
        finally:
            ended.append("ended")

    with pytest.raises(ValueError, match="no more"):
        await both(fails(), goes_on(1_000_000))
    with pytest.raises(ValueError, match="no more"):
        await both(goes_on(3), fails())
    assert ended == ["ended", "ended"]


@pytest.mark.parametrize("passes", range(1, 5))
async def test_a_cancellation_ends_both_whenever_it_comes(passes: int) -> None:
    running = set[str]()

    async def works(name: str) -> None:
        running.add(name)
        try:
            await asyncio.sleep(60)
        finally:
            running.remove(name)

    whole = asyncio.create_task(both(works("one"), works("other")))
    for _ in range(passes):
        await asyncio.sleep(0)
    whole.cancel()

    with pytest.raises(asyncio.CancelledError):
        await whole
    assert not running


async def test_a_cancellation_is_not_lost_while_what_is_being_made_ends() -> None:
    ends = asyncio.Event()

    async def ends_slowly() -> AsyncGenerator[int, None]:
        try:
            await asyncio.sleep(60)
            yield 0
        finally:
            ends.set()
            await asyncio.sleep(0)

    async def takes() -> None:
        async with Ahead(ends_slowly()) as items:
            items.begin()
            await asyncio.sleep(0)

    whole = asyncio.create_task(takes())
    await ends.wait()
    whole.cancel()

    with pytest.raises(asyncio.CancelledError):
        await whole
