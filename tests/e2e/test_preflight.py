"""What the preflight says of recipients and texts that a provider would refuse, by the rules of the real adapters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.words import Channel
from app.runtime import Runtime
from tests.scene import Account, add_account, add_conversation, messenger, postmark, twilio, whatsapp

API = "https://api.example.com"
INSTAGRAM = replace(messenger(API), key="instagram", channel=Channel.INSTAGRAM)
PERSON = "7300123456789012"


@pytest.mark.parametrize(
    ("account", "address", "text", "code"),
    [
        (postmark(API), "ann@example.com\nBcc: all@example.com", "Hi", "address_invalid"),
        (postmark(API), "ann", "Hi", "address_invalid"),
        (twilio(API), "12", "Hi", "address_invalid"),
        (twilio(API), "+12025550123", "x" * 1_601, "message_too_long"),
        (whatsapp(API), "ann@example.com", "Hi", "address_invalid"),
        (whatsapp(API), "+12025550123", "x" * 4_097, "message_too_long"),
        (messenger(API), "ann", "Hi", "address_invalid"),
        (messenger(API), PERSON, "x" * 2_001, "message_too_long"),
        (INSTAGRAM, PERSON, "ä" * 501, "message_too_long"),
        (INSTAGRAM, PERSON, "ä" * 500, None),
        (whatsapp(API), "US.13491208655302741918", "Hi", None),
    ],
    ids=lambda value: f"{value[:4]}{len(value)}" if isinstance(value, str) else None,
)
async def test_what_no_provider_would_take_is_skipped_before_anyone_confirms(
    account: Account,
    address: str,
    text: str,
    code: str | None,
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
) -> None:
    account_id = await add_account(runtime, tenant, account)
    await add_conversation(runtime, tenant, account.channel, address, account_id=account_id)
    said = await preview(client, text)
    assert [(skip["code"], skip["count"]) for skip in said["skipped"]] == ([(code, 1)] if code else [])


@pytest.mark.parametrize(
    ("account", "fits"), [(messenger(API), False), (INSTAGRAM, False), (whatsapp(API), False), (twilio(API), True)]
)
async def test_a_reply_window_that_has_shut_is_said_of_the_channels_that_have_one(
    account: Account, fits: bool, client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account_id = await add_account(runtime, tenant, account)
    address = "+12025550123" if account.channel in (Channel.SMS, Channel.WHATSAPP) else PERSON
    await add_conversation(
        runtime,
        tenant,
        account.channel,
        address,
        account_id=account_id,
        last_customer_message_at=datetime.now(UTC) - timedelta(hours=24, seconds=1),
    )
    skipped = [skip["code"] for skip in (await preview(client, "Hi"))["skipped"]]
    assert skipped == ([] if fits else ["window_closed"])


async def test_an_accounts_approval_for_human_agents_widens_its_window_to_a_week(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = replace(messenger(API), config={**messenger(API).config, "human_agent": True})
    account_id = await add_account(runtime, tenant, account)
    for days in (6, 8):
        last = datetime.now(UTC) - timedelta(days=days)
        await add_conversation(
            runtime, tenant, Channel.FACEBOOK, PERSON, account_id=account_id, last_customer_message_at=last
        )
    said = await preview(client, "Hi")
    assert [(skip["code"], skip["count"]) for skip in said["skipped"]] == [("window_closed", 1)]


async def preview(client: httpx.AsyncClient, text: str) -> dict[str, list[dict[str, Any]]]:
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": text}}
    answer = await client.post("/mass-replies/preview", json=body)
    return dict(answer.json()["preflight"])
