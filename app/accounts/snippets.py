"""Use cases of snippets: save, read and delete."""

from app.accounts.sql import snippets
from app.accounts.sql.snippets import SavedSnippet, Snippet
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.errors import NotFound
from app.domain.text.message import check_snippet
from app.domain.words import TenantId
from app.process.aside import Aside
from app.store import audit
from app.store.database import Database
from app.store.transactions import TenantTx


async def save_snippet(
    database: Database, aside: Aside, tenant: TenantId, shortcode: str, text: str, by: Actor
) -> SavedSnippet:
    """Create or replace a snippet. Raise InvalidTemplate or UnknownMergeTag."""
    await aside.once(lambda: check_snippet(text))
    async with database.begin(tenant) as tx:
        saved = await snippets.save_snippet(tx, shortcode, text)
        await audit.record(tx, by, AuditEntry(AuditAction.SNIPPET_SAVED, shortcode))
    return saved


async def get_snippet(tx: TenantTx, shortcode: str) -> Snippet:
    """Return a snippet. Raise NotFound if there is none."""
    snippet = await snippets.find_snippet(tx, shortcode)
    if snippet is None:
        raise NotFound
    return snippet


async def delete_snippet(tx: TenantTx, shortcode: str, by: Actor) -> None:
    """Delete a snippet. Raise NotFound if there is none."""
    if not await snippets.delete_snippet(tx, shortcode):
        raise NotFound
    await audit.record(tx, by, AuditEntry(AuditAction.SNIPPET_DELETED, shortcode))
