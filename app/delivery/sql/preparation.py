"""Frozen pages, and the deliveries that preparation makes of them."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.guards import NO_GUARDS, Guards
from app.domain.outbound import Author, DroppedAttachment
from app.domain.preflight import PreflightWarning, Verdict
from app.domain.preflight_summary import Summary
from app.domain.text.message import OnUnresolved, Source
from app.domain.words import Channel, MassReplyId, Reason
from app.store.erased_addresses import wait_for_erasures
from app.store.transactions import TenantTx

SUMMARIES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class FrozenPage:
    number: int
    conversation_ids: Sequence[UUID]
    is_last: bool

    @property
    def is_first(self) -> bool:
        return self.number == 0


_HOLD = sa.text("""
    SELECT id FROM mass_replies WHERE tenant_id = :tenant AND id = :id AND status = 'preparing'
    FOR NO KEY UPDATE SKIP LOCKED
""")


async def hold_for_preparation(tx: TenantTx, id_: MassReplyId) -> bool:
    """Lock the mass reply for this transaction. Return False if another process holds it or nothing is left to
    prepare."""
    await wait_for_erasures(tx)
    return bool(await tx.rows(_HOLD, id=id_))


_NEXT_PAGE = sa.text("""
    SELECT p.page, p.conversation_ids,
           NOT EXISTS (SELECT FROM selection_pages n
                       WHERE n.tenant_id = :tenant AND n.mass_reply_id = :id AND n.page = p.page + 1) AS is_last
    FROM selection_pages p
    WHERE p.tenant_id = :tenant AND p.mass_reply_id = :id AND p.preflight IS NULL ORDER BY p.page LIMIT 1
""")


async def next_page(tx: TenantTx, id_: MassReplyId) -> FrozenPage | None:
    rows = await tx.rows(_NEXT_PAGE, id=id_)
    return FrozenPage(rows[0].page, rows[0].conversation_ids, rows[0].is_last) if rows else None


# Most recipients of a page share every other value. Those are sent once for all of them: taking a value apart takes
# PostgreSQL as long as storing it.
_INSERT_DELIVERIES = sa.text("""
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, address, address_key, subject,
                            account_id, channel, status, reason_code, reason_detail, retryable, segments, warnings,
                            dropped_attachments, used_template)
    SELECT :tenant, :mass_reply, v.conversation_id, v.contact_id, v.address, v.address_key, v.subject,
           k.account_id, k.channel, k.status, k.reason_code, k.reason_detail, k.retryable, k.segments,
           string_to_array(k.warnings, ','), CAST(k.dropped AS jsonb), k.used_template
    FROM unnest(CAST(:conversation_ids AS uuid[]), CAST(:contact_ids AS uuid[]), CAST(:addresses AS text[]),
                CAST(:address_keys AS text[]), CAST(:subjects AS text[]), CAST(:kinds AS int[]))
         WITH ORDINALITY AS v (conversation_id, contact_id, address, address_key, subject, kind, n)
    JOIN unnest(CAST(:account_ids AS uuid[]), CAST(:channels AS text[]), CAST(:statuses AS text[]),
                CAST(:reason_codes AS text[]), CAST(:reason_details AS text[]), CAST(:retryables AS boolean[]),
                CAST(:segments AS int[]), CAST(:warnings AS text[]), CAST(:dropped AS text[]),
                CAST(:used_templates AS boolean[]))
         WITH ORDINALITY AS k (account_id, channel, status, reason_code, reason_detail, retryable, segments, warnings,
                               dropped, used_template, kind) ON k.kind = v.kind
    ORDER BY v.n
""")

_COUNT_LANES = sa.text("""
    INSERT INTO lanes (tenant_id, mass_reply_id, channel, account_id, queued, skipped)
    SELECT :tenant, :mass_reply, v.channel, v.account_id,
           coalesce(sum(v.times) FILTER (WHERE v.status = 'queued'), 0),
           coalesce(sum(v.times) FILTER (WHERE v.status = 'skipped'), 0)
    FROM unnest(CAST(:channels AS text[]), CAST(:account_ids AS uuid[]), CAST(:statuses AS text[]),
                CAST(:times AS int[]))
         AS v (channel, account_id, status, times)
    GROUP BY v.channel, v.account_id
    ON CONFLICT (tenant_id, mass_reply_id, channel, account_id)
    DO UPDATE SET queued = lanes.queued + excluded.queued, skipped = lanes.skipped + excluded.skipped
""")


async def insert_deliveries(tx: TenantTx, id_: MassReplyId, verdicts: Sequence[Verdict]) -> None:
    kinds: dict[_Kind, int] = {}
    numbers = [kinds.setdefault(_kind(verdict), len(kinds) + 1) for verdict in verdicts]
    each = {
        "conversation_ids": [v.recipient.conversation_id for v in verdicts],
        "contact_ids": [v.recipient.contact_id for v in verdicts],
        "addresses": [v.address for v in verdicts],
        "address_keys": [v.recipient.address_key for v in verdicts],
        "subjects": [v.recipient.subject for v in verdicts],
    }
    await tx.rows(_INSERT_DELIVERIES, mass_reply=id_, kinds=numbers, **each, **_columns(list(kinds)))


async def count_lanes(tx: TenantTx, id_: MassReplyId, verdicts: Sequence[Verdict]) -> None:
    """Add the deliveries to the counters of their lanes."""
    counts = Counter((v.recipient.channel, v.recipient.account_id, _status(v.refusal)) for v in verdicts)
    lanes = {
        "channels": [channel for channel, _, _ in counts],
        "account_ids": [account for _, account, _ in counts],
        "statuses": [status for _, _, status in counts],
        "times": list(counts.values()),
    }
    await tx.rows(_COUNT_LANES, mass_reply=id_, **lanes)


class _Kind(NamedTuple):
    """The values that many deliveries of a page share."""

    account_id: UUID | None
    channel: Channel
    refusal: Reason | None
    segments: int
    warnings: tuple[PreflightWarning, ...]
    dropped: tuple[DroppedAttachment, ...]
    used_template: bool


def _kind(v: Verdict) -> _Kind:
    return _Kind(
        v.recipient.account_id, v.recipient.channel, v.refusal, v.segments, v.warnings, v.dropped, v.used_template
    )


def _columns(kinds: Sequence[_Kind]) -> Mapping[str, list[Any]]:
    return {
        "account_ids": [k.account_id for k in kinds],
        "channels": [k.channel for k in kinds],
        "statuses": [_status(k.refusal) for k in kinds],
        "reason_codes": [k.refusal and k.refusal.code for k in kinds],
        "reason_details": [k.refusal and k.refusal.detail for k in kinds],
        "retryables": [k.refusal is not None and k.refusal.retryable for k in kinds],
        "segments": [k.segments for k in kinds],
        "warnings": [",".join(k.warnings) for k in kinds],
        "dropped": [json.dumps([asdict(file) for file in k.dropped]) for k in kinds],
        "used_templates": [k.used_template for k in kinds],
    }


def _status(refusal: Reason | None) -> DeliveryStatus:
    return DeliveryStatus.QUEUED if refusal is None else DeliveryStatus.SKIPPED


_SAVE_PAGE = sa.text("""
    UPDATE selection_pages SET preflight = CAST(:summary AS jsonb)
    WHERE tenant_id = :tenant AND mass_reply_id = :id AND page = :page
""")


async def save_page(tx: TenantTx, id_: MassReplyId, page: int, summary: Summary) -> None:
    """Mark a page as expanded. The page summaries add up to the mass reply's preflight."""
    await tx.rows(_SAVE_PAGE, id=id_, page=page, summary=json.dumps(summary.to_json()))


_SUMMARIES = sa.text("""
    SELECT page, preflight FROM selection_pages
    WHERE tenant_id = :tenant AND mass_reply_id = :id AND page > :after ORDER BY page LIMIT :limit
""")


async def page_summaries(tx: TenantTx, id_: MassReplyId) -> AsyncIterator[Summary]:
    """Yield the summary of each page. Few are in memory at once: each contains texts."""
    after: int | None = -1
    while after is not None:
        rows = list(await tx.execute(_SUMMARIES, id=id_, after=after, limit=SUMMARIES_AT_ONCE))
        for row in rows:
            yield Summary.from_json(row.preflight)
        after = rows[-1].page if len(rows) == SUMMARIES_AT_ONCE else None


async def renew_statistics(tx: TenantTx, added: int) -> None:
    """Refresh the planner's statistics of the deliveries if a tenth of them is new, unless that is under way."""
    known = await tx.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'deliveries'::regclass"))
    if added * 10 >= known:
        await tx.execute(sa.text("ANALYZE (SKIP_LOCKED) deliveries"))


_FINISH = sa.text("""
    UPDATE mass_replies SET status = 'awaiting_confirmation', recipient_count = :recipients,
           preflight = CAST(:preflight AS jsonb), updated_at = now(),
           expires_at = clock_timestamp() + CAST(:confirm_within AS interval)
    WHERE tenant_id = :tenant AND id = :id AND status = 'preparing'
""")


async def finish_preparation(tx: TenantTx, id_: MassReplyId, summary: Summary, confirm_within: timedelta) -> None:
    """Store the preflight, and until when it may be confirmed, by the database's clock."""
    preflight = json.dumps(summary.to_json())
    values = {"recipients": summary.recipients, "preflight": preflight, "confirm_within": confirm_within}
    await tx.rows(_FINISH, id=id_, **values)


@dataclass(frozen=True, slots=True)
class Wording:
    """The message of a mass reply and its author."""

    source: Source
    on_unresolved: OnUnresolved
    author: Author
    tenant_name: str
    attachment_ids: tuple[UUID, ...] = ()
    whatsapp_template: Mapping[str, Any] | None = None
    guards: Guards = NO_GUARDS


_WORDING = sa.text("""
    SELECT m.source_text, m.source_html, m.unknown_snippets, m.attachment_ids, m.on_unresolved, m.author_id,
           m.whatsapp_template, m.author_name, m.author_email, m.guards, t.name AS tenant_name
    FROM mass_replies m JOIN tenants t ON t.id = m.tenant_id
    WHERE m.tenant_id = :tenant AND m.id = :id
""")


async def wording(tx: TenantTx, id_: MassReplyId) -> Wording | None:
    rows = await tx.rows(_WORDING, id=id_)
    if not rows:
        return None
    [row] = rows
    return Wording(
        source=Source(row.source_text, row.source_html, tuple(row.unknown_snippets)),
        on_unresolved=OnUnresolved(row.on_unresolved),
        author=Author(row.author_id, row.author_name, row.author_email),
        tenant_name=row.tenant_name,
        attachment_ids=tuple(row.attachment_ids),
        whatsapp_template=row.whatsapp_template,
        guards=Guards.from_json(row.guards) if row.guards else NO_GUARDS,
    )
