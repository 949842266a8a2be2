"""A mass reply with files, end to end: who gets them, who gets the text alone, and that the preflight had said so."""

from uuid import UUID

import httpx

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.files import PDF, attach
from tests.scene import add_account, add_conversations, postmark, twilio

DROPPED = {"filename": "terms.pdf", "reason": "SMS carries no attachments; the text is sent without them."}


async def test_mail_carries_the_file_and_sms_says_that_it_does_not(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    email = await add_account(runtime, tenant, postmark(sandbox.url))
    sms = await add_account(runtime, tenant, twilio(sandbox.url))
    await add_conversations(runtime, tenant, Channel.EMAIL, 12, account=email)
    await add_conversations(runtime, tenant, Channel.SMS, 3, account=sms)
    file = str(await attach(client, PDF, filename="terms.pdf", content_type="application/pdf"))

    message = {"text": "Hi, our new terms.", "attachment_ids": [file, file]}
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": message}
    batch = (await client.post("/mass-replies", json=body)).json()
    assert batch["message"]["attachment_ids"] == [file]
    [warning] = batch["preflight"]["warnings"]
    assert (warning["code"], warning["channel"], warning["count"]) == ("attachment_dropped", "sms", 3)

    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 15})
    done = await finished(batch["id"])

    assert done["counts"] == {**dict.fromkeys(done["counts"], 0), "sent": 15}
    carried = {(entry.message.channel, bool(entry.message.fields.get("Attachments"))) for entry in sandbox.journal}
    assert carried == {("email", True), ("sms", False)}
    deliveries = (await client.get(f"/mass-replies/{batch['id']}/deliveries")).json()["items"]
    assert all(one["dropped_attachments"] == ([DROPPED] if one["channel"] == "sms" else []) for one in deliveries)
    await assert_timelines_name_the_file(client, deliveries)


async def assert_timelines_name_the_file(client: httpx.AsyncClient, deliveries: list[dict[str, str]]) -> None:
    for one in deliveries:
        timeline = (await client.get(f"/conversations/{one['conversation_id']}/timeline")).json()["items"]
        [reply] = [item for item in timeline if item["kind"] == "reply"]
        expected = [] if one["channel"] == "sms" else ["terms.pdf"]
        assert [file["filename"] for file in reply["attachments"]] == expected
