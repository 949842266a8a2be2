"""Tenants."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.model import TenantId
from app.tables import NEW_ID, tenants


async def next_tenant_id(connection: AsyncConnection) -> TenantId:
    """A new id. It comes before the row: nothing can be written but inside the tenant's own transaction."""
    tenant_id = await connection.scalar(sa.select(NEW_ID))
    assert isinstance(tenant_id, UUID)  # noqa: S101 - narrows for mypy: uuidv7() answers a UUID, never NULL
    return TenantId(tenant_id)


async def insert_tenant(connection: AsyncConnection, tenant: TenantId, name: str) -> None:
    await connection.execute(sa.insert(tenants).values(id=tenant, name=name))


async def tenant_exists(connection: AsyncConnection, tenant: TenantId) -> bool:
    return await connection.scalar(sa.select(tenants.c.id).where(tenants.c.id == tenant)) is not None


async def tenant_name(connection: AsyncConnection, tenant: TenantId) -> str:
    name: str = (await connection.execute(sa.select(tenants.c.name).where(tenants.c.id == tenant))).scalar_one()
    return name
