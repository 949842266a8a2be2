"""The web chat's sessions, and what a visitor may read of their own conversation: no notes, and no errors."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import AccountId, ConversationId, DeliveryId, TenantId, TimelineKind
from app.store.database import Database
from app.store.transactions import SweepTx, TenantTx
from app.tables import chat_token_routes
from app.webchat.model import ChatMessage, ChatSession, Sender, Undelivered


async def tenant_of_token(database: Database, token_hash: bytes) -> TenantId | None:
    return await database.owner(chat_token_routes.c.token_hash, token_hash)


# A deleted account keeps its row, but has no route.
_FIND = sa.text("""
    SELECT s.conversation_id FROM chat_sessions s
    WHERE s.tenant_id = :tenant AND s.token_hash = :token_hash
      AND EXISTS (SELECT FROM channel_account_routes r WHERE r.tenant_id = :tenant AND r.account_id = s.account_id)
""")


async def find_session(tx: TenantTx, token_hash: bytes) -> ChatSession | None:
    """Return the session of a token; None if it is unknown, or its account has been deleted."""
    conversation = await tx.scalar(_FIND, token_hash=token_hash)
    return None if conversation is None else ChatSession(tx.tenant, conversation, token_hash)


_TAKES_VISITORS = sa.text("""
    SELECT EXISTS (SELECT FROM channel_accounts a
                   WHERE a.tenant_id = :tenant AND a.id = :account AND a.enabled AND a.provider = 'webchat')
""")


async def takes_visitors(tx: TenantTx, account: AccountId) -> bool:
    """Return whether the account is an enabled web chat."""
    return bool(await tx.scalar(_TAKES_VISITORS, account=account))


_RECENT = sa.text("""
    SELECT count(*) FROM chat_sessions
    WHERE tenant_id = :tenant AND account_id = :account AND created_at > now() - CAST(:within AS interval)
""")


async def recent_sessions(tx: TenantTx, account: AccountId, within: timedelta) -> int:
    """Return how many sessions were opened on an account lately."""
    return await tx.scalar(_RECENT, account=account, within=within) or 0


# A visitor who has not written yet awaits no reply: the conversation is engaged.
_OPEN = sa.text("""
    WITH contact AS (
        INSERT INTO contacts (tenant_id, external_id, name)
        VALUES (:tenant, 'chat:' || CAST(:address AS text), :name) RETURNING id),
    conversation AS (
        INSERT INTO conversations (tenant_id, channel, account_id, contact_id, address, address_key, engagement)
        SELECT :tenant, 'chat', :account, contact.id, :address, :address, 'engaged' FROM contact RETURNING id)
    INSERT INTO chat_sessions (tenant_id, token_hash, account_id, conversation_id)
    SELECT :tenant, :token_hash, :account, conversation.id FROM conversation
    RETURNING conversation_id
""")


@dataclass(frozen=True, slots=True)
class NewSession:
    account: AccountId
    address: str
    """Identifies the visitor to the helpdesk. It gives no access."""
    token_hash: bytes
    name: str | None


async def open_session(tx: TenantTx, new: NewSession) -> ChatSession:
    """Create a visitor: a contact, a conversation and its session."""
    values = {"account": new.account, "address": new.address, "token_hash": new.token_hash, "name": new.name}
    conversation = (await tx.execute(_OPEN, **values)).scalar_one()
    await tx.execute(sa.insert(chat_token_routes).values(token_hash=new.token_hash, tenant_id=tx.tenant))
    return ChatSession(tx.tenant, conversation, new.token_hash)


_COLUMNS = """
    SELECT m.id, m.kind, m.text, m.html, m.author_name, m.attachments, m.created_at,
           d.id AS delivery_id, d.status, d.epoch, d.account_id, d.mass_reply_id
    FROM messages m
    LEFT JOIN deliveries d ON d.tenant_id = :tenant AND d.id = m.delivery_id AND m.kind = 'reply'
    WHERE m.tenant_id = :tenant AND m.conversation_id = :conversation AND m.kind IN ('customer_message', 'reply')
"""
# A writer locks the conversation's row until its commit and creates the message's id meanwhile. So ids are committed in
# order, and a reader who has seen one has missed none before it. Times give no such guarantee.
_AFTER = sa.text(f"{_COLUMNS} AND m.id > :after ORDER BY m.id LIMIT :limit")
_ONE = sa.text(f"{_COLUMNS} AND m.id = :id")


async def messages_after(tx: TenantTx, session: ChatSession, after: UUID, limit: int) -> list[ChatMessage]:
    """Return what the visitor and agents wrote after a message, oldest first."""
    values = {"conversation": session.conversation, "after": after, "limit": limit}
    return [_message(row) for row in await tx.execute(_AFTER, **values)]


async def one_message(tx: TenantTx, session: ChatSession, id_: UUID) -> ChatMessage:
    return _message((await tx.execute(_ONE, conversation=session.conversation, id=id_)).one())


def _message(row: Any) -> ChatMessage:
    return ChatMessage(
        id=row.id,
        sender=Sender.AGENT if row.kind == TimelineKind.REPLY else Sender.VISITOR,
        text=row.text,
        html=row.html,
        author_name=row.author_name,
        attachments=row.attachments,
        created_at=row.created_at,
        undelivered=_undelivered(row) if row.status == DeliveryStatus.SENT else None,
    )


def _undelivered(row: Any) -> Undelivered:
    return Undelivered(DeliveryId(row.delivery_id), row.epoch, AccountId(row.account_id), row.mass_reply_id)


_CARRIES = sa.text("""
    SELECT EXISTS (SELECT FROM messages m
                   WHERE m.tenant_id = :tenant AND m.conversation_id = :conversation AND m.kind = 'reply'
                     AND m.attachments @> jsonb_build_array(jsonb_build_object('id', CAST(:attachment AS text))))
""")


async def carries(tx: TenantTx, session: ChatSession, attachment: UUID) -> bool:
    """Return whether a reply on the session's conversation has this file."""
    return bool(await tx.scalar(_CARRIES, conversation=session.conversation, attachment=str(attachment)))


_NEWEST = sa.text("""
    SELECT v.conversation, newest.id
    FROM unnest(CAST(:tenants AS uuid[]), CAST(:conversations AS uuid[])) AS v (tenant, conversation)
    CROSS JOIN LATERAL (
        SELECT m.id FROM messages m WHERE m.tenant_id = v.tenant AND m.conversation_id = v.conversation
        ORDER BY m.id DESC LIMIT 1) newest
""")


async def newest_messages(tx: SweepTx, sessions: Collection[ChatSession]) -> Mapping[ConversationId, UUID]:
    """Return the last message's id of each conversation, across tenants. It reads no text."""
    watched: Sequence[ChatSession] = list(sessions)
    values = {"tenants": [one.tenant for one in watched], "conversations": [one.conversation for one in watched]}
    return {row.conversation: row.id for row in await tx.execute(_NEWEST, **values)}
