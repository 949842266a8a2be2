"""Apply what a provider's events say about the account itself: a late fault, or its own address."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from app.delivery.sql import account_health, receipts
from app.domain.accounts import ChannelAccount
from app.domain.addresses import Address
from app.domain.outbound import Deferred
from app.domain.provider_events import Inbound, ProviderEvent, Receipt
from app.domain.words import TenantId
from app.store.accounts import note_own_address
from app.store.database import Database

_STILL_TRUE: Final = timedelta(days=1)
"""How long after an attempt its failure still counts as evidence that the account is misconfigured."""
_STILL_BUSY: Final = timedelta(hours=1)
"""The same for evidence that a quota or a rate limit is reached."""

AccountEvent = tuple[ChannelAccount, ProviderEvent]


async def take_account_events(database: Database, tenant: TenantId, events: Sequence[AccountEvent]) -> None:
    """Stop an account if a late failure was its own fault, and store its address if it is new.

    Each in a separate transaction: claims lock accounts before counters.
    """
    for account, event in events:
        if isinstance(event, Receipt) and event.account_fault is not None:
            await _take_fault(database, tenant, account, event, event.account_fault)
    addresses = {(account.id, address): account for account, event in events if (address := _address(account, event))}
    for (_, address), account in addresses.items():
        async with database.begin(tenant) as tx:
            await note_own_address(tx, account, address)


async def _take_fault(
    database: Database, tenant: TenantId, account: ChannelAccount, receipt: Receipt, fault: Deferred
) -> None:
    lasts = _STILL_TRUE if fault.retry_after is None else _STILL_BUSY
    async with database.begin(tenant) as tx:
        begun = await receipts.begun_at(tx, account.id, receipt)
        if begun is not None and datetime.now(UTC) - begun <= lasts:
            await account_health.stop(tx, account.id, fault, begun)


def _address(account: ChannelAccount, event: ProviderEvent) -> str | None:
    """Return the account's own address if it is valid and not known yet."""
    written = event.account_address if isinstance(event, Inbound | Receipt) else None
    read = None if written is None else Address.read(account.channel, written)
    known = None if account.own_address is None else Address.read(account.channel, account.own_address)
    return None if read is None or read.wire is None or (known and known.key == read.key) else read.stored
