"""Use case: check whether a channel account works, without sending anything."""

from dataclasses import dataclass

from app.delivery.senders import SenderCache
from app.delivery.sql import callback_sightings
from app.domain.account_check import CallbackTimes, CheckResult, Checks, unknown
from app.domain.errors import NotFound
from app.domain.storable import storable
from app.domain.words import TenantId
from app.store.accounts import find_account, note_own_address
from app.store.credentials import CredentialsUnreadable
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class AccountCheck:
    result: CheckResult
    callbacks: CallbackTimes


async def check_account(database: Database, senders: SenderCache, tenant: TenantId, key: str) -> AccountCheck:
    """Ask the account's provider. No database connection is held meanwhile. Raise NotFound."""
    async with database.begin(tenant) as tx:
        account = await find_account(tx, key)
        if account is None:
            raise NotFound
        callbacks = await callback_sightings.times(tx, account.id)
        try:
            adapter = (await senders.fresh(tx, account.id)).adapter
        except CredentialsUnreadable:
            return AccountCheck(unknown("The stored credentials cannot be decrypted. Save them again."), callbacks)
    if isinstance(adapter, Checks):
        result = await adapter.check()
    else:
        result = unknown("This provider cannot check credentials without sending a message.")
    if result.own_address is not None:
        # WhatsApp's config holds only the number's id, which is not an address.
        async with database.begin(tenant) as tx:
            await note_own_address(tx, account, storable(result.own_address))
    return AccountCheck(result, callbacks)
