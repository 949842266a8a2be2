"""Customers' messages: which conversation they belong to, and how they change it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.conversation import (
    UNSENT,
    Conversation,
    CustomerMessage,
    amended_text,
    differences,
    message_key,
    receive,
    spelled,
)
from app.domain.errors import NotFound
from app.domain.outbox import Changed, ConversationUpdated, EventType, MessageCreated, OutboxEntry
from app.domain.storable import storable
from app.domain.words import AccountId, Channel, ConversationId
from app.store.conversations import lock_conversation
from app.store.outbox import publish
from app.store.plans import SOME_TENANT
from app.store.reply_addresses import KEY
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class Recorded:
    message_id: UUID
    added: bool
    """False if the message was stored already."""


def address_key(channel: Channel, address: str) -> str:
    return Address.read(channel, address).key


async def record_customer_message(
    tx: TenantTx, id_: ConversationId, message: CustomerMessage, now: datetime
) -> Recorded:
    """Add a message to the timeline and make the conversation pending, once for each provider message id; of messages
    without an id, once for each text and time of writing.

    Raise NotFound.
    """
    before = await lock_conversation(tx, id_)
    if before is None:
        raise NotFound
    message = spelled(message, before.channel)
    recognised = message.provider_message_id is not None or message.sent_at is not None
    known = await find_message(tx, id_, before.channel, message) if recognised else None
    if known is not None:
        return Recorded(known.id, added=False)
    added = await tx.scalar(_ADD_MESSAGE, conversation=id_, **message_row(before, message, now))
    after = receive(before, message, now)
    await _store_standing(tx, id_, after)
    await publish(tx, _outbox_entries(id_, added, differences(before, after)))
    return Recorded(added, added=True)


def _outbox_entries(id_: ConversationId, message: UUID, changed: Mapping[str, Changed]) -> list[OutboxEntry]:
    created = OutboxEntry(EventType.MESSAGE_CREATED, subjects=[MessageCreated(message, id_)])
    updated = OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_, changed)])
    return [created, updated] if changed else [created]


_FIND_MESSAGE = sa.text("""
    SELECT m.id, m.created_at FROM messages m
    CROSS JOIN (SELECT CAST(:provider_message_id AS text) AS provider_message_id, CAST(:sender AS text) AS sender,
                       CAST(:sent_at AS timestamptz) AS sent_at) w
    WHERE m.tenant_id = :tenant AND m.conversation_id = :conversation AND m.kind = 'customer_message'
      AND m.provider_message_id IS NOT DISTINCT FROM w.provider_message_id
      AND (m.provider_message_id IS NOT NULL
           OR (m.text = :text AND (m.created_at = w.sent_at IS NOT FALSE OR w.sent_at > now())))
      AND m.sender = w.sender IS NOT FALSE
    LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class KnownMessage:
    id: UUID
    created_at: datetime


async def find_message(
    tx: TenantTx, conversation: ConversationId, channel: Channel, message: CustomerMessage
) -> KnownMessage | None:
    """Find a message of the same key on a conversation; from the same sender, if the message names one."""
    key = message_key(message)
    values = {"provider_message_id": key.provider_message_id, "text": key.text, "sent_at": key.sent_at}
    sender = None if message.sender is None else address_key(channel, message.sender)
    row = (await tx.execute(_FIND_MESSAGE, conversation=conversation, sender=sender, **values)).first()
    return None if row is None else KnownMessage(*row)


_KNOWN_ANYWHERE = sa.text("""
    SELECT EXISTS (SELECT FROM messages WHERE tenant_id = :tenant AND kind = 'customer_message'
                   AND provider_message_id = :provider_message_id AND sender = :sender)
""")


async def is_known(tx: TenantTx, provider_message_id: str, sender: str) -> bool:
    """Return whether any conversation has this e-mail of this sender."""
    key = address_key(Channel.EMAIL, sender)
    return bool(await tx.scalar(_KNOWN_ANYWHERE, provider_message_id=provider_message_id, sender=key))


_AMEND = sa.text("""
    UPDATE messages SET text = :text, attachments = CASE WHEN :unsent THEN '[]' ELSE attachments END
    WHERE tenant_id = :tenant AND provider_message_id = :provider_message_id AND kind = 'customer_message'
      AND text <> :unsent_text AND conversation_id IN (
          SELECT c.id FROM messages m JOIN conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
          WHERE m.tenant_id = :tenant AND m.provider_message_id = :provider_message_id
            AND (c.account_id = :account OR c.account_id IS NULL) AND c.channel = :channel)
""")


async def amend_message(
    tx: TenantTx, account: AccountId, channel: Channel, provider_message_id: str, text: str | None
) -> bool:
    """Store a customer's edit of a message; None if they deleted it. Return whether there was a message to change."""
    values = {
        "account": account,
        "channel": channel,
        "provider_message_id": provider_message_id,
        "text": storable(amended_text(text)),
        "unsent": text is None,
        "unsent_text": UNSENT,
    }
    return (await tx.execute(_AMEND, **values)).rowcount > 0


_STORE_STANDING = sa.text("""
    UPDATE conversations
    SET status = :status, engagement = :engagement, last_customer_message_at = :last_customer_message_at,
        reply_to_message_id = :reply_to_message_id, reply_references = CAST(:reply_references AS text[]),
        updated_at = now()
    WHERE tenant_id = :tenant AND id = :id
""")


async def _store_standing(tx: TenantTx, id_: ConversationId, conversation: Conversation) -> None:
    values = {
        "status": conversation.status,
        "engagement": conversation.engagement,
        "last_customer_message_at": conversation.last_customer_message_at,
        "reply_to_message_id": conversation.reply_to_message_id,
        "reply_references": list(conversation.reply_references),
    }
    await tx.execute(_STORE_STANDING, id=id_, **values)


_ADD_MESSAGE = sa.text(f"""
    INSERT INTO messages (tenant_id, conversation_id, kind, text, provider_message_id, sender, automatic,
                          attachments, created_at)
    SELECT :tenant, c.id, 'customer_message', :text, :provider_message_id, coalesce(CAST(:sender AS text), {KEY}),
           :automatic, CAST(:attachments AS jsonb), :created_at
    FROM (SELECT * FROM conversations WHERE tenant_id = {SOME_TENANT} AND id = :conversation LIMIT 1) c
    CROSS JOIN LATERAL (SELECT * FROM contacts WHERE tenant_id = {SOME_TENANT} AND id = c.contact_id LIMIT 1) k
    RETURNING id
""")  # noqa: S608 - built from constants


def message_row(
    conversation: Conversation, message: CustomerMessage, now: datetime, reply_key: str | None = None
) -> Mapping[str, object]:
    """Return a message as it is stored. `reply_key` is the key of the address that a reply goes to: a message that
    names no sender came from there."""
    return {
        "text": storable(message.text),
        "provider_message_id": message.provider_message_id,
        "sender": address_key(conversation.channel, message.sender) if message.sender else reply_key,
        "automatic": message.automatic or not message.believed,
        "attachments": _files(message.attachment_names),
        "created_at": message.at(now),
    }


def _files(names: Sequence[str]) -> str:
    return json.dumps([{"filename": name} for name in names]) if names else "[]"
