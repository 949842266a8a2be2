"""The sweeper: what is due is found in the database alone, and everybody gets a turn."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from app.delivery import scheduler
from app.delivery import sweeper as delivery_sweeper
from app.delivery.sql import sweeper as sweeper_sql
from app.delivery.turns import Piece, Turns
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.lanes import LaneKey
from app.domain.provider_events import ReceiptKind
from tests.delivery.stage import Batch, Stage, report
from tests.delivery.sweeping import set_up, tick

E, S = DeliveryEvent, DeliveryStatus


class TestLanes:
    async def woken(self, stage: Stage, batch: Batch) -> bool:
        lanes: list[LaneKey] = []
        assert await stage.sweeper(lanes).tick()
        return batch.lane in lanes

    async def test_with_work_and_no_live_pump_are_woken(self, stage: Stage) -> None:
        batch = await stage.batch()
        assert await self.woken(stage, batch)
        await stage.runs(
            "UPDATE lanes SET pumped_at = now() - interval '4 seconds' WHERE mass_reply_id = :id", id=batch.id
        )
        assert await self.woken(stage, batch)

    async def test_that_a_pump_is_at_are_left_alone(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.runs("UPDATE lanes SET pumped_at = now() WHERE mass_reply_id = :id", id=batch.id)
        assert not await self.woken(stage, batch)

    @pytest.mark.parametrize("promise", ["watched_until", "held_until"])
    async def test_that_wait_for_a_time_are_left_alone_until_it_has_come(self, stage: Stage, promise: str) -> None:
        batch = await stage.batch()
        later = "UPDATE lanes SET {} = now() + CAST(CAST(:wait AS text) AS interval) WHERE mass_reply_id = :id"
        await stage.runs(later.format(promise), id=batch.id, wait="1 minute")
        assert not await self.woken(stage, batch)
        await stage.runs(later.format(promise), id=batch.id, wait="-1 second")
        assert await self.woken(stage, batch)

    async def test_to_whose_queue_something_came_back_are_not_left_to_wait(self, stage: Stage) -> None:
        batch = await stage.batch(2)
        await stage.claim(batch)
        await stage.runs(
            "UPDATE lanes SET pumped_at = NULL, watched_until = now() + interval '1 h', "
            "held_until = now() + interval '1 h' WHERE mass_reply_id = :id",
            id=batch.id,
        )
        assert not await self.woken(stage, batch)
        await stage.settle(report(batch.first, E.GIVE_BACK, outcome="given_back"))
        assert await self.woken(stage, batch)

    @pytest.mark.parametrize(
        "shut",
        [
            "UPDATE mass_replies SET status = 'paused' WHERE id = :id",
            "UPDATE lanes SET pause_reason = 'person' WHERE mass_reply_id = :id",
            "UPDATE lanes SET queued = 0, sent = 1 WHERE mass_reply_id = :id",
            "UPDATE channel_accounts SET enabled = false WHERE tenant_id = :tenant AND :id = :id",
            "UPDATE channel_accounts SET pause_reason = 'x' WHERE tenant_id = :tenant AND :id = :id",
            "UPDATE channel_accounts SET cool_until = now() + interval '1 h' WHERE tenant_id = :tenant AND :id = :id",
        ],
    )
    async def test_that_may_not_send_are_left_alone(self, stage: Stage, shut: str) -> None:
        batch = await stage.batch()
        await stage.runs(shut.replace(":id = :id", "true"), **({} if ":id = :id" in shut else {"id": batch.id}))
        assert not await self.woken(stage, batch)


class TestReceipts:
    async def test_without_a_delivery_are_tried_again_once_they_have_one(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.claim(batch)
        await stage.receipt(None, ReceiptKind.DELIVERED, provider_message_id="prov-1")
        await stage.settle(report(batch.first, E.ACCEPT, provider_message_id="prov-1", outcome="accepted"))
        await self.age(stage, "3 seconds")
        await tick(stage)
        assert await stage.status(batch.first) is S.DELIVERED

    @pytest.mark.parametrize(
        ("age", "turn"),
        [("1 s", False), ("3 s", True), ("30 s", False), ("65 s", True), ("2000 s", False), ("2049 s", True)],
    )
    async def test_take_turns_that_come_further_and_further_apart(self, stage: Stage, age: str, *, turn: bool) -> None:
        await stage.receipt(None, ReceiptKind.SENT, provider_message_id="somebody-else-s")
        await self.age(stage, age)
        async with stage.database.begin_sweep() as tx:
            found = await sweeper_sql.unsettled_receipts(tx, delivery_sweeper.RECEIPT_AGE, 1_000)
        assert (stage.tenant in {tenant for tenant, _ in found}) is turn

    async def age(self, stage: Stage, age: str) -> None:
        await stage.runs(
            "UPDATE receipts SET received_at = clock_timestamp() - CAST(CAST(:age AS text) AS interval) "
            "WHERE tenant_id = :tenant",
            age=age,
        )


async def test_one_sweeper_works_and_another_at_the_same_time_does_not(stage: Stage) -> None:
    async with stage.database.begin_sweep() as first:
        assert await sweeper_sql.try_lock(first)
        assert await stage.sweeper().tick() is False
    assert await stage.sweeper().tick() is True


async def test_a_wake_up_that_fails_does_not_stop_the_rest(stage: Stage) -> None:
    batch = await stage.batch()
    await stage.receipt(batch.first, ReceiptKind.SENT)

    async def fails(_: object, __: object = None) -> None:
        raise ConnectionResetError

    await stage.batch()
    sweeper = delivery_sweeper.Sweeper(stage.database, fails, fails, timedelta(days=7))
    late = await stage.batch()
    await set_up(stage, late, "status = 'expired', confirmed_at = NULL, finished_at = now() - interval '8 days'")
    assert await sweeper.tick()
    async with stage.database.begin(stage.tenant) as tx:
        left = await tx.scalar(sa.text("SELECT count(*) FROM mass_replies WHERE id = :id"), id=late.id)
    assert left == 0


class TestTurns:
    @pytest.mark.usefixtures("quiet")
    async def test_what_one_tenant_has_open_keeps_nobody_else_s_out_of_a_look(self, stage: Stage, other: Stage) -> None:
        """However much it is, and if nothing of it can ever be done."""
        for one, age in ((stage, "1 hour"), (other, "2 hours")):
            batch = await one.batch(3)
            await one.claim(batch)
            await one.let_lease_run_out(batch)
            for number in range(3):
                await one.receipt(None, ReceiptKind.SENT, provider_message_id=f"somebody-else-s-{number}")
            await one.runs("UPDATE deliveries SET lease_until = now() - CAST(CAST(:age AS text) AS interval)", age=age)
            await one.runs("UPDATE receipts SET received_at = now() - interval '3 seconds'")
        async with stage.database.begin_sweep() as tx:
            expired = await sweeper_sql.expired_claims(tx, 2)
            unsettled = await sweeper_sql.unsettled_receipts(tx, delivery_sweeper.RECEIPT_AGE, 2)
        assert (
            {claim.tenant for claim in expired} == {tenant for tenant, _ in unsettled} == {stage.tenant, other.tenant}
        )

    async def test_what_others_wait_for_comes_before_what_has_many_pages(self, stage: Stage) -> None:
        cancelled, lost, idle = await stage.batch(), await stage.batch(), await stage.batch()
        await set_up(stage, cancelled, "status = 'cancelled'")
        await stage.claim(lost)
        await stage.let_lease_run_out(lost)
        async with stage.database.begin_sweep() as tx:
            kinds = [pieces async for pieces in stage.sweeper()._kinds(tx)]
        found = [[piece.of for piece in pieces if piece.ids["tenant"] == stage.tenant] for pieces in kinds]
        order = [of for pieces in found for of in pieces]
        assert order == [("claims", stage.tenant), idle.lane, (scheduler.Chore.CANCEL_QUEUED, cancelled.id)]
        assert found[-1] == order[-1:]

    async def test_what_takes_all_the_time_lets_the_others_go_first_in_the_next_tick(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery_sweeper, "KIND_SECONDS", 0)
        done: list[str] = []

        async def large(name: str) -> None:
            done.append(name)

        async def took_longer_than_a_sweep_may(_: object) -> None:
            raise ConnectionResetError

        pieces = [Piece(name, {}, partial(large, name)) for name in "abc"]
        sweeper = stage.sweeper()
        async with stage.database.begin_sweep() as tx:
            for _ in range(5):
                await sweeper._work(tx, pieces)
            monkeypatch.setattr(sweeper_sql, "still_there", took_longer_than_a_sweep_may)
            for _ in range(2):
                with pytest.raises(ConnectionResetError):
                    await sweeper._work(tx, pieces)
        assert done == ["a", "b", "c", "a", "b", "c", "a"]

    async def test_what_fails_again_rests_longer_each_time(self, stage: Stage) -> None:
        tried: list[LaneKey] = []
        batch = await stage.batch()

        async def fails(lane: LaneKey) -> None:
            tried.append(lane)
            raise ConnectionResetError

        async def nothing(*_: object) -> None:
            pass

        sweeper = delivery_sweeper.Sweeper(stage.database, fails, nothing, timedelta(days=7))
        for _ in range(4):
            assert await sweeper.tick()
        assert tried.count(batch.lane) == 2

    def test_a_rest_doubles_and_ends(self) -> None:
        turns, piece = Turns(), Piece("it", {}, lambda: asyncio.sleep(0))
        rests = []
        for _ in range(9):
            turns.failed(piece, now=100.0)
            rests.append(turns.faults["it"][1] - 100.0)
        assert rests == [0, 2, 4, 8, 16, 32, 60, 60, 60]
        assert turns.due([piece], now=159.0) == []
        assert turns.due([piece], now=160.0) == [piece]
        turns.succeeded(piece)
        assert turns.due([piece], now=100.0) == [piece]
        turns.failed(piece, now=100.0)
        turns.forget(now=10_000.0)
        assert not turns.faults
