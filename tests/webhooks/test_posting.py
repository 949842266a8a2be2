"""Events come to a real consumer: all of them, verified, in order, whatever happens on the way."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
import structlog
from dirty_equals import IsDatetime, IsUUID

from app.channels import signed_posts
from app.domain.events import ConversationUpdated, DeliveryUpdated, EventType, News
from app.domain.model import DeliveryStatus, MassReplyId, ReasonCode
from app.store.credentials import Vault
from app.webhooks import dispatcher
from app.webhooks.dispatcher import LEASE, Dispatcher
from tests.webhooks.conftest import Scene
from tests.webhooks.consumer import consuming

A_DAY = timedelta(days=1)
IS_TIME = IsDatetime(iso_string=True)


async def test_a_customers_message_is_told_with_what_it_changed(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation(external_id="c-1", status="done", engagement="engaged", tags=("incident",))
    await scene.write_to_us(id_, "Still broken.")
    await scene.post()
    created, updated = scene.consumer.taken
    assert created.said == {
        "type": "message.created",
        "timestamp": IS_TIME,
        "data": {
            "id": IsUUID,
            "conversation_id": str(id_),
            "external_id": "c-1",
            "channel": "email",
            "kind": "customer_message",
            "text": "Still broken.",
            "automatic": False,
            "author": None,
            "mass_reply_id": None,
            "delivery_id": None,
            "created_at": IS_TIME,
        },
    }
    assert updated.type == "conversation.updated"
    assert updated.data == {
        "id": str(id_),
        "external_id": "c-1",
        "human_id": None,
        "channel": "email",
        "status": "active",
        "engagement": "pending",
        "team": None,
        "assignee": None,
        "tags": ["incident"],
        "changed": {
            "status": {"from": "done", "to": "active"},
            "engagement": {"from": "engaged", "to": "pending"},
        },
        "tags_added": [],
        "tags_removed": [],
        "mass_reply_id": None,
    }
    standing = await scene.standing()
    assert (standing["state"], standing["backlog"]) == ("active", {"count": 0, "oldest": None})
    assert standing["last_success_at"] is not None


async def test_a_mass_reply_is_told_with_its_counts(scene: Scene) -> None:
    await scene.endpoint()
    await scene.recipients()
    batch = await scene.batch()
    await scene.act(batch, "confirm", "pause", "cancel")
    await scene.post()
    assert scene.consumer.types() == ["mass_reply.confirmed", "mass_reply.paused", "mass_reply.cancelled"]
    told = scene.consumer.taken[-1].data
    assert (told["id"], told["status"], told["recipient_count"]) == (batch, "cancelled", 3)
    assert sum(told["counts"].values()) == told["selected_count"] == 3
    assert told["author"]["name"] == "tests"
    assert told["confirmed_at"] == IS_TIME


async def test_deliveries_are_told_together_with_their_reasons(scene: Scene) -> None:
    await scene.endpoint()
    await scene.recipients()
    batch = await scene.batch()
    found = (await scene.client.get(f"/mass-replies/{batch}/deliveries")).json()["items"]
    subjects = [
        DeliveryUpdated(UUID(f["id"]), UUID(f["conversation_id"]), DeliveryStatus.FAILED, ReasonCode.BOUNCED)
        for f in found
    ]
    gone = DeliveryUpdated(UUID(int=1), UUID(int=2), DeliveryStatus.SENT)
    await scene.announce(News(EventType.DELIVERIES_UPDATED, MassReplyId(UUID(batch)), [*subjects, gone]))
    await scene.post()
    [told] = scene.consumer.taken
    assert told.data["mass_reply_id"] == batch
    assert told.data["deliveries"] == [
        {
            "id": f["id"],
            "conversation_id": f["conversation_id"],
            "external_id": f["external_id"],
            "channel": "email",
            "status": "failed",
            "reason": {"code": "bounced", "detail": None},
            "provider_message_id": None,
        }
        for f in found
    ] + [
        {
            "id": str(gone.delivery_id),
            "conversation_id": str(gone.conversation_id),
            "external_id": None,
            "channel": None,
            "status": "sent",
            "reason": None,
            "provider_message_id": None,
        }
    ]


async def test_only_the_types_asked_for_are_posted(scene: Scene) -> None:
    await scene.endpoint(events=["mass_reply.paused"])
    await scene.recipients()
    batch = await scene.batch()
    await scene.act(batch, "confirm", "pause", "cancel")
    assert (await scene.standing())["backlog"]["count"] == 1
    await scene.post()
    assert scene.consumer.types() == ["mass_reply.paused"]


async def test_what_is_not_asked_for_is_passed_over_in_one_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.endpoint(events=["mass_reply.paused"])
    id_ = await scene.conversation()
    unwanted = News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)])
    await scene.announce(*[unwanted] * 100)
    monkeypatch.setattr(dispatcher, "TURN", 0)
    await scene.post()
    async with scene.runtime.database.begin(scene.tenant) as connection:
        position = await connection.scalar(sa.text("SELECT position FROM webhook_endpoints"))
    assert position == max((await scene.positions()).values())


async def test_a_new_endpoint_begins_at_the_present(scene: Scene) -> None:
    id_ = await scene.conversation()
    await scene.write_to_us(id_, "Before.")
    await scene.endpoint(events=["message.created"])
    await scene.write_to_us(id_, "After.")
    await scene.post()
    assert [one.data["text"] for one in scene.consumer.taken] == ["After."]


async def test_what_has_been_deleted_meanwhile_is_left_out_and_holds_nothing_up(scene: Scene) -> None:
    await scene.endpoint()
    await scene.announce(News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(UUID(int=7))]))
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    assert scene.consumer.types() == ["message.created"]


async def test_after_a_day_of_silence_everything_arrives_in_order_and_once(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(503)
    await scene.recipients()
    batches = [await scene.batch() for _ in range(2)]
    for action in ("confirm", "pause", "resume", "pause", "cancel"):
        for batch in batches:
            await scene.act(batch, action)
    for _ in range(3):
        await scene.post()
        await scene.let_pass(A_DAY / 3)
    standing = await scene.standing()
    assert (standing["state"], standing["last_failure"]) == ("retrying", "It answered HTTP 503.")
    assert standing["backlog"]["count"] == 8
    scene.consumer.answer(200)
    await scene.post()
    for batch in batches:
        told = [one.type.removeprefix("mass_reply.") for one in scene.consumer.of_batch(batch)]
        assert told == ["confirmed", "paused", "paused", "cancelled"]
    assert scene.consumer.twice() == []
    standing = await scene.standing()
    assert (standing["state"], standing["failing_since"], standing["backlog"]["count"]) == ("active", None, 0)


async def test_an_endpoint_that_is_away_is_asked_once_a_try(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(500)
    for number in range(5):
        await scene.write_to_us(await scene.conversation(), f"Message {number}")
    await scene.post()
    first = len(scene.consumer.calls)
    await scene.post()
    assert len(scene.consumer.calls) == first, "it was called before its time"
    await scene.let_pass(A_DAY)
    await scene.post()
    assert len(scene.consumer.calls) == first + 1


async def test_what_follows_on_a_refused_call_waits_for_it(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation(status="done")
    await scene.write_to_us(id_, "First.")
    scene.consumer.answer(400)
    await scene.post()
    assert [one.type for one in scene.consumer.calls] == ["message.created"]
    scene.consumer.answer(200)
    await scene.let_pass(A_DAY)
    await scene.post()
    assert scene.consumer.types() == ["message.created", "conversation.updated"]
    assert scene.consumer.calls[0].id == scene.consumer.taken[0].id


async def test_what_was_taken_beside_a_refused_call_is_not_posted_again(scene: Scene) -> None:
    await scene.endpoint()
    ids = [await scene.conversation() for _ in range(6)]
    await scene.announce(News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_) for id_ in ids]))
    scene.consumer.answering.clear()
    posting = asyncio.create_task(scene.post())
    await scene.until(calls=6)
    scene.consumer.refused_ids = frozenset({scene.consumer.calls[2].id})
    scene.consumer.answering.set()
    await posting
    assert len(scene.consumer.taken) == 5
    scene.consumer.refused_ids = frozenset()
    await scene.let_pass(A_DAY)
    await scene.post()
    assert {one.data["id"] for one in scene.consumer.taken} == set(map(str, ids))
    assert scene.consumer.twice() == []
    assert (await scene.standing())["backlog"]["count"] == 0


async def test_many_conversations_of_one_event_are_posted_side_by_side(scene: Scene) -> None:
    await scene.endpoint()
    ids = [await scene.conversation() for _ in range(8)]
    await scene.announce(News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_) for id_ in ids]))
    scene.consumer.answering.clear()
    posting = asyncio.create_task(scene.post())
    await scene.until(calls=8)
    scene.consumer.answering.set()
    await posting
    assert scene.consumer.most_at_once == 8


async def test_an_endpoint_far_behind_gets_page_after_page_in_one_round(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation()
    one_event = News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)])
    many_subjects = News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)] * 250)
    await scene.announce(*[one_event] * 50, many_subjects)
    await scene.post()
    assert len(scene.consumer.taken) == 300
    assert scene.consumer.twice() == []
    assert scene.consumer.most_at_once == 1, "they are of one conversation"


async def test_gone_disables_at_once_and_saving_makes_it_go_on(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(410)
    id_ = await scene.conversation()
    await scene.write_to_us(id_, "One.")
    await scene.post()
    standing = await scene.standing()
    assert (standing["state"], standing["disabled_reason"]) == (
        "disabled",
        "It answered HTTP 410: it is gone for good.",
    )
    scene.consumer.answer(200)
    await scene.let_pass(A_DAY)
    await scene.post()
    assert len(scene.consumer.calls) == 1
    saved = await scene.client.put("/webhook-endpoints/helpdesk", json={"url": scene.consumer.url})
    assert (saved.status_code, saved.json()["state"], saved.json()["secret"]) == (200, "active", None)
    await scene.post()
    assert scene.consumer.taken[0].data["text"] == "One."


async def test_an_address_that_is_gone_and_was_replaced_meanwhile_disables_nothing(scene: Scene) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    scene.consumer.answer(410)
    scene.consumer.answering.clear()
    old = scene.dispatcher()
    await old.tick()
    await scene.until(calls=1)
    async with consuming() as moved:
        moved.secret = scene.consumer.secret
        saved = await scene.client.put("/webhook-endpoints/helpdesk", json={"url": moved.url})
        assert saved.status_code == 200
        scene.consumer.answering.set()
        await old.finish()
        assert (await scene.standing())["state"] == "active"
        await scene.post()
        assert moved.types() == ["message.created"]


async def test_three_days_of_failures_disable_it_and_say_why(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(502)
    await scene.write_to_us(await scene.conversation(), "Hello?")
    states = []
    for _ in range(4):
        await scene.post()
        states.append((await scene.standing())["state"])
        await scene.let_pass(A_DAY)
    assert states == ["retrying", "retrying", "retrying", "disabled"]
    reason = (await scene.standing())["disabled_reason"]
    assert reason == "Every try failed for 3 days. The last one: It answered HTTP 502."


@pytest.mark.parametrize("status", [429, 503])
async def test_an_endpoint_may_say_when_to_come_back(scene: Scene, status: int) -> None:
    await scene.endpoint()
    scene.consumer.answer(status, Retry_After="7200")
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    wait = datetime.fromisoformat((await scene.standing())["next_try_at"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=55) < wait <= timedelta(hours=2)


async def test_a_redirect_is_a_failure_and_leads_nowhere(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(307, Location=f"{scene.consumer.url}?again")
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    assert len(scene.consumer.calls) == 1
    assert (await scene.standing())["last_failure"] == "It answered HTTP 307, and redirects are not followed."


async def test_an_endpoint_that_never_answers_keeps_no_other_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_posts, "SECONDS", 0.2)
    async with consuming() as silent:
        silent.answering.clear()
        await scene.endpoint("silent", silent)
        await scene.endpoint()
        await scene.write_to_us(await scene.conversation(), "Hello?")
        await scene.post()
    assert scene.consumer.types() == ["message.created"]
    standing = await scene.standing("silent")
    assert (standing["state"], standing["backlog"]["count"]) == ("retrying", 1)
    assert "did not answer" in standing["last_failure"]


async def test_a_private_address_is_refused_when_the_connection_is_made(
    scene: Scene, careful_http: httpx.AsyncClient
) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post(scene.dispatcher(careful_http))
    assert scene.consumer.calls == []
    assert "private network" in (await scene.standing())["last_failure"]


async def test_two_workers_never_post_to_one_endpoint_at_once(scene: Scene) -> None:
    await scene.endpoint()
    for number in range(3):
        await scene.write_to_us(await scene.conversation(), f"Message {number}")
    scene.consumer.answering.clear()
    first, second = scene.dispatcher(), scene.dispatcher()
    await asyncio.gather(first.tick(), second.tick())
    await scene.until(calls=1)
    await scene.post(scene.dispatcher())
    scene.consumer.answering.set()
    await asyncio.gather(first.finish(), second.finish())
    assert len(scene.consumer.taken) == 3
    assert scene.consumer.twice() == []


async def test_a_worker_that_stops_in_good_order_finishes_its_calls_and_begins_no_more(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation()
    for number in range(3):
        await scene.write_to_us(id_, f"Message {number}")
    scene.consumer.answering.clear()
    dispatcher = scene.dispatcher()
    await dispatcher.tick()
    await scene.until(calls=1)
    dispatcher.stop()
    scene.consumer.answering.set()
    await dispatcher.finish()
    assert [one.data["text"] for one in scene.consumer.taken] == ["Message 0"]
    await scene.post()
    assert [one.data["text"] for one in scene.consumer.taken] == ["Message 0", "Message 1", "Message 2"]


async def test_replay_posts_again_what_happened_since_under_the_same_ids(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation()
    await scene.write_to_us(id_, "One.")
    since = datetime.now(UTC)
    await scene.write_to_us(id_, "Two.")
    await scene.post()
    replay = await scene.client.post("/webhook-endpoints/helpdesk/replay", json={"from": since.isoformat()})
    assert (replay.status_code, replay.json()["backlog"]["count"]) == (202, 1)
    await scene.post()
    one, two, again = scene.consumer.taken
    assert (again.id, again.said) == (two.id, two.said)
    assert one.data["text"] == "One."


async def test_replay_during_a_round_loses_nothing(scene: Scene) -> None:
    made = await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "One.")
    scene.consumer.answering.clear()
    dispatcher = scene.dispatcher()
    await dispatcher.tick()
    await scene.until(calls=1)
    await scene.client.post("/webhook-endpoints/helpdesk/replay", json={"from": made["created_at"]})
    scene.consumer.answering.set()
    await dispatcher.finish()
    await scene.post()
    assert len(scene.consumer.taken) == 2
    assert len(scene.consumer.twice()) == 1


async def test_for_a_day_both_secrets_sign(scene: Scene) -> None:
    old = (await scene.endpoint())["secret"]
    rotated = (await scene.client.post("/webhook-endpoints/helpdesk/rotate-secret")).json()
    new = rotated["secret"]
    assert new not in (old, None)
    assert rotated["previous_secret_until"] is not None
    id_ = await scene.conversation()
    for secret in (old, new):
        scene.consumer.secret = secret
        await scene.write_to_us(id_, f"Message for {len(scene.consumer.taken)}")
        await scene.post()
    assert len(scene.consumer.taken) == 2


async def test_what_happens_while_it_is_off_is_posted_when_it_is_on_again(scene: Scene) -> None:
    await scene.endpoint(enabled=False, events=["message.created"])
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    standing = await scene.standing()
    assert (standing["state"], standing["backlog"]["count"], scene.consumer.calls) == ("off", 1, [])
    await scene.client.put("/webhook-endpoints/helpdesk", json={"url": scene.consumer.url})
    await scene.post()
    assert scene.consumer.taken[0].data["text"] == "Hello?"


async def test_a_secret_that_cannot_be_read_any_more_is_a_failure_until_it_is_replaced(scene: Scene) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post(Dispatcher(scene.runtime.database, Vault("another " * 8), scene.runtime.posts))
    assert (await scene.standing())["last_failure"] == "Its secret cannot be read any more. Replace it."
    async with scene.runtime.database.begin(scene.tenant) as connection:
        await connection.execute(sa.text("""UPDATE webhook_endpoints SET secrets = '{"current": "v1.old"}'"""))
    scene.consumer.secret = (await scene.client.post("/webhook-endpoints/helpdesk/rotate-secret")).json()["secret"]
    await scene.let_pass(A_DAY)
    await scene.post()
    assert scene.consumer.types() == ["message.created"]


async def test_neither_secrets_nor_addresses_nor_texts_are_logged(scene: Scene) -> None:
    secret = (await scene.endpoint())["secret"]
    scene.consumer.answer(410)
    await scene.write_to_us(await scene.conversation(), "Private words.")
    with structlog.testing.capture_logs() as logs:
        await scene.post()
    said = json.dumps(logs)
    assert "webhook_disabled" in said
    assert [word for word in (secret, scene.consumer.url, "Private words.") if word in said] == []


async def test_an_endpoint_whose_lease_ran_out_is_taken_over_under_the_same_ids(scene: Scene) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    scene.consumer.answering.clear()
    frozen = scene.dispatcher()
    await frozen.tick()
    await scene.until(calls=1)
    await scene.let_pass(LEASE)
    scene.consumer.answering.set()
    await asyncio.gather(scene.post(), frozen.finish())
    assert {one.id for one in scene.consumer.taken} == {scene.consumer.calls[0].id}
    assert (await scene.standing())["backlog"]["count"] == 0
