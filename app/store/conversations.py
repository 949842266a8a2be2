"""Conversations and their timelines: to read, and to lock before they are changed."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.conversation import Contact, Conversation, ConversationView, LastMessage, TimelineItem
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel, ConversationId, ConversationStatus, Engagement, TimelineKind
from app.store.plans import SOME_TENANT
from app.store.transactions import TenantTx

_COLUMNS = """
    c.id, c.external_id, c.human_id, c.channel, a.key AS channel_account, k.external_id AS contact, c.address,
    c.address_key, c.status, c.engagement, c.subject, c.team, c.assignee, c.custom_fields, c.created_at,
    c.last_customer_message_at, c.reply_to_message_id, c.reply_references,
    ARRAY(SELECT t.tag FROM conversation_tags t WHERE t.tenant_id = c.tenant_id AND t.conversation_id = c.id) AS tags
"""
_BESIDE = """
    CROSS JOIN LATERAL (SELECT * FROM contacts WHERE tenant_id = c.tenant_id AND id = c.contact_id LIMIT 1) k
    LEFT JOIN channel_accounts a ON a.tenant_id = c.tenant_id AND a.id = c.account_id
"""
_TABLES = f"conversations c {_BESIDE}"

# In id order, as everybody locks conversations: no deadlock.
_LOCK_BY_EXTERNAL_IDS = sa.text(f"""
    WITH found AS MATERIALIZED (
        SELECT c.id FROM unnest(CAST(:external_ids AS text[])) AS wanted (external_id)
        CROSS JOIN LATERAL (SELECT id FROM conversations
                            WHERE tenant_id = {SOME_TENANT} AND external_id = wanted.external_id LIMIT 1) c)
    SELECT c.id FROM unnest(ARRAY(SELECT DISTINCT id FROM found ORDER BY id)) AS found (id)
    CROSS JOIN LATERAL (SELECT id FROM conversations
                        WHERE tenant_id = {SOME_TENANT} AND id = found.id LIMIT 1 FOR NO KEY UPDATE) c
""")  # noqa: S608 - built from constants
_LOCK = sa.text(f"""
    SELECT id FROM conversations
    WHERE tenant_id = {SOME_TENANT} AND id = ANY (CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE
""")  # noqa: S608 - built from constants
# A separate statement: what is read together with a lock, such as the tags, may date from before the wait for it.
_READ = sa.text(f"""
    SELECT {_COLUMNS} FROM unnest(CAST(:ids AS uuid[])) AS locked (id)
    CROSS JOIN LATERAL (SELECT * FROM conversations WHERE tenant_id = {SOME_TENANT} AND id = locked.id LIMIT 1) c
    {_BESIDE}
""")  # noqa: S608 - built from the constants above


async def lock_conversations(tx: TenantTx, external_ids: Sequence[str]) -> dict[str, Conversation]:
    """Lock the conversations of these external ids until the transaction ends, and return those that exist."""
    locked = await tx.rows(_LOCK_BY_EXTERNAL_IDS, external_ids=external_ids)
    return {row.external_id: _read(row) for row in await _rows(tx, locked)}


async def lock_conversation(tx: TenantTx, id_: ConversationId) -> Conversation | None:
    return (await lock_by_ids(tx, [id_])).get(id_)


async def lock_by_ids(tx: TenantTx, ids: Sequence[UUID]) -> dict[UUID, Conversation]:
    """Do the same by the conversations' own ids."""
    return {row.id: _read(row) for row in await _rows(tx, await tx.rows(_LOCK, ids=ids))}


async def _rows(tx: TenantTx, locked: Sequence[Any]) -> Sequence[Any]:
    return await tx.rows(_READ, ids=[row.id for row in locked]) if locked else ()


def _read(row: Any) -> Conversation:
    values = {each.name: getattr(row, each.name) for each in fields(Conversation)}
    values |= {
        "channel": Channel(row.channel),
        "status": ConversationStatus(row.status),
        "engagement": Engagement(row.engagement),
        "tags": tuple(sorted(row.tags)),
        "custom_fields": row.custom_fields,
        "reply_references": tuple(row.reply_references),
    }
    return Conversation(**values)


def read_contact(row: Any, prefix: str = "") -> Contact:
    """Read a contact from columns named after its attributes."""
    values = {each.name: getattr(row, prefix + each.name) for each in fields(Contact)}
    return Contact(**values)


_VIEWS = sa.text(f"""
    SELECT {_COLUMNS}, c.updated_at, k.external_id AS contact_external_id, k.name AS contact_name,
           k.first_name AS contact_first_name, k.email AS contact_email, k.phone AS contact_phone,
           k.opted_out AS contact_opted_out, k.custom_fields AS contact_custom_fields,
           k.unnamed AS contact_unnamed,
           m.text AS last_text, m.provider_message_id AS last_provider_message_id, m.created_at AS last_sent_at
    FROM {_TABLES}
    LEFT JOIN LATERAL (
        SELECT m.text, m.provider_message_id, m.created_at FROM messages m
        WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.kind = 'customer_message' AND NOT m.automatic
        ORDER BY m.created_at DESC, m.id DESC LIMIT 1) m ON true
    WHERE c.tenant_id = {SOME_TENANT} AND c.id = ANY (CAST(:ids AS uuid[]))
    ORDER BY c.id DESC
""")  # noqa: S608 - built from the constants above


async def view_conversations(tx: TenantTx, ids: Sequence[UUID]) -> list[ConversationView]:
    """Return the conversations of these ids, the newest first."""
    return [_view(row) for row in await tx.execute(_VIEWS, ids=ids)]


def _view(row: Any) -> ConversationView:
    return ConversationView(_read(row), read_contact(row, "contact_"), row.updated_at, _last_message(row))


def _last_message(row: Any) -> LastMessage | None:
    if row.last_sent_at is None:
        return None
    id_ = row.last_provider_message_id
    references = tuple(row.reply_references) if id_ is not None and id_ == row.reply_to_message_id else ()
    return LastMessage(row.last_text, id_, references, row.last_sent_at)


_FIND = sa.text("""
    SELECT id FROM conversations
    WHERE tenant_id = :tenant AND (id = CAST(:id AS uuid) OR external_id = :external_id)
    ORDER BY id = CAST(:id AS uuid) DESC NULLS LAST LIMIT 1
""")


async def find_id(tx: TenantTx, name: str) -> ConversationId | None:
    """Return the conversation with this id, or else with this external id."""
    found: ConversationId | None = await tx.scalar(_FIND, id=_uuid(name), external_id=name)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_TIMELINE = """
    SELECT m.id, m.kind, m.text, m.author_id, m.author_name, m.mass_reply_id, m.delivery_id, m.attachments,
           m.created_at, d.status AS delivery_status
    FROM messages m LEFT JOIN deliveries d ON d.tenant_id = m.tenant_id AND d.id = m.delivery_id
    WHERE m.tenant_id = :tenant AND m.conversation_id = :conversation
"""
_TIMELINE_PAGE = sa.text(f"""{_TIMELINE}
    AND (m.created_at, m.id) > (:created_at, :id) ORDER BY m.created_at, m.id LIMIT :limit
""")
_TIMELINE_ITEM = sa.text(f"{_TIMELINE} AND m.id = :id")

BEGINNING = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
"""The position before every item of a timeline."""


async def timeline(
    tx: TenantTx, conversation: ConversationId, *, after: tuple[datetime, UUID], limit: int
) -> list[TimelineItem]:
    """Return a conversation's timeline after a position (time and id of an item), the oldest first."""
    values = {"conversation": conversation, "created_at": after[0], "id": after[1], "limit": limit}
    return [_timeline_item(row) for row in await tx.execute(_TIMELINE_PAGE, **values)]


async def timeline_item(tx: TenantTx, conversation: ConversationId, id_: UUID) -> TimelineItem:
    return _timeline_item((await tx.execute(_TIMELINE_ITEM, conversation=conversation, id=id_)).one())


def _timeline_item(row: Any) -> TimelineItem:
    status = row.delivery_status
    return TimelineItem(
        id=row.id,
        kind=TimelineKind(row.kind),
        text=row.text,
        author_id=row.author_id,
        author_name=row.author_name,
        mass_reply_id=row.mass_reply_id,
        delivery_id=row.delivery_id,
        delivery_status=None if status is None else DeliveryStatus(status),
        attachments=row.attachments,
        created_at=row.created_at,
    )
