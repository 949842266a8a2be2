"""The pumps of a process: lanes take turns, and several processes may work one lane."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from app.delivery.dispatcher import Dispatcher
from app.delivery.pump_context import PumpContext
from app.delivery.runner import FAULT, PumpRunner
from app.delivery.staged_files import StagedFiles
from app.delivery.waiting import Wait
from app.domain.lanes import LaneKey
from app.domain.outbound import Outbound, SendResult
from app.domain.words import Channel, TenantId
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.delivery.carrier import Carrier, Gate
from tests.delivery.stage import Batch, Stage, eventually, recording
from tests.patience import patience


async def back_here(_: LaneKey) -> bool:
    """Nobody else takes the lane on."""
    return False


@asynccontextmanager
async def running(pump_context: PumpContext, pumps: int = 1) -> AsyncIterator[PumpRunner]:
    runner = PumpRunner(pump_context, pumps, back_here)
    async with recording(pump_context.recorder):
        task = asyncio.create_task(runner.run())
        yield runner
        runner.stop()
        await task


async def test_two_processes_on_one_lane_send_nobody_twice(stage: Stage) -> None:
    batch, carriers = await stage.batch(60), [Carrier(), Carrier()]
    crews = [stage.pump_context(carrier, slots=7, budget=timedelta(milliseconds=50)) for carrier in carriers]
    async with running(crews[0], 2) as one, running(crews[1], 2) as two:
        one.submit(batch.lane)
        two.submit(batch.lane)
        await eventually(lambda: sum(len(carrier.calls) for carrier in carriers) >= 60)
    assert sum((carrier.times_sent for carrier in carriers), Counter()) == Counter(batch.deliveries)
    assert await stage.counts(batch) == {"sent": 60}


async def lane_of(stage: Stage, batch: Batch) -> Any:
    return await stage.one(
        "SELECT *, watched_until - clock_timestamp() AS watched FROM lanes WHERE mass_reply_id = :id", id=batch.id
    )


async def test_a_lane_whose_token_comes_after_its_turn_comes_back_by_itself(stage: Stage) -> None:
    slow, sent = await stage.sms_account(rate_per_second=4), Carrier()
    batches = [await stage.batch(3, account=slow, channel=Channel.SMS) for _ in range(2)]
    async with running(stage.pump_context(sent, budget=timedelta(milliseconds=1))) as runner:
        for batch in batches:
            await runner.submit(batch.lane)
        await eventually(lambda: len(sent.calls) == 6)
    assert [await stage.counts(batch) for batch in batches] == [{"sent": 3}, {"sent": 3}]


async def test_what_waits_here_is_left_alone_by_others_until_this_process_ends(stage: Stage) -> None:
    slow, sent = await stage.sms_account(rate_per_second=0.1), Carrier()
    batch = await stage.batch(3, account=slow, channel=Channel.SMS)
    async with running(stage.pump_context(sent)) as runner:
        await runner.submit(batch.lane)
        await runner.keep_watch()
        # Ten seconds to the next token, and some to be late.
        assert timedelta(seconds=10) < (await lane_of(stage, batch)).watched < timedelta(seconds=16)
        await stage.runs("UPDATE lanes SET watched_until = NULL")
        await runner.keep_watch()
        assert (await lane_of(stage, batch)).watched is None, "a promise that holds is not renewed"
        await runner.submit(batch.lane)
        await runner.keep_watch()
    assert (await lane_of(stage, batch)).watched <= timedelta(0)
    assert len(sent.calls) == 1


async def test_a_lane_that_a_fault_of_ours_keeps_back_waits_longer_each_time_and_says_so(stage: Stage) -> None:
    batch, broken = await stage.batch(2), stage.pump_context(Carrier())

    async def fails(*_: object) -> StagedFiles:
        raise KeyError("?")

    async with running(replace(broken, staging=SimpleNamespace(of=fails))) as runner:  # type: ignore[arg-type]
        for times in (1, 2):
            await runner.submit(batch.lane)
            lane = await lane_of(stage, batch)
            assert (lane.held_times, lane.held_reason) == (times, FAULT)
    async with running(stage.pump_context(Carrier())) as runner:
        await runner.submit(batch.lane)
    lane = await lane_of(stage, batch)
    assert (lane.sent, lane.held_times, lane.held_reason) == (2, 0, None)


async def test_a_small_batch_gets_its_turn_beside_a_huge_one(stage: Stage) -> None:
    slow = await stage.sms_account(rate_per_second=20, max_in_flight=2)
    huge = await stage.batch(400, account=slow, channel=Channel.SMS)
    small, sent = await stage.batch(3), Carrier()
    async with running(stage.pump_context(sent, budget=timedelta(milliseconds=100))) as runner:
        runner.submit(huge.lane)
        await eventually(lambda: len(sent.calls) > 0)
        runner.submit(small.lane)
        await eventually(lambda: set(small.deliveries) <= set(sent.times_sent))
    assert len(set(huge.deliveries) & set(sent.times_sent)) < 100
    assert await stage.counts(small) == {"sent": 3}


async def test_a_small_batch_starts_while_a_huge_one_s_calls_hang(stage: Stage) -> None:
    hanging = await stage.sms_account(max_in_flight=2)
    huge, small = await stage.batch(20, account=hanging, channel=Channel.SMS), await stage.batch(3)
    gate, sent = Gate(), Carrier()

    async def answer(outbound: Outbound) -> SendResult:
        return await (gate(outbound) if outbound.channel is Channel.SMS else Carrier().send(outbound))

    sent.answer = answer
    async with running(stage.pump_context(sent), 2) as runner:
        runner.submit(huge.lane)
        await eventually(lambda: gate.waiting == 2)
        await runner.submit(small.lane)
        assert await stage.counts(small) == {"sent": 3}
        assert (await stage.counts(huge))["sending"] == 2
        gate.open.set()


async def test_a_lane_that_waits_already_gets_one_turn(stage: Stage) -> None:
    batch = await stage.batch()
    runner = PumpRunner(stage.pump_context(Carrier()), 1, back_here)
    assert runner.submit(batch.lane) is runner.submit(batch.lane)


async def test_a_lane_with_more_to_do_goes_on_here_where_nobody_else_takes_it(stage: Stage) -> None:
    batch, carrier = await stage.batch(9), Carrier()
    async with running(stage.pump_context(carrier, slots=1, budget=timedelta(milliseconds=1))) as runner:
        runner.submit(batch.lane)
        await eventually(lambda: len(carrier.calls) == 9)
    assert await stage.counts(batch) == {"sent": 9}


async def test_a_lane_that_another_took_on_while_others_wait_is_not_worked_here(stage: Stage) -> None:
    taken: list[LaneKey] = []

    async def elsewhere(lane: LaneKey) -> bool:
        taken.append(lane)
        return True

    batch, pump_context = await stage.batch(2), stage.pump_context(Carrier(), slots=1, budget=timedelta(milliseconds=1))
    runner, waits = PumpRunner(pump_context, 1, elsewhere), await stage.batch(1)
    async with recording(pump_context.recorder):
        task = asyncio.create_task(runner.run())
        turn = runner.submit(batch.lane)
        runner.submit(waits.lane)
        await turn
        await eventually(lambda: taken == [batch.lane])
        runner.stop()
        await task
    assert await stage.counts(batch) == {"sent": 1, "queued": 1}


class RefusesTenant(Database):
    """The database, which meets a fault of our own wherever one tenant is concerned."""

    def __init__(self, real: Database, tenant: TenantId) -> None:
        self._real, self._tenant = real, tenant

    @asynccontextmanager
    async def begin(self, tenant: TenantId | UUID) -> AsyncIterator[TenantTx]:
        if tenant == self._tenant:
            raise KeyError("?")
        async with self._real.begin(tenant) as tx:
            yield tx


async def test_a_lane_that_cannot_be_worked_does_not_stop_the_others(stage: Stage, other: Stage) -> None:
    good, bad, carrier = await stage.batch(2), await other.batch(2), Carrier()
    pump_context = stage.pump_context(carrier)
    broken = PumpContext(
        RefusesTenant(stage.database, other.tenant),
        pump_context.recorder,
        pump_context.pace,
        pump_context.senders,
        pump_context.plans,
        pump_context.staging,
    )
    async with running(broken) as runner:
        await runner.submit(bad.lane)
        await runner.submit(good.lane)
    assert await stage.counts(good) == {"sent": 2}
    assert await other.counts(bad) == {"queued": 2}


_SHARE = """
    INSERT INTO call_shares (tenant_id, account_id, holder, slots, renewed_at, expires_at)
    VALUES (:tenant, :account, :holder, 1, now(), now() + interval '1 hour')
"""


async def test_a_tenant_with_a_fault_keeps_no_other_s_lanes_from_being_watched_and_no_shares_from_release(
    stage: Stage, other: Stage
) -> None:
    broken = replace(stage.pump_context(Carrier()), database=RefusesTenant(stage.database, other.tenant))
    runner, lanes = PumpRunner(broken, 1, back_here), []
    for one in (other, stage):
        batch = await one.batch()
        runner._later.add(batch.lane, Wait(asyncio.get_running_loop().time() + 10))
        slots = broken.dispatchers.of(one.tenant, one.account).slots
        slots.listed = True
        await one.runs(_SHARE, account=one.account, holder=slots.holder)
        lanes.append(batch.lane)
    await runner.keep_watch()
    watched = [(await one.one("SELECT watched_until FROM lanes")).watched_until for one in (other, stage)]
    shares = [(await one.one("SELECT count(*) AS count FROM call_shares")).count for one in (other, stage)]
    assert [each is not None for each in watched] == [False, True]
    assert shares == [1, 0]
    assert list(runner._promised) == lanes[1:], "the other is tried again"


async def test_stopping_lets_what_has_not_begun_wait_for_another_process(stage: Stage) -> None:
    first, second, gate = await stage.batch(2), await stage.batch(2), Gate()
    async with running(stage.pump_context(Carrier(gate))) as runner:
        runner.submit(first.lane)
        runner.submit(second.lane)
        await eventually(lambda: gate.waiting == 2)
        runner.stop()
        gate.open.set()
    assert await stage.counts(first) == {"sent": 2}
    assert await stage.counts(second) == {"queued": 2}


async def test_a_fault_of_ours_after_the_end_of_a_turn_is_shown_on_the_lane(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the last calls of the turn are under way."""
    batch, gate = await stage.batch(), Gate()

    async def breaking(*_: object) -> None:
        raise KeyError("?")

    pump_context = stage.pump_context(Carrier(gate), budget=timedelta(milliseconds=1))
    async with running(pump_context) as runner:
        runner.submit(batch.lane)
        await eventually(lambda: gate.waiting == 1 and not runner._turns)
        monkeypatch.setattr(Dispatcher, "_finish", breaking)
        gate.open.set()
        async with patience("the lane is held"):
            while (await lane_of(stage, batch)).held_reason != FAULT:
                await asyncio.sleep(0.01)
    await stage.let_lease_run_out(batch)
