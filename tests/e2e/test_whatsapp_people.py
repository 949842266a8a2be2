"""WhatsApp's people have two names, and change both."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.domain.words import Channel
from app.runtime import Runtime
from tests.e2e.callers import Callers, whatsapp_message
from tests.e2e.test_opt_out import preview
from tests.scene import add_account, add_conversation, whatsapp

OLD, NEW, ID, NEW_ID = "+16505551234", "+16505559999", "US.13491208655302741918", "US.99991208655302741918"


def system(type_: str, **about: str) -> dict[str, Any]:
    message: dict[str, Any] = {"id": "wamid.S", "timestamp": "1777638601", "type": "system"}
    if "old" in about:
        message["from"] = about.pop("old")
    message["system"] = {"type": type_, "body": "changed", **about}
    value = {"metadata": {"phone_number_id": "100200300"}, "messages": [message]}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


@pytest.mark.parametrize("address", [OLD, ID])
async def test_number_and_id_seen_together_belong_together_and_conversations_follow_a_change(
    address: str, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp("https://api.example.com"))
    id_ = await add_conversation(runtime, tenant, Channel.WHATSAPP, address, account_id=account)
    callers = Callers(anonymous, runtime.settings.public_url)
    both = whatsapp_message("100200300", OLD[1:], "one")
    both["entry"][0]["changes"][0]["value"]["messages"][0]["from_user_id"] = ID
    await callers.graph(account, both)
    await callers.graph(account, whatsapp_message("100200300", ID, "STOP"))
    assert await preview(client) == (0, ["opted_out"])
    await callers.graph(account, whatsapp_message("100200300", OLD[1:], "START"))
    assert await preview(client) == (1, [])

    change = system("user_changed_number", old=OLD[1:], wa_id=NEW[1:], previous_user_id=ID, user_id=NEW_ID)
    await callers.graph(account, change)
    assert (await client.get(f"/conversations/{id_}")).json()["address"] == NEW
    await callers.graph(account, whatsapp_message("100200300", NEW_ID, "four"))
    items = (await client.get(f"/conversations/{id_}/timeline")).json()["items"]
    assert {item["text"] for item in items} == {"one", "STOP", "START", "four"}


async def test_a_block_moves_along_although_another_had_lifted_theirs_on_the_new_number(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp("https://api.example.com"))
    await add_conversation(runtime, tenant, Channel.WHATSAPP, OLD, account_id=account)
    callers = Callers(anonymous, runtime.settings.public_url)
    for number, word in ((OLD, "STOP"), (NEW, "STOP"), (NEW, "START")):
        await callers.graph(account, whatsapp_message("100200300", number[1:], word))
    await callers.graph(account, system("user_changed_number", old=OLD[1:], wa_id=NEW[1:]))
    assert await preview(client) == (0, ["opted_out"])


async def test_an_id_changes_alone(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp("https://api.example.com"))
    id_ = await add_conversation(runtime, tenant, Channel.WHATSAPP, ID, account_id=account)
    callers = Callers(anonymous, runtime.settings.public_url)
    await callers.graph(account, system("user_changed_user_id", previous_user_id=ID, user_id=NEW_ID))
    assert (await client.get(f"/conversations/{id_}")).json()["address"] == NEW_ID


def status(**about: Any) -> dict[str, Any]:
    """A status that tells the recipient's number and id together; the contacts of its call by `contacts`."""
    contacts = about.pop("contacts", None)
    told = {"id": "wamid.T", "status": "delivered", "timestamp": "1777638601", **about}
    value = {"metadata": {"phone_number_id": "100200300"}, "statuses": [told]}
    value |= {} if contacts is None else {"contacts": contacts}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


BESIDE = [
    status(recipient_id=OLD[1:], recipient_user_id=ID),
    status(recipient_id=OLD[1:], contacts=[{"profile": {"name": "Ann"}, "wa_id": OLD[1:], "user_id": ID}]),
    status(recipient_id=ID, contacts=[{"wa_id": OLD[1:], "user_id": ID}]),
    status(recipient_user_id=ID, contacts=[{"wa_id": OLD[1:], "user_id": ID}]),
]
APART = [
    status(recipient_id=OLD[1:]),
    status(recipient_id=ID, recipient_user_id=ID),
    status(recipient_id=OLD[1:], recipient_user_id=ID, recipient_type="group"),
    status(recipient_id=OLD[1:], contacts=[{"wa_id": NEW[1:], "user_id": ID}]),
]


@pytest.mark.parametrize(
    ("told", "skipped"), [(each, ["opted_out"]) for each in BESIDE] + [(each, []) for each in APART]
)
async def test_number_and_id_in_one_status_belong_together(
    told: dict[str, Any],
    skipped: list[str],
    client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
) -> None:
    account = await add_account(runtime, tenant, whatsapp("https://api.example.com"))
    await add_conversation(runtime, tenant, Channel.WHATSAPP, OLD, account_id=account)
    callers = Callers(anonymous, runtime.settings.public_url)
    assert (await callers.graph(account, told)).is_success
    await callers.graph(account, whatsapp_message("100200300", ID, "STOP"))
    assert (await preview(client))[1] == skipped


async def test_the_daily_limit_counts_what_a_person_got_by_another_name(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp("https://api.example.com"))
    await client.put("/settings", json={"max_per_contact_per_day": 1})
    await add_conversation(runtime, tenant, Channel.WHATSAPP, OLD, account_id=account)
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
    assert (await client.post("/mass-replies", json=body)).json()["recipient_count"] == 1
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text("UPDATE deliveries SET status = 'sent', sent_at = now()"))
        await tx.execute(sa.text("DELETE FROM conversation_tags"))
    for name in (ID, NEW_ID):
        await add_conversation(runtime, tenant, Channel.WHATSAPP, name, account_id=account)
    assert await preview(client) == (2, [])
    callers = Callers(anonymous, runtime.settings.public_url)
    for name in (ID, NEW_ID):
        await callers.graph(account, status(id=f"wamid.{name}", recipient_id=OLD[1:], recipient_user_id=name))
    assert await preview(client) == (0, ["contact_limit"])


@pytest.mark.parametrize("shown", ["15550783881", "+1 555-078-3881"])
async def test_the_account_s_own_number_is_learned_from_its_events_and_is_nobody_s(
    shown: str, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp("https://api.example.com"))
    await add_conversation(runtime, tenant, Channel.WHATSAPP, "+15550783881", account_id=account)
    assert await preview(client) == (1, [])
    told = status(recipient_id=OLD[1:])
    for display in ("1", shown):
        told["entry"][0]["changes"][0]["value"]["metadata"]["display_phone_number"] = display
        told["entry"][0]["changes"][0]["value"]["statuses"][0]["id"] = f"wamid.{display}"
        assert (await Callers(anonymous, runtime.settings.public_url).graph(account, told)).is_success
    assert await preview(client) == (0, ["address_invalid"])
