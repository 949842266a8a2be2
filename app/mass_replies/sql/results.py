"""The results of a mass reply, one row per conversation, for people and programs to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.domain.addresses import masked
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel, DeliveryId, MassReplyId, Reason, ReasonCode
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    id: UUID
    mass_reply_id: UUID
    conversation_id: UUID
    external_id: str | None
    human_id: str | None
    contact_name: str | None = field(repr=False)
    """The whole name, else the first name, else a part of the address."""
    channel: Channel
    channel_account: str | None
    provider: str | None
    status: DeliveryStatus
    reason: Reason | None
    settles_after: datetime | None
    provider_message_id: str | None
    segments: int
    warnings: tuple[str, ...]
    dropped_attachments: Sequence[Mapping[str, str]]
    used_template: bool
    flips: str | None
    attempts: int
    queued_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ResultQuery:
    status: DeliveryStatus | None = None
    channel: Channel | None = None
    reason: ReasonCode | None = None
    search: str | None = None
    """A part of the customer's name or of the conversation's number, in any case; or the whole address or id."""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many deliveries on one channel share a result and its reason."""

    status: DeliveryStatus
    code: ReasonCode
    channel: Channel
    count: int
    retryable: int
    """How many of them a retry would send again."""


_OF_BATCH = "tenant_id = :tenant AND mass_reply_id = :mass_reply"


def _shown(deliveries: str) -> sa.TextClause:
    """Return a query for everything that is shown of these rows.

    The limit makes the planner look each conversation up by its key. For a tenant unknown to its statistics it expects
    a handful of them, and would compare each delivery with all.
    """
    return sa.text(f"""
    WITH d AS MATERIALIZED ({deliveries})
    SELECT d.id, d.mass_reply_id, d.conversation_id, c.external_id, c.human_id, c.contact_name, d.address, d.channel,
           a.key AS channel_account, a.provider, d.status, d.reason_code, d.reason_detail, d.retryable,
           CASE WHEN d.status = 'uncertain' THEN d.settles_after END AS settles_after,
           d.provider_message_id, d.segments, d.warnings, d.dropped_attachments, d.used_template,
           d.flips, d.epoch AS attempts, d.queued_at, d.sent_at, d.delivered_at, d.updated_at
    FROM d
    CROSS JOIN LATERAL (SELECT c.external_id, c.human_id, coalesce(nullif(k.name, ''), k.first_name) AS contact_name
                        FROM conversations c JOIN contacts k ON k.tenant_id = c.tenant_id AND k.id = c.contact_id
                        WHERE c.tenant_id = d.tenant_id AND c.id = d.conversation_id LIMIT 1) c
    LEFT JOIN channel_accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
    ORDER BY d.id
    """)  # noqa: S608 - from literals of this file


# A scalar subquery is evaluated row by row. The planner could turn EXISTS into a join with every conversation of the
# tenant.
_FOUND = """
    (SELECT strpos(lower(k.name), lower(:search)) > 0 OR strpos(lower(c.human_id), lower(:search)) > 0
            OR strpos(lower(k.first_name), lower(:search)) > 0 OR c.external_id = :search OR o.address = :search
     FROM conversations c JOIN contacts k ON k.tenant_id = c.tenant_id AND k.id = c.contact_id
     WHERE c.tenant_id = o.tenant_id AND c.id = o.conversation_id LIMIT 1)
"""
_SOME = _shown(f"SELECT * FROM deliveries WHERE {_OF_BATCH} AND id = ANY (CAST(:ids AS uuid[]))")  # noqa: S608


async def page(
    tx: TenantTx, mass_reply: MassReplyId, query: ResultQuery, *, after: UUID | None, limit: int
) -> list[DeliveryResult]:
    """List deliveries after `after`, in the order in which they were frozen."""
    return [read(row) for row in await rows(tx, mass_reply, query, after=after, limit=limit)]


async def rows(
    tx: TenantTx, mass_reply: MassReplyId, query: ResultQuery, *, after: UUID | None, limit: int
) -> Sequence[Any]:
    """Return the rows of a page, for `read`."""
    conditions = {
        "channel = :channel": ("channel", query.channel),
        "reason_code = :reason": ("reason", query.reason),
        _FOUND: ("search", query.search),
    }
    given = {condition: bound for condition, bound in conditions.items() if bound[1] is not None}
    values = {"mass_reply": mass_reply, "after": after or UUID(int=0), "limit": limit}
    return await tx.rows(_page(query.status, tuple(given)), **values, **dict(given.values()))


_NOT_SENT: Final = frozenset(
    {DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN, DeliveryStatus.SKIPPED, DeliveryStatus.CANCELLED}
)
"""Statuses that share an index. A mass reply normally has few of them."""

# By account, as their index is: an account has few calls under way, of all its mass replies.
_SENDING: Final = f"""
    SELECT s.* FROM (SELECT account_id FROM lanes WHERE {_OF_BATCH}) l CROSS JOIN LATERAL (
        SELECT * FROM deliveries d
        WHERE d.tenant_id = :tenant AND d.account_id = l.account_id AND d.status = 'sending' OFFSET 0) s
    WHERE s.mass_reply_id = :mass_reply AND s.id > :after ORDER BY s.id OFFSET 0
"""  # noqa: S608 - a literal


def _counted(status: DeliveryStatus) -> str:
    """Return how many have a status, by the counters."""
    return f"(SELECT coalesce(sum({status}), 0) FROM lanes WHERE {_OF_BATCH})"  # noqa: S608 - constants


# The ids are hidden from the planner. If its statistics are older than the tenant, it expects one row for them, and any
# index is as good for one: also one in another order, all of which is read for every page.
_OF_BATCH_HIDDEN: Final = """
    tenant_id = (SELECT CAST(:tenant AS uuid)) AND mass_reply_id = (SELECT CAST(:mass_reply AS uuid))
"""


def _in_order(within: str) -> str:
    # Without the offset, a condition could make the planner use an index in another order.
    return f"SELECT * FROM deliveries WHERE {_OF_BATCH_HIDDEN} AND {within} AND id > :after ORDER BY id OFFSET 0"  # noqa: S608


@cache
def _page(status: DeliveryStatus | None, conditions: tuple[str, ...]) -> sa.TextClause:
    most = ":limit"
    if status is None or status in _NOT_SENT:
        found = _in_order("true" if status is None else f"status = '{status}'")
    elif status is DeliveryStatus.SENDING:
        found = _SENDING
    else:
        # Of these there are often many. If not, the search ends with the last that the counters know of. The status is
        # hidden from the planner: by old statistics it could expect few, and sort all of them for every page.
        most = f"least(:limit, {_counted(status)})"
        found = _in_order(f"status = (SELECT '{status}'::text)")
    where = " AND ".join(("true", *conditions))
    return _shown(f"SELECT * FROM ({found}) o WHERE {where} LIMIT {most}")  # noqa: S608 - the conditions are literals


_REASONS = sa.text(f"""
    SELECT status, reason_code, channel, count(*) AS number,
           count(*) FILTER (WHERE retryable AND status = 'failed') AS retryable
    FROM deliveries
    WHERE {_OF_BATCH} AND reason_code IS NOT NULL AND status IN ('failed', 'uncertain', 'skipped', 'cancelled')
    GROUP BY status, reason_code, channel ORDER BY count(*) DESC, status, reason_code, channel
""")  # noqa: S608 - a literal


async def reasons(tx: TenantTx, mass_reply: MassReplyId) -> list[ReasonCount]:
    """Count the deliveries that were not sent, by reason and channel, the most frequent first."""
    rows = await tx.execute(_REASONS, mass_reply=mass_reply)
    return [
        ReasonCount(
            DeliveryStatus(row.status), ReasonCode(row.reason_code), Channel(row.channel), row.number, row.retryable
        )
        for row in rows
    ]


async def some(tx: TenantTx, mass_reply: MassReplyId, ids: Sequence[DeliveryId]) -> Mapping[DeliveryId, DeliveryResult]:
    """Load these deliveries of a mass reply."""
    rows = await tx.execute(_SOME, mass_reply=mass_reply, ids=ids)
    return {DeliveryId(row.id): read(row) for row in rows}


def read(row: Any) -> DeliveryResult:
    reason = Reason(ReasonCode(row.reason_code), row.reason_detail, row.retryable) if row.reason_code else None
    return DeliveryResult(
        id=row.id,
        mass_reply_id=row.mass_reply_id,
        conversation_id=row.conversation_id,
        external_id=row.external_id,
        human_id=row.human_id,
        contact_name=row.contact_name or masked(Channel(row.channel), row.address or ""),
        channel=Channel(row.channel),
        channel_account=row.channel_account,
        provider=row.provider,
        status=DeliveryStatus(row.status),
        reason=reason,
        settles_after=row.settles_after,
        provider_message_id=row.provider_message_id,
        segments=row.segments,
        warnings=tuple(row.warnings),
        dropped_attachments=row.dropped_attachments,
        used_template=row.used_template,
        flips=row.flips,
        attempts=row.attempts,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        updated_at=row.updated_at,
    )
