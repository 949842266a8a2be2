"""Deleting a channel account: what stays, what goes, and how it comes back."""

from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.domain.words import AccountId, Channel
from app.runtime import Runtime
from app.store.accounts import load_account, tenant_of_account
from tests.api.test_channel_accounts import SMS, TOKEN, faults, loaded_token, put
from tests.scene import add_conversation


async def queue_delivery(runtime: Runtime, tenant: UUID, account: str, status: str) -> UUID:
    """A delivery through the account, as far as the account's fate depends on it."""
    conversation = await add_conversation(runtime, tenant, Channel.SMS, "+12025550101", account_id=UUID(account))
    values = {"account": account, "conversation": conversation, "status": status}
    async with runtime.database.begin(tenant) as tx:
        batch = await tx.scalar(
            sa.text(
                "INSERT INTO mass_replies (tenant_id, status, selection, message_text, source_text, on_unresolved, "
                "author_name) VALUES (:tenant, 'sending', '{}', 'a', 'a', 'skip', 'a') RETURNING id"
            ),
            **values,
        )
        delivery = await tx.scalar(
            sa.text(
                "INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, "
                "status) SELECT :tenant, :batch, id, contact_id, :account, 'sms', :status FROM conversations "
                "WHERE id = :conversation RETURNING id"
            ),
            batch=batch,
            **values,
        )
    assert isinstance(delivery, UUID)
    return delivery


@pytest.mark.parametrize("status", ["queued", "sending"])
async def test_an_account_with_deliveries_to_send_cannot_be_deleted(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, status: str
) -> None:
    made = await put(client, SMS | TOKEN)
    await queue_delivery(runtime, tenant, made["id"], status)
    answer = await client.delete("/channel-accounts/sms")
    assert (answer.status_code, answer.json()["code"]) == (409, "account_in_use")
    assert (await client.get("/channel-accounts/sms")).json() == made


async def test_a_deleted_account_leaves_its_history_and_no_credentials(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, SMS | TOKEN)
    delivery = await queue_delivery(runtime, tenant, made["id"], "sent")
    assert (await client.delete("/channel-accounts/sms")).status_code == 204

    for method in ("GET", "DELETE"):
        assert (await client.request(method, "/channel-accounts/sms")).status_code == 404
    assert (await client.get("/channel-accounts")).json()["items"] == []
    assert await tenant_of_account(runtime.database, UUID(made["id"])) is None
    async with runtime.database.begin(tenant) as tx:
        gone = AccountId(UUID(made["id"]))
        assert await load_account(tx, runtime.vault, gone) is None
        left = (await tx.execute(sa.text("SELECT config, credentials, enabled FROM channel_accounts"))).one()
        assert tuple(left) == ({}, {}, False)
        kept = await tx.scalar(sa.text("SELECT account_id FROM deliveries WHERE id = :id"), id=delivery)
        assert str(kept) == made["id"]


async def test_a_deleted_account_comes_back_under_its_id_and_must_bring_credentials(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, SMS | TOKEN)
    await client.delete("/channel-accounts/sms")
    assert faults(await put(client, SMS, status=422)) == {"/credentials/auth_token": "missing"}
    assert (await client.get("/channel-accounts/sms")).status_code == 404
    assert await put(client, SMS | {"credentials": {"auth_token": "another"}}) == made
    assert await loaded_token(runtime, tenant, made["id"]) == "another"
