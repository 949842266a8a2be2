"""A sent reply flips its conversation to engaged, and to done if that was asked. A failed one restores both.

Conversations are locked in id order, after the deliveries and before the counters. The lock leaves their keys free,
which every transaction that writes on a timeline holds.

Values do not show whether somebody has changed a conversation since: a customer may have written and an agent answered.
So a trigger counts every change of each field, and a flip remembers the count that it left. Several mass replies may
have flipped one conversation. Its fields are restored when the last of these flips ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql.recipients import the_one
from app.delivery.sql.settlements import Locked
from app.domain.outbox import Changed
from app.store.columns import column
from app.store.transactions import TenantTx


@dataclass(slots=True)
class Flip:
    """The changes that a sent reply made to its conversation."""

    result: str
    changed: Mapping[str, Changed]
    reached: Mapping[str, int]
    """The fields that it set, changed or not, each with its version after that."""

    @property
    def restores(self) -> Mapping[str, str | None]:
        """The values before."""
        return {field: before for field, (before, _) in self.changed.items()}


# Not if the customer has written since: then we owe a reply again.
_FLIP = sa.text("""
    WITH held AS MATERIALIZED (
        SELECT id, last_customer_message_at FROM conversations
        WHERE tenant_id = :tenant AND id = ANY (CAST(:conversation_ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE),
    wanted AS (
        SELECT v.conversation_id, v.done IS TRUE AS done,
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
              w.wrote_since_send OR (w.done AND w.wrote_since_freeze) AS withheld,
              CASE WHEN NOT w.wrote_since_send THEN new.engagement_version END AS engagement_version,
              CASE WHEN w.done AND NOT w.wrote_since_freeze THEN new.status_version END AS status_version
""")

_HOLD = sa.text("""
    SELECT id FROM conversations
    WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE
""")


async def lock(tx: TenantTx, conversations: Iterable[UUID]) -> None:
    """Lock every conversation that a transaction will flip or restore, in one order, before it does so in parts."""
    await tx.rows(_HOLD, ids=sorted(set(conversations)))


async def flip(tx: TenantTx, rows: Sequence[Locked]) -> dict[UUID, Flip]:
    """Set the conversations of these deliveries to engaged, and to done if that was asked."""
    values = {
        "conversation_ids": [row.conversation_id for row in rows],
        "done": column(row.mark_as_done for row in rows),
        "started_at": [row.attempt_started_at for row in rows],
        "frozen_at": [row.frozen_at for row in rows],
    }
    return {row.id: _flip(row) for row in await tx.rows(_FLIP, **values)}


def _flip(row: Any) -> Flip:
    versions = {"engagement": row.engagement_version, "status": row.status_version}
    reached = {field: version for field, version in versions.items() if version is not None}
    return Flip("skipped_customer_replied" if row.withheld else "applied", _changed(row), reached)


def _changed(row: Any) -> dict[str, Changed]:
    both = {"engagement": (row.old_engagement, row.new_engagement), "status": (row.old_status, row.new_status)}
    return {field: change for field, change in both.items() if change[0] != change[1]}


def _given_back(field: str) -> str:
    """Return SQL for a field's value before the flips, if ours set it, nobody changed it since, and no other holds it.

    A flip that finds the field already set remembers no value. The flip that set it does.
    """
    # Flips from before the versions were counted have none.
    version = f"coalesce(o.reached ->> '{field}', CASE WHEN o.restores ? '{field}' THEN '0' END)"
    alike = f"{version} = CAST(c.{field}_version AS text)"
    holds = "o.status IN ('sent', 'delivered', 'read') AND o.id <> ALL (CAST(:leaving AS uuid[]))"
    return f"""
        CASE WHEN bool_or({alike} AND o.id = me.id) AND NOT bool_or({alike} AND {holds})
             THEN max(o.restores ->> '{field}') FILTER (WHERE {alike}) END AS {field}
    """


# Deliveries are found by their contacts, which have an index. The conversation may have another contact by now.
_RESTORE: Final = sa.text(f"""
    WITH back AS MATERIALIZED (
        SELECT c.id, {_given_back("engagement")}, {_given_back("status")}
        FROM deliveries me
        CROSS JOIN LATERAL (SELECT * FROM conversations
                            WHERE tenant_id = :tenant AND {the_one("me.conversation_id")}) c
        CROSS JOIN LATERAL (
            SELECT * FROM deliveries
            WHERE tenant_id = :tenant AND contact_id IN (me.contact_id, c.contact_id) AND conversation_id = c.id
            ORDER BY contact_id OFFSET 0) o  -- the index that finds them has this order; a record sorts nothing
        WHERE me.tenant_id = :tenant AND me.id = ANY (CAST(:ids AS uuid[]))
        GROUP BY c.id, c.engagement_version, c.status_version)
    UPDATE conversations c
    SET engagement = coalesce(b.engagement, c.engagement), status = coalesce(b.status, c.status), updated_at = now()
    FROM back b
    WHERE c.tenant_id = :tenant AND c.id = b.id AND c.id = ANY (CAST(:conversation_ids AS uuid[]))
      AND (c.engagement = 'engaged' AND b.engagement <> 'engaged' OR c.status = 'done' AND b.status <> 'done')
    RETURNING c.id, old.engagement AS old_engagement, new.engagement AS new_engagement,
              old.status AS old_status, new.status AS new_status
""")  # noqa: S608 - built from constants


async def restore(tx: TenantTx, rows: Sequence[Locked], leaving: Collection[UUID]) -> dict[UUID, Mapping[str, Changed]]:
    """Restore the fields that the flips of these deliveries changed, except those that somebody has changed since.

    `leaving` are all deliveries that stop counting as sent in this transaction: none of them holds a conversation. The
    caller must have locked the conversations. Return those that were changed, with the changes.
    """
    ids, conversations = [row.id for row in rows], [row.conversation_id for row in rows]
    values = {"ids": ids, "conversation_ids": conversations, "leaving": list(leaving)}
    return {row.id: _changed(row) for row in await tx.execute(_RESTORE, **values)}
