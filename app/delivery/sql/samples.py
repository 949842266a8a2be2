"""The sample: a few deliveries, drawn across channels, that are sent first. The rest waits until a person resumes."""

from typing import Final

import sqlalchemy as sa

from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.words import MassReplyId
from app.store import audit
from app.store.lanes import STOPPED
from app.store.outbox import publish_status
from app.store.transactions import TenantTx

SPARE: Final = 100
"""Deliveries drawn beyond the sample, in place of those that are locked."""


def _draw_from(lanes: str, deliveries: str = "") -> sa.TextClause:
    """Return the statement that draws from the queues of these lanes `l`, whose accounts are `a`.

    Each delivery draws a lot, and of each lane only the lowest are kept: no more of it can be in the sample. So a queue
    is read once, in its index alone, and not sorted. Then channels take turns: a sample of three covers three channels.
    Rows that another transaction has locked are about to leave the queue. They are left out, and others take their
    place.
    """
    return sa.text(f"""
        WITH drawn AS MATERIALIZED (
            SELECT l.channel, d.id, d.lot
            FROM lanes l JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
            CROSS JOIN LATERAL (
                SELECT id, random() AS lot FROM deliveries
                WHERE tenant_id = :tenant AND mass_reply_id = :id AND account_id = l.account_id AND status = 'queued'
                  {deliveries}
                ORDER BY lot LIMIT :size + {SPARE}) d
            WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id AND {lanes}),
        free AS MATERIALIZED (
            SELECT id FROM deliveries
            WHERE tenant_id = :tenant AND id = ANY (ARRAY(SELECT id FROM drawn)) AND status = 'queued'
            FOR NO KEY UPDATE SKIP LOCKED),
        shuffled AS (
            SELECT id, row_number() OVER (PARTITION BY channel ORDER BY lot) AS turn FROM drawn
            WHERE id = ANY (ARRAY(SELECT id FROM free)))
        UPDATE deliveries SET sampled = true
        WHERE tenant_id = :tenant AND id = ANY (ARRAY(SELECT id FROM shuffled ORDER BY turn, random() LIMIT :size))
    """)  # noqa: S608 - built from constants


_DRAW = _draw_from("l.queued > 0")
_DRAW_ELSEWHERE = _draw_from(f"l.queued > 0 AND {STOPPED} IS NULL", "AND NOT sampled")


async def draw(tx: TenantTx, id_: MassReplyId, size: int) -> None:
    """Choose `size` deliveries to send first. No other is sent before `pause_after_sample`."""
    await tx.execute(_DRAW, id=id_, size=size)
    statement = sa.text("UPDATE mass_replies SET sampling = true WHERE tenant_id = :tenant AND id = :id")
    await tx.execute(statement, id=id_)


_STUCK = sa.text(f"""
    SELECT d.id FROM lanes l
    JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    JOIN deliveries d ON d.tenant_id = l.tenant_id AND d.mass_reply_id = l.mass_reply_id
                     AND d.account_id = l.account_id AND d.sampled AND d.status = 'queued'
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id AND {STOPPED} IS NOT NULL
    ORDER BY d.id FOR UPDATE OF d SKIP LOCKED
""")  # noqa: S608 - built from constants

_SOME_GOES_ON = sa.text("""
    SELECT EXISTS (SELECT FROM deliveries d WHERE d.tenant_id = :tenant AND d.mass_reply_id = :id AND d.sampled
                      AND d.id <> ALL (CAST(:stuck AS uuid[])))
""")

_GIVE_UP = sa.text("""
    UPDATE deliveries SET sampled = false WHERE tenant_id = :tenant AND id = ANY (CAST(:stuck AS uuid[]))
""")


async def move(tx: TenantTx, id_: MassReplyId) -> int:
    """Replace sample deliveries whose lanes cannot go on by others. Return how many were replaced.

    If no lane of the mass reply can go on, none is replaced: the lanes show why, and it still begins with its sample.
    """
    stuck = list(await tx.scalars(_STUCK, id=id_))
    if not stuck:
        return 0
    await tx.execute(_DRAW_ELSEWHERE, id=id_, size=len(stuck))
    if not await tx.scalar(_SOME_GOES_ON, id=id_, stuck=stuck):
        return 0
    await tx.execute(_GIVE_UP, stuck=stuck)
    return len(stuck)


_END = sa.text("""
    UPDATE mass_replies SET status = 'paused', pause_reason = :reason, sampling = false, updated_at = now()
    WHERE tenant_id = :tenant AND id = :id AND status = 'sending' AND sampling
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.tenant_id = :tenant AND d.mass_reply_id = :id AND d.sampled
                        AND d.status IN ('queued', 'sending'))
""")


async def pause_after_sample(tx: TenantTx, id_: MassReplyId) -> None:
    """Pause a mass reply once its sample is neither queued nor under way. The next resume sends the rest."""
    paused = await tx.execute(_END, id=id_, reason=PauseReason.SAMPLE_SENT)
    if paused.rowcount:
        await publish_status(tx, id_, MassReplyStatus.PAUSED)
        details = {"pause_reason": PauseReason.SAMPLE_SENT}
        entry = AuditEntry.on_mass_reply(AuditAction.MASS_REPLY_PAUSED, id_, details=details)
        await audit.record(tx, SYSTEM, entry)
