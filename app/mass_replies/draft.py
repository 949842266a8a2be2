"""Reading a draft of a mass reply: its message is compiled, and its files and guards are found. Nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.attachments.upload import attachments_of
from app.domain.errors import ConversationsNotFound, Fault
from app.domain.mass_reply import Draft
from app.domain.outbound import Attachment
from app.domain.preflight import MessagePlan
from app.domain.selection import ByExternalIds
from app.domain.text.approved_templates import ApprovedTemplate, read_template
from app.domain.text.message import CompiledMessage, Source, compile_message, expand
from app.domain.words import TenantId
from app.mass_replies.sql import drafts
from app.process.aside import Aside
from app.store import selection
from app.store.database import Database
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """A draft that may be sent: its frozen message, and the plan by which recipients are judged."""

    source: Source
    plan: MessagePlan


async def read_draft(database: Database, aside: Aside, tenant: TenantId, draft: Draft) -> ReadDraft:
    """Read a draft. Raise MessageEmpty, MessageTooLarge, InvalidTemplate, UnknownMergeTag or UnknownAttachment."""
    # Without its snippets, all that a message names are unknown.
    named = (await aside.once(lambda: expand(draft.text, draft.html, {}))).unknown_snippets
    setting = await drafts.setting(database, tenant, named)
    files = await _files(database, tenant, draft)
    source, message, template = await aside.once(lambda: _compiled(draft, setting.snippets))
    unknown = source.unknown_snippets
    plan = MessagePlan(
        message=message,
        on_unresolved=draft.on_unresolved,
        author=draft.author,
        tenant_name=setting.tenant_name,
        unknown_snippets=unknown,
        attachments=files,
        template=template,
        guards=setting.guards,
    )
    return ReadDraft(source, plan)


async def _files(database: Database, tenant: TenantId, draft: Draft) -> tuple[Attachment, ...]:
    if not draft.attachment_ids:
        return ()
    async with database.begin(tenant) as tx:
        return await attachments_of(tx, draft.attachment_ids)


def _compiled(draft: Draft, texts: Mapping[str, str]) -> tuple[Source, CompiledMessage, ApprovedTemplate | None]:
    source = expand(draft.text, draft.html, texts)
    message = compile_message(source.text, source.html)
    message.refuse_excess()
    return source, message, read_template(draft.whatsapp_template)


async def refuse_unknown(tx: TenantTx, draft: Draft) -> None:
    """Raise ConversationsNotFound if the selection names a conversation that does not exist."""
    missing = await selection.missing_ids(tx, draft.selection)
    if not missing:
        return
    field = "external_ids" if isinstance(draft.selection, ByExternalIds) else "conversation_ids"
    faults = [Fault(f"/selection/{field}", "conversation_not_found", one) for one in missing]
    raise ConversationsNotFound(f"{len(missing)} of the selected conversations do not exist.", faults=faults)
