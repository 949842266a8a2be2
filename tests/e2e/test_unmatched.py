"""A customer's message that belongs to no conversation: kept, told of, and guessed about by nobody."""

from uuid import UUID

import httpx
import structlog

from app.domain.words import Channel
from app.runtime import Runtime
from tests.e2e.callers import Callers, mail
from tests.monitoring.samples import Samples
from tests.scene import add_account, add_conversation, postmark, row

KEPT = "SELECT kind, outcome, raw ->> 'TextBody' AS text, settled_at FROM receipts"
UNMATCHED = "mass_reply_inbound_unmatched_total"


async def counted(anonymous: httpx.AsyncClient) -> float:
    return Samples((await anonymous.get("/metrics")).text).value(UNMATCHED, channel="email")


async def test_a_message_of_a_stranger_is_kept_logged_and_counted_once(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, postmark("https://api.example.com"))
    known = await add_conversation(runtime, tenant, Channel.EMAIL, "ann@example.com", account_id=account)
    before, letter = await counted(anonymous), mail("stranger@example.net")

    with structlog.testing.capture_logs() as lines:
        for _ in range(2):
            await Callers(anonymous, runtime.settings.public_url).postmark(account, letter)

    assert [line["event"] for line in lines].count("inbound_unmatched") == 1
    assert await counted(anonymous) == before + 1
    kept = await row(runtime, tenant, KEPT)
    assert (kept.kind, kept.outcome, kept.text) == ("inbound", "unmatched", "Still broken.")
    assert kept.settled_at is not None, "nobody tries it again"
    messages = await row(
        runtime, tenant, "SELECT count(*) AS number FROM messages WHERE conversation_id = :id", id=known
    )
    assert messages.number == 0


async def test_a_message_that_is_found_is_none_of_those(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, postmark("https://api.example.com"))
    await add_conversation(runtime, tenant, Channel.EMAIL, "ann@example.com", account_id=account)
    before = await counted(anonymous)

    await Callers(anonymous, runtime.settings.public_url).postmark(account, mail("ann@example.com"))

    assert await counted(anonymous) == before
    assert (await row(runtime, tenant, KEPT)).outcome == "kept"
