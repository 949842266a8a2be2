"""A lane that cannot go on says why, and nobody waits for it for ever."""

from datetime import timedelta
from typing import Any

import pytest

from app.api.progress_schemas import PACED
from app.delivery.sql import sweeper
from app.delivery.sweeper import Sweeper
from app.domain.mass_reply import ACCOUNT_DELETED, ACCOUNT_DISABLED
from app.domain.mass_reply_lifecycle import MassReplyStatus
from tests.mass_replies.conftest import Stage
from tests.mass_replies.test_pause import lanes
from tests.monitoring.samples import figures

S = MassReplyStatus
WEBHOOK = {
    "channel": "email",
    "provider": "webhook",
    "name": "Desk",
    "config": {"url": "https://example.com/"},
    "credentials": {"secret": "whsec_" + "A" * 32},
    "enabled": True,
}


async def tick(stage: Stage) -> None:
    async def nobody(*_: object) -> None:
        pass

    assert await Sweeper(stage.runtime.database, nobody, nobody, timedelta(days=7)).tick()


async def stopped(stage: Stage) -> set[str]:
    async with stage.runtime.database.begin_sweep() as tx:
        return {why for lane, why in (await sweeper.stopped_lanes(tx)).items() if lane.tenant == stage.tenant}


STOPS = {
    "account_disabled": ("UPDATE channel_accounts SET enabled = false WHERE key = 'email'", ACCOUNT_DISABLED),
    "account_paused": ("UPDATE channel_accounts SET pause_reason = 'Bad.' WHERE key = 'email'", "Bad."),
    "account_resting": (
        "UPDATE channel_accounts SET cool_until = now() + interval '1 hour', cool_reason = 'Full.' WHERE key = 'email'",
        "Full.",
    ),
    "person": ("UPDATE lanes SET pause_reason = 'person' WHERE channel = 'email'", "person"),
}


@pytest.mark.parametrize("why", STOPS)
async def test_a_lane_says_why_it_stands_still_in_the_answer_in_the_log_and_as_a_metric(
    stage: Stage, quiet: None, why: str
) -> None:
    statement, reason = STOPS[why]
    id_ = await stage.batch_in(S.SENDING)
    before = (await figures(stage.runtime.database)).value("mass_reply_lanes_stopped", channel="email", reason=why)
    await stage.write(statement)
    batch = await stage.get(id_)
    state = "cooling" if why == "account_resting" else "paused"
    assert lanes(batch) == {"email": (state, reason), "desk": ("sending", None)}
    assert batch["pause_reason"] is None
    assert await stopped(stage) == {why}
    after = await figures(stage.runtime.database)
    assert after.value("mass_reply_lanes_stopped", channel="email", reason=why) == before + 1


async def test_where_the_only_account_is_disabled_the_mass_reply_says_so(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.write("UPDATE channel_accounts SET enabled = false")
    assert (await stage.get(id_))["pause_reason"] == "account"


async def test_a_lane_says_so_that_waits_long_for_the_rate_of_its_account(stage: Stage, quiet: None) -> None:
    id_ = await stage.batch_in(S.SENDING)
    slow = (
        "UPDATE channel_accounts SET rate_per_second = 0.001, allowed_at = now() + interval '990 s' WHERE key = 'email'"
    )
    await stage.write(slow)
    assert lanes(await stage.get(id_)) == {"email": ("cooling", PACED), "desk": ("sending", None)}
    await stage.write("UPDATE channel_accounts SET allowed_at = now() + interval '9 s' WHERE key = 'email'")
    assert lanes(await stage.get(id_))["email"] == ("sending", None)


async def test_a_retry_onto_a_deleted_account_says_what_to_do(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_all(id_)
    assert (await stage.client.delete("/channel-accounts/email")).status_code == 204
    retried = (await stage.act(id_, "retry")).json()
    assert lanes(retried)["email"] == ("paused", ACCOUNT_DELETED)
    again = await stage.client.put("/channel-accounts/email", json=WEBHOOK)
    assert again.status_code == 201
    assert lanes(await stage.get(id_))["email"] == ("sending", None)


class TestTheSample:
    async def sampling(self, stage: Stage, *sampled: str) -> str:
        """A mass reply of which three deliveries go first, all on these lanes."""
        id_ = await stage.batch_in(S.SENDING)
        await stage.write("UPDATE mass_replies SET sampling = true")
        await stage.write("UPDATE deliveries SET sampled = true WHERE channel = ANY (:channels)", channels=sampled)
        return id_

    async def sampled(self, stage: Stage) -> set[tuple[str, int]]:
        rows = await stage.read("SELECT channel, count(*) AS n FROM deliveries WHERE sampled GROUP BY 1")
        return {(row.channel, row.n) for row in rows}

    async def test_a_lane_without_a_part_in_it_says_that_it_waits(self, stage: Stage) -> None:
        id_ = await self.sampling(stage, "email")
        state, reason = lanes(await stage.get(id_))["desk"]
        assert (state, reason) == ("idle", "The sample is sent first, and this lane has sent its part.")

    @pytest.mark.parametrize("why", STOPS)
    async def test_is_drawn_anew_where_a_lane_of_it_cannot_go_on(self, stage: Stage, why: str) -> None:
        await self.sampling(stage, "email")
        await tick(stage)
        assert await self.sampled(stage) == {("email", 3)}
        await stage.write(STOPS[why][0])
        await tick(stage)
        assert await self.sampled(stage) == {("other", 3)}

    async def test_is_over_where_what_is_left_of_it_cannot_go_on(self, stage: Stage) -> None:
        id_ = await self.sampling(stage, "email", "other")
        await stage.write(STOPS["account_disabled"][0])
        await stage.write("UPDATE deliveries SET status = 'sent' WHERE channel = 'other'")
        await stage.write("UPDATE lanes SET queued = 0, sent = 3 WHERE channel = 'other'")
        for _ in range(2):
            await tick(stage)
        batch: dict[str, Any] = await stage.get(id_)
        assert (batch["status"], batch["pause_reason"], batch["counts"]["queued"]) == ("paused", "sample_sent", 3)

    async def test_is_not_given_up_while_nothing_can_go_on_at_all(self, stage: Stage) -> None:
        id_ = await self.sampling(stage, "email")
        await stage.write("UPDATE channel_accounts SET enabled = false")
        for _ in range(2):
            await tick(stage)
        assert (await stage.get(id_))["status"] == "sending"
        assert await self.sampled(stage) == {("email", 3)}


class TestSavedSettings:
    async def saved(self, stage: Stage, **changes: Any) -> Any:
        answer = await stage.client.put("/channel-accounts/email", json=WEBHOOK | changes)
        assert answer.status_code == 200, answer.text
        [row] = await stage.read(
            "SELECT extract(epoch FROM allowed_at - now()) AS debt, cool_until FROM channel_accounts "
            "WHERE key = 'email'"
        )
        return row

    async def owing(self, stage: Stage, rate: float, seconds: float) -> str:
        await stage.write(
            "UPDATE channel_accounts SET rate_per_second = :rate, allowed_at = now() + make_interval(secs => :debt) "
            "WHERE key = 'email'",
            rate=rate,
            debt=seconds,
        )
        return await stage.batch_in(S.SENDING)

    async def test_a_debt_is_paid_at_the_rate_that_was_saved(self, stage: Stage) -> None:
        await self.owing(stage, 0.001, 980)
        assert 0 < (await self.saved(stage, rate_per_second=1)).debt < 1
        await self.owing(stage, 10, 50)
        assert 400 < (await self.saved(stage, rate_per_second=1)).debt <= 500

    async def test_new_credentials_end_a_rest_and_a_mere_change_of_rate_does_not(self, stage: Stage) -> None:
        await stage.write("UPDATE channel_accounts SET cool_until = now() + interval '1 hour'")
        url = {"config": {"url": "http://127.0.0.1:9"}}
        kept = {key: value for key, value in (WEBHOOK | url).items() if key != "credentials"}
        answer = await stage.client.put("/channel-accounts/email", json=kept | {"rate_per_second": 3})
        assert (answer.status_code, answer.json()["state"]) == (200, "cooling")
        assert (await self.saved(stage)).cool_until is None

    async def test_what_its_lanes_waited_for_is_over(self, stage: Stage) -> None:
        await stage.batch_in(S.SENDING)
        await stage.write(
            "UPDATE lanes SET pumped_at = now(), watched_until = now() + interval '1 hour', "
            "held_until = now() + interval '1 hour', held_reason = 'x', held_times = 4"
        )
        await self.saved(stage, rate_per_second=3)
        async with stage.runtime.database.begin_sweep() as tx:
            idle = [lane for lane in await sweeper.idle_lanes(tx, timedelta(0)) if lane.tenant == stage.tenant]
        [email] = await stage.read("SELECT id FROM channel_accounts WHERE key = 'email'")
        assert [lane.account for lane in idle] == [email.id]
