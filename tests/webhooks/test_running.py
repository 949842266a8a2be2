"""Real workers: a mass reply is sent, and whoever listens hears all of it, also from a worker that was killed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from app.dev.sandbox.server import Sandbox
from app.domain.outbox import ConversationUpdated, EventType, OutboxEntry
from app.domain.words import Channel
from app.settings import Settings
from app.webhooks.endpoint_calls import LEASE
from app.worker import WorkerProcess
from tests.faults.processes import running
from tests.scene import add_account, add_conversations, postmark
from tests.webhooks.conftest import Scene

RECIPIENTS = 60


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


async def test_everything_that_a_mass_reply_does_is_heard_in_order(
    scene: Scene, sandbox: Sandbox, worker: WorkerProcess
) -> None:
    await scene.endpoint()
    account = await add_account(scene.runtime, scene.tenant, postmark(sandbox.url))
    await add_conversations(scene.runtime, scene.tenant, Channel.EMAIL, RECIPIENTS, account=account)
    batch = await scene.batch()
    confirmed = await scene.client.post(f"/mass-replies/{batch}/confirm", json={"recipient_count": RECIPIENTS})
    assert confirmed.status_code == 202
    await until(lambda: "mass_reply.completed" in scene.consumer.types())
    told = scene.consumer.of_batch(batch)
    assert told[0].type == "mass_reply.confirmed"
    assert told[-1].type == "mass_reply.completed"
    assert told[-1].data["counts"]["sent"] == RECIPIENTS
    assert scene.consumer.twice() == []
    positions = await scene.positions()
    heard = [positions[one.event] for one in told]
    assert heard == sorted(heard)
    replies = [one.data for one in told if one.type == "message.created"]
    engaged = [one.data for one in told if one.type == "conversation.updated"]
    sent = [each for one in told if one.type == "deliveries.updated" for each in one.data["deliveries"]]
    for each_of in (
        {reply["conversation_id"] for reply in replies if reply["kind"] == "reply"},
        {each["id"] for each in engaged if each["engagement"] == "engaged"},
        {each["conversation_id"] for each in sent if each["status"] == "sent"},
    ):
        assert len(each_of) == RECIPIENTS
    assert {(reply["text"], reply["author"]["name"]) for reply in replies} == {("We are back.", "tests")}


@pytest.mark.faults
async def test_what_a_killed_worker_was_posting_is_posted_again_under_the_same_ids(
    scene: Scene, settings: Settings, tmp_path: Path
) -> None:
    await scene.endpoint()
    ids = [await scene.conversation() for _ in range(3)]
    for id_ in ids:
        await scene.announce(OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)] * 2))
    scene.consumer.answering.clear()
    async with running(settings, tmp_path / "killed.log") as killed:
        await scene.until(calls=3, seconds=30)
        await killed.kill()
    interrupted = {call.id for call in scene.consumer.calls}
    scene.consumer.calls.clear()
    scene.consumer.answering.set()
    await scene.let_pass(LEASE)
    async with running(settings, tmp_path / "next.log") as following:
        await scene.until(calls=6, seconds=30)
        assert await following.terminate() == 0
    again = scene.consumer.calls
    assert interrupted <= {one.id for one in again}
    assert sorted(UUID(one.data["id"]) for one in again) == sorted(ids * 2)
    assert (await scene.standing())["backlog"]["count"] == 0
