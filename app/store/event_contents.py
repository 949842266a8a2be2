"""What events are about, as it stands now: the outbox itself holds ids only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.events import ConversationUpdated, DeliveryUpdated, MessageCreated, Subject
from app.domain.mass_reply import MassReply
from app.domain.model import Channel, ConversationStatus, Engagement, MassReplyId, ReasonCode, TenantId, TimelineKind
from app.store import mass_replies


@dataclass(frozen=True, slots=True)
class MessageTold:
    id: UUID
    conversation_id: UUID
    external_id: str | None
    """The conversation's."""
    channel: Channel
    kind: TimelineKind
    text: str = field(repr=False)
    automatic: bool
    author_id: str | None
    author_name: str | None
    mass_reply_id: UUID | None
    delivery_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ConversationTold:
    id: UUID
    external_id: str | None
    human_id: str | None
    channel: Channel
    status: ConversationStatus
    engagement: Engagement
    team: str | None
    assignee: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryTold:
    id: UUID
    conversation_id: UUID
    external_id: str | None
    """The conversation's."""
    channel: Channel
    reason_code: ReasonCode | None
    reason_detail: str | None
    provider_message_id: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """By id. What has been deleted meanwhile is missing."""

    mass_replies: Mapping[UUID, MassReply] = field(default_factory=dict)
    messages: Mapping[UUID, MessageTold] = field(default_factory=dict)
    conversations: Mapping[UUID, ConversationTold] = field(default_factory=dict)
    deliveries: Mapping[UUID, DeliveryTold] = field(default_factory=dict)


async def load(
    connection: AsyncConnection, tenant: TenantId, batches: Collection[MassReplyId], subjects: Sequence[Subject]
) -> Contents:
    """Read the mass replies of these ids, and what these subjects are about."""
    found = [await mass_replies.get(connection, tenant, id_) for id_ in batches]
    messages = {subject.message_id for subject in subjects if isinstance(subject, MessageCreated)}
    conversations = {subject.conversation_id for subject in subjects if isinstance(subject, ConversationUpdated)}
    deliveries = {subject.delivery_id for subject in subjects if isinstance(subject, DeliveryUpdated)}
    return Contents(
        {batch.id: batch for batch in found if batch is not None},
        {row.id: _message(row) for row in await _rows(connection, _MESSAGES, tenant, messages)},
        {row.id: _conversation(row) for row in await _rows(connection, _CONVERSATIONS, tenant, conversations)},
        {row.id: _delivery(row) for row in await _rows(connection, _DELIVERIES, tenant, deliveries)},
    )


_MESSAGES = sa.text("""
    SELECT m.id, m.conversation_id, c.external_id, c.channel, m.kind, m.text, m.automatic, m.author_id, m.author_name,
           m.mass_reply_id, m.delivery_id, m.created_at
    FROM messages m JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
    WHERE m.tenant_id = :tenant AND m.id = ANY (CAST(:ids AS uuid[]))
""")
_CONVERSATIONS = sa.text("""
    SELECT c.id, c.external_id, c.human_id, c.channel, c.status, c.engagement, c.team, c.assignee,
           ARRAY(SELECT t.tag FROM conversation_tags t
                 WHERE t.tenant_id = c.tenant_id AND t.conversation_id = c.id ORDER BY t.tag) AS tags
    FROM conversations c WHERE c.tenant_id = :tenant AND c.id = ANY (CAST(:ids AS uuid[]))
""")
_DELIVERIES = sa.text("""
    SELECT d.id, d.conversation_id, c.external_id, d.channel, d.reason_code, d.reason_detail, d.provider_message_id
    FROM deliveries d JOIN conversations c ON c.tenant_id = d.tenant_id AND c.id = d.conversation_id
    WHERE d.tenant_id = :tenant AND d.id = ANY (CAST(:ids AS uuid[]))
""")


async def _rows(
    connection: AsyncConnection, statement: sa.TextClause, tenant: TenantId, ids: Collection[UUID]
) -> Sequence[Any]:
    return (await connection.execute(statement, {"tenant": tenant, "ids": list(ids)})).all() if ids else ()


def _message(row: Any) -> MessageTold:
    return MessageTold(
        id=row.id,
        conversation_id=row.conversation_id,
        external_id=row.external_id,
        channel=Channel(row.channel),
        kind=TimelineKind(row.kind),
        text=row.text,
        automatic=row.automatic,
        author_id=row.author_id,
        author_name=row.author_name,
        mass_reply_id=row.mass_reply_id,
        delivery_id=row.delivery_id,
        created_at=row.created_at,
    )


def _conversation(row: Any) -> ConversationTold:
    return ConversationTold(
        id=row.id,
        external_id=row.external_id,
        human_id=row.human_id,
        channel=Channel(row.channel),
        status=ConversationStatus(row.status),
        engagement=Engagement(row.engagement),
        team=row.team,
        assignee=row.assignee,
        tags=tuple(row.tags),
    )


def _delivery(row: Any) -> DeliveryTold:
    return DeliveryTold(
        id=row.id,
        conversation_id=row.conversation_id,
        external_id=row.external_id,
        channel=Channel(row.channel),
        reason_code=row.reason_code and ReasonCode(row.reason_code),
        reason_detail=row.reason_detail,
        provider_message_id=row.provider_message_id,
    )
