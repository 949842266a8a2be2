"""Retention of the outbox, and the position of a moment in it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.domain.words import TenantId
from app.store.transactions import SweepTx, TenantTx


async def position_before(tx: TenantTx, moment: datetime) -> int:
    """Return the position after which every event since a moment lies; the last position if there is none.

    Call `outbox.number_all` first.
    """
    statement = sa.text("""
        SELECT coalesce(min(position) FILTER (WHERE created_at >= :moment) - 1, max(position), 0)
        FROM outbound_events WHERE tenant_id = :tenant
    """)
    found: int = (await tx.execute(statement, moment=moment)).scalar_one()
    return found


# An active endpoint holds the events that it has not got, also those without a position yet.
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
    """Delete events that were written before a moment, oldest first. Return how many.

    Events that an active webhook endpoint has not got are left.
    """
    return (await tx.execute(_FORGET, bound=_first_id_at(moment), limit=limit)).rowcount


async def tenants_with_events_before(tx: SweepTx, moment: datetime) -> list[TenantId]:
    """Return the tenants whose outbox holds events from before a moment."""
    statement = sa.text("""
        SELECT t.id FROM tenants t
        WHERE EXISTS (SELECT FROM outbound_events o WHERE o.tenant_id = t.id AND o.id < :bound)
    """)
    return [TenantId(id_) for id_ in await tx.scalars(statement, bound=_first_id_at(moment))]


def _first_id_at(moment: datetime) -> UUID:
    """Return the least UUID of version 7 of a moment (RFC 9562 section 5.7: milliseconds come first)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
