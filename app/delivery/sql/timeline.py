"""Write settled deliveries, with their entries on the timelines of their conversations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql import attempts, settlements
from app.delivery.sql.attempts import EndedAttempt
from app.delivery.sql.settlements import Change
from app.domain.words import DeliveryId, MassReplyId, TimelineKind
from app.store.new_ids import id_at
from app.store.transactions import TenantTx


@dataclass(slots=True)
class TimelineEntry:
    """One timeline entry. A reply takes its text from the attempt that was sent."""

    delivery_id: DeliveryId
    kind: TimelineKind
    epoch: int
    text: str | None = field(default=None, repr=False)


_TIMELINE = sa.text(f"""
    WITH applied AS ({settlements.APPLY}),
    {attempts.END_ATTEMPTS},
    written AS (
        INSERT INTO messages (tenant_id, id, conversation_id, kind, text, html, author_id, author_name, mass_reply_id,
                              delivery_id)
        SELECT :tenant, {id_at("v.place")}, c.conversation_id, v.kind, coalesce(v.text, a.text, ''), a.html,
               w.author_id, w.author_name, c.mass_reply_id, v.delivery_id
        FROM unnest(CAST(:kinds AS text[]), CAST(:texts AS text[]), CAST(:delivery_ids AS uuid[]),
                    CAST(:of_epochs AS int[])) WITH ORDINALITY AS v (kind, text, delivery_id, epoch, place)
        JOIN applied c ON c.id = v.delivery_id
        LEFT JOIN unnest(CAST(:authored AS uuid[]), CAST(:author_ids AS text[]), CAST(:author_names AS text[]))
             AS w (mass_reply_id, author_id, author_name) ON w.mass_reply_id = c.mass_reply_id AND v.kind = 'reply'
        LEFT JOIN LATERAL (
            SELECT a.text, a.html FROM delivery_attempts a
            WHERE v.text IS NULL AND a.tenant_id = :tenant AND a.delivery_id = v.delivery_id AND a.text IS NOT NULL
            ORDER BY a.epoch = v.epoch DESC, a.epoch DESC LIMIT 1) a ON true
        ON CONFLICT (tenant_id, delivery_id) WHERE kind = 'reply' DO NOTHING
        RETURNING id, kind, conversation_id, mass_reply_id, delivery_id)
    SELECT NULL AS id, NULL AS conversation_id, NULL AS mass_reply_id, id AS delivery_id FROM applied
    UNION ALL SELECT id, conversation_id, mass_reply_id, delivery_id FROM written WHERE kind = 'reply'
""")  # noqa: S608 - built from constants


@dataclass(slots=True)
class WrittenReply:
    """A reply that was just written on a timeline."""

    message_id: UUID
    conversation_id: UUID
    mass_reply_id: MassReplyId
    delivery_id: UUID


async def write_changes(
    tx: TenantTx, changes: Sequence[Change], entries: Sequence[TimelineEntry], outcomes: Sequence[EndedAttempt]
) -> dict[UUID, WrittenReply | None]:
    """Write changes with their entries on timelines, and how attempts ended.

    Return the deliveries that were changed, each with the reply that was written.
    """
    authors = {change.row.mass_reply_id: (change.row.author_id, change.row.author_name) for change in changes}
    values = {
        "kinds": [entry.kind for entry in entries],
        "texts": [entry.text for entry in entries],
        "authored": list(authors),
        "author_ids": [author_id for author_id, _ in authors.values()],
        "author_names": [author_name for _, author_name in authors.values()],
        "delivery_ids": [entry.delivery_id for entry in entries],
        "of_epochs": [entry.epoch for entry in entries],
        **settlements.applied(changes),
        **attempts.ended(outcomes),
    }
    rows = await tx.rows(_TIMELINE, **values)
    replies = {row.delivery_id: WrittenReply(*row) for row in rows if row.id is not None}
    return {row.delivery_id: replies.get(row.delivery_id) for row in rows}


# A cancelled one stays cancelled: the sweeper cancels work that returned at the very moment of its end.
_REOPEN = sa.text("""
    UPDATE mass_replies
    SET status = CASE status WHEN 'completed' THEN 'sending' ELSE status END, finished_at = NULL, updated_at = now()
    WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) AND finished_at IS NOT NULL
      AND status IN ('completed', 'cancelled')
""")


async def reopen(tx: TenantTx, ids: Iterable[UUID]) -> None:
    """Reopen mass replies that were completed before this work returned."""
    await tx.execute(_REOPEN, ids=sorted(ids))
