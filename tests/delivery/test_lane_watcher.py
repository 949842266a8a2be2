"""Calls that were claimed ahead: they begin while their lane is known to be open, and are given back once it is not."""

import asyncio
import math
from types import SimpleNamespace
from typing import cast

import pytest

from app.channels.http import elapsed
from app.delivery import lane_watcher
from app.delivery.lane_calls import BATCH_FROM, FRESH, LaneCalls, ReadyCall
from app.delivery.lane_watcher import LaneWatcher
from app.delivery.slots import AccountSlots
from app.delivery.sql import claims
from app.domain.channel_port import Adapter
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.lanes import LaneKey
from tests.delivery.carrier import BulkCarrier, Carrier
from tests.delivery.stage import Batch, Stage

S = DeliveryStatus


class Ahead:
    """Calls of a lane that was just seen open, for which no slot is free."""

    def __init__(self, stage: Stage, lane: LaneKey) -> None:
        context = stage.pump_context(Carrier())
        self.stop = asyncio.Event()
        dispatcher = context.dispatchers.of(lane.tenant, lane.account)
        self.slots: AccountSlots = dispatcher.slots
        self.calls = LaneCalls(lane, self.slots, context.batch_sizes, self.stop)
        self.calls.open_at = asyncio.get_running_loop().time()
        self.watcher = LaneWatcher(stage.database, dispatcher, self.calls, self.stop)

    def add(self, adapter: Adapter, number: int = 1, **about: object) -> None:
        self.slots.claimed(number)
        for _ in range(number):
            self.calls.add(cast(ReadyCall, SimpleNamespace(adapter=adapter, **about)))

    async def watch(self) -> None:
        async with asyncio.timeout(20):
            await self.watcher.watch()


async def ready(stage: Stage, adapter: Adapter | None = None, number: int = 1) -> Ahead:
    ahead = Ahead(stage, (await stage.batch()).lane)
    ahead.add(adapter or Carrier(), number)
    return ahead


async def claimed(stage: Stage, until: float) -> tuple[Ahead, Batch]:
    """One call that may begin until then."""
    batch = await stage.batch()
    ahead, [row] = Ahead(stage, batch.lane), await stage.claim(batch)
    ahead.add(Carrier(), claimed=row, until=until)
    return ahead, batch


class TestACallThatWaits:
    async def test_does_not_begin_until_the_lane_is_seen_open_again_after_a_while(self, stage: Stage) -> None:
        ahead = await ready(stage)
        ahead.calls.open_at -= FRESH + 0.01
        assert (ahead.calls.next(1), ahead.slots.waiting) == (None, 1)

    async def test_does_not_begin_until_the_lane_is_seen_open_again_after_trouble(self, stage: Stage) -> None:
        ahead = await ready(stage)
        ahead.slots.troubled_at = ahead.calls.open_at + 0.01
        assert (ahead.calls.next(1), ahead.slots.waiting) == (None, 1)

    async def test_does_not_begin_once_the_process_stops(self, stage: Stage) -> None:
        ahead = await ready(stage)
        ahead.stop.set()
        assert (ahead.calls.next(1), ahead.slots.waiting) == (None, 1)

    async def test_waits_for_more_slots_while_other_calls_are_under_way_if_many_go_in_one(self, stage: Stage) -> None:
        ahead = await ready(stage, BulkCarrier(), BATCH_FROM)
        ahead.slots.in_use = 1
        assert (ahead.calls.next(BATCH_FROM - 1), ahead.slots.waiting) == (None, BATCH_FROM)

    async def test_stays_ready_while_the_lane_is_open(self, stage: Stage) -> None:
        ahead = await ready(stage)
        ahead.calls.open_at = -math.inf
        await ahead.watcher.check()
        assert (ahead.slots.waiting, ahead.calls.was_open(FRESH)) == (1, True)


class TestACallThatIsGivenBack:
    @pytest.mark.parametrize("closed", ["UPDATE lanes SET pause_reason = 'person'", "DELETE FROM lanes"])
    async def test_because_the_lane_is_shut_or_gone(self, stage: Stage, closed: str) -> None:
        ahead, batch = await claimed(stage, elapsed() + 3600)
        await stage.runs(f"{closed} WHERE mass_reply_id = :id", id=batch.id)
        await ahead.watcher.check()
        assert (await stage.status(batch.first), ahead.calls.ready, ahead.slots.waiting) == (S.QUEUED, False, 0)

    async def test_because_it_is_too_late_to_begin(self, stage: Stage) -> None:
        """It would become uncertain, although nothing was sent."""
        ahead, batch = await claimed(stage, elapsed())
        await ahead.watch()
        assert (await stage.status(batch.first), ahead.slots.waiting) == (S.QUEUED, 0)

    async def test_because_the_process_stops(self, stage: Stage) -> None:
        ahead, batch = await claimed(stage, elapsed() + 3600)
        watching = asyncio.create_task(ahead.watch())
        await asyncio.sleep(0)
        ahead.stop.set()
        await watching
        assert (await stage.status(batch.first), ahead.slots.waiting) == (S.QUEUED, 0)

    async def test_because_a_fault_of_ours_keeps_the_lane_from_being_seen(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fails(*_: object) -> None:
            raise ZeroDivisionError

        ahead, batch = await claimed(stage, elapsed() + 3600)
        ahead.calls.open_at = -math.inf
        monkeypatch.setattr(claims, "read_lane", fails)
        with pytest.raises(ZeroDivisionError):
            await ahead.watch()
        assert (await stage.status(batch.first), ahead.slots.waiting) == (S.QUEUED, 0)

    async def test_takes_along_what_comes_meanwhile(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fails(*_: object) -> None:
            raise ZeroDivisionError

        async def takes_long(_database: object, _lane: object, rows: list[object], _stop: object) -> None:
            given_back.append(len(rows))
            if len(given_back) == 1:
                ahead.add(Carrier(), claimed=None)

        given_back = list[int]()
        ahead, _ = await claimed(stage, elapsed() + 3600)
        ahead.calls.open_at = -math.inf
        monkeypatch.setattr(claims, "read_lane", fails)
        monkeypatch.setattr(lane_watcher, "give_back", takes_long)
        with pytest.raises(ZeroDivisionError):
            await ahead.watch()
        assert (given_back, ahead.calls.ready, ahead.slots.waiting) == ([1, 1], False, 0)
