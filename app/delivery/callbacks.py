"""A provider's call to an account's callback address: is it theirs, and what does it say?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_never
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from app.delivery.lines import Lines
from app.delivery.receipts import take_receipt
from app.domain.accounts import ChannelAccount
from app.domain.conversation import CustomerMessage
from app.domain.errors import InvalidRequest, NotFound, Unauthenticated
from app.domain.messaging import (
    Adapter,
    Inbound,
    MalformedWebhook,
    ProviderEvent,
    Receipt,
    Unrecognized,
    Watermark,
    Webhook,
)
from app.domain.model import AccountId, ReasonCode, TenantId
from app.store import customer_messages, receipts
from app.store.accounts import tenant_of_account
from app.store.database import Database

log = structlog.get_logger()


async def take_callback(database: Database, lines: Lines, account_id: UUID, webhook: Webhook) -> None:
    """Check a provider's call and do what it says, all of it or nothing; the provider repeats a call that failed.

    Raises NotFound for an account that does not exist, Unauthenticated for a call that is not the provider's,
    InvalidRequest for one that cannot be read.
    """
    async with database.begin_routing() as connection:
        tenant = await tenant_of_account(connection, account_id)
    if tenant is None:
        raise NotFound
    async with database.begin(tenant) as connection:
        line = await lines.fresh(connection, tenant, AccountId(account_id))
        if not line.adapter.verify(webhook):
            raise Unauthenticated("The call is not signed by the account's provider.")
        for event in _events(line.adapter, webhook):
            await _take(connection, tenant, line.account, event)


def _events(adapter: Adapter, webhook: Webhook) -> Sequence[ProviderEvent]:
    try:
        return adapter.parse(webhook)
    except MalformedWebhook as error:
        raise InvalidRequest(f"The call cannot be read: {error}") from None


async def _take(connection: AsyncConnection, tenant: TenantId, account: ChannelAccount, event: ProviderEvent) -> None:
    match event:
        case Receipt():
            await take_receipt(connection, tenant, account.id, account.channel, event)
        case Inbound():
            await _take_inbound(connection, tenant, account, event)
        case Watermark():
            await receipts.keep(connection, tenant, account.id, "watermark", event.event_key, event.raw)
        case Unrecognized(event_key, raw):
            await receipts.keep(connection, tenant, account.id, "unrecognized", event_key, raw)
        case _:
            assert_never(event)


async def _take_inbound(
    connection: AsyncConnection, tenant: TenantId, account: ChannelAccount, inbound: Inbound
) -> None:
    """Put a customer's message on its conversation. One that belongs to none is kept and not guessed about."""
    if not await receipts.keep(connection, tenant, account.id, "inbound", inbound.event_key, inbound.raw):
        return
    await _note_opt_out(connection, tenant, account, inbound)
    found = await customer_messages.find_conversation(connection, tenant, account.id, account.channel, inbound)
    if found is None:
        log.info("inbound_unmatched", account=str(account.id))
        return
    message = CustomerMessage(
        text=inbound.text,
        provider_message_id=inbound.provider_message_id,
        sent_at=inbound.sent_at,
        automatic=inbound.automatic,
        references=inbound.references,
        sender=inbound.sender,
        believed=found.believed,
    )
    now = datetime.now(UTC)
    await customer_messages.record_customer_message(connection, tenant, found.conversation_id, message, now)


async def _note_opt_out(
    connection: AsyncConnection, tenant: TenantId, account: ChannelAccount, inbound: Inbound
) -> None:
    if inbound.opted_out is True:
        await receipts.block_address(connection, tenant, account.channel, inbound.sender, ReasonCode.OPTED_OUT)
    elif inbound.opted_out is False:
        await receipts.unblock_address(connection, tenant, account.channel, inbound.sender)
