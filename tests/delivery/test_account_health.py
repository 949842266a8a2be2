"""What the recorder learns of an account from how its calls end: whether it rests, and when it is well again."""

from datetime import timedelta
from typing import Any

import pytest

from app.delivery import late_results
from app.delivery.record import Recorder
from app.delivery.sql import account_health
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbound import Deferred
from app.domain.pacing import BREAKER_THRESHOLD
from tests.delivery.results import Watched, failing, recorded, result
from tests.delivery.settling import claimed
from tests.delivery.stage import Stage, recording

S = DeliveryStatus


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_results, "RETRY_WAIT", 0.001)


class TestTheAccount:
    async def health(self, stage: Stage) -> Any:
        return await stage.one(
            "SELECT failures_in_a_row AS failures, pause_reason, cool_until - now() AS rest "
            "FROM channel_accounts WHERE id = :id",
            id=stage.account,
        )

    @pytest.mark.parametrize("retry_after", [None, timedelta(hours=1)], ids=["paused", "cooled"])
    async def test_that_was_mended_since_the_call_began_is_not_stopped(
        self, stage: Stage, retry_after: timedelta | None
    ) -> None:
        batch = await claimed(stage, 2)
        await stage.runs("UPDATE channel_accounts SET mended_at = clock_timestamp() WHERE id = :id", id=stage.account)
        refused = Deferred("unauthorized", "Bad token.", retry_after, "account")
        before = result(stage, batch.first, deferral=refused)
        await recorded(stage, stage.database, [before])
        health = await self.health(stage)
        assert (health.pause_reason, health.rest) == (None, None)
        await stage.claim(batch)
        after = result(stage, batch.first, epoch=2, deferral=refused)
        await recorded(stage, stage.database, [result(stage, batch.deliveries[1], deferral=refused), after])
        health = await self.health(stage)
        assert health.pause_reason or health.rest

    async def test_rests_when_nobody_answers_many_calls_in_a_row(self, stage: Stage) -> None:
        batch = await claimed(stage, BREAKER_THRESHOLD)
        silent = [result(stage, id_, heard="silence") for id_ in batch.deliveries]
        await recorded(stage, stage.database, silent[:-1])
        assert (await self.health(stage)).rest is None
        await recorded(stage, stage.database, silent[-1:])
        health = await self.health(stage)
        assert health.failures == BREAKER_THRESHOLD
        assert health.rest > timedelta(0)

    async def test_is_well_again_with_the_first_answer(self, stage: Stage) -> None:
        batch = await claimed(stage, 3)
        async with recording(Recorder(stage.database)) as recorder:
            await recorder.record(result(stage, batch.deliveries[0], heard="silence"))
            assert (await self.health(stage)).failures == 1
            await recorder.record(result(stage, batch.deliveries[1]))
        assert (await self.health(stage)).failures == 0

    async def test_that_rests_for_a_reason_keeps_it_when_a_call_is_not_answered(self, stage: Stage) -> None:
        batch = await claimed(stage, 1)
        async with stage.database.begin(stage.tenant) as tx:
            await account_health.cool(tx, stage.account, timedelta(hours=1), "Enough for a day.")
        await recorded(stage, stage.database, [result(stage, batch.first, heard="silence")])
        account = await stage.one("SELECT cool_reason FROM channel_accounts WHERE id = :id", id=stage.account)
        assert account.cool_reason == "Enough for a day."

    async def test_does_not_rest_if_one_of_many_calls_that_ended_together_was_answered(self, stage: Stage) -> None:
        batch = await claimed(stage, BREAKER_THRESHOLD + 1)
        silent = [result(stage, id_, heard="silence") for id_ in batch.deliveries[1:]]
        await recorded(stage, stage.database, [*silent, result(stage, batch.first)])
        health = await self.health(stage)
        assert (health.failures, health.rest) == (0, None)

    async def test_is_well_again_with_an_answer_to_any_process(self, stage: Stage) -> None:
        batch = await claimed(stage, BREAKER_THRESHOLD + 1)
        silent = [result(stage, id_, heard="silence") for id_ in batch.deliveries[1:]]
        await recorded(stage, stage.database, silent[:-1])
        await recorded(stage, stage.database, [result(stage, batch.first)])
        await recorded(stage, stage.database, silent[-1:])
        health = await self.health(stage)
        assert (health.failures, health.rest) == (1, None)

    async def test_learns_nothing_from_what_never_reached_its_provider(self, stage: Stage) -> None:
        batch = await claimed(stage, 2)
        async with recording(Recorder(stage.database)) as recorder:
            await recorder.record(result(stage, batch.deliveries[0], heard="silence"))
            await recorder.record(result(stage, batch.deliveries[1], heard="nothing"))
        assert (await self.health(stage)).failures == 1

    @pytest.mark.parametrize(
        ("deferral", "pause", "rests"),
        [
            (Deferred("throttled", "Slowly.", timedelta(minutes=5), "account"), None, True),
            (
                Deferred("unauthorized", "Bad token.", None, "account"),
                "unauthorized: Bad token.",
                False,
            ),
        ],
    )
    async def test_is_at_rest_before_what_it_could_not_send_is_queued_again(
        self, stage: Stage, deferral: Deferred, pause: str | None, *, rests: bool
    ) -> None:
        batch, seen = await claimed(stage, 1), []

        async def before(number: int) -> None:
            if number > 1:
                seen.append((await stage.status(batch.first), await self.health(stage)))

        await recorded(stage, Watched(stage.database, before), [result(stage, batch.first, deferral=deferral)])
        [(status, health)] = seen
        assert status is S.SENDING
        assert (health.pause_reason, health.rest is not None) == (pause, rests)
        assert await stage.status(batch.first) is S.QUEUED
        assert await stage.claim(batch) != []

    async def test_is_at_rest_before_that_also_if_storing_it_fails_at_first(self, stage: Stage) -> None:
        batch, early = await claimed(stage, 1), []

        async def before(number: int) -> None:
            if (await self.health(stage)).pause_reason is None:
                early.append(await stage.status(batch.first))
            if number <= 2:
                raise OSError

        deferral = Deferred("unauthorized", "Bad token.", None, "account")
        await recorded(stage, Watched(stage.database, before), [result(stage, batch.first, deferral=deferral)])
        assert early == [S.SENDING] * 3
        assert (await self.health(stage)).pause_reason == "unauthorized: Bad token."
        assert await stage.status(batch.first) is S.QUEUED

    async def test_is_noted_once_however_often_the_results_are_tried(self, stage: Stage) -> None:
        async def before(number: int) -> None:
            if 2 <= number <= 5:
                raise OSError

        batch = await claimed(stage, 1)
        await recorded(stage, Watched(stage.database, before), [result(stage, batch.first, heard="silence")])
        assert (await self.health(stage)).failures == 1
        assert await stage.status(batch.first) is S.QUEUED

    async def test_that_cannot_be_noted_costs_no_result(self, stage: Stage) -> None:
        batch, database = await claimed(stage, 1), Watched(stage.database, failing(ValueError(), 1))
        await recorded(stage, database, [result(stage, batch.first, heard="silence")])
        assert await stage.status(batch.first) is S.QUEUED
