"""Use cases of the web chat's visitors: opening a session, reading, following and writing."""

import secrets
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from app.attachments.file_types import StoredAttachment
from app.attachments.sql.attachments import find_attachments
from app.conversations.sql.customer_messages import record_customer_message
from app.delivery.receipts import take_reports
from app.domain.conversation import CustomerMessage
from app.domain.errors import NotFound, RateLimited, Unauthenticated
from app.domain.provider_events import Receipt, ReceiptKind
from app.domain.words import AccountId, Channel
from app.process.polling import Notifier
from app.store.accounts import tenant_of_account
from app.store.database import Database
from app.store.transactions import TenantTx
from app.webchat.model import TOKEN_BYTES, ChatMessage, ChatSession, Undelivered, token_hash
from app.webchat.sql import sessions
from app.webchat.sql.sessions import NewSession

BEGINNING: Final = UUID(int=0)
"""Less than the id of every message."""
PAGE: Final = 200
RECHECK_SECONDS: Final = 30.0
"""How often a quiet stream checks that its session still exists."""
LONGEST_SECONDS: Final = 3_600
"""Then a page's stream ends, and the page opens another one."""
MINUTE: Final = timedelta(minutes=1)
SESSIONS_A_MINUTE: Final = 600
"""For one account, from all addresses together: a script with many cannot fill a helpdesk with visitors."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    session: ChatSession
    token: str = field(repr=False)
    """The token itself. Only its digest is stored."""


async def open_session(database: Database, account: AccountId, name: str | None) -> OpenedSession:
    """Open a session for a visitor. Raise NotFound if this is not an enabled web chat, or RateLimited."""
    tenant = await tenant_of_account(database, account)
    if tenant is None:
        raise NotFound
    token = f"mc_{secrets.token_urlsafe(TOKEN_BYTES)}"
    digest = token_hash(token)
    assert digest is not None  # noqa: S101 - narrows for mypy: this is what a token looks like
    async with database.begin(tenant) as tx:
        if not await sessions.takes_visitors(tx, account):
            raise NotFound
        if await sessions.recent_sessions(tx, account, MINUTE) >= SESSIONS_A_MINUTE:
            raise RateLimited(wait=MINUTE)
        session = await sessions.open_session(tx, NewSession(account, str(uuid4()), digest, name))
    return OpenedSession(session, token)


async def find_session(database: Database, token: str) -> ChatSession:
    """Return the session of a token. Raise Unauthenticated."""
    digest = token_hash(token)
    if digest is None:
        raise Unauthenticated
    tenant = await sessions.tenant_of_token(database, digest)
    if tenant is None:
        raise Unauthenticated
    async with database.begin(tenant) as tx:
        session = await sessions.find_session(tx, digest)
    if session is None:
        raise Unauthenticated
    return session


async def read(database: Database, session: ChatSession, after: UUID, limit: int = PAGE) -> list[ChatMessage]:
    """Return the messages after one. This marks replies as delivered: once, however many pages are open.

    Raise Unauthenticated if the session has ended.
    """
    async with database.begin(session.tenant) as tx:
        await _require(tx, session)
        messages = await sessions.messages_after(tx, session, after, limit)
        await _deliver(tx, [message.undelivered for message in messages if message.undelivered])
    return messages


async def _require(tx: TenantTx, session: ChatSession) -> None:
    """Raise Unauthenticated if the session has ended since it was found."""
    if await sessions.find_session(tx, session.digest) is None:
        raise Unauthenticated


async def _deliver(tx: TenantTx, fetched: Iterable[Undelivered]) -> None:
    now = datetime.now(UTC)
    await take_reports(tx, [(one.account, Channel.CHAT, _fetched(one, now)) for one in fetched])


def _fetched(one: Undelivered, now: datetime) -> Receipt:
    return Receipt(
        kind=ReceiptKind.DELIVERED,
        event_key=f"fetched:{one.delivery}",
        correlation=f"{one.delivery}.{one.epoch}",
        provider_message_id=None,
        occurred_at=now,
    )


async def follow(
    database: Database, notifier: Notifier, session: ChatSession, after: UUID
) -> AsyncGenerator[ChatMessage]:
    """Yield the messages after one, and then new ones whenever the notifier fires.

    End when the session has ended, or after LONGEST_SECONDS.
    """
    until = time.monotonic() + LONGEST_SECONDS
    while not notifier.is_last and time.monotonic() < until:
        try:
            page: Sequence[ChatMessage] = await read(database, session, after)
        except Unauthenticated:
            return
        for message in page:
            yield message
            after = message.id
        if len(page) < PAGE:
            await notifier.wait(RECHECK_SECONDS)


async def write(database: Database, session: ChatSession, text: str, message_id: str | None) -> ChatMessage:
    """Add a visitor's message to the conversation. The same `message_id` again adds nothing.

    Raise Unauthenticated if the session has ended.
    """
    message = CustomerMessage(text=text, provider_message_id=None if message_id is None else f"chat:{message_id}")
    async with database.begin(session.tenant) as tx:
        recorded = await record_customer_message(tx, session.conversation, message, datetime.now(UTC))
        # Only now the conversation is locked, as an erasure locks it before it deletes the session.
        await _require(tx, session)
        return await sessions.one_message(tx, session, recorded.message_id)


async def find_file(database: Database, session: ChatSession, attachment: UUID) -> StoredAttachment:
    """Return a file of a reply on the visitor's conversation. Raise NotFound for any other."""
    async with database.begin(session.tenant) as tx:
        found = await find_attachments(tx, [attachment])
        if not found or not await sessions.carries(tx, session, attachment):
            raise NotFound
    return found[0]
