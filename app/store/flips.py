"""What a reply changes on its conversation, and what a reply that did not arrive gives back.

Conversations are locked in id order, after the deliveries and before the counters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.events import Changed
from app.domain.model import TenantId
from app.store.settlements import Locked


@dataclass(frozen=True, slots=True)
class Flip:
    """What a sent reply changed on its conversation."""

    result: str
    changed: Mapping[str, Changed]

    @property
    def restores(self) -> Mapping[str, str | None]:
        """What there was before."""
        return {field: before for field, (before, _) in self.changed.items()}


# Withheld where the customer has written since: then the ball is in our court again.
_FLIP = sa.text("""
    WITH held AS MATERIALIZED (
        SELECT id, last_customer_message_at FROM conversations
        WHERE tenant_id = :tenant AND id = ANY (CAST(:conversation_ids AS uuid[])) ORDER BY id FOR UPDATE),
    wanted AS (
        SELECT v.conversation_id, v.done,
               held.last_customer_message_at > v.started_at IS TRUE AS wrote_since_send,
               held.last_customer_message_at > v.frozen_at IS TRUE AS wrote_since_freeze
        FROM unnest(CAST(:conversation_ids AS uuid[]), CAST(:done AS boolean[]), CAST(:started_at AS timestamptz[]),
                    CAST(:frozen_at AS timestamptz[])) AS v (conversation_id, done, started_at, frozen_at)
        JOIN held ON held.id = v.conversation_id)
    UPDATE conversations c
    SET engagement = CASE WHEN w.wrote_since_send THEN c.engagement ELSE 'engaged' END,
        status = CASE WHEN w.done AND NOT w.wrote_since_freeze THEN 'done' ELSE c.status END,
        updated_at = now()
    FROM wanted w
    WHERE c.tenant_id = :tenant AND c.id = w.conversation_id AND c.id = ANY (CAST(:conversation_ids AS uuid[]))
    RETURNING c.id, old.engagement AS old_engagement, new.engagement AS new_engagement,
              old.status AS old_status, new.status AS new_status,
              w.wrote_since_send OR (w.done AND w.wrote_since_freeze) AS withheld
""")

_LOCK_CONVERSATIONS = sa.text("""
    SELECT id FROM conversations WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
""")


async def flip(connection: AsyncConnection, tenant: TenantId, rows: Sequence[Locked]) -> dict[UUID, Flip]:
    """Pass the ball to the customers of these deliveries, and mark the conversations done where that was asked."""
    values = {
        "conversation_ids": [row.conversation_id for row in rows],
        "done": [row.mark_as_done for row in rows],
        "started_at": [row.attempt_started_at for row in rows],
        "frozen_at": [row.frozen_at for row in rows],
    }
    return {row.id: _flip(row) for row in await connection.execute(_FLIP, {"tenant": tenant, **values})}


def _flip(row: Any) -> Flip:
    return Flip("skipped_customer_replied" if row.withheld else "applied", _changed(row))


def _changed(row: Any) -> dict[str, Changed]:
    both = {"engagement": (row.old_engagement, row.new_engagement), "status": (row.old_status, row.new_status)}
    return {field: change for field, change in both.items() if change[0] != change[1]}


_RESTORE = sa.text("""
    UPDATE conversations c
    SET engagement = CASE WHEN c.engagement = 'engaged' THEN coalesce(v.engagement, c.engagement)
                          ELSE c.engagement END,
        status = CASE WHEN c.status = 'done' THEN coalesce(v.status, c.status) ELSE c.status END,
        updated_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:engagements AS text[]), CAST(:statuses AS text[]))
         AS v (id, engagement, status)
    WHERE c.tenant_id = :tenant AND c.id = v.id AND c.id = ANY (CAST(:ids AS uuid[]))
      AND (c.engagement = 'engaged' AND v.engagement <> 'engaged' OR c.status = 'done' AND v.status <> 'done')
    RETURNING c.id, old.engagement AS old_engagement, new.engagement AS new_engagement,
              old.status AS old_status, new.status AS new_status
""")


async def restore(
    connection: AsyncConnection, tenant: TenantId, rows: Sequence[Locked]
) -> dict[UUID, Mapping[str, Changed]]:
    """Give back what the flips changed, field by field, unless somebody has changed it since.

    Answers the conversations of which something was given back, and what.
    """
    ids = [row.conversation_id for row in rows]
    await connection.execute(_LOCK_CONVERSATIONS, {"tenant": tenant, "ids": ids})
    restores = [row.restores or {} for row in rows]
    values = {
        "ids": ids,
        "engagements": [restore.get("engagement") for restore in restores],
        "statuses": [restore.get("status") for restore in restores],
    }
    return {row.id: _changed(row) for row in await connection.execute(_RESTORE, {"tenant": tenant, **values})}
