"""Clocks that stand still or step back: what waits, waits no longer than it was to."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.channels import http as channel_http
from app.delivery import calling, lane_watcher
from app.delivery import pump as pumping
from app.delivery.sql import account_health, call_shares
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.lanes import LaneKey
from app.domain.outbound import Accepted, Deferred, Outbound, SendResult
from app.domain.words import ReasonCode
from tests.delivery.carrier import Carrier
from tests.delivery.results import recorded, result
from tests.delivery.settling import claimed
from tests.delivery.stage import LEASE, SETTLES_AFTER, Batch, Stage, because, report

E, S, C = DeliveryEvent, DeliveryStatus, ReasonCode
STEP = timedelta(hours=2)


class Suspended:
    """A clock of a machine that slept, where the event loop's stood still."""

    def __init__(self) -> None:
        self.slept = 0.0
        self._real = channel_http.elapsed

    def __call__(self) -> float:
        return self._real() + self.slept


@pytest.fixture
def suspended(monkeypatch: pytest.MonkeyPatch) -> Suspended:
    clock = Suspended()
    for module in (channel_http, calling, lane_watcher, pumping):
        monkeypatch.setattr(module, "elapsed", clock)
    return clock


class TestASuspendedMachine:
    def test_is_seen_by_the_clock_that_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Linux has one that stands still, which the event loop reads, and one that goes on."""
        monkeypatch.setattr(time, "clock_gettime", {time.CLOCK_MONOTONIC: 1.0, time.CLOCK_BOOTTIME: 61.0}.get)
        assert channel_http.elapsed() == 61.0

    async def test_sends_nothing_that_its_lease_no_longer_covers(
        self, stage: Stage, suspended: Suspended, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch, carrier = await stage.batch(), Carrier()
        queue = pumping.Pump._queue

        def sleep_first(*given: Any) -> None:
            suspended.slept = 60
            queue(*given)

        monkeypatch.setattr(pumping.Pump, "_queue", sleep_first)
        await stage.pump(batch, carrier, budget=timedelta(milliseconds=1))
        assert carrier.calls == []
        assert await stage.status(batch.first) is S.QUEUED

    async def test_finds_its_deadline_passed_in_the_middle_of_a_call(self, stage: Stage, suspended: Suspended) -> None:
        found: list[bool] = []

        async def sleeps(outbound: Outbound) -> SendResult:
            found.append(channel_http.deadline_passed())
            suspended.slept = 60
            found.append(channel_http.deadline_passed())
            return Accepted(outbound.correlation)

        await stage.pump(await stage.batch(), Carrier(sleeps))
        assert found == [False, True]


async def step_back(stage: Stage) -> None:
    """Let the database's clock stand two hours earlier: the same as what was written lying two hours ahead."""
    times = {
        "channel_accounts": ("cool_until", "cooled_at", "allowed_at", "mended_at"),
        "call_shares": ("renewed_at", "expires_at"),
        "lanes": ("pumped_at", "held_until", "watched_until"),
        "deliveries": ("lease_until", "settles_after", "not_before", "queued_at", "updated_at"),
    }
    for table, columns in times.items():
        assignments = ", ".join(f"{column} = {column} + CAST(:step AS interval)" for column in columns)
        await stage.runs(f"UPDATE {table} SET {assignments} WHERE tenant_id = :tenant", step=STEP)


async def now(stage: Stage) -> datetime:
    found: datetime = (await stage.one("SELECT clock_timestamp() AS now")).now
    return found


class TestAClockThatSteppedBack:
    @pytest.mark.usefixtures("quiet")
    async def test_wakes_the_lane_and_its_deliveries_are_due(self, stage: Stage) -> None:
        batch, woken = await stage.batch(3), list[LaneKey]()
        await stage.claim(batch, 1)
        await stage.settle(report(batch.first, E.GIVE_BACK))
        await stage.runs(
            "UPDATE lanes SET held_until = now() + interval '1 second' WHERE mass_reply_id = :id", id=batch.id
        )
        await step_back(stage)
        await stage.sweeper(woken).tick()
        assert woken == [batch.lane]
        assert len(await stage.claim(batch)) == 3

    async def test_a_rest_ends_when_it_was_to_end(self, stage: Stage) -> None:
        batch = await stage.batch()
        async with stage.database.begin(stage.tenant) as tx:
            await account_health.cool(tx, stage.account, timedelta(seconds=20), "slowly")
        await step_back(stage)
        await stage.sweeper().tick()
        account = await stage.one("SELECT cool_until FROM channel_accounts WHERE id = :id", id=stage.account)
        left = account.cool_until - await now(stage)
        assert timedelta(seconds=15) < left <= timedelta(seconds=20)
        await stage.runs("UPDATE channel_accounts SET cool_until = now() WHERE id = :id", id=stage.account)
        carrier = Carrier()
        await stage.pump(batch, carrier)
        assert len(carrier.calls) == 1

    @pytest.mark.parametrize("retry_after", [None, timedelta(minutes=5)], ids=["paused", "cooled"])
    async def test_an_account_that_was_fixed_before_is_stopped_all_the_same(
        self, stage: Stage, retry_after: timedelta | None
    ) -> None:
        await stage.runs("UPDATE channel_accounts SET mended_at = clock_timestamp() WHERE id = :id", id=stage.account)
        await step_back(stage)
        batch = await claimed(stage, 1)
        refused = Deferred("unauthorized", "Bad token.", retry_after, "account")
        await recorded(stage, stage.database, [result(stage, batch.first, deferral=refused)])
        account = await stage.one(
            "SELECT pause_reason, cool_until FROM channel_accounts WHERE id = :id", id=stage.account
        )
        assert account.pause_reason or account.cool_until

    async def test_a_lease_runs_out_and_the_quarantine_has_its_full_length(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.claim(batch)
        await step_back(stage)
        await stage.sweeper().tick()
        row, at = await stage.row(batch.first), await now(stage)
        assert row.status == "sending"
        assert at < row.lease_until <= at + LEASE
        assert at + LEASE < row.settles_after <= at + SETTLES_AFTER

    async def test_the_calls_of_a_process_that_died_are_free_after_its_lease(self, stage: Stage) -> None:
        batch = await stage.batch(2)
        await stage.claim(batch, 1)
        await step_back(stage)
        await stage.sweeper().tick()
        share = await stage.one("SELECT expires_at FROM call_shares")
        assert share.expires_at <= await now(stage) + LEASE + call_shares.RENEWED

    async def test_what_is_uncertain_settles_no_later_and_no_earlier(self, stage: Stage) -> None:
        batch = await self.uncertain(stage)
        before = (await stage.row(batch.first)).settles_after
        await step_back(stage)
        await stage.sweeper().tick()
        after = (await stage.row(batch.first)).settles_after
        assert before <= after <= await now(stage) + SETTLES_AFTER

    async def uncertain(self, stage: Stage) -> Batch:
        batch = await stage.batch()
        await stage.claim(batch)
        await stage.settle(report(batch.first, E.LOSE_ANSWER, reason=because(C.ANSWER_LOST)))
        return batch


class TestAClockThatStepsAhead:
    async def test_ends_no_quarantine_of_a_worker_that_may_still_send(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.claim(batch)
        await stage.runs(
            "UPDATE deliveries SET updated_at = updated_at - CAST(:step AS interval), "
            "lease_until = lease_until - CAST(:step AS interval), "
            "settles_after = settles_after - CAST(:step AS interval)",
            step=STEP,
        )
        await stage.sweeper().tick()
        assert await stage.status(batch.first) is S.UNCERTAIN
        await stage.settle(report(batch.first, E.FIND_ABSENT))
        assert await stage.status(batch.first) is S.UNCERTAIN
        left = "SELECT extract(epoch FROM settles_after - now()) AS seconds FROM deliveries"
        assert (await stage.one(left)).seconds > SETTLES_AFTER.total_seconds() - 5
