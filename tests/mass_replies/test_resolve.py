"""Uncertain deliveries, settled by a person: all of them or none, with name and reason."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from app.delivery import settle
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.store.transactions import TenantTx
from tests.api.conftest import MakeKey, bearer
from tests.mass_replies.conftest import Stage
from tests.patience import patience

S = MassReplyStatus
ANN = {"id": "agent-7", "name": "Ann Lee", "email": "ann@example.test"}


def decision(ids: list[UUID], outcome: str, **more: Any) -> dict[str, Any]:
    words = {"conversation_ids": [str(id_) for id_ in ids], "outcome": outcome, "reason": "The log says so."}
    return {**words, "author": ANN, **more}


async def test_what_a_person_calls_sent_stands_on_the_timeline(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)

    batch = (await stage.act(id_, "resolve", decision(ids[:2], "sent"))).json()

    assert (batch["status"], batch["counts"]["sent"], batch["counts"]["uncertain"]) == ("completed", 2, 4)
    replies = await stage.read("SELECT conversation_id, text FROM messages WHERE kind = 'reply'")
    assert {(reply.conversation_id, reply.text) for reply in replies} == {(one, "We are back.") for one in ids[:2]}
    engaged = await stage.read("SELECT id FROM conversations WHERE engagement = 'engaged'")
    assert {row.id for row in engaged} == set(ids[:2])


async def test_what_a_person_calls_not_sent_has_failed_and_may_be_retried(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    batch = (await stage.act(id_, "resolve", decision(ids, "not_sent"))).json()
    assert (batch["status"], batch["counts"]["failed"]) == ("completed", 6)
    [reason] = {r.reason_code for r in await stage.read("SELECT reason_code FROM deliveries")}
    assert reason == "marked_not_sent"
    assert (await stage.act(id_, "retry")).json()["counts"]["queued"] == 6


async def test_sending_again_queues_it_and_opens_the_mass_reply(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    await stage.write("UPDATE mass_replies SET finished_at = now(), not_after = now() - interval '1 hour'")
    batch = (await stage.act(id_, "resolve", decision(ids, "not_sent", send_again=True))).json()
    assert (batch["status"], batch["finished_at"], batch["counts"]["queued"]) == ("sending", None, 6)


async def test_sending_again_gives_no_time_to_what_is_still_queued(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.write(
        "UPDATE deliveries SET status = 'uncertain', epoch = 1, settles_after = now() WHERE channel = 'email'"
    )
    await stage.write("UPDATE lanes SET queued = 0, uncertain = 3 WHERE channel = 'email'")
    await stage.write("UPDATE mass_replies SET not_after = now() - interval '1 second'")
    uncertain = await stage.read("SELECT conversation_id FROM deliveries WHERE status = 'uncertain'")

    body = decision([row.conversation_id for row in uncertain], "not_sent", send_again=True)
    assert (await stage.act(id_, "resolve", body)).json()["counts"]["queued"] == 6
    await stage.sweep()

    rows = await stage.read("SELECT channel, status, reason_code FROM deliveries")
    assert {tuple(row) for row in rows} == {("email", "queued", None), ("other", "failed", "too_late")}


async def test_who_decided_what_and_why_is_kept(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    await stage.act(id_, "resolve", decision(ids[:2], "not_sent", send_again=True))
    rows = await stage.read(
        "SELECT c.*, d.conversation_id FROM delivery_decisions c JOIN deliveries d ON d.id = c.delivery_id"
    )
    assert {row.conversation_id for row in rows} == set(ids[:2])
    kept = {(row.outcome, row.send_again, row.reason, row.author_id, row.author_name, row.epoch) for row in rows}
    assert kept == {("not_sent", True, "The log says so.", "agent-7", "Ann Lee", 1)}


async def test_it_is_too_early_to_call_something_not_sent_that_may_be_under_way(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    ids = await stage.lose_all(id_, settling=True)
    for again in (False, True):
        answer = await stage.act(id_, "resolve", decision(ids, "not_sent", send_again=again))
        assert (answer.status_code, answer.json()["code"]) == (409, "still_settling")
        assert {fault["detail"] for fault in answer.json()["errors"]} == {str(one) for one in ids}
    assert (await stage.act(id_, "resolve", decision(ids, "sent"))).status_code == 202


async def test_one_refused_id_changes_nothing(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    settling = "UPDATE deliveries SET settles_after = now() + interval '1 hour' WHERE conversation_id = :id"
    await stage.write(settling, id=ids[5])

    too_early = await stage.act(id_, "resolve", decision(ids, "not_sent"))
    unknown = await stage.act(id_, "resolve", decision([*ids[:2], uuid4()], "sent"))

    assert (too_early.status_code, too_early.json()["code"]) == (409, "still_settling")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "conversation_not_found")
    assert (await stage.get(id_))["counts"]["uncertain"] == 6
    assert await stage.read("SELECT 1 FROM delivery_decisions") == []


async def test_only_what_is_uncertain_can_be_resolved(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    await stage.act(id_, "resolve", decision(ids[:1], "sent"))
    again = await stage.act(id_, "resolve", decision(ids[:2], "sent"))
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
    assert [fault["detail"] for fault in again.json()["errors"]] == [str(ids[0])]
    assert (await stage.get(id_))["counts"]["uncertain"] == 5


async def test_what_was_sent_is_not_sent_again(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    answer = await stage.act(id_, "resolve", decision(ids, "sent", send_again=True))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/send_again"


async def test_a_cancelled_mass_reply_never_revives(stage: Stage) -> None:
    id_ = await stage.batch_in(S.CANCELLED)
    ids = await stage.lose_all(id_)
    answer = await stage.act(id_, "resolve", decision(ids, "not_sent", send_again=True))
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert (await stage.act(id_, "resolve", decision(ids, "not_sent"))).json()["status"] == "cancelled"


async def test_a_decision_about_many_holds_no_lane_while_it_waits_for_a_conversation(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that writes a result holds the conversation, and needs the lane next."""
    monkeypatch.setattr(settle, "GROUP", 1)  # more than one group, which locks conversations ahead
    id_ = await stage.batch_in(S.COMPLETED)
    ids = await stage.lose_all(id_)
    async with stage.runtime.database.begin(stage.tenant) as tx:
        await tx.execute(sa.text("SELECT FROM conversations WHERE id = :id FOR NO KEY UPDATE"), id=ids[0])
        deciding = asyncio.create_task(stage.act(id_, "resolve", decision(ids, "not_sent", send_again=True)))
        await a_lock_is_waited_for(tx)
        await tx.execute(sa.text("SELECT FROM lanes WHERE mass_reply_id = :id FOR NO KEY UPDATE NOWAIT"), id=id_)
    assert (await deciding).json()["counts"]["queued"] == 6


async def a_lock_is_waited_for(tx: TenantTx) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with patience("somebody waits for a lock"):
        while not await tx.scalar(sa.text(waiting)):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry", "resolve"])
async def test_acting_in_another_s_name_needs_a_permission(
    stage: Stage, anonymous: httpx.AsyncClient, make_key: MakeKey, action: str
) -> None:
    id_ = await stage.batch_in(S.SENDING)
    agent = bearer(await make_key(Role.AGENT, agent=Author("agent-1", "Ben")))
    body = decision([uuid4()], "sent") if action == "resolve" else {"author": ANN}
    answer = await anonymous.post(f"/mass-replies/{id_}/{action}", json=body, headers=agent)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
