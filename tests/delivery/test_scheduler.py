"""The scheduler: mass replies start, expire, are cancelled and completed when it is time."""

import asyncio
from typing import Any

import pytest

from app.delivery import scheduler
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.lanes import LaneKey
from tests.delivery.stage import Stage, report
from tests.delivery.sweeping import PAST, outcome, set_up, tick

E, S = DeliveryEvent, DeliveryStatus


CHORES = {"failed": scheduler.Chore.CALL_TOO_LATE, "cancelled": scheduler.Chore.CANCEL_QUEUED}


class TestLife:
    @pytest.mark.parametrize("waiting", ["awaiting_confirmation", "awaiting_approval"])
    async def test_what_nobody_confirms_expires_and_its_deliveries_are_cancelled(
        self, stage: Stage, waiting: str
    ) -> None:
        batch = await stage.batch(2)
        await set_up(stage, batch, f"status = '{waiting}', confirmed_at = NULL, expires_at = now() + interval '1 h'")
        await tick(stage)
        assert (await stage.mass_reply(batch)).status == waiting
        await set_up(stage, batch, f"expires_at = {PAST}")
        for _ in range(3):
            await tick(stage)
        assert await outcome(stage, batch) == ("expired", {"cancelled": 2}, True)
        assert (await stage.row(batch.first)).reason_code == "expired"

    async def test_what_is_scheduled_starts_when_its_time_has_come(self, stage: Stage) -> None:
        batch = await stage.batch(2)
        await set_up(stage, batch, "status = 'scheduled', started_at = NULL, dispatch_at = now() + interval '1 h'")
        await tick(stage)
        assert (await stage.mass_reply(batch)).status == "scheduled"
        await set_up(stage, batch, f"dispatch_at = {PAST}")
        woken: list[LaneKey] = []
        await stage.sweeper(woken).tick()
        mass_reply = await stage.mass_reply(batch)
        assert (mass_reply.status, mass_reply.started_at is not None) == ("sending", True)
        assert batch.lane in woken

    async def test_what_is_cancelled_is_cancelled_in_pages_and_calls_under_way_finish(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scheduler, "PAGE", 2)
        monkeypatch.setattr(scheduler, "PAGES", 2)
        batch = await stage.batch(7)
        await stage.claim(batch, 1)
        await set_up(stage, batch, "status = 'cancelled'")
        await tick(stage)
        assert await outcome(stage, batch) == ("cancelled", {"sending": 1, "queued": 2, "cancelled": 4}, False)
        for _ in range(2):
            await tick(stage)
        assert await outcome(stage, batch) == ("cancelled", {"sending": 1, "cancelled": 6}, False)
        [sending] = [id_ for id_ in batch.deliveries if await stage.status(id_) is S.SENDING]
        await stage.settle(report(sending, E.ACCEPT))
        await tick(stage)
        assert await outcome(stage, batch) == ("cancelled", {"sent": 1, "cancelled": 6}, True)

    @pytest.mark.parametrize("status", ["sending", "paused"])
    async def test_what_is_still_queued_at_the_latest_time_is_too_late(self, stage: Stage, status: str) -> None:
        batch = await stage.batch(3)
        await set_up(stage, batch, f"status = '{status}', not_after = {PAST}")
        for _ in range(2):
            await tick(stage)
        assert await outcome(stage, batch) == ("completed", {"failed": 3}, True)
        row = await stage.row(batch.first)
        assert (row.reason_code, row.retryable) == ("too_late", True)

    async def test_it_is_completed_when_nothing_is_queued_or_under_way(self, stage: Stage) -> None:
        batch = await stage.batch(2)
        await stage.claim(batch)
        await stage.settle(report(batch.deliveries[0], E.LOSE_ANSWER))
        await tick(stage)
        assert (await outcome(stage, batch))[::2] == ("sending", False)
        await stage.settle(report(batch.deliveries[1], E.ACCEPT))
        await tick(stage)
        assert await outcome(stage, batch) == ("completed", {"sent": 1, "uncertain": 1}, True)

    async def test_work_that_comes_back_while_it_is_closed_is_not_forgotten(self, stage: Stage) -> None:
        """Both orders of a race: the counters are held by whoever comes first."""
        for _ in range(5):
            batch = await stage.batch(2)
            await stage.claim(batch)
            await stage.settle(*(report(id_, E.LOSE_ANSWER) for id_ in batch.deliveries))
            await stage.let_settle(batch)
            await asyncio.gather(
                tick(stage), stage.settle(*(report(id_, E.SEND_AGAIN, None) for id_ in batch.deliveries))
            )
            assert await outcome(stage, batch) == ("sending", {"queued": 2}, False)

    async def test_what_was_never_confirmed_is_forgotten_after_a_week(self, stage: Stage) -> None:
        old, young, sent = await stage.batch(), await stage.batch(), await stage.batch()
        week = "finished_at = now() - interval '7 days 1 minute'"
        await set_up(stage, old, f"status = 'expired', confirmed_at = NULL, {week}")
        await set_up(stage, young, "status = 'expired', confirmed_at = NULL, finished_at = now() - interval '6 days'")
        await set_up(stage, sent, f"status = 'completed', {week}")
        await tick(stage)
        left = {row.id for row in await stage.runs("SELECT id FROM mass_replies WHERE tenant_id = :tenant")}
        assert left == {young.id, sent.id}
        assert not list(await stage.runs("SELECT 1 FROM deliveries WHERE mass_reply_id = :id", id=old.id))


@pytest.mark.parametrize(
    ("due", "ended"), [(f"not_after = {PAST}", "failed"), ("status = 'cancelled'", "cancelled")], ids=["late", "cancel"]
)
async def test_a_row_that_cannot_be_settled_keeps_no_other_of_its_page_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, due: str, ended: str
) -> None:
    monkeypatch.setattr(scheduler, "PAGE", 3)
    bad, good = await stage.batch(7), await stage.batch(2)
    for batch in (bad, good):
        await set_up(stage, batch, due)
    poison: Any = "UPDATE deliveries SET reason_code = :code WHERE id = :id"
    await stage.runs(poison, id=bad.first, code="a word of a later version")
    sweeper = stage.sweeper()
    for _ in range(2):
        assert await sweeper.tick()
    assert await stage.counts(bad) == {ended: 6, "queued": 1}
    assert await stage.counts(good) == {ended: 2}
    assert set(sweeper.turns.faults) == {(CHORES[ended], bad.id)}, "it rests"
    await stage.runs(poison, id=bad.first, code=None)
    for _ in range(2):
        await tick(stage)
    assert (await outcome(stage, bad))[1:] == ({ended: 7}, True)
