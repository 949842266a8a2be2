"""Mass replies through SendGrid and through a mail server, end to end."""

from collections import Counter
from uuid import UUID

import httpx

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.scene import Account, add_account, add_conversations, sendgrid

BODY = {
    "selection": {"filter": {"tags": {"any": ["incident"]}}},
    "message": {"text": "Hi {{ contact.first_name | default: 'there' }}, we are back."},
}
SENDER = {"from": "Support <support@example.com>"}


async def test_everybody_gets_one_mail_through_sendgrid_and_one_through_a_mail_server(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    web = await add_account(runtime, tenant, sendgrid(sandbox.url))
    place = {**SENDER, "host": "127.0.0.1", "port": sandbox.smtp_port, "tls": "none"}
    smtp = await add_account(runtime, tenant, Account("smtp", Channel.EMAIL, "smtp", place, max_in_flight=20))
    await add_conversations(runtime, tenant, Channel.EMAIL, 20, account=web, prefix="web")
    await add_conversations(runtime, tenant, Channel.EMAIL, 20, account=smtp, prefix="wire")
    batch = (await client.post("/mass-replies", json=BODY)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 40})
    done = await finished(batch["id"])

    assert done["counts"] == {**dict.fromkeys(done["counts"], 0), "sent": 40}
    counts = sandbox.journal.counts()
    assert (counts.accepted, counts.distinct_accepted) == (40, 40)
    assert Counter(entry.message.account.provider for entry in sandbox.journal) == {"sendgrid": 20, "smtp": 20}
