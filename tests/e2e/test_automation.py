"""Rules at work in a real worker process, beside the pumps: a mass reply is sent, and what follows from it happens."""

import asyncio
from uuid import UUID

import httpx

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.scene import add_account, add_conversations, postmark
from tests.webhooks.consumer import consuming

BATCH = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}


async def test_what_a_mass_reply_was_sent_to_is_tagged_noted_and_told_to_a_webhook(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    account = await add_account(runtime, tenant, postmark(sandbox.url))
    await add_conversations(runtime, tenant, Channel.EMAIL, 20, account=account)
    async with consuming() as consumer:
        actions = [
            {"type": "add_tag", "tag": "told"},
            {"type": "add_note", "text": "Told by mass reply."},
            {"type": "call_webhook", "url": consumer.url},
        ]
        rule = {"name": "Told", "trigger": {"type": "message.sent"}, "actions": actions}
        made = await client.put("/automation-rules/told", json=rule)
        consumer.secret = made.json()["webhook_secret"]
        created = (await client.post("/mass-replies", json=BATCH)).json()
        await client.post(f"/mass-replies/{created['id']}/confirm", json={"recipient_count": 20})
        await finished(created["id"])
        async with asyncio.timeout(30):
            while len(consumer.taken) < 20:
                await asyncio.sleep(0.1)
    found = await client.post("/conversations/search", json={"filter": {"tags": {"all": ["incident", "told"]}}})
    assert found.json()["total"] == 20
    runs = (await client.get("/automation-rules/told/runs", params={"limit": 500})).json()["items"]
    assert {run["mass_reply_id"] for run in runs} == {created["id"]}
    assert len(runs) == len({run["conversation_id"] for run in runs}) == 20
    assert consumer.twice() == []
