"""Use cases for people: preview a mass reply, and create one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from app.accounts.sql import snippets, tenants
from app.attachments.sql import attachments
from app.attachments.upload import attachments_of
from app.delivery.judge import judge_all, load_recipients, summarize
from app.delivery.prepare import prepare
from app.domain.approval import actors_behind
from app.domain.audit import Actor, AuditAction, AuditEntry, message_digest
from app.domain.contact_limits import thin_out
from app.domain.errors import (
    ConversationsNotFound,
    Fault,
    SelectionEmpty,
)
from app.domain.guards import refuse_too_large, refuse_too_many_selected
from app.domain.mass_reply import Draft
from app.domain.preflight import MessagePlan
from app.domain.preflight_summary import Summary
from app.domain.selection import ByExternalIds, to_json
from app.domain.text.approved_templates import ApprovedTemplate, read_template
from app.domain.text.message import CompiledMessage, Source, compile_message, expand
from app.domain.words import MassReplyId, TenantId
from app.mass_replies.idempotency import IdempotencyKey, earlier
from app.mass_replies.sql import drafts
from app.mass_replies.sql.idempotency import Record
from app.process.aside import Aside
from app.store import audit, guards, selection
from app.store.database import Database
from app.store.transactions import TenantTx

JUDGED_AT_ONCE = 5_000
"""Conversations that a create checks one by one if its selection is larger than the caller's role allows."""


@dataclass(frozen=True, slots=True)
class Preview:
    selected_count: int
    summary: Summary
    complete: bool
    """Whether the summary covers every selected conversation."""
    approval_above: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of the selected conversations would get a draft."""

    selected: int
    recipients: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that may be created: its frozen message, and who would get it if the role limits that."""

    source: Source
    plan: MessagePlan
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Created:
    id: MassReplyId
    selected_count: int


@dataclass(frozen=True, slots=True)
class Creation:
    """The result of a request to create a mass reply."""

    id: MassReplyId
    earlier: Record | None = None
    """The record of the same request, if there was one."""
    needs_worker: bool = False
    """Whether it is too large to be prepared at once."""


async def preview(
    database: Database, aside: Aside, tenant: TenantId, draft: Draft, *, limit: int, only: UUID | None = None
) -> Preview:
    """Return what a mass reply would do, and store nothing. `only` names the one conversation to show."""
    plan = (await _read(database, aside, tenant, draft)).plan
    async with database.begin(tenant) as tx:
        count = await _count(tx, draft)
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


async def check(database: Database, aside: Aside, tenant: TenantId, draft: Draft, by: Actor) -> Checked:
    """Check a draft before it is created: the slow checks, which have no place in a transaction.

    Raise InvalidTemplate, UnknownMergeTag or UnknownAttachment.
    """
    checked = await _read(database, aside, tenant, draft)
    limit = checked.plan.guards.limit_for(by.roles)
    if limit is None:
        return checked
    return replace(checked, counted=await _counted(database, aside, tenant, draft, checked.plan, limit))


async def create_once(
    database: Database,
    aside: Aside,
    tenant: TenantId,
    draft: Draft,
    by: Actor,
    key: IdempotencyKey | None,
    *,
    inline_limit: int,
    confirm_within: timedelta,
) -> Creation:
    """Create a mass reply once for each key. Prepare it at once if it selects no more than `inline_limit`.

    Raise IdempotencyInProgress or IdempotencyKeyReused, and what `check` and `create` raise.
    """
    async with database.begin(tenant) as tx:
        record = await earlier(tx, key)
    if record is not None:
        return Creation(record.mass_reply_id, record)
    checked = await check(database, aside, tenant, draft, by)
    async with database.begin(tenant) as tx:
        # The same request may have come while the draft was checked.
        if (record := await earlier(tx, key)) is not None:
            return Creation(record.mass_reply_id, record)
        created = await create(tx, draft, checked, by)
        if key is not None:
            await key.open(tx, created.id)
    if created.selected_count > inline_limit:
        return Creation(created.id, needs_worker=True)
    await prepare(database, aside, tenant, created.id, confirm_within)
    return Creation(created.id)


async def create(tx: TenantTx, draft: Draft, checked: Checked, by: Actor) -> Created:
    """Freeze a selection and a message. Exactly this is sent, whatever the filter matches by then."""
    await attachments.note_named(tx, draft.attachment_ids)
    await attachments_of(tx, draft.attachment_ids)
    await _refuse_unknown(tx, draft)
    guarded = checked.plan.guards
    id_ = await drafts.insert(tx, draft, checked.source, guarded, actors_behind(by))
    count = await selection.freeze(tx, id_, draft.selection)
    if count == 0:
        raise SelectionEmpty
    _refuse_too_large(count, guarded.limit_for(by.roles), checked.counted)
    await drafts.set_selected_count(tx, id_, count)
    await audit.record(tx, by, _created(id_, draft, count))
    return Created(id_, count)


async def _counted(
    database: Database, aside: Aside, tenant: TenantId, draft: Draft, plan: MessagePlan, limit: int
) -> Counted | None:
    """Count recipients if the selection is larger than the limit. Return None if there is no need, or no chance."""
    async with database.begin(tenant) as tx:
        selected = await selection.count_selected(tx, draft.selection)
        if not limit < selected <= JUDGED_AT_ONCE:
            return None
        found = await load_recipients(tx, plan, await selection.ids(tx, draft.selection, selected))
    summary = summarize(thin_out(await judge_all(aside, plan, found), plan.guards))
    return Counted(len(found), summary.recipients)


def _refuse_too_large(selected: int, limit: int | None, counted: Counted | None) -> None:
    """Refuse more recipients than the role allows. Skipped conversations do not count, as far as they are known by
    now."""
    if limit is None or selected <= limit:
        return
    if counted is None:
        refuse_too_many_selected(selected, limit)
    else:
        # Conversations selected since the recipients were counted may get it too.
        refuse_too_large(counted.recipients + max(0, selected - counted.selected), limit)


def _created(id_: MassReplyId, draft: Draft, selected: int) -> AuditEntry:
    return AuditEntry.on_mass_reply(
        AuditAction.MASS_REPLY_CREATED,
        id_,
        message_sha256=message_digest(draft.text, draft.html, draft.attachment_ids, draft.whatsapp_template),
        details={
            "selection": to_json(draft.selection),
            "selected_count": selected,
            "mark_as_done": draft.mark_as_done,
            "on_unresolved": draft.on_unresolved,
        },
    )


async def _read(database: Database, aside: Aside, tenant: TenantId, draft: Draft) -> Checked:
    """Read a message, and refuse one that cannot be sent. Raise InvalidTemplate, UnknownMergeTag or
    UnknownAttachment."""
    async with database.begin(tenant) as tx:
        texts = await snippets.texts(tx)
    source, message, template = await aside.once(lambda: _compiled(draft, texts))
    async with database.begin(tenant) as tx:
        files = await attachments_of(tx, draft.attachment_ids)
        name = await tenants.tenant_name(tx)
        guarded = await guards.load(tx)
    unknown = source.unknown_snippets
    plan = MessagePlan(message, draft.on_unresolved, draft.author, name, unknown, files, template, guarded)
    return Checked(source, plan)


def _compiled(draft: Draft, texts: Mapping[str, str]) -> tuple[Source, CompiledMessage, ApprovedTemplate | None]:
    source = expand(draft.text, draft.html, texts)
    message = compile_message(source.text, source.html)
    message.refuse_excess()
    return source, message, read_template(draft.whatsapp_template)


async def _refuse_unknown(tx: TenantTx, draft: Draft) -> None:
    missing = await selection.missing_ids(tx, draft.selection)
    if not missing:
        return
    field = "external_ids" if isinstance(draft.selection, ByExternalIds) else "conversation_ids"
    faults = [Fault(f"/selection/{field}", "conversation_not_found", one) for one in missing]
    raise ConversationsNotFound(f"{len(missing)} of the selected conversations do not exist.", faults=faults)


async def _count(tx: TenantTx, draft: Draft) -> int:
    await _refuse_unknown(tx, draft)
    count = await selection.count_selected(tx, draft.selection)
    if count == 0:
        raise SelectionEmpty
    return count
