"""A tenant's guards. A tenant that never set any has the defaults, and no row."""

import json

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.guards import NO_GUARDS, Guards
from app.domain.model import TenantId


async def load(connection: AsyncConnection, tenant: TenantId) -> Guards:
    statement = sa.text("SELECT guards FROM tenant_settings WHERE tenant_id = :tenant")
    row = (await connection.execute(statement, {"tenant": tenant})).first()
    return NO_GUARDS if row is None else Guards.from_json(row.guards)


async def save(connection: AsyncConnection, tenant: TenantId, guards: Guards) -> None:
    statement = sa.text("""
        INSERT INTO tenant_settings (tenant_id, guards) VALUES (:tenant, CAST(:guards AS jsonb))
        ON CONFLICT (tenant_id) DO UPDATE SET guards = excluded.guards, updated_at = now()
    """)
    await connection.execute(statement, {"tenant": tenant, "guards": json.dumps(guards.to_json())})
