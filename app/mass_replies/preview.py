"""Use case for people: preview a mass reply."""

from dataclasses import dataclass
from uuid import UUID

from app.delivery.judge import judge_all, load_recipients, summarize
from app.domain.contact_limits import thin_out
from app.domain.errors import ConversationsNotFound, Fault, SelectionEmpty
from app.domain.mass_reply import Draft
from app.domain.preflight_summary import Summary
from app.domain.words import TenantId
from app.mass_replies.draft import read_draft, refuse_unknown
from app.process.aside import Aside
from app.store import selection
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Preview:
    selected_count: int
    summary: Summary
    complete: bool
    """Whether the summary covers every selected conversation."""
    approval_above: int | None = None


async def preview(
    database: Database, aside: Aside, tenant: TenantId, draft: Draft, *, limit: int, only: UUID | None = None
) -> Preview:
    """Return what a mass reply would do, and store nothing. `only` names the one conversation to show."""
    plan = (await read_draft(database, aside, tenant, draft)).plan
    async with database.begin(tenant) as tx:
        await refuse_unknown(tx, draft)
        count = await selection.count_selected(tx, draft.selection)
        if count == 0:
            raise SelectionEmpty
        ids = await selection.ids(tx, draft.selection, limit)
        found = await load_recipients(tx, plan, ids)
        shown = [] if only is None or only in ids else await load_recipients(tx, plan, [only])
    verdicts = thin_out(await judge_all(aside, plan, found), plan.guards)
    summary = summarize(verdicts)
    if only is not None:
        judged = [verdict for verdict in verdicts if verdict.recipient.conversation_id == only]
        chosen = judged or await judge_all(aside, plan, shown)
        if not chosen:
            fault = Fault("/conversation_id", "conversation_not_found", str(only))
            raise ConversationsNotFound("The conversation to show does not exist.", faults=[fault])
        summary.samples = summarize(chosen).samples
    return Preview(count, summary, complete=count <= limit, approval_above=plan.guards.approval_above)
