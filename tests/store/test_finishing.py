"""What follows a commit is done, whoever leaves meanwhile."""

import asyncio

import pytest

from app.store.finishing import to_its_end


async def test_a_cancellation_waits_for_the_work_and_comes_with_the_next_wait() -> None:
    begun, may_end, done = asyncio.Event(), asyncio.Event(), list[str]()

    async def commit() -> None:
        begun.set()
        await may_end.wait()
        done.append("committed")

    async def wake() -> None:
        await asyncio.sleep(0)
        done.append("woken")

    async def request() -> None:
        await to_its_end(commit())
        await to_its_end(wake())
        await asyncio.sleep(0)
        done.append("answered")

    caller = asyncio.create_task(request())
    await begun.wait()
    caller.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done == ["committed", "woken"]


async def test_a_time_out_is_still_one_afterwards() -> None:
    may_end = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, may_end.set)
    with pytest.raises(TimeoutError):
        await _in_time(may_end)


async def _in_time(may_end: asyncio.Event) -> None:
    async with asyncio.timeout(0.001):
        await to_its_end(_waits(may_end))
        await asyncio.sleep(0)


async def _waits(for_: asyncio.Event) -> None:
    await for_.wait()


async def test_what_goes_wrong_is_raised() -> None:
    async def fails() -> None:
        raise KeyError("?")

    with pytest.raises(KeyError):
        await to_its_end(fails())
