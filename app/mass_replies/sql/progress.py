"""What a stream of a mass reply shows: its progress, and the deliveries that have settled since."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply import Progress
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbox import EventType
from app.domain.stream_cursor import StreamCursor
from app.domain.words import DeliveryId, MassReplyId
from app.store.mass_replies import LANES, read_lanes
from app.store.transactions import TenantTx

# Without the selection, the message and the preflight, which may be large and never change.
_PROGRESS = sa.text(f"""
    SELECT m.status, m.recipient_count, m.pause_reason, m.finished_at, {LANES}
    FROM mass_replies m WHERE m.tenant_id = :tenant AND m.id = :id
""")  # noqa: S608 - a constant


async def progress(tx: TenantTx, id_: MassReplyId) -> Progress | None:
    for row in await tx.rows(_PROGRESS, id=id_):
        lanes = read_lanes(row.lanes)
        return Progress(MassReplyStatus(row.status), row.recipient_count, row.pause_reason, row.finished_at, lanes)
    return None


async def newest_position(tx: TenantTx, id_: MassReplyId) -> int:
    """Return the position of a mass reply's last event that has one, or 0."""
    statement = sa.text("SELECT max(position) FROM outbound_events WHERE tenant_id = :tenant AND mass_reply_id = :id")
    return await tx.scalar(statement, id=id_) or 0


@dataclass(frozen=True, slots=True)
class Settled:
    """One delivery reached a status."""

    cursor: StreamCursor
    """The cursor after it."""
    delivery: DeliveryId
    status: DeliveryStatus


_SETTLED = sa.text("""
    SELECT e.position, s.n, CAST(s.subject ->> 'delivery_id' AS uuid) AS delivery_id, s.subject ->> 'status' AS status
    FROM outbound_events e
    CROSS JOIN LATERAL jsonb_array_elements(e.subjects) WITH ORDINALITY AS s (subject, n)
    WHERE e.tenant_id = :tenant AND e.mass_reply_id = :id AND e.type = :type
      AND e.position BETWEEN :after AND :newest AND (e.position > :after OR s.n > :seen)
    ORDER BY e.position, s.n LIMIT :limit
""")


async def settled_after(tx: TenantTx, id_: MassReplyId, cursor: StreamCursor, newest: int, limit: int) -> list[Settled]:
    """Return the deliveries that reached a status after a cursor, up to an event's position, in that order."""
    values = {"type": EventType.DELIVERIES_UPDATED, "after": cursor.position, "seen": cursor.seen, "newest": newest}
    rows = await tx.execute(_SETTLED, id=id_, limit=limit, **values)
    return [
        Settled(StreamCursor(row.position, row.n), DeliveryId(row.delivery_id), DeliveryStatus(row.status))
        for row in rows
    ]
