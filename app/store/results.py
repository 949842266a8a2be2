"""The results of a mass reply, one row per conversation, for people and programs to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.model import Channel, DeliveryId, DeliveryStatus, MassReplyId, Reason, ReasonCode, TenantId


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    id: UUID
    mass_reply_id: UUID
    conversation_id: UUID
    external_id: str | None
    human_id: str | None
    contact_name: str | None = field(repr=False)
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


_COLUMNS = """
    SELECT d.id, d.mass_reply_id, d.conversation_id, c.external_id, c.human_id, k.name AS contact_name, d.channel,
           a.key AS channel_account, a.provider, d.status, d.reason_code, d.reason_detail, d.retryable,
           d.settles_after, d.provider_message_id, d.segments, d.warnings, d.dropped_attachments, d.used_template,
           d.flips, d.epoch AS attempts, d.queued_at, d.sent_at, d.delivered_at, d.updated_at
    FROM deliveries d
    JOIN conversations c ON c.tenant_id = d.tenant_id AND c.id = d.conversation_id
    JOIN contacts k ON k.tenant_id = c.tenant_id AND k.id = c.contact_id
    LEFT JOIN channel_accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
    WHERE d.tenant_id = :tenant AND d.mass_reply_id = :mass_reply
"""


async def page(
    connection: AsyncConnection,
    tenant: TenantId,
    mass_reply: MassReplyId,
    query: ResultQuery,
    *,
    after: UUID | None,
    limit: int,
) -> list[DeliveryResult]:
    """List deliveries in the order in which they were frozen, those behind `after`."""
    conditions = {
        "d.status = :status": ("status", query.status),
        "d.channel = :channel": ("channel", query.channel),
        "d.reason_code = :reason": ("reason", query.reason),
        "d.id > :after": ("after", after),
    }
    given = {condition: bound for condition, bound in conditions.items() if bound[1] is not None}
    where = "".join(f" AND {condition}" for condition in given)
    statement = sa.text(f"{_COLUMNS}{where} ORDER BY d.id LIMIT :limit")
    values = {"tenant": tenant, "mass_reply": mass_reply, "limit": limit, **dict(given.values())}
    return [_from_row(row) for row in await connection.execute(statement, values)]


async def some(
    connection: AsyncConnection, tenant: TenantId, mass_reply: MassReplyId, ids: Sequence[DeliveryId]
) -> Mapping[DeliveryId, DeliveryResult]:
    """Read these deliveries of a mass reply."""
    statement = sa.text(f"{_COLUMNS} AND d.id = ANY (CAST(:ids AS uuid[]))")
    rows = await connection.execute(statement, {"tenant": tenant, "mass_reply": mass_reply, "ids": ids})
    return {DeliveryId(row.id): _from_row(row) for row in rows}


def _from_row(row: Any) -> DeliveryResult:
    reason = Reason(ReasonCode(row.reason_code), row.reason_detail, row.retryable) if row.reason_code else None
    return DeliveryResult(
        id=row.id,
        mass_reply_id=row.mass_reply_id,
        conversation_id=row.conversation_id,
        external_id=row.external_id,
        human_id=row.human_id,
        contact_name=row.contact_name,
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
