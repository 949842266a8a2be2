"""Tenants."""

from uuid import UUID

import sqlalchemy as sa

from app.domain.words import TenantId
from app.store.database import Database
from app.store.transactions import RoutingTx, SweepTx, TenantTx
from app.tables import NEW_ID, tenants


async def next_tenant_id(tx: RoutingTx) -> TenantId:
    """Return a new id. It is needed before the row: only the tenant's own transaction may write."""
    tenant_id = await tx.scalar(sa.select(NEW_ID))
    assert isinstance(tenant_id, UUID)  # noqa: S101 - narrows for mypy: uuidv7() answers a UUID, never NULL
    return TenantId(tenant_id)


async def insert_tenant(tx: TenantTx, name: str) -> None:
    await tx.execute(sa.insert(tenants).values(id=tx.tenant, name=name))


_TENANT_OF = sa.text("SELECT id FROM tenant_of(:tenant)")


async def is_tenant(database: Database, tenant: TenantId) -> bool:
    """Return what `tenant_exists` returns, by one statement without a transaction around it."""
    return await database.ask(tenant, _TENANT_OF) is not None


async def tenant_exists(tx: TenantTx) -> bool:
    return await tx.scalar(sa.select(tenants.c.id).where(tenants.c.id == tx.tenant)) is not None


async def every_tenant(tx: SweepTx) -> list[TenantId]:
    """Return the ids of all tenants."""
    return [TenantId(id_) for id_ in await tx.scalars(sa.select(tenants.c.id).order_by(tenants.c.id))]
