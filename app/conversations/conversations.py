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
    """Find conversations, the newest first; a page begins after the conversation `before`."""
    total = await filters.count(tx, filter)
    ids = await filters.page(tx, filter, limit=limit, before=before)
    return SearchResult(total, await view_conversations(tx, ids))


async def resolve(tx: TenantTx, name: str) -> ConversationId:
    """Find a conversation by our id or by its external one. Raises NotFound."""
    id_ = await find_id(tx, name.strip())
    if id_ is None:
        raise NotFound
    return id_


async def get(tx: TenantTx, name: str) -> ConversationView:
    """Raises NotFound."""
    [view] = await view_conversations(tx, [await resolve(tx, name)])
    return view


@dataclass(frozen=True, slots=True)
class Written:
    item: TimelineItem
    added: bool
    """False where the timeline had this message already."""


async def add_customer_message(tx: TenantTx, name: str, message: CustomerMessage) -> Written:
    """Record what a customer wrote, once for each id of the provider's. Raises NotFound."""
    id_ = await resolve(tx, name)
    recorded = await record_customer_message(tx, id_, message, datetime.now(UTC))
    return Written(await timeline_item(tx, id_, recorded.message_id), recorded.added)
