"""A tenant's locks by name, for what has no row to lock: the number of its rules, or the numbering of its events."""

from typing import Final

import sqlalchemy as sa

from app.store.transactions import TenantTx

_HOLD: Final = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_SHARE: Final = sa.text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


async def hold(tx: TenantTx, name: str) -> None:
    """Take a lock until the transaction ends. Wait until no other transaction of the tenant has it."""
    await tx.rows(_HOLD, name=f"{name} {tx.tenant}")


async def share(tx: TenantTx, name: str) -> None:
    """Share a lock until the transaction ends: others may share it, but none can hold it. Wait for one that does."""
    await tx.rows(_SHARE, name=f"{name} {tx.tenant}")
