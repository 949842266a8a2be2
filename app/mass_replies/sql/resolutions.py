"""Retries and resolutions: find and lock the deliveries, and store what was decided about them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql.delivery_pages import RETRYABLE
from app.domain.resolution import Decision
from app.domain.words import ConversationId, DeliveryId, MassReplyId, ReasonCode
from app.store import named_locks
from app.store.transactions import TenantTx


async def one_retry_at_a_time(tx: TenantTx, id_: MassReplyId) -> None:
    """Make retries of a mass reply wait for each other: the deliveries that one has frozen are not locked yet."""
    await named_locks.hold(tx, f"retry {id_}")


_RETRYABLE = sa.text(f"""
    SELECT id FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :id AND {RETRYABLE}
    ORDER BY id LIMIT :limit
""")  # noqa: S608 - built from constants


async def retryable(
    tx: TenantTx, id_: MassReplyId, codes: Iterable[ReasonCode] | None, limit: int
) -> Sequence[DeliveryId]:
    """Return failed deliveries that may be retried, of these reasons or of any."""
    values = {"id": id_, "codes": None if codes is None else sorted(codes), "limit": limit}
    return [DeliveryId(row) for row in await tx.scalars(_RETRYABLE, **values)]


_OF_CONVERSATIONS = sa.text("""
    SELECT id, conversation_id FROM deliveries
    WHERE tenant_id = :tenant AND mass_reply_id = :id AND conversation_id = ANY (CAST(:ids AS uuid[]))
    ORDER BY id FOR UPDATE
""")


async def hold_deliveries(
    tx: TenantTx, id_: MassReplyId, conversations: Iterable[UUID]
) -> dict[ConversationId, DeliveryId]:
    """Lock the deliveries to these conversations. Leave out those that the mass reply does not have."""
    rows = await tx.execute(_OF_CONVERSATIONS, id=id_, ids=list(conversations))
    return {ConversationId(row.conversation_id): DeliveryId(row.id) for row in rows}


async def extend(tx: TenantTx, id_: MassReplyId, not_after: datetime) -> None:
    """Set the latest time for deliveries that are sent again. Those queued before keep the confirmed time."""
    statement = sa.text("""
        UPDATE mass_replies SET again_until = greatest(again_until, :not_after), updated_at = now()
        WHERE tenant_id = :tenant AND id = :id
    """)
    await tx.execute(statement, id=id_, not_after=not_after)


_NOTE = sa.text("""
    INSERT INTO delivery_decisions (tenant_id, delivery_id, epoch, outcome, send_again, reason,
                                    author_id, author_name, author_email)
    SELECT :tenant, d.id, d.epoch, :outcome, :send_again, :reason, :author_id, :author_name, :author_email
    FROM deliveries d WHERE d.tenant_id = :tenant AND d.id = ANY (CAST(:ids AS uuid[])) ORDER BY d.id
""")


async def note_decision(tx: TenantTx, deliveries: Iterable[DeliveryId], decision: Decision) -> None:
    """Store each decision about a delivery: who, what and why. These rows never change."""
    values = {
        "outcome": decision.finding,
        "send_again": decision.send_again,
        "reason": decision.why,
        "author_id": decision.by.id,
        "author_name": decision.by.name,
        "author_email": decision.by.email,
    }
    await tx.execute(_NOTE, ids=list(deliveries), **values)
