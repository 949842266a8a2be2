"""Calls under way, and what is claimed ahead of them."""

import asyncio
from datetime import timedelta

import pytest

from app.delivery import dispatcher, lane_watcher, record
from app.delivery.outcomes import CallOutcome
from app.delivery.pump import Pump
from app.delivery.record import Recorder
from app.delivery.slots import AccountSlots
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Unknown
from app.domain.pacing import BREAKER_THRESHOLD
from app.domain.words import AccountId, Channel
from tests.delivery.carrier import BulkCarrier, Carrier, Gate
from tests.delivery.results import Watched
from tests.delivery.stage import Batch, Stage, eventually, recording
from tests.patience import patience
from tests.scene import add_account, postmark

NOWHERE = "https://api.example.com"


class NeverWrites(Recorder):
    """A recorder that gets everything and writes nothing until it is let."""

    def __init__(self, real: Recorder) -> None:
        self._real, self.writes = real, asyncio.Event()

    def hurry(self) -> None:
        """It never writes, however much it is waited for."""

    flush = hurry

    async def record(self, *results: CallOutcome) -> None:
        await self.writes.wait()
        await self._real.record(*results)

    async def run(self) -> None:
        await self._real.run()

    def close(self) -> None:
        self._real.close()


async def under_way(stage: Stage, batch: Batch) -> int:
    statement = "SELECT count(*) AS rows FROM deliveries WHERE mass_reply_id = :id AND status = 'sending'"
    return int((await stage.one(statement, id=batch.id)).rows)


async def test_a_slot_is_free_when_the_provider_has_answered_and_twice_as_many_are_unknown_at_most(
    stage: Stage,
) -> None:
    account, carrier = await stage.sms_account(max_in_flight=3), Carrier()
    batch = await stage.batch(20, account=account, channel=Channel.SMS)
    recorder = NeverWrites(Recorder(stage.database))
    pump_context = stage.pump_context(carrier, recorder)
    async with recording(recorder):
        pump = asyncio.create_task(Pump(pump_context, batch.lane, asyncio.Event()).run())
        await eventually(lambda: len(carrier.calls) == 6)
        await stage.runs("SELECT pg_sleep(0.1)")
        assert (len(carrier.calls), await under_way(stage, batch)) == (6, 6)
        recorder.writes.set()
        await pump
    assert await stage.counts(batch) == {"sent": 20}


async def test_results_that_claims_wait_for_are_one_group_with_those_of_the_calls_under_way(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "GROUP_WAIT", 3600)
    monkeypatch.setattr(record, "BURST", 3600)
    batch = await stage.batch(18, account=await stage.sms_account(max_in_flight=3), channel=Channel.SMS)
    database = Watched(stage.database)
    async with recording(Recorder(database)) as recorder, asyncio.timeout(20):
        await Pump(stage.pump_context(Carrier(), recorder), batch.lane, asyncio.Event()).run()
    assert await stage.counts(batch) == {"sent": 18}
    assert database.transactions == 18 / (2 * 3)


async def test_of_messages_that_go_many_in_a_call_twice_as_many_are_unknown_at_most(stage: Stage) -> None:
    account = AccountId(
        await add_account(stage.runtime, stage.tenant, postmark(NOWHERE, max_in_flight=1_000, rate_per_second=100_000))
    )
    batch, carrier = await stage.batch(2_100, account=account), BulkCarrier()
    recorder = NeverWrites(Recorder(stage.database))
    pump_context = stage.pump_context(carrier, recorder, slots=1_000)
    async with recording(recorder):
        pump = asyncio.create_task(Pump(pump_context, batch.lane, asyncio.Event()).run())
        await eventually(lambda: len(carrier.calls) == 2_000)
        await stage.runs("SELECT pg_sleep(0.1)")
        assert (len(carrier.calls), await under_way(stage, batch)) == (2_000, 2_000)
        recorder.writes.set()
        await pump
    assert await stage.counts(batch) == {"sent": 2_100}


async def test_no_call_begins_before_it_is_recorded_that_others_were_not_answered(stage: Stage) -> None:
    account, carrier = await stage.sms_account(max_in_flight=3), Carrier(Unknown("502"))
    batch = await stage.batch(20, account=account, channel=Channel.SMS)
    recorder = NeverWrites(Recorder(stage.database))
    pump_context = stage.pump_context(carrier, recorder)
    async with recording(recorder):
        pump = asyncio.create_task(Pump(pump_context, batch.lane, asyncio.Event()).run())
        await eventually(lambda: len(carrier.calls) >= 3)
        await stage.runs("SELECT pg_sleep(0.1)")
        assert (len(carrier.calls), await under_way(stage, batch)) == (3, 3)
        recorder.writes.set()
        await pump
    assert BREAKER_THRESHOLD <= len(carrier.calls) < 20


@pytest.mark.parametrize(
    ("in_use", "waiting", "unwritten", "waits"),
    [
        (16, 8, 8, True),  # eight could be claimed instead of what was answered
        (16, 8, 0, False),  # they can be claimed as it is
        (16, 15, 1, False),  # so few are not worth it
        (0, 0, 32, True),
        (0, 0, 16, False),  # the first half can be claimed
        (0, 16, 16, True),
    ],
)
def test_a_claim_waits_for_records_if_only_they_are_in_its_way(
    in_use: int, waiting: int, unwritten: int, *, waits: bool
) -> None:
    slots = AccountSlots(64, limit=16, in_use=in_use, waiting=waiting, unwritten=unwritten)
    slots._speed.per_second = 160
    assert slots.waits_for_records is waits


def claimed_ahead(stage: Stage, slots: AccountSlots) -> None:
    """Let it seem that calls end fast, so that as much as may be is claimed ahead."""
    slots._speed.per_second = 1_000


async def test_what_was_claimed_ahead_goes_back_when_the_mass_reply_is_paused(stage: Stage) -> None:
    account, gate = await stage.sms_account(max_in_flight=3), Gate()
    batch, carrier = await stage.batch(20, account=account, channel=Channel.SMS), Carrier(gate)
    pump_context = stage.pump_context(carrier)
    claimed_ahead(stage, pump_context.dispatchers.of(stage.tenant, account).slots)
    async with recording(pump_context.recorder):
        pump = asyncio.create_task(Pump(pump_context, batch.lane, asyncio.Event()).run())
        await eventually(lambda: gate.waiting == 3)
        assert await under_way(stage, batch) == 6
        await stage.runs("UPDATE mass_replies SET status = :status", status=MassReplyStatus.PAUSED)
        async with patience("the calls that were not begun are given back"):
            while await under_way(stage, batch) > 3:
                await asyncio.sleep(0.01)
        gate.open.set()
        await pump
    assert len(carrier.calls) == 3
    assert await stage.counts(batch) == {"sent": 3, "queued": 17}


async def test_stopping_gives_back_what_was_claimed_ahead(stage: Stage) -> None:
    account, gate, stop = await stage.sms_account(max_in_flight=3), Gate(), asyncio.Event()
    batch = await stage.batch(20, account=account, channel=Channel.SMS)
    pump_context = stage.pump_context(Carrier(gate), budget=timedelta(milliseconds=50))
    claimed_ahead(stage, pump_context.dispatchers.of(stage.tenant, account).slots)
    async with recording(pump_context.recorder):
        pump = asyncio.create_task(Pump(pump_context, batch.lane, stop).run())
        await eventually(lambda: gate.waiting == 3)
        stop.set()
        gate.open.set()
        await pump
    assert await stage.counts(batch) == {"sent": 3, "queued": 17}


async def test_two_processes_share_the_calls_of_an_account_and_leave_them_behind(stage: Stage) -> None:
    account, gate = await stage.sms_account(max_in_flight=4), Gate()
    batch = await stage.batch(20, account=account, channel=Channel.SMS)
    crews = [stage.pump_context(Carrier(gate)), stage.pump_context(Carrier(gate))]
    async with recording(crews[0].recorder), recording(crews[1].recorder):
        pumps = [asyncio.create_task(Pump(pump_context, batch.lane, asyncio.Event()).run()) for pump_context in crews]
        await eventually(lambda: gate.waiting == 4)
        gate.open.set()
        await asyncio.gather(*pumps)
    assert await stage.counts(batch) == {"sent": 20}
    assert (await stage.one("SELECT count(*) AS shares FROM call_shares")).shares == 0


async def test_a_share_that_no_claim_has_stored_is_not_used(stage: Stage) -> None:
    """Another process counts what is stored: it would take the rest of the calls for its own."""
    account, carrier = await stage.sms_account(max_in_flight=10), Carrier()
    later = await stage.batch(1, account=account, channel=Channel.SMS)
    await stage.runs("UPDATE deliveries SET not_before = now() + interval '1 hour'")
    pump_context = stage.pump_context(carrier)
    async with recording(pump_context.recorder):
        slots = pump_context.dispatchers.of(stage.tenant, account).slots
        slots.limit = 5
        await Pump(pump_context, later.lane, asyncio.Event()).run()
    assert slots.limit == 5


async def test_a_call_that_a_fault_of_ours_breaks_off_frees_its_slot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, carrier = await stage.sms_account(max_in_flight=1), Carrier()
    batch = await stage.batch(2, account=account, channel=Channel.SMS)
    first = [ZeroDivisionError()]

    def fails_once(*about: object) -> None:
        if first:
            raise first.pop()

    monkeypatch.setattr(dispatcher, "note_outcomes", fails_once)
    pump_context = stage.pump_context(carrier)
    slots = pump_context.dispatchers.of(stage.tenant, account).slots
    async with recording(pump_context.recorder):
        with pytest.raises(ZeroDivisionError):
            await Pump(pump_context, batch.lane, asyncio.Event()).run()
        assert (slots.in_use, slots.unwritten) == (0, 0)
        await Pump(pump_context, batch.lane, asyncio.Event()).run()
    assert await stage.counts(batch) == {"sending": 1, "sent": 1}


async def test_a_give_back_that_fails_cuts_no_call_and_keeps_no_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(lane_watcher, "give_back", fails)
    account, gate, stop = await stage.sms_account(max_in_flight=1), Gate(), asyncio.Event()
    batch = await stage.batch(2, account=account, channel=Channel.SMS)
    pump_context = stage.pump_context(Carrier(gate), budget=timedelta(milliseconds=50))
    slots = pump_context.dispatchers.of(stage.tenant, account).slots
    slots._speed.per_second = 1_000  # so that one is claimed ahead
    async with recording(pump_context.recorder):
        pump = Pump(pump_context, batch.lane, stop)
        working = asyncio.create_task(pump.work())
        await eventually(lambda: (gate.waiting, slots.waiting) == (1, 1))
        stop.set()
        await working
        draining = asyncio.create_task(pump.drain())
        await eventually(lambda: slots.waiting == 0)
        assert not draining.done()
        gate.open.set()
        with pytest.raises(ZeroDivisionError):
            await draining
    assert await stage.counts(batch) == {"sending": 1, "sent": 1}
