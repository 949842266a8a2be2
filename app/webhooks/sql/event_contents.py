"""The present contents of events: the outbox itself holds ids only."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa

from app.domain.mass_reply import MassReply
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, MessageCreated, Subject
from app.domain.words import Channel, ConversationStatus, Engagement, MassReplyId, ReasonCode, TimelineKind
from app.store import mass_replies
from app.store.plans import SOME_TENANT
from app.store.transactions import TenantTx

T = TypeVar("T")
UNREADABLE: Final = (LookupError, TypeError, ValueError)
"""The errors of reading a row. An unreachable database raises others."""


@dataclass(frozen=True, slots=True)
class MessageContent:
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
class ConversationContent:
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
class DeliveryContent:
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
    """By id. What has been deleted since is missing."""

    mass_replies: Mapping[UUID, MassReply] = field(default_factory=dict)
    messages: Mapping[UUID, MessageContent] = field(default_factory=dict)
    conversations: Mapping[UUID, ConversationContent] = field(default_factory=dict)
    deliveries: Mapping[UUID, DeliveryContent] = field(default_factory=dict)
    unreadable: Mapping[UUID, str] = field(default_factory=dict)
    """Stored objects that cannot be read, each with the name of the error."""


async def load(tx: TenantTx, batches: Collection[MassReplyId], subjects: Sequence[Subject]) -> Contents:
    """Return the mass replies of these ids, and the contents of these subjects."""
    unreadable: dict[UUID, str] = {}
    messages, conversations = _messages(subjects), _conversations(subjects)
    deliveries = {subject.delivery_id for subject in subjects if isinstance(subject, DeliveryUpdated)}
    return Contents(
        await _mass_replies(tx, batches, unreadable),
        _each(_message, await _rows(tx, _MESSAGES, messages), unreadable),
        _each(_conversation, await _rows(tx, _CONVERSATIONS, conversations), unreadable),
        _each(_delivery, await _rows(tx, _DELIVERIES, deliveries), unreadable),
        unreadable,
    )


async def _mass_replies(
    tx: TenantTx, ids: Collection[MassReplyId], unreadable: dict[UUID, str]
) -> dict[UUID, MassReply]:
    found: dict[UUID, MassReply] = {}
    for id_ in ids:
        try:
            batch = await mass_replies.get(tx, id_)
        except UNREADABLE as error:
            unreadable[id_] = type(error).__name__
        else:
            found |= {} if batch is None else {id_: batch}
    return found


def _each(read: Callable[[Any], T], rows: Iterable[Any], unreadable: dict[UUID, str]) -> dict[UUID, T]:
    """Read row by row, so that one that cannot be read does not hold up the others."""
    found: dict[UUID, T] = {}
    for row in rows:
        try:
            found[row.id] = read(row)
        except UNREADABLE as error:
            unreadable[row.id] = type(error).__name__
    return found


_CONVERSATION_OF = """
    CROSS JOIN LATERAL (SELECT * FROM conversations
                        WHERE tenant_id = {0}.tenant_id AND id = {0}.conversation_id LIMIT 1) c
"""
_MESSAGES = sa.text(f"""
    SELECT m.id, m.conversation_id, c.external_id, c.channel, m.kind, m.text, m.automatic, m.author_id, m.author_name,
           m.mass_reply_id, m.delivery_id, m.created_at
    FROM messages m {_CONVERSATION_OF.format("m")}
    WHERE m.tenant_id = {SOME_TENANT} AND m.id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - built from the constants above
_CONVERSATIONS = sa.text(f"""
    SELECT c.id, c.external_id, c.human_id, c.channel, c.status, c.engagement, c.team, c.assignee,
           ARRAY(SELECT t.tag FROM conversation_tags t
                 WHERE t.tenant_id = c.tenant_id AND t.conversation_id = c.id ORDER BY t.tag) AS tags
    FROM conversations c WHERE c.tenant_id = {SOME_TENANT} AND c.id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - built from constants
_DELIVERIES = sa.text(f"""
    SELECT d.id, d.conversation_id, c.external_id, d.channel, d.reason_code, d.reason_detail, d.provider_message_id
    FROM deliveries d {_CONVERSATION_OF.format("d")}
    WHERE d.tenant_id = {SOME_TENANT} AND d.id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - built from the constants above


_MESSAGE_SIZES = sa.text(f"""
    SELECT id, octet_length(text) AS size FROM messages
    WHERE tenant_id = {SOME_TENANT} AND id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - built from constants
_CONVERSATION_SIZES = sa.text(f"""
    SELECT conversation_id AS id, sum(octet_length(tag)) AS size FROM conversation_tags
    WHERE tenant_id = {SOME_TENANT} AND conversation_id = ANY (CAST(:ids AS uuid[])) GROUP BY conversation_id
""")  # noqa: S608 - built from constants


async def sizes(tx: TenantTx, subjects: Sequence[Subject]) -> Mapping[UUID, int]:
    """Return the bytes of text or tags of each message and conversation. Everything else is small."""
    messages, conversations = _messages(subjects), _conversations(subjects)
    rows = [
        *await _rows(tx, _MESSAGE_SIZES, messages),
        *await _rows(tx, _CONVERSATION_SIZES, conversations),
    ]
    return {row.id: int(row.size) for row in rows}


def _messages(subjects: Sequence[Subject]) -> set[UUID]:
    return {subject.message_id for subject in subjects if isinstance(subject, MessageCreated)}


def _conversations(subjects: Sequence[Subject]) -> set[UUID]:
    return {subject.conversation_id for subject in subjects if isinstance(subject, ConversationUpdated)}


async def _rows(tx: TenantTx, statement: sa.TextClause, ids: Collection[UUID]) -> Sequence[Any]:
    return (await tx.execute(statement, ids=list(ids))).all() if ids else ()


def _message(row: Any) -> MessageContent:
    return MessageContent(
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


def _conversation(row: Any) -> ConversationContent:
    return ConversationContent(
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


def _delivery(row: Any) -> DeliveryContent:
    return DeliveryContent(
        id=row.id,
        conversation_id=row.conversation_id,
        external_id=row.external_id,
        channel=Channel(row.channel),
        reason_code=row.reason_code and ReasonCode(row.reason_code),
        reason_detail=row.reason_detail,
        provider_message_id=row.provider_message_id,
    )
