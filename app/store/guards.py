"""A tenant's guards. A tenant that never set any has the defaults, and no row."""

import json

import sqlalchemy as sa

from app.domain.guards import NO_GUARDS, Guards
from app.store.transactions import TenantTx


async def load(tx: TenantTx) -> Guards:
    statement = sa.text("SELECT guards FROM tenant_settings WHERE tenant_id = :tenant")
    row = (await tx.execute(statement)).first()
    return NO_GUARDS if row is None else Guards.from_json(row.guards)


async def save(tx: TenantTx, guards: Guards) -> None:
    statement = sa.text("""
        INSERT INTO tenant_settings (tenant_id, guards) VALUES (:tenant, CAST(:guards AS jsonb))
        ON CONFLICT (tenant_id) DO UPDATE SET guards = excluded.guards, updated_at = now()
    """)
    await tx.execute(statement, guards=json.dumps(guards.to_json()))
