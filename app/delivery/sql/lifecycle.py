"""Start and end mass replies."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql.delivery_pages import NOTED
from app.domain.lanes import LaneKey, LanesToWake
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import AccountId, DeliveryId, MassReplyId
from app.store.outbox import publish_status
from app.store.transactions import TenantTx

# In the order of the queue's own index, which holds queued deliveries only. In the order of ids, each page would read
# all deliveries that have left the queue, or sort all that are in it.
_QUEUED = sa.text("""
    SELECT id FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :id AND status = 'queued'
      AND id <> ALL (CAST(:but AS uuid[]))
    ORDER BY account_id, not_before, id LIMIT :limit FOR UPDATE SKIP LOCKED
""")


async def queued_ids(
    tx: TenantTx, id_: MassReplyId, limit: int, *, but: Iterable[DeliveryId] = ()
) -> Sequence[DeliveryId]:
    """Return the ids of some queued deliveries that nobody else works on at this moment, except `but`."""
    return list(await tx.scalars(_QUEUED, id=id_, limit=limit, but=list(but)))


_OVERDUE = sa.text("""
    SELECT d.id FROM mass_replies m JOIN deliveries d ON d.tenant_id = :tenant AND d.mass_reply_id = m.id
    WHERE m.tenant_id = :tenant AND m.id = :id AND d.status = 'queued'
      AND coalesce(d.not_after, m.not_after) <= clock_timestamp() AND d.id <> ALL (CAST(:but AS uuid[]))
    ORDER BY d.account_id, d.not_before, d.id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
""")


async def overdue_ids(
    tx: TenantTx, id_: MassReplyId, limit: int, *, but: Iterable[DeliveryId] = ()
) -> Sequence[DeliveryId]:
    """Return those of them whose latest time has passed, their own or the mass reply's."""
    return list(await tx.scalars(_OVERDUE, id=id_, limit=limit, but=list(but)))


_LOCK_LANES = sa.text("""
    SELECT channel FROM lanes WHERE tenant_id = :tenant AND mass_reply_id = :id ORDER BY channel, account_id FOR UPDATE
""")

_FINISH = sa.text("""
    UPDATE mass_replies m SET status = :after, pause_reason = NULL, finished_at = clock_timestamp(), updated_at = now()
    WHERE m.tenant_id = :tenant AND m.id = :id AND m.status = :before AND m.finished_at IS NULL
      AND NOT EXISTS (SELECT FROM lanes l WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id
                        AND (l.queued > 0 OR l.sending > 0))
      AND NOT EXISTS (SELECT FROM delivery_pages p WHERE p.tenant_id = :tenant AND p.mass_reply_id = :id)
""")


async def hold_lanes(tx: TenantTx, id_: MassReplyId) -> None:
    """Lock the lanes until the transaction ends: after accounts and deliveries, before the mass reply itself."""
    await tx.execute(_LOCK_LANES, id=id_)


async def finish(tx: TenantTx, id_: MassReplyId, before: MassReplyStatus, after: MassReplyStatus) -> bool:
    """Finish a mass reply that has nothing queued, under way or handed over. Return whether it was finished.

    The lanes are locked first: work that returns at this moment is either seen, or waits and reopens the mass reply.
    """
    await hold_lanes(tx, id_)
    finished = (await tx.execute(_FINISH, id=id_, before=before, after=after)).rowcount == 1
    if finished and after is not before:
        await publish_status(tx, id_, after)
    return finished


async def mark_started(tx: TenantTx, id_: MassReplyId, before: MassReplyStatus, after: MassReplyStatus) -> bool:
    """Set the status to sending. Return False if it was not `before` any more."""
    statement = sa.text("""
        UPDATE mass_replies
        SET status = :after, started_at = coalesce(started_at, clock_timestamp()), updated_at = now()
        WHERE tenant_id = :tenant AND id = :id AND status = :before
    """)
    return (await tx.execute(statement, id=id_, before=before, after=after)).rowcount == 1


async def lanes_with_work(tx: TenantTx, id_: MassReplyId) -> LanesToWake:
    """Return the lanes to wake, each with the number of its queued deliveries."""
    statement = sa.text("""
        SELECT account_id, queued FROM lanes
        WHERE tenant_id = :tenant AND mass_reply_id = :id AND queued > 0 AND account_id IS NOT NULL
    """)
    rows = await tx.execute(statement, id=id_)
    return [(LaneKey(tx.tenant, id_, AccountId(row.account_id)), row.queued) for row in rows]


async def count_noted(tx: TenantTx, id_: MassReplyId) -> int:
    """Count the skipped conversations that get a note. Nobody reads the timeline of a call."""
    statement = sa.text("""
        SELECT coalesce(sum(skipped), 0) FROM lanes
        WHERE tenant_id = :tenant AND mass_reply_id = :id AND channel <> 'voice'
    """)
    return int(await tx.scalar(statement, id=id_))


async def noted_ids(tx: TenantTx, id_: MassReplyId) -> Sequence[DeliveryId]:
    """Return the deliveries to those conversations."""
    of_these = f"tenant_id = :tenant AND mass_reply_id = :id AND {NOTED}"
    return list(await tx.scalars(sa.text(f"SELECT id FROM deliveries WHERE {of_these}"), id=id_))  # noqa: S608 - constants


async def note_skipped(tx: TenantTx, ids: Sequence[UUID]) -> None:
    """Write on the timelines of these conversations why nothing was sent."""
    statement = sa.text("""
        INSERT INTO messages (tenant_id, conversation_id, kind, text, mass_reply_id, delivery_id)
        SELECT tenant_id, conversation_id, 'system_note', 'A mass reply skipped this conversation. ' || reason_detail,
               mass_reply_id, id
        FROM deliveries WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[]))
    """)
    await tx.execute(statement, ids=ids)


async def delete_deliveries(tx: TenantTx, id_: MassReplyId, limit: int) -> int:
    """Delete some of a mass reply's deliveries, with everything that belongs to them. Return how many."""
    statement = sa.text("""
        DELETE FROM deliveries WHERE tenant_id = :tenant AND id = ANY (ARRAY(
            SELECT id FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :id ORDER BY id LIMIT :limit))
    """)
    return (await tx.execute(statement, id=id_, limit=limit)).rowcount


async def forget(tx: TenantTx, id_: MassReplyId) -> None:
    """Delete a mass reply that nobody confirmed."""
    statement = sa.text("DELETE FROM mass_replies WHERE tenant_id = :tenant AND id = :id AND confirmed_at IS NULL")
    await tx.execute(statement, id=id_)
