"""Retrying the failed: only those whose reason may pass."""

from datetime import UTC, datetime, timedelta

from app.delivery.sql.delivery_pages import PAGE_SIZE
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel
from app.mass_replies import control
from tests.mass_replies.conftest import Stage

S = MassReplyStatus


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_completed_mass_reply_opens_again_for_what_is_retried(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    await stage.write("UPDATE mass_replies SET finished_at = now(), not_after = now() WHERE id = :id", id=id_)

    batch = (await stage.act(id_, "retry")).json()

    assert (batch["status"], batch["finished_at"]) == ("sending", None)
    assert (batch["counts"]["queued"], batch["counts"]["failed"]) == (6, 0)
    assert timedelta(hours=23) < when(batch["not_after"]) - datetime.now(UTC) <= timedelta(hours=24)
    rows = await stage.read("SELECT reason_code, retryable FROM deliveries WHERE mass_reply_id = :id", id=id_)
    assert {(row.reason_code, row.retryable) for row in rows} == {(None, False)}


async def test_the_latest_time_is_the_one_given_and_not_in_the_past(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    past, later = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 3))
    refused = await stage.act(id_, "retry", {"not_after": past.isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_schedule")
    taken = await stage.act(id_, "retry", {"not_after": later.isoformat()})
    assert when(taken.json()["not_after"]) == later


async def test_only_the_named_reasons_are_retried(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_all(id_)
    await stage.write(
        "UPDATE deliveries SET reason_code = 'window_closed' WHERE mass_reply_id = :id AND channel = 'email'", id=id_
    )
    batch = (await stage.act(id_, "retry", {"reason_codes": ["window_closed"]})).json()
    assert (batch["counts"]["queued"], batch["counts"]["failed"]) == (3, 3)
    assert [lane["counts"]["queued"] for lane in batch["lanes"]] == [3, 0]


async def test_what_cannot_be_retried_is_left_alone(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_, "blocked", retryable=False)
    for body in ({}, {"reason_codes": ["blocked"]}):
        answer = await stage.act(id_, "retry", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_retry")
    assert (await stage.get(id_))["status"] == "completed"


async def test_what_is_uncertain_is_not_retried(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.lose_all(id_)
    answer = await stage.act(id_, "retry")
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_retry")
    assert (await stage.get(id_))["counts"]["uncertain"] == 6


async def test_a_second_retry_finds_nothing_left(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    assert (await stage.act(id_, "retry")).status_code == 202
    assert (await stage.act(id_, "retry")).json()["code"] == "nothing_to_retry"


async def test_what_is_still_queued_keeps_the_time_that_was_confirmed(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_some(id_, Channel.EMAIL)
    await stage.write("UPDATE mass_replies SET not_after = now() - interval '1 second' WHERE id = :id", id=id_)

    batch = (await stage.act(id_, "retry")).json()
    await stage.sweep()

    queued = "SELECT channel FROM deliveries WHERE mass_reply_id = :id AND status = 'queued'"
    assert {row.channel for row in await stage.read(queued, id=id_)} == {Channel.EMAIL}
    late = "SELECT channel FROM deliveries WHERE mass_reply_id = :id AND reason_code = 'too_late'"
    assert [row.channel for row in await stage.read(late, id=id_)] == [Channel.OTHER] * 3
    assert when(batch["not_after"]) > datetime.now(UTC)


async def test_what_is_sent_again_has_a_time_of_its_own_that_may_be_the_shorter_one(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_some(id_, Channel.EMAIL)
    soon = datetime.now(UTC) + timedelta(minutes=5)
    await stage.act(id_, "retry", {"not_after": soon.isoformat()})
    await stage.write("UPDATE deliveries SET not_after = now() WHERE not_after = :soon", soon=soon)
    await stage.sweep()
    rows = await stage.read("SELECT channel, status, reason_code FROM deliveries WHERE mass_reply_id = :id", id=id_)
    assert {tuple(row) for row in rows} == {("email", "failed", "too_late"), ("other", "queued", None)}


def test_a_request_locks_no_more_than_the_sweeper_does_in_one_transaction() -> None:
    assert control.AT_ONCE <= PAGE_SIZE
