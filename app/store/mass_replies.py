"""Mass replies, their frozen pages and their lanes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.compliance.sql.erasure import wait_for_erasures
from app.domain.channel_port import Author
from app.domain.delivery import Channel, DeliveryStatus, MassReplyId, MassReplyStatus, PauseReason
from app.domain.guards import NO_GUARDS, Guards
from app.domain.mass_reply import Billed, Draft, Lane, MassReply
from app.domain.preflight import Verdict
from app.domain.preflight_summary import Summary
from app.domain.selection import to_json
from app.domain.text.message import OnUnresolved, Source
from app.mass_replies.sql.confirmations import approval_from_row
from app.store.outbox import announce_status
from app.store.transactions import TenantTx
from app.tables import DELIVERY_COUNTERS, mass_replies

_INSERT = sa.text("""
    INSERT INTO mass_replies (tenant_id, status, selection, message_text, message_html, attachment_ids, source_text,
                              source_html, unknown_snippets, on_unresolved, mark_as_done, whatsapp_template,
                              author_id, author_name, author_email, parties, guards)
    VALUES (:tenant, 'preparing', CAST(:selection AS jsonb), :text, :html, CAST(:attachment_ids AS uuid[]),
            :source_text, :source_html, CAST(:unknown_snippets AS text[]), :on_unresolved, :mark_as_done,
            CAST(:whatsapp_template AS jsonb), :author_id, :author_name, :author_email, CAST(:parties AS text[]),
            CAST(:guards AS jsonb))
    RETURNING id
""")


async def insert(
    tx: TenantTx, draft: Draft, source: Source, guards: Guards, parties: Iterable[str] = ()
) -> MassReplyId:
    row = await tx.execute(
        _INSERT,
        selection=json.dumps(to_json(draft.selection)),
        text=draft.text,
        html=draft.html,
        attachment_ids=list(dict.fromkeys(draft.attachment_ids)),
        source_text=source.text,
        source_html=source.html,
        unknown_snippets=source.unknown_snippets,
        on_unresolved=draft.on_unresolved,
        mark_as_done=draft.mark_as_done,
        whatsapp_template=json.dumps(draft.whatsapp_template) if draft.whatsapp_template else None,
        author_id=draft.author.id,
        author_name=draft.author.name,
        author_email=draft.author.email,
        parties=sorted(parties),
        guards=None if guards == NO_GUARDS else json.dumps(guards.to_json()),
    )
    return MassReplyId(row.scalar_one())


async def set_selected_count(tx: TenantTx, id_: MassReplyId, count: int) -> None:
    await tx.execute(
        sa.text("UPDATE mass_replies SET selected_count = :count WHERE tenant_id = :tenant AND id = :id"),
        id=id_,
        count=count,
    )


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    conversation_ids: tuple[UUID, ...]


async def hold_for_preparation(tx: TenantTx, id_: MassReplyId) -> bool:
    """Take the mass reply for the length of this transaction; False where another holds it or nothing is left."""
    await wait_for_erasures(tx)
    statement = sa.text("""
        SELECT id FROM mass_replies WHERE tenant_id = :tenant AND id = :id AND status = 'preparing'
        FOR NO KEY UPDATE SKIP LOCKED
    """)
    return (await tx.execute(statement, id=id_)).first() is not None


async def next_page(tx: TenantTx, id_: MassReplyId) -> Page | None:
    statement = sa.text("""
        SELECT page, conversation_ids FROM selection_pages
        WHERE tenant_id = :tenant AND mass_reply_id = :id AND preflight IS NULL ORDER BY page LIMIT 1
    """)
    row = (await tx.execute(statement, id=id_)).first()
    return None if row is None else Page(row.page, tuple(row.conversation_ids))


_INSERT_DELIVERIES = sa.text("""
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                            address_key, subject, status, reason_code, reason_detail, retryable, segments, warnings,
                            dropped_attachments, used_template)
    SELECT :tenant, :mass_reply, v.conversation_id, v.contact_id, v.account_id, v.channel, v.address, v.address_key,
           v.subject,
           v.status, v.reason_code, v.reason_detail, v.retryable, v.segments,
           string_to_array(v.warnings, ','), CAST(v.dropped AS jsonb), v.used_template
    FROM unnest(CAST(:conversation_ids AS uuid[]), CAST(:contact_ids AS uuid[]), CAST(:account_ids AS uuid[]),
                CAST(:channels AS text[]), CAST(:addresses AS text[]), CAST(:address_keys AS text[]),
                CAST(:subjects AS text[]),
                CAST(:statuses AS text[]), CAST(:reason_codes AS text[]), CAST(:reason_details AS text[]),
                CAST(:retryables AS boolean[]), CAST(:segments AS int[]), CAST(:warnings AS text[]),
                CAST(:dropped AS text[]), CAST(:used_templates AS boolean[]))
         AS v (conversation_id, contact_id, account_id, channel, address, address_key, subject, status, reason_code,
               reason_detail, retryable, segments, warnings, dropped, used_template)
""")

_COUNT_LANES = sa.text("""
    INSERT INTO lanes (tenant_id, mass_reply_id, channel, account_id, queued, skipped)
    SELECT :tenant, :mass_reply, v.channel, v.account_id,
           count(*) FILTER (WHERE v.status = 'queued'), count(*) FILTER (WHERE v.status = 'skipped')
    FROM unnest(CAST(:channels AS text[]), CAST(:account_ids AS uuid[]), CAST(:statuses AS text[]))
         AS v (channel, account_id, status)
    GROUP BY v.channel, v.account_id
    ON CONFLICT (tenant_id, mass_reply_id, channel, account_id)
    DO UPDATE SET queued = lanes.queued + excluded.queued, skipped = lanes.skipped + excluded.skipped
""")


async def insert_deliveries(tx: TenantTx, id_: MassReplyId, verdicts: Sequence[Verdict]) -> None:
    statuses = [DeliveryStatus.SKIPPED if v.refusal else DeliveryStatus.QUEUED for v in verdicts]
    lanes = {
        "channels": [v.recipient.channel for v in verdicts],
        "account_ids": [v.recipient.account_id for v in verdicts],
        "statuses": statuses,
    }
    await tx.execute(_INSERT_DELIVERIES, mass_reply=id_, **lanes, **_columns(verdicts))
    await tx.execute(_COUNT_LANES, mass_reply=id_, **lanes)


def _columns(verdicts: Sequence[Verdict]) -> Mapping[str, list[Any]]:
    return {
        "conversation_ids": [v.recipient.conversation_id for v in verdicts],
        "contact_ids": [v.recipient.contact_id for v in verdicts],
        "addresses": [v.address for v in verdicts],
        "address_keys": [v.recipient.address_key for v in verdicts],
        "subjects": [v.recipient.subject for v in verdicts],
        "reason_codes": [v.refusal.code if v.refusal else None for v in verdicts],
        "reason_details": [v.refusal.detail if v.refusal else None for v in verdicts],
        "retryables": [v.refusal is not None and v.refusal.retryable for v in verdicts],
        "segments": [v.segments for v in verdicts],
        "used_templates": [v.used_template for v in verdicts],
        "warnings": [",".join(v.warnings) for v in verdicts],
        "dropped": [json.dumps([{"filename": d.filename, "reason": d.reason} for d in v.dropped]) for v in verdicts],
    }


async def save_page(tx: TenantTx, id_: MassReplyId, page: int, summary: Summary) -> None:
    """Mark a page as expanded; its summary is what the mass reply's preflight is added up from."""
    statement = sa.text("""
        UPDATE selection_pages SET preflight = CAST(:summary AS jsonb)
        WHERE tenant_id = :tenant AND mass_reply_id = :id AND page = :page
    """)
    await tx.execute(statement, id=id_, page=page, summary=json.dumps(summary.to_json()))


async def page_summaries(tx: TenantTx, id_: MassReplyId) -> list[Summary]:
    statement = sa.text("""
        SELECT preflight FROM selection_pages WHERE tenant_id = :tenant AND mass_reply_id = :id ORDER BY page
    """)
    rows = await tx.scalars(statement, id=id_)
    return [Summary.from_json(row) for row in rows]


async def renew_statistics(tx: TenantTx) -> None:
    """Let the planner know how many deliveries there are, without waiting for anybody who does the same."""
    await tx.execute(sa.text("ANALYZE (SKIP_LOCKED) deliveries"))


async def finish_preparation(tx: TenantTx, id_: MassReplyId, summary: Summary, expires_at: datetime) -> None:
    statement = sa.text("""
        UPDATE mass_replies SET status = 'awaiting_confirmation', recipient_count = :recipients,
               preflight = CAST(:preflight AS jsonb), expires_at = :expires_at, updated_at = now()
        WHERE tenant_id = :tenant AND id = :id AND status = 'preparing'
    """)
    values = {"recipients": summary.recipients, "preflight": json.dumps(summary.to_json()), "expires_at": expires_at}
    await tx.execute(statement, id=id_, **values)


async def set_status(
    tx: TenantTx,
    id_: MassReplyId,
    before: MassReplyStatus,
    after: MassReplyStatus,
    pause_reason: PauseReason | None = None,
) -> bool:
    """Compare and set the status and why it is paused; False where it was not `before` any more."""
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
    """Read a mass reply and hold it until the transaction ends."""
    statement = sa.text("SELECT id FROM mass_replies WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE")
    await tx.execute(statement, id=id_)
    return await get(tx, id_)


async def get(tx: TenantTx, id_: MassReplyId) -> MassReply | None:
    statement = sa.select(mass_replies).where(mass_replies.c.tenant_id == tx.tenant, mass_replies.c.id == id_)
    row = (await tx.execute(statement)).first()
    return None if row is None else _from_row(row, (await lanes_of(tx, [id_])).get(id_, ()))


@dataclass(frozen=True, slots=True)
class Query:
    status: MassReplyStatus | None = None
    author: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


async def page(tx: TenantTx, query: Query, *, before: UUID | None, limit: int) -> list[MassReply]:
    """List mass replies, newest first, those older than `before`."""
    table = mass_replies
    conditions = [
        table.c.tenant_id == tx.tenant,
        *([table.c.status == query.status] if query.status else []),
        *([table.c.author_id == query.author] if query.author else []),
        *([table.c.created_at >= query.created_from] if query.created_from else []),
        *([table.c.created_at < query.created_to] if query.created_to else []),
        *([table.c.id < before] if before else []),
    ]
    rows = (await tx.execute(sa.select(table).where(*conditions).order_by(table.c.id.desc()).limit(limit))).all()
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
            Channel(row.channel),
            row.account_id,
            row.account_key,
            {status: getattr(row, status) for status in DeliveryStatus},
            Billed(row.segments_billed, row.whatsapp_in_window_billed, row.whatsapp_templates_billed),
            row.pause_reason,
            row.account_pause_reason,
            row.account_cool_until,
            row.account_enabled,
            row.account_exists,
            row.held_until,
            row.held_reason,
            row.awaits_sample,
            row.cool_reason,
            row.allowed_at,
            row.rate_per_second,
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
        parties=frozenset(row.parties),
        approval=approval_from_row(row),
        lanes=lanes,
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """What a mass reply says, in whose name."""

    source: Source
    on_unresolved: OnUnresolved
    author: Author
    tenant_name: str
    attachment_ids: tuple[UUID, ...] = ()
    whatsapp_template: Mapping[str, Any] | None = None
    guards: Guards = NO_GUARDS


async def wording(tx: TenantTx, id_: MassReplyId) -> Wording | None:
    statement = sa.text("""
        SELECT m.source_text, m.source_html, m.unknown_snippets, m.attachment_ids, m.on_unresolved, m.author_id,
               m.whatsapp_template, m.author_name, m.author_email, m.guards, t.name AS tenant_name
        FROM mass_replies m JOIN tenants t ON t.id = m.tenant_id
        WHERE m.tenant_id = :tenant AND m.id = :id
    """)
    row = (await tx.execute(statement, id=id_)).first()
    if row is None:
        return None
    return Wording(
        Source(row.source_text, row.source_html, tuple(row.unknown_snippets)),
        OnUnresolved(row.on_unresolved),
        Author(row.author_id, row.author_name, row.author_email),
        row.tenant_name,
        tuple(row.attachment_ids),
        row.whatsapp_template,
        Guards.from_json(row.guards) if row.guards else NO_GUARDS,
    )
