"""An answer that was lost is asked for at the provider, where the provider can tell."""

from uuid import UUID

import httpx
import sqlalchemy as sa

from app.delivery.look_up import look_up_uncertain
from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.scene import add_account, add_conversation, postmark, row, the_delivery

LATER = """
    UPDATE deliveries SET settles_after = now() - interval '2 minutes', not_before = now() WHERE status = 'uncertain'
"""


async def send_to(address: str, client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, sandbox: Sandbox) -> str:
    account = await add_account(runtime, tenant, postmark(sandbox.url))
    await add_conversation(runtime, tenant, Channel.EMAIL, address, account_id=account, subject="Payment failed")
    selection = {"filter": {"tags": {"any": ["incident"]}}}
    created = await client.post("/mass-replies", json={"selection": selection, "message": {"text": "We are back."}})
    id_ = str(created.json()["id"])
    await client.post(f"/mass-replies/{id_}/confirm", json={"recipient_count": 1})
    return id_


async def let_time_pass(runtime: Runtime, tenant: UUID) -> None:
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(LATER))


async def test_a_message_that_the_provider_has_is_called_sent(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, sandbox: Sandbox, worker: WorkerProcess, finished: Poll
) -> None:
    id_ = await send_to("drop-after@example.com", client, runtime, tenant, sandbox)
    assert (await finished(id_))["counts"]["uncertain"] == 1

    await look_up_uncertain(runtime.database, runtime.senders)
    assert (await the_delivery(client, id_))["status"] == "uncertain", "the last holder may still be sending"

    await let_time_pass(runtime, tenant)
    await look_up_uncertain(runtime.database, runtime.senders)
    delivery = await the_delivery(client, id_)
    assert delivery["status"] in ("sent", "delivered")
    assert delivery["provider_message_id"] is not None
    reply = await row(runtime, tenant, "SELECT text FROM messages WHERE kind = 'reply'")
    assert reply.text == "We are back."
    assert sandbox.journal.counts().accepted == 1


async def test_a_message_that_the_provider_never_had_is_sent_again(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, sandbox: Sandbox, worker: WorkerProcess, finished: Poll
) -> None:
    id_ = await send_to("drop-before@example.com", client, runtime, tenant, sandbox)
    await finished(id_)
    await let_time_pass(runtime, tenant)

    await look_up_uncertain(runtime.database, runtime.senders)
    await finished(id_)
    attempts = await row(runtime, tenant, "SELECT count(*) AS number FROM delivery_attempts")
    assert attempts.number == 2
    assert sandbox.journal.counts().accepted == 0
