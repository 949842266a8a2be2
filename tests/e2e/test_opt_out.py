"""A provider refuses a message because its recipient has opted out: what the next mass reply knows of that."""

from typing import Any
from uuid import UUID

import httpx

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.callers import Callers, sms
from tests.e2e.conftest import Poll
from tests.scene import add_account, add_conversation, twilio

OPTED_OUT_AT_TWILIO = "+15005550110"
BODY = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}


async def preview(client: httpx.AsyncClient) -> tuple[int, list[str]]:
    """How many would get it, and why others would not."""
    found: dict[str, Any] = (await client.post("/mass-replies/preview", json=BODY)).json()
    return found["recipient_count"], [skipped["code"] for skipped in found["preflight"]["skipped"]]


async def test_who_is_refused_for_a_stop_is_not_promised_again_until_a_start(
    client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    account = await add_account(runtime, tenant, twilio(sandbox.url))
    await add_conversation(runtime, tenant, Channel.SMS, OPTED_OUT_AT_TWILIO, account_id=account)
    assert await preview(client) == (1, [])

    batch = (await client.post("/mass-replies", json=BODY)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 1})
    assert (await finished(batch["id"]))["counts"]["failed"] == 1
    [refused] = (await client.get(f"/mass-replies/{batch['id']}/deliveries")).json()["items"]
    assert refused["reason"]["code"] == "opted_out"

    assert await preview(client) == (0, ["opted_out"])
    await Callers(anonymous, runtime.settings.public_url).twilio(account, sms(OPTED_OUT_AT_TWILIO, "START"))
    assert await preview(client) == (1, [])
