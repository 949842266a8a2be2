"""What a restored database holds that may have gone on after its back-up was made."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import DeliveryId, MassReplyId
from app.store.transactions import TenantTx

AHEAD: Final = 1_000
"""Attempts by which a delivery is set ahead: those that were made after the back-up have other numbers than new ones,
so that a report on one of them says nothing about another."""

UNBEGUN: Final = (
    MassReplyStatus.PREPARING,
    MassReplyStatus.AWAITING_CONFIRMATION,
    MassReplyStatus.AWAITING_APPROVAL,
    MassReplyStatus.SCHEDULED,
)


# What is uncertain may have been looked up or decided since, and sent again.
_SENDABLE = sa.text("""
    SELECT d.id FROM deliveries d JOIN mass_replies m ON m.tenant_id = :tenant AND m.id = d.mass_reply_id
    WHERE d.tenant_id = :tenant AND d.id > :after
      AND (d.status IN ('sending', 'uncertain') OR d.status = 'queued' AND m.status IN ('sending', 'paused'))
    ORDER BY d.id LIMIT :limit FOR UPDATE OF d
""")


async def hold_sendable(tx: TenantTx, after: DeliveryId, limit: int) -> Sequence[DeliveryId]:
    """Lock the next deliveries after one that may be sent now or later without a person's decision. Return their ids,
    in order."""
    return list(await tx.scalars(_SENDABLE, after=after, limit=limit))


# Without `settles_after` nobody looks them up: a look-up would ask for an attempt that may not be the last one.
_FENCE = sa.text("""
    UPDATE deliveries SET epoch = epoch + :ahead, settles_after = NULL
    WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[]))
""")


async def fence(tx: TenantTx, ids: Sequence[DeliveryId]) -> None:
    await tx.execute(_FENCE, ids=ids, ahead=AHEAD)


async def unbegun(tx: TenantTx) -> Sequence[MassReplyId]:
    """Return the mass replies that have not begun to be sent."""
    statement = sa.text("""
        SELECT id FROM mass_replies
        WHERE tenant_id = :tenant AND finished_at IS NULL AND status = ANY (CAST(:statuses AS text[])) ORDER BY id
    """)
    return [MassReplyId(id_) for id_ in await tx.scalars(statement, statuses=list(UNBEGUN))]
