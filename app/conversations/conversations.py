"""Use cases of conversations: search, read, and store what a customer writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.conversations.sql.customer_messages import record_customer_message
from app.domain.conversation import ConversationView, CustomerMessage, TimelineItem
from app.domain.errors import NotFound
from app.domain.filters import Filter
from app.domain.words import ConversationId
from app.store import filters
from app.store.conversations import find_id, timeline_item, view_conversations
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class SearchResult:
    total: int
    """Exact, whatever the page holds."""
    items: Sequence[ConversationView]


async def search(tx: TenantTx, filter: Filter, *, limit: int, before: UUID | None = None) -> SearchResult:
    """Find conversations, newest first. A page begins after the conversation `before`."""
    total = await filters.count(tx, filter)
    ids = await filters.page(tx, filter, limit=limit, before=before)
    return SearchResult(total, await view_conversations(tx, ids))


async def resolve(tx: TenantTx, name: str) -> ConversationId:
    """Return a conversation's id, by its id or its external id. Raise NotFound."""
    id_ = await find_id(tx, name.strip())
    if id_ is None:
        raise NotFound
    return id_


async def get(tx: TenantTx, name: str) -> ConversationView:
    """Return a conversation. Raise NotFound if there is none."""
    [view] = await view_conversations(tx, [await resolve(tx, name)])
    return view


@dataclass(frozen=True, slots=True)
class Written:
    item: TimelineItem
    added: bool
    """False if the timeline had this message already."""


async def add_customer_message(tx: TenantTx, name: str, message: CustomerMessage) -> Written:
    """Record a customer's message, once for each provider message id. Raise NotFound."""
    id_ = await resolve(tx, name)
    recorded = await record_customer_message(tx, id_, message, datetime.now(UTC))
    return Written(await timeline_item(tx, id_, recorded.message_id), recorded.added)
