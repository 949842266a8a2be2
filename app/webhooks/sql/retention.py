"""How long the outbox is kept, and where in it a time lies."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.domain.words import TenantId
from app.store.transactions import SweepTx, TenantTx


async def position_before(tx: TenantTx, moment: datetime) -> int:
    """Answer the position behind which lies every event since a moment; call `events.number` first, until it is done.

    Where nothing has happened since, it is the last position.
    """
    statement = sa.text("""
        SELECT coalesce(min(position) FILTER (WHERE created_at >= :moment) - 1, max(position), 0)
        FROM outbound_events WHERE tenant_id = :tenant
    """)
    found: int = (await tx.execute(statement, moment=moment)).scalar_one()
    return found


# Live endpoints that have not come so far hold their events, also those that have no position yet.
_FORGET = sa.text("""
    DELETE FROM outbound_events WHERE tenant_id = :tenant AND id = ANY (ARRAY(
        SELECT o.id FROM outbound_events o
        WHERE o.tenant_id = :tenant AND o.id < :bound AND NOT EXISTS (
            SELECT FROM webhook_endpoints e
            WHERE e.tenant_id = :tenant AND e.enabled AND e.disabled_reason IS NULL
              AND (o.position > e.position) IS NOT FALSE)
        ORDER BY o.id LIMIT :limit FOR UPDATE OF o SKIP LOCKED))
""")


async def forget_before(tx: TenantTx, moment: datetime, limit: int) -> int:
    """Delete events that were written before a moment, the oldest first; answers how many there were.

    What a webhook endpoint that is still being called has not got is left.
    """
    return (await tx.execute(_FORGET, bound=_first_id_at(moment), limit=limit)).rowcount


async def tenants_with_events_before(tx: SweepTx, moment: datetime) -> list[TenantId]:
    """Whose outbox holds events from before a moment; as the sweeper."""
    statement = sa.text("""
        SELECT t.id FROM tenants t
        WHERE EXISTS (SELECT FROM outbound_events o WHERE o.tenant_id = t.id AND o.id < :bound)
    """)
    return [TenantId(id_) for id_ in await tx.scalars(statement, bound=_first_id_at(moment))]


def _first_id_at(moment: datetime) -> UUID:
    """The least UUID of version 7 that can be made at a moment (RFC 9562 section 5.7: milliseconds come first)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
