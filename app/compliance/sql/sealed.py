"""Every sealed value of a tenant, of any kind, for the change to another key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.store.transactions import TenantTx
from app.tables import automation_rules, channel_accounts, webhook_endpoints

SEALED: Final[tuple[tuple[sa.Table, str], ...]] = (
    (channel_accounts, "credentials"),
    (channel_accounts, "callback_secrets"),
    (webhook_endpoints, "secrets"),
    (automation_rules, "sealed"),
)


@dataclass(frozen=True, slots=True)
class SealedRow:
    id: UUID
    sealed: Mapping[str, str] = field(repr=False)


async def hold_rows(tx: TenantTx, table: sa.Table, column: str) -> list[SealedRow]:
    """Read a column's sealed values, locked until the transaction ends."""
    query = sa.select(table.c.id, table.c[column]).where(table.c.tenant_id == tx.tenant).order_by(table.c.id)
    return [SealedRow(*row) for row in await tx.execute(query.with_for_update())]


async def write_row(tx: TenantTx, table: sa.Table, column: str, row: SealedRow) -> None:
    where = (table.c.tenant_id == tx.tenant, table.c.id == row.id)
    await tx.execute(sa.update(table).where(*where).values({column: dict(row.sealed)}))


async def accounts_without_tokens(tx: TenantTx) -> list[UUID]:
    """Return the accounts whose callback secret is derived and not stored, locked until the transaction ends."""
    columns = channel_accounts.c
    query = (
        sa.select(columns.id).where(columns.tenant_id == tx.tenant, columns.callback_secrets == {}).order_by(columns.id)
    )
    return list(await tx.scalars(query.with_for_update()))
