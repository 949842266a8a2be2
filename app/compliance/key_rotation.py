"""Use case: encrypt all secrets under the current key, so that former keys can be removed."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
import structlog

from app.accounts.sql.tenants import every_tenant
from app.compliance.sql import sealed
from app.compliance.sql.sealed import SealedRow
from app.domain.callback_urls import Callbacks, first_token
from app.store import erased_addresses, installation_secrets
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.installation_secrets import DIGEST_KEY, NOBODY
from app.store.transactions import RoutingTx, TenantTx
from app.tables import channel_accounts

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Rotated:
    """The result of a rotation over all tenants."""

    resealed: int = 0
    current: int = 0
    """Already encrypted under the current key."""
    unreadable: int = 0
    """Encrypted under a key that is missing. Somebody must enter them again."""


async def rotate_secrets(database: Database, vault: Vault, callbacks: Callbacks, secret_keys: list[str]) -> Rotated:
    """Encrypt again, under the current key, what a former key encrypted, and store what was derived from one.

    Works tenant by tenant and may be repeated. What it did not reach stays readable.
    """
    async with database.begin_sweep() as tx:
        tenants = await every_tenant(tx)
    done, digests = Rotated(), False
    for tenant in tenants:
        async with database.begin(tenant) as tx:
            await _store_tokens(tx, vault, callbacks)
            for table, column in sealed.SEALED:
                await _reseal(tx, vault, table, column, done)
            digests = digests or await erased_addresses.has_digests(tx)
    async with database.begin_routing() as tx:
        await _keep_digest_keys(tx, vault, secret_keys[1:] if digests else [], done)
    return done


async def _store_tokens(tx: TenantTx, vault: Vault, callbacks: Callbacks) -> None:
    """Store the callback secrets that are derived from a key that is about to be removed."""
    for account in await sealed.accounts_without_tokens(tx):
        row = SealedRow(account, vault.seal(tx.tenant, account, first_token(callbacks.token(account))))
        await sealed.write_row(tx, channel_accounts, "callback_secrets", row)


async def _reseal(tx: TenantTx, vault: Vault, table: sa.Table, column: str, done: Rotated) -> None:
    for row in await sealed.hold_rows(tx, table, column):
        resealed = _resealed(vault, tx.tenant, row, done)
        if resealed is not None:
            await sealed.write_row(tx, table, column, SealedRow(row.id, resealed))


def _resealed(vault: Vault, tenant: UUID, row: SealedRow, done: Rotated) -> dict[str, str] | None:
    try:
        resealed = vault.reseal(tenant, row.id, row.sealed)
    except CredentialsUnreadable:
        done.unreadable += 1
        log.error("credentials_unreadable", tenant=str(tenant), account=str(row.id))
        return None
    if resealed is None:
        done.current += bool(row.sealed)
    else:
        done.resealed += 1
    return resealed


async def _keep_digest_keys(tx: RoutingTx, vault: Vault, former: list[str], done: Rotated) -> None:
    """Store the keys that recognise erased addresses: their digests cannot be computed again."""
    for name, value in (await installation_secrets.all_sealed(tx)).items():
        resealed = _resealed(vault, NOBODY, SealedRow(NOBODY, {name: value}), done)
        await installation_secrets.keep(tx, resealed or {})
    for key in former:
        await installation_secrets.keep(tx, vault.seal(NOBODY, NOBODY, {f"{DIGEST_KEY}{Vault(key).key_id}": key}))
