"""Locks of a tenant by name, for what no row stands for: how many rules it has, or who counts its events."""

from typing import Final

import sqlalchemy as sa

from app.store.transactions import TenantTx

_HOLD: Final = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_SHARE: Final = sa.text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


async def hold(tx: TenantTx, name: str) -> None:
    """Wait until no other transaction of the tenant has this lock. It is held until this one ends."""
    await tx.rows(_HOLD, name=f"{name} {tx.tenant}")


async def share(tx: TenantTx, name: str) -> None:
    """Wait until nobody holds this lock. Until this transaction ends others may share it, and nobody can hold it."""
    await tx.rows(_SHARE, name=f"{name} {tx.tenant}")
