"""Computing beside the event loop: in order, in turns, and in nobody's way."""

import asyncio
import threading
from typing import Any
from uuid import uuid4

import pytest

from app.domain.words import TenantId
from app.process.aside import Aside


async def test_work_is_done_in_order_in_another_thread() -> None:
    aside = Aside()
    done = await aside.each(lambda number: (number, threading.get_ident()), range(100))

    assert [number for number, _ in done] == list(range(100))
    assert {thread for _, thread in done} != {threading.get_ident()}
    assert await aside.each(str, []) == []
    assert await aside.once(lambda: 7) == 7


async def test_whoever_has_much_to_do_lets_others_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.process.aside.TURN", 0)
    aside, order = Aside(), list[str]()
    await asyncio.gather(aside.each(order.append, ["a"] * 5), aside.each(order.append, ["b"] * 5))

    assert order == ["a", "b"] * 5


async def test_a_tenant_has_one_place_in_the_queue_however_much_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.process.aside.TURN", 0)
    aside, order = Aside(), list[str]()
    hostile, normal = aside.of(TenantId(uuid4())), aside.of(TenantId(uuid4()))
    much = [hostile.each(order.append, ["hostile"] * 5) for _ in range(10)]
    await asyncio.gather(*much, normal.each(order.append, ["normal"] * 5))

    assert order.index("normal") <= 1
    assert order[:12].count("normal") == 5


async def test_what_is_not_begun_in_time_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.process.aside.TURN", 0)

    assert await Aside().each(str, range(5), until=0) == ["0"]


async def test_what_goes_wrong_is_raised_where_it_was_asked_for() -> None:
    def fails(_: Any) -> None:
        raise KeyError("?")

    with pytest.raises(KeyError):
        await Aside().each(fails, [1])
