"""Deliveries and mass replies of a restored database that may have gone on after its back-up was made."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import DeliveryId, MassReplyId
from app.store.transactions import TenantTx

AHEAD: Final = 1_000
"""Added to a delivery's epoch. Attempts made after the back-up then have other numbers than new ones, so a report on
one of them is not taken for a report on a new one."""

UNBEGUN: Final = (
    MassReplyStatus.PREPARING,
    MassReplyStatus.AWAITING_CONFIRMATION,
    MassReplyStatus.AWAITING_APPROVAL,
    MassReplyStatus.SCHEDULED,
)


# An uncertain delivery may have been settled since the back-up, and sent again.
_SENDABLE = sa.text("""
    SELECT d.id FROM deliveries d JOIN mass_replies m ON m.tenant_id = :tenant AND m.id = d.mass_reply_id
    WHERE d.tenant_id = :tenant AND d.id > :after
      AND (d.status IN ('sending', 'uncertain') OR d.status = 'queued' AND m.status IN ('sending', 'paused'))
    ORDER BY d.id LIMIT :limit FOR UPDATE OF d
""")


async def hold_sendable(tx: TenantTx, after: DeliveryId, limit: int) -> Sequence[DeliveryId]:
    """Lock the next deliveries after `after` that could be sent without a person's decision. Return their ids, in
    order."""
    return list(await tx.scalars(_SENDABLE, after=after, limit=limit))


# Without `settles_after` they are not looked up: the provider would be asked about an attempt that may not be the last.
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
