"""Events come to a real consumer: all of them, verified, in order, whatever happens on the way."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import structlog

from app.domain.outbox import ConversationUpdated, EventType, OutboxEntry
from app.webhooks.endpoint_calls import LEASE
from tests.webhooks.conftest import Scene

A_DAY = timedelta(days=1)


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
    await scene.announce(
        OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_) for id_ in ids])
    )
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
    await scene.announce(
        OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_) for id_ in ids])
    )
    scene.consumer.answering.clear()
    posting = asyncio.create_task(scene.post())
    await scene.until(calls=8)
    scene.consumer.answering.set()
    await posting
    assert scene.consumer.most_at_once == 8


async def test_an_endpoint_far_behind_gets_page_after_page_in_one_round(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation()
    one_event = OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)])
    many_subjects = OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)] * 250)
    await scene.announce(*[one_event] * 50, many_subjects)
    await scene.post()
    assert len(scene.consumer.taken) == 300
    assert scene.consumer.twice() == []
    assert scene.consumer.most_at_once == 1, "they are of one conversation"


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
