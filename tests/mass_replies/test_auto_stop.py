"""A lane on which too much goes wrong stops by itself and says why; the others go on."""

from uuid import UUID

import pytest

from app.delivery.settle import Report, settle
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel, DeliveryId, Reason, ReasonCode
from tests.mass_replies.conftest import Live, Stage
from tests.scene import add_conversations

S = MassReplyStatus
ADDRESS = "UPDATE conversations SET address = 'invalid-' || address WHERE channel = 'email'"


def lane(batch: dict[str, object], key: str) -> dict[str, object]:
    lanes = batch["lanes"]
    assert isinstance(lanes, list)
    return next(one for one in lanes if one["channel_account"] == key)


async def test_a_failing_lane_stops_while_the_other_goes_on(live: Live) -> None:
    await live.add(emails=200, texts=40, max_in_flight=5)
    stage = Stage(live.client, live.runtime, live.tenant)
    await stage.write(ADDRESS)

    id_ = await live.confirm()
    batch = await live.until(id_, lambda batch: batch["pause_reason"])

    assert (batch["status"], batch["pause_reason"]) == ("sending", "failure_share")
    email, sms = lane(batch, "email"), lane(batch, "sms")
    assert (email["state"], email["reason"]) == ("paused", "failure_share")
    assert (sms["state"], sms["counts"]["sent"]) == ("done", 40)  # type: ignore[index]
    assert 10 <= batch["counts"]["failed"] < 200
    assert batch["counts"]["queued"] > 0
    [entry] = (await live.client.get("/audit-log", params={"actor": "system", "mass_reply": id_})).json()["items"]
    assert (entry["action"], entry["details"]["channel"]) == ("mass_reply.lane_stopped", "email")


async def test_a_stopped_lane_goes_on_when_a_person_resumes_it(live: Live) -> None:
    await live.add(emails=60, max_in_flight=5)
    stage = Stage(live.client, live.runtime, live.tenant)
    await stage.write(ADDRESS + " AND external_id < 'email-3'")
    id_ = await live.confirm()
    await live.until(id_, lambda batch: batch["pause_reason"])
    await stage.write("UPDATE deliveries SET address = replace(address, 'invalid-', '') WHERE status = 'queued'")
    await live.act(id_, "resume", {"channel_account": "email"})
    done = await live.until_status(id_, "completed")
    assert done["counts"]["sent"] + done["counts"]["failed"] == 60
    live.assert_nobody_twice()


@pytest.fixture
async def long(stage: Stage) -> str:
    """A mass reply with a hundred and three recipients on one of its lanes."""
    [account] = await stage.read("SELECT id FROM channel_accounts WHERE key = 'email'")
    await add_conversations(stage.runtime, stage.tenant, Channel.EMAIL, 100, account=account.id, prefix="more")
    return await stage.batch_in(S.SENDING)


async def report(stage: Stage, id_: str, *events: DeliveryEvent) -> None:
    """Let that many queued deliveries of the e-mail lane end so, in one group."""
    rows = await stage.read(
        "UPDATE deliveries SET status = 'sending', epoch = 1 WHERE id IN (SELECT id FROM deliveries "
        "WHERE mass_reply_id = :id AND channel = 'email' AND status = 'queued' LIMIT :count) RETURNING id",
        id=id_,
        count=len(events),
    )
    await stage.write("UPDATE lanes SET queued = queued - :n, sending = :n WHERE channel = 'email'", n=len(rows))
    reason = Reason(ReasonCode.BLOCKED, "Blocked.")
    ids: list[UUID] = sorted(row.id for row in rows)
    reports = [
        Report(DeliveryId(one), ReportedEvent(event, 1, reason=reason)) for one, event in zip(ids, events, strict=True)
    ]
    async with stage.runtime.database.begin(stage.tenant) as tx:
        await settle(tx, reports)


ACCEPT, REJECT, LOSE = DeliveryEvent.ACCEPT, DeliveryEvent.REJECT, DeliveryEvent.LOSE_ANSWER
REFUSE = DeliveryEvent.REFUSE
"""Our own refusal: the provider was never asked, so that this says nothing about it."""


@pytest.mark.parametrize(
    ("groups", "stops"),
    [
        ([[REJECT] * 9], False),
        ([[REJECT] * 5, [LOSE] * 5], True),
        ([[ACCEPT] * 40, [REJECT] * 10], False),
        ([[ACCEPT] * 40, [REJECT] * 6, [LOSE] * 5], True),
        ([[REJECT] * 9, [ACCEPT] * 50, [REJECT] * 9], False),
        ([[ACCEPT] * 60, [REJECT] * 11], True),
        ([[REFUSE] * 60], False),
        ([[REFUSE] * 30, [REJECT] * 9, [REFUSE] * 30], False),
        ([[REJECT] * 5, [REFUSE] * 50, [REJECT] * 5], True),
    ],
)
async def test_it_is_the_last_fifty_attempts_that_count(
    stage: Stage, long: str, groups: list[list[DeliveryEvent]], stops: bool
) -> None:
    for events in groups:
        await report(stage, long, *events)
    batch = await stage.get(long)
    assert lane(batch, "email")["state"] == ("paused" if stops else "sending")
    assert lane(batch, "desk")["state"] == "sending"


async def test_a_person_s_pause_keeps_its_own_reason(stage: Stage, long: str) -> None:
    await stage.act(long, "pause", {"channel_account": "email"})
    await report(stage, long, *[REJECT] * 20)
    assert lane(await stage.get(long), "email")["reason"] == "person"


async def test_a_lane_that_has_nothing_more_to_send_is_not_stopped(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.write("UPDATE lanes SET recent_size = 20, recent_failures = (1 << 20) - 1 WHERE channel = 'email'")
    await report(stage, id_, *[REJECT] * 3)
    rows = await stage.read("SELECT pause_reason FROM lanes")
    assert {row.pause_reason for row in rows} == {None}
