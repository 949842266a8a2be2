"""The database's clock. Everything is due by it, since a process's own may be wrong."""

from datetime import datetime

import sqlalchemy as sa

from app.store.transactions import TenantTx

_NOW = sa.text("SELECT clock_timestamp()")


async def now(tx: TenantTx) -> datetime:
    found: datetime = await tx.scalar(_NOW)
    return found
