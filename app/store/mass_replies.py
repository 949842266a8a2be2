"""Mass replies, their frozen pages and their lanes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from app.domain.approval import Approval, ApprovalStatus
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply import Billed, Lane, MassReply
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.outbound import Attachment, Author
from app.domain.text.message import OnUnresolved, Source
from app.domain.words import Channel, MassReplyId
from app.store.outbox import announce_status
from app.store.transactions import TenantTx
from app.tables import DELIVERY_COUNTERS, mass_replies

_ATTACHMENTS = sa.literal_column(
    """(SELECT coalesce(jsonb_agg(jsonb_build_array(a.id, a.filename, a.content_type, a.size) ORDER BY w.rank), '[]')
        FROM unnest(mass_replies.attachment_ids) WITH ORDINALITY AS w (id, rank)
        JOIN attachments a ON a.tenant_id = mass_replies.tenant_id AND a.id = w.id)""",
    JSONB,
).label("attachments")


async def set_status(
    tx: TenantTx,
    id_: MassReplyId,
    before: MassReplyStatus,
    after: MassReplyStatus,
    pause_reason: PauseReason | None = None,
) -> bool:
    """Compare and set the status and the pause reason. Return False if it was not `before` any more."""
    table = mass_replies
    statement = (
        table.update()
        .where(table.c.tenant_id == tx.tenant, table.c.id == id_, table.c.status == before)
        .values(status=after, pause_reason=pause_reason, updated_at=sa.func.now())
    )
    changed = (await tx.execute(statement)).rowcount == 1
    if changed:
        await announce_status(tx, id_, after)
    return changed


async def lock(tx: TenantTx, id_: MassReplyId) -> MassReply | None:
    """Load a mass reply and lock it until the transaction ends."""
    statement = sa.text("SELECT id FROM mass_replies WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE")
    await tx.execute(statement, id=id_)
    return await get(tx, id_)


async def get(tx: TenantTx, id_: MassReplyId) -> MassReply | None:
    table = mass_replies
    statement = sa.select(table, _ATTACHMENTS).where(table.c.tenant_id == tx.tenant, table.c.id == id_)
    row = (await tx.execute(statement)).first()
    return None if row is None else _from_row(row, (await lanes_of(tx, [id_])).get(id_, ()))


@dataclass(frozen=True, slots=True)
class MassReplyQuery:
    status: MassReplyStatus | None = None
    author: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


async def page(tx: TenantTx, query: MassReplyQuery, *, before: UUID | None, limit: int) -> list[MassReply]:
    """List mass replies older than `before`, newest first."""
    table = mass_replies
    conditions = [
        table.c.tenant_id == tx.tenant,
        *([table.c.status == query.status] if query.status else []),
        *([table.c.author_id == query.author] if query.author else []),
        *([table.c.created_at >= query.created_from] if query.created_from else []),
        *([table.c.created_at < query.created_to] if query.created_to else []),
        *([table.c.id < before] if before else []),
    ]
    statement = sa.select(table, _ATTACHMENTS).where(*conditions).order_by(table.c.id.desc()).limit(limit)
    rows = (await tx.execute(statement)).all()
    lanes = await lanes_of(tx, [row.id for row in rows])
    return [_from_row(row, lanes.get(row.id, ())) for row in rows]


_LANES = sa.text(f"""
    SELECT l.mass_reply_id, l.channel, l.account_id, a.key AS account_key,
           {", ".join("l." + counter for counter in DELIVERY_COUNTERS)}, l.segments_billed,
           l.whatsapp_in_window_billed, l.whatsapp_templates_billed, l.pause_reason,
           a.pause_reason AS account_pause_reason, a.cool_until AS account_cool_until, a.cool_reason,
           a.allowed_at, CAST(a.rate_per_second AS float8) AS rate_per_second,
           l.held_until, l.held_reason,
           a.id IS NULL OR a.enabled AS account_enabled,
           a.id IS NULL OR EXISTS (SELECT FROM channel_account_routes r WHERE r.account_id = a.id) AS account_exists,
           m.sampling AND l.queued > 0 AND l.sending = 0 AND NOT EXISTS (
               SELECT FROM deliveries d
               WHERE d.tenant_id = l.tenant_id AND d.mass_reply_id = l.mass_reply_id AND d.account_id = l.account_id
                 AND d.status = 'queued' AND d.sampled) AS awaits_sample
    FROM lanes l
    JOIN mass_replies m ON m.tenant_id = l.tenant_id AND m.id = l.mass_reply_id
    LEFT JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = ANY (CAST(:ids AS uuid[]))
    ORDER BY l.channel, a.key
""")  # noqa: S608 - built from a constant


async def lanes_of(tx: TenantTx, ids: Sequence[UUID]) -> Mapping[UUID, tuple[Lane, ...]]:
    found: dict[UUID, tuple[Lane, ...]] = {}
    for row in await tx.execute(_LANES, ids=ids):
        lane = Lane(
            channel=Channel(row.channel),
            account_id=row.account_id,
            account_key=row.account_key,
            counts={status: getattr(row, status) for status in DeliveryStatus},
            billed=Billed(row.segments_billed, row.whatsapp_in_window_billed, row.whatsapp_templates_billed),
            pause_reason=row.pause_reason,
            account_pause_reason=row.account_pause_reason,
            account_cool_until=row.account_cool_until,
            account_enabled=row.account_enabled,
            account_exists=row.account_exists,
            held_until=row.held_until,
            held_reason=row.held_reason,
            awaits_sample=row.awaits_sample,
            account_cool_reason=row.cool_reason,
            account_allowed_at=row.allowed_at,
            account_rate=row.rate_per_second,
        )
        found[row.mass_reply_id] = (*found.get(row.mass_reply_id, ()), lane)
    return found


def _from_row(row: Any, lanes: tuple[Lane, ...]) -> MassReply:
    return MassReply(
        id=MassReplyId(row.id),
        status=MassReplyStatus(row.status),
        selection=row.selection,
        text=row.message_text,
        html=row.message_html,
        attachment_ids=tuple(row.attachment_ids),
        source=Source(row.source_text, row.source_html, tuple(row.unknown_snippets)),
        on_unresolved=OnUnresolved(row.on_unresolved),
        mark_as_done=row.mark_as_done,
        whatsapp_template=row.whatsapp_template,
        author=Author(row.author_id, row.author_name, row.author_email),
        selected_count=row.selected_count,
        recipient_count=row.recipient_count,
        preflight=row.preflight,
        pause_reason=row.pause_reason,
        confirmation=row.confirmation,
        created_at=row.created_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        dispatch_at=row.dispatch_at,
        not_after=max((at for at in (row.not_after, row.again_until) if at is not None), default=None),
        started_at=row.started_at,
        finished_at=row.finished_at,
        recorded_actors=frozenset(row.parties),
        attachments=tuple(Attachment(UUID(id_), *about) for id_, *about in row.attachments),
        approval=approval_from_row(row),
        lanes=lanes,
    )


def approval_from_row(row: Any) -> Approval | None:
    if row.approval is None:
        return None
    by = row.approver and Author(**row.approver)
    return Approval(ApprovalStatus(row.approval), by, row.approval_reason, row.approval_at)
