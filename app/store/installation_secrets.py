"""Keys of the installation that outlive the setting they came from, encrypted."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.transactions import RoutingTx
from app.tables import installation_secrets

log = structlog.get_logger(__name__)

NOBODY: Final = UUID(int=0)
"""Used as tenant and account: what is encrypted for it can be decrypted for no tenant and no account."""
DIGEST_KEY: Final = "address digests "


async def former_digest_keys(database: Database, vault: Vault) -> Sequence[str]:
    """Return the keys that erased addresses were digested with before the current one. Leave out one that cannot be
    read."""
    async with database.begin_routing() as tx:
        sealed = await all_sealed(tx)
    found: list[str] = []
    for name, value in sealed.items():
        try:
            found += vault.open(NOBODY, NOBODY, {name: value}).values()
        except CredentialsUnreadable:
            log.error("digest_key_unreadable", name=name)
    return found


async def all_sealed(tx: RoutingTx) -> Mapping[str, str]:
    rows = await tx.execute(sa.select(installation_secrets).order_by(installation_secrets.c.name))
    return {row.name: row.sealed for row in rows}


async def keep(tx: RoutingTx, sealed: Mapping[str, str]) -> None:
    """Store these, and replace those of the same names."""
    for name, value in sealed.items():
        statement = insert(installation_secrets).values(name=name, sealed=value)
        columns = [installation_secrets.c.name]
        await tx.execute(statement.on_conflict_do_update(index_elements=columns, set_={"sealed": value}))
