"""5,000 conversations over e-mail, SMS and voice: every number is exact, and every conversation is as it should be."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa

from app.dev.sandbox.server import Sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from app.settings import Settings
from app.worker import WorkerProcess
from tests.api.conftest import MakeKey, bearer
from tests.channels.cases import sample
from tests.e2e.conftest import Poll
from tests.history import confirm, create, observe
from tests.patience import patience
from tests.scene import add_account, add_conversations, postmark, twilio

pytestmark = pytest.mark.proof

COUNTS = {Channel.EMAIL: 3_000, Channel.SMS: 1_500, Channel.VOICE: 500}
SELECTED, RECIPIENTS = 5_000, 4_500
SECONDS = 60
KIM = Author("agent-7", "Kim", "kim@example.com")
MESSAGE = {"text": "Hi {{ contact.first_name }}, we are back."}
WRITERS = [f"sms-{number}" for number in range(1_461, 1_501)]
"""Customers who write while the batch is under way."""
CREATE_MESSAGE = sample("twilio", "create_message")
"""Twilio's own description of the call."""

CONVERSATIONS = """
    SELECT c.channel, c.engagement, c.status, c.last_customer_message_at, c.external_id, k.first_name, d.flips,
           (SELECT max(a.started_at) FROM delivery_attempts a WHERE a.delivery_id = d.id) AS started_at,
           m.created_at AS frozen_at,
           ARRAY(SELECT t.kind || ': ' || coalesce(t.author_name, '-') || ': ' || t.text FROM messages t
                 WHERE t.conversation_id = c.id AND t.kind <> 'customer_message' ORDER BY t.kind) AS told
    FROM deliveries d
    JOIN mass_replies m ON m.id = d.mass_reply_id
    JOIN conversations c ON c.id = d.conversation_id
    JOIN contacts k ON k.id = c.contact_id
"""


@pytest.fixture(
    params=[
        pytest.param(SELECTED, id="prepared in the request"),
        pytest.param(100, id="prepared by a worker"),
    ]
)
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"prepare_inline_limit": request.param})


async def test_everybody_gets_one_reply_and_every_conversation_says_so(
    client: httpx.AsyncClient,
    make_key: MakeKey,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    await furnish(runtime, tenant, sandbox)
    client.headers.update(bearer(await make_key(Role.ADMIN, agent=KIM)))
    async with asyncio.timeout(SECONDS):
        created = await prepared(client, await create(client, message=MESSAGE, mark_as_done=True))
        assert (created["selected_count"], created["recipient_count"]) == (SELECTED, RECIPIENTS)
        assert created["preflight"]["skipped"] == [{"code": "voice_not_supported", "channel": "voice", "count": 500}]
        confirmed = await confirm(client, created)
        await write_in_between(client)
        done = await finished(confirmed.mass_reply)

    assert done["counts"] == {**dict.fromkeys(done["counts"], 0), "sent": RECIPIENTS, "skipped": 500}
    settings, journal = runtime.settings, sandbox.journal
    history = await observe(
        client, confirmed, journal, settings.database_url, tenant, settles_after=settings.settles_after
    )
    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == confirmed.deliveries.keys()
    check_conversations(await rows(runtime, tenant, CONVERSATIONS))
    check_twilio_calls(sandbox)


async def furnish(runtime: Runtime, tenant: UUID, sandbox: Sandbox) -> None:
    accounts = {
        Channel.EMAIL: await add_account(runtime, tenant, postmark(sandbox.url)),
        Channel.SMS: await add_account(runtime, tenant, twilio(sandbox.url)),
    }
    for channel, count in COUNTS.items():
        await add_conversations(runtime, tenant, channel, count, account=accounts.get(channel))


async def prepared(client: httpx.AsyncClient, batch: dict[str, Any]) -> dict[str, Any]:
    """Wait for the preflight. The number of selected conversations is exact from the beginning."""
    async with patience("it is prepared", seconds=60):
        while batch["status"] == "preparing":
            assert (batch["selected_count"], batch["recipient_count"]) == (SELECTED, None)
            await asyncio.sleep(0.1)
            batch = (await client.get(f"/mass-replies/{batch['id']}")).json()
    return batch


async def write_in_between(client: httpx.AsyncClient) -> None:
    for name in WRITERS:
        answer = await client.post(f"/conversations/{name}/customer-messages", json={"text": "Any news?"})
        assert answer.status_code == 201, answer.text


def check_conversations(conversations: Sequence[Any]) -> None:
    assert len(conversations) == SELECTED
    for row in conversations:
        if row.channel == Channel.VOICE:
            assert (row.engagement, row.status, row.told) == ("pending", "active", [])
            continue
        assert row.told == [
            f"reply: Kim: Hi {row.first_name}, we are back.",
            "system_note: -: Sent with a mass reply by Kim.",
        ]
        wrote_since_send = row.last_customer_message_at > row.started_at
        wrote_since_freeze = row.last_customer_message_at > row.frozen_at
        assert wrote_since_freeze == (row.external_id in WRITERS)
        assert row.engagement == ("pending" if wrote_since_send else "engaged")
        assert row.status == ("active" if wrote_since_freeze else "done")


def check_twilio_calls(sandbox: Sandbox) -> None:
    """Hold every captured request against Twilio's OpenAPI description."""
    schema = {**CREATE_MESSAGE["request"], "additionalProperties": False, "components": CREATE_MESSAGE["components"]}
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    calls = [entry.message for entry in sandbox.journal if entry.message.account.provider == "twilio"]
    assert len(calls) == COUNTS[Channel.SMS]
    for call in calls:
        validator.validate(dict(call.fields))
        jsonschema.validate(call.account.identity, CREATE_MESSAGE["pathParameter"])
        assert urlsplit(str(call.fields["StatusCallback"])).query.endswith(f"d={call.correlation}")


async def rows(runtime: Runtime, tenant: UUID, statement: str) -> Sequence[Any]:
    async with runtime.database.begin(tenant) as tx:
        return list(await tx.execute(sa.text(statement)))
