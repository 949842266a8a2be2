"""Finding the conversation that a customer's message belongs to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from app.conversations.sql.customer_messages import address_key
from app.domain.addresses import PHONE_CHANNELS, Address
from app.domain.provider_events import Inbound
from app.domain.threads import answered, in_brackets
from app.domain.words import AccountId, Channel, ConversationId
from app.store.address_links import names_of
from app.store.transactions import TenantTx

_OUR_MESSAGE_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\d+)?@[^>]*>")
"""The Message-ID of our own replies: the delivery's id, at any domain."""


@dataclass(frozen=True, slots=True)
class Match:
    conversation_id: ConversationId
    believed: bool
    """False for mail that only its headers tie to a conversation, and that did not come from its contact: whoever has
    seen one Message-ID can write such headers."""


async def find_conversation(tx: TenantTx, account_id: AccountId, channel: Channel, inbound: Inbound) -> Match | None:
    """Find the conversation of a message that arrived through an account.

    Look by the conversation that it names, then by the messages that it replies to, then by its sender's latest
    conversation on the account.
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
    """Find by the contact's address: the conversation has no address of its own."""
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
    """Return whether an e-mail address is the contact's, or the conversation's."""
    return bool(await tx.scalar(_IS_CONTACT, id=id_, sender=address_key(Channel.EMAIL, sender)))
