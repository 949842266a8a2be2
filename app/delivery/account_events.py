"""What a provider's events say of the account itself, besides what they say of a message."""

from collections.abc import Iterable
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
"""How long after an attempt its failure tells what is wrong with the account."""
_STILL_BUSY: Final = timedelta(hours=1)
"""The same of a quota or a pace."""

AccountEvent = tuple[ChannelAccount, ProviderEvent]


async def take_account_events(database: Database, tenant: TenantId, told: Iterable[AccountEvent]) -> None:
    """Stop an account whose messages fail late for its own fault, and learn its address.

    In transactions of their own: claims hold accounts before counters.
    """
    for account, event in told:
        if isinstance(event, Receipt) and event.account_fault is not None:
            await _take_fault(database, tenant, account, event, event.account_fault)
    addresses = {(account.id, address): account for account, event in told if (address := _address(account, event))}
    for (_, address), account in addresses.items():
        async with database.begin(tenant) as tx:
            await note_own_address(tx, account, address)


async def _take_fault(
    database: Database, tenant: TenantId, account: ChannelAccount, receipt: Receipt, fault: Deferred
) -> None:
    lasts = _STILL_TRUE if fault.retry_after is None else _STILL_BUSY
    async with database.begin(tenant) as tx:
        begun = await receipts.begun_at(tx, account.id, receipt)
        if begun is None or datetime.now(UTC) - begun > lasts:
            return
        if fault.retry_after is None:
            await account_health.pause(tx, account.id, f"{fault.code}: {fault.detail}", begun)
        else:
            await account_health.cool(tx, account.id, fault.retry_after, fault.detail, begun)


def _address(account: ChannelAccount, event: ProviderEvent) -> str | None:
    """The account's own address, where it is news and an address."""
    written = event.account_address if isinstance(event, Inbound | Receipt) else None
    read = None if written is None else Address.read(account.channel, written)
    known = None if account.own_address is None else Address.read(account.channel, account.own_address)
    return None if read is None or read.wire is None or (known and known.key == read.key) else read.stored
