"""Addresses that must not be written to, each with the reason: who opted out, bounced or complained.

`store/blocked_addresses.py` blocks an address, and lifts an opt-out that its owner revokes. People list and lift blocks
here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.domain.words import Channel, ReasonCode
from app.store.blocked_addresses import LIFTED_BY_PERSON
from app.store.transactions import TenantTx
from app.tables import blocked_addresses


@dataclass(frozen=True, slots=True)
class BlockedAddress:
    id: UUID
    channel: Channel
    address: str = field(repr=False)
    """As its key."""
    reason: ReasonCode
    created_at: datetime
    """When the person or the provider said so, if it is known; otherwise when it came."""


async def page(
    tx: TenantTx, channel: Channel | None, keys: Collection[str] | None, *, before: UUID | None, limit: int
) -> Sequence[BlockedAddress]:
    """Return blocked addresses, newest first, on one channel and with one of these keys if given."""
    columns = blocked_addresses.c
    standing = (columns.tenant_id == tx.tenant, columns.lifted_at.is_(None))
    query = sa.select(blocked_addresses).where(*standing).order_by(columns.id.desc()).limit(limit)
    if channel is not None:
        query = query.where(columns.channel == channel)
    if keys is not None:
        query = query.where(columns.address.in_(keys))
    if before is not None:
        query = query.where(columns.id < before)
    return [_read(row) for row in await tx.execute(query)]


_LIFT = sa.text(f"""
    UPDATE blocked_addresses SET lifted_at = {LIFTED_BY_PERSON}
    WHERE tenant_id = :tenant AND id = :id AND lifted_at IS NULL
    RETURNING id, channel, address, reason, created_at
""")  # noqa: S608 - built from constants


async def lift(tx: TenantTx, id_: UUID) -> BlockedAddress | None:
    """Lift one block. Return it, or None if there is none."""
    row = (await tx.execute(_LIFT, id=id_)).one_or_none()
    return None if row is None else _read(row)


def _read(row: sa.Row[tuple[object, ...]]) -> BlockedAddress:
    values = row._mapping
    return BlockedAddress(
        values["id"], Channel(values["channel"]), values["address"], ReasonCode(values["reason"]), values["created_at"]
    )
