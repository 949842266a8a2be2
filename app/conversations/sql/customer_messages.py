"""Customers' messages: which conversation they belong to, and what they do to it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql.recipients import KEY
from app.domain.addresses import PHONE_CHANNELS, Address
from app.domain.channel_port import Inbound
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
from app.domain.delivery import AccountId, Channel, ConversationId
from app.domain.errors import NotFound
from app.domain.json_reader import storable, write_time
from app.domain.outbox import Changed, ConversationUpdated, EventType, MessageCreated, News
from app.domain.threads import answered, in_brackets
from app.store.address_links import names_of
from app.store.conversations import lock_conversation
from app.store.database import SOME_TENANT
from app.store.outbox import announce
from app.store.transactions import TenantTx

_OUR_MESSAGE_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\d+)?@[^>]*>")
"""The Message-ID that we give to our own replies: the delivery's id, whatever the domain."""


@dataclass(frozen=True, slots=True)
class Match:
    conversation_id: ConversationId
    believed: bool
    """False for mail that its headers tie to a conversation and that did not come from that conversation's contact:
    whoever has seen one Message-ID can write such headers."""


@dataclass(frozen=True, slots=True)
class Recorded:
    message_id: UUID
    added: bool
    """False where this message was there already."""


async def find_conversation(tx: TenantTx, account_id: AccountId, channel: Channel, inbound: Inbound) -> Match | None:
    """Find whose conversation a message belongs to that came in through an account.

    By the conversation that it names, by the messages that it answers, and by its sender's latest conversation on that
    account, in this order.
    """
    sender = Address.read(channel, inbound.sender).key
    named = await find_named(tx, inbound.conversation_id, inbound.conversation_external_id)
    if named is not None and inbound.vouched:
        return Match(named, believed=True)
    written = answered(inbound.in_reply_to, inbound.references)
    thread = tuple(map(in_brackets, written)) if channel is Channel.EMAIL else written
    tied = named or await find_thread(tx, account_id, channel, thread)
    if tied is not None:
        believed = channel is not Channel.EMAIL or await is_contact(tx, tied, sender)
        return Match(tied, believed)
    latest = await _find_latest(tx, account_id, channel, sender)
    return None if latest is None else Match(latest, believed=True)


_NAMED = sa.text("""
    SELECT id FROM conversations
    WHERE tenant_id = :tenant AND (id = CAST(:id AS uuid) OR external_id = CAST(:external_id AS text)) LIMIT 1
""")


async def find_named(tx: TenantTx, id_: UUID | None, external_id: str | None) -> ConversationId | None:
    if id_ is None and external_id is None:
        return None
    found: ConversationId | None = await tx.scalar(_NAMED, id=id_, external_id=external_id and external_id.strip())
    return found


_BY_EXTERNAL_IDS = sa.text("""
    SELECT c.id FROM unnest(CAST(:external_ids AS text[])) WITH ORDINALITY AS wanted (external_id, rank)
    JOIN conversations c ON c.tenant_id = :tenant AND c.external_id = wanted.external_id AND c.channel = :channel
    ORDER BY wanted.rank LIMIT 1
""")


async def find_by_external_ids(tx: TenantTx, channel: Channel, external_ids: Sequence[str]) -> ConversationId | None:
    """Find the first of these external ids that a conversation on the channel has."""
    found: ConversationId | None = await tx.scalar(_BY_EXTERNAL_IDS, external_ids=list(external_ids), channel=channel)
    return found


_THREAD = sa.text("""
    SELECT c.id
    FROM unnest(CAST(:message_ids AS text[]), CAST(:delivery_ids AS uuid[])) WITH ORDINALITY
         AS answered (message_id, delivery_id, rank)
    CROSS JOIN LATERAL (
        SELECT m.conversation_id, m.created_at AS at FROM messages m
        WHERE m.tenant_id = :tenant AND m.provider_message_id = answered.message_id
        UNION ALL
        SELECT d.conversation_id, d.queued_at FROM deliveries d
        WHERE d.tenant_id = :tenant AND d.id = answered.delivery_id
        UNION ALL
        SELECT d.conversation_id, d.queued_at FROM deliveries d
        WHERE d.tenant_id = :tenant AND d.account_id = :account
          AND d.provider_message_id = ANY (ARRAY[answered.message_id, btrim(answered.message_id, '<>')])) found
    JOIN conversations c ON c.tenant_id = :tenant AND c.id = found.conversation_id AND c.channel = :channel
    ORDER BY answered.rank, found.at DESC LIMIT 1
""")


async def find_thread(
    tx: TenantTx, account_id: AccountId, channel: Channel, message_ids: Sequence[str]
) -> ConversationId | None:
    """Find the conversation of the first known message: a customer's, by the provider's id, or a reply of ours."""
    if not message_ids:
        return None
    ours = [_OUR_MESSAGE_ID.fullmatch(message_id) for message_id in message_ids]
    values = {
        "message_ids": list(message_ids),
        "delivery_ids": [None if match is None else UUID(match[1]) for match in ours],
        "account": account_id,
        "channel": channel,
    }
    found: ConversationId | None = await tx.scalar(_THREAD, **values)
    return found


LATEST = sa.text("""
    SELECT id FROM conversations
    WHERE tenant_id = :tenant AND channel = :channel AND address_key = ANY (CAST(:senders AS text[]))
      AND account_id = :account
    ORDER BY id DESC LIMIT 1
""")


def _latest_of_contact(condition: str) -> sa.TextClause:
    """Find by the contact's address: the conversation has none of its own."""
    return sa.text(f"""
        SELECT c.id FROM contacts k JOIN conversations c ON c.tenant_id = k.tenant_id AND c.contact_id = k.id
        WHERE k.tenant_id = :tenant AND {condition}
          AND c.channel = :channel AND c.address IS NULL AND c.account_id = :account
        ORDER BY c.id DESC LIMIT 1
    """)  # noqa: S608 - built from constants


_BY_PHONE = _latest_of_contact("k.phone_key = ANY (CAST(:senders AS text[]))")
LATEST_OF_CONTACT: Mapping[Channel, sa.TextClause] = {
    Channel.EMAIL: _latest_of_contact("k.email_key = ANY (CAST(:senders AS text[]))"),
    **dict.fromkeys(PHONE_CHANNELS, _BY_PHONE),
}


async def _find_latest(tx: TenantTx, account_id: AccountId, channel: Channel, sender: str) -> ConversationId | None:
    names = await names_of(tx, channel, sender)
    values = {"channel": channel, "senders": names, "account": account_id}
    statements = (LATEST, LATEST_OF_CONTACT.get(channel))
    found = [await tx.scalar(statement, **values) for statement in statements if statement is not None]
    return max((id_ for id_ in found if id_ is not None), default=None)


_IS_CONTACT = sa.text("""
    SELECT CAST(:sender AS text) IN (c.address_key, k.email_key) IS TRUE
    FROM conversations c JOIN contacts k ON k.tenant_id = c.tenant_id AND k.id = c.contact_id
    WHERE c.tenant_id = :tenant AND c.id = :id
""")


async def is_contact(tx: TenantTx, id_: ConversationId, sender: str) -> bool:
    """Tell whether an e-mail address is the contact's, or the one that the conversation is with."""
    return bool(await tx.scalar(_IS_CONTACT, id=id_, sender=_key(Channel.EMAIL, sender)))


def _key(channel: Channel, address: str) -> str:
    return Address.read(channel, address).key


async def record_customer_message(
    tx: TenantTx, id_: ConversationId, message: CustomerMessage, now: datetime
) -> Recorded:
    """Put a message on the timeline and pass the ball, once for each id of the provider's. Raises NotFound."""
    before = await lock_conversation(tx, id_)
    if before is None:
        raise NotFound
    message = spelled(message, before.channel)
    named = message.provider_message_id is not None
    known = await find_message(tx, id_, before.channel, message) if named else None
    if known is not None:
        return Recorded(known, added=False)
    added = await add_messages(tx, [message_row(id_, before, message, now)])
    after = receive(before, message, now)
    await _store_standing(tx, id_, after)
    await announce(tx, _news(id_, added[0].message_id, differences(before, after)))
    return Recorded(added[0].message_id, added=True)


def _news(id_: ConversationId, message: UUID, changed: Mapping[str, Changed]) -> list[News]:
    created = News(EventType.MESSAGE_CREATED, subjects=[MessageCreated(message, id_)])
    updated = News(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_, changed)])
    return [created, updated] if changed else [created]


_FIND_MESSAGE = sa.text("""
    SELECT m.id FROM messages m
    CROSS JOIN (SELECT CAST(:provider_message_id AS text) AS provider_message_id, CAST(:sender AS text) AS sender,
                       CAST(:sent_at AS timestamptz) AS sent_at) w
    WHERE m.tenant_id = :tenant AND m.conversation_id = :conversation AND m.kind = 'customer_message'
      AND m.provider_message_id IS NOT DISTINCT FROM w.provider_message_id
      AND (m.provider_message_id IS NOT NULL
           OR (m.text = :text AND (m.created_at = w.sent_at IS NOT FALSE OR w.sent_at > now())))
      AND m.sender = w.sender IS NOT FALSE
    LIMIT 1
""")


async def find_message(
    tx: TenantTx, conversation: ConversationId, channel: Channel, message: CustomerMessage
) -> UUID | None:
    """Find a message of the same key on a conversation; from the same sender, if the message names one."""
    key = message_key(message)
    values = {"provider_message_id": key.provider_message_id, "text": key.text, "sent_at": key.sent_at}
    sender = None if message.sender is None else _key(channel, message.sender)
    found: UUID | None = await tx.scalar(_FIND_MESSAGE, conversation=conversation, sender=sender, **values)
    return found


_KNOWN_ANYWHERE = sa.text("""
    SELECT EXISTS (SELECT FROM messages WHERE tenant_id = :tenant AND kind = 'customer_message'
                   AND provider_message_id = :provider_message_id AND sender = :sender)
""")


async def is_known(tx: TenantTx, provider_message_id: str, sender: str) -> bool:
    """Tell whether any conversation has this e-mail of this sender."""
    key = _key(Channel.EMAIL, sender)
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
    """Show what a customer made of a message; None: taken back, for good. Answer whether there was one to change."""
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


_ADD_MESSAGES = sa.text(f"""
    INSERT INTO messages (tenant_id, conversation_id, kind, text, provider_message_id, sender, automatic,
                          attachments, created_at)
    SELECT :tenant, r.conversation_id, 'customer_message', r.text, r.provider_message_id,
           coalesce(r.sender, {KEY}), r.automatic, r.attachments, r.created_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (conversation_id uuid, text text, provider_message_id text,
        sender text, automatic boolean, attachments jsonb, created_at timestamptz)
    CROSS JOIN LATERAL (SELECT * FROM conversations
                        WHERE tenant_id = {SOME_TENANT} AND id = r.conversation_id LIMIT 1) c
    CROSS JOIN LATERAL (SELECT * FROM contacts WHERE tenant_id = {SOME_TENANT} AND id = c.contact_id LIMIT 1) k
    RETURNING id, conversation_id
""")  # noqa: S608 - built from constants


def message_row(id_: UUID, conversation: Conversation, message: CustomerMessage, now: datetime) -> Mapping[str, object]:
    return {
        "conversation_id": str(id_),
        "text": storable(message.text),
        "provider_message_id": message.provider_message_id,
        "sender": _key(conversation.channel, message.sender) if message.sender else None,
        "automatic": message.automatic or not message.believed,
        "attachments": [{"filename": name} for name in message.attachment_names],
        "created_at": write_time(message.at(now)),
    }


async def add_messages(tx: TenantTx, rows: Sequence[Mapping[str, object]]) -> list[MessageCreated]:
    """Put customers' messages on the timelines of conversations that the caller has locked."""
    if not rows:
        return []
    added = await tx.execute(_ADD_MESSAGES, rows=json.dumps(rows))
    return [MessageCreated(row.id, row.conversation_id) for row in added]
