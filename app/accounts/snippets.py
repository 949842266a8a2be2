"""Use cases of snippets: save and delete."""

from app.accounts.sql import snippets
from app.accounts.sql.snippets import SavedSnippet
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.errors import NotFound
from app.store import audit
from app.store.transactions import TenantTx


async def save_snippet(tx: TenantTx, shortcode: str, text: str, by: Actor) -> SavedSnippet:
    saved = await snippets.save_snippet(tx, shortcode, text)
    await audit.record(tx, by, AuditEntry(AuditAction.SNIPPET_SAVED, shortcode))
    return saved


async def delete_snippet(tx: TenantTx, shortcode: str, by: Actor) -> None:
    """Delete a snippet. Raise NotFound if there is none."""
    if not await snippets.delete_snippet(tx, shortcode):
        raise NotFound
    await audit.record(tx, by, AuditEntry(AuditAction.SNIPPET_DELETED, shortcode))
