"""The main job, end to end: a mass reply over e-mail, SMS and voice, through real sockets."""

from uuid import UUID

import httpx

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.scene import add_account, add_conversations, postmark, twilio

BODY = {
    "selection": {"filter": {"tags": {"any": ["incident"]}}},
    "message": {"text": "Hi {{ contact.first_name | default: 'there' }}, we are back."},
    "mark_as_done": True,
}


async def test_everybody_selected_gets_exactly_one_reply_and_voice_is_skipped(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    email = await add_account(runtime, tenant, postmark(sandbox.url))
    sms = await add_account(runtime, tenant, twilio(sandbox.url))
    await add_conversations(runtime, tenant, Channel.EMAIL, 60, account=email)
    await add_conversations(runtime, tenant, Channel.SMS, 30, account=sms)
    await add_conversations(runtime, tenant, Channel.VOICE, 10)

    created = await client.post("/mass-replies", json=BODY)
    assert created.status_code == 201, created.text
    batch = created.json()
    assert (batch["selected_count"], batch["recipient_count"]) == (100, 90)
    assert batch["preflight"]["skipped"] == [{"code": "voice_not_supported", "channel": "voice", "count": 10}]

    confirmed = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 90})
    assert confirmed.status_code == 202, confirmed.text
    done = await finished(batch["id"])

    assert done["status"] == "completed"
    assert done["counts"] == {**dict.fromkeys(done["counts"], 0), "sent": 90, "skipped": 10}
    counts = sandbox.journal.counts()
    assert (counts.accepted, counts.distinct_accepted, list(counts.duplicates)) == (90, 90, [])
