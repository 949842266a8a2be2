"""Use case for people: create a mass reply."""

from dataclasses import dataclass
from datetime import timedelta

from app.attachments.sql import attachments
from app.attachments.upload import attachments_of
from app.delivery.judge import judge_all, load_recipients, summarize
from app.delivery.prepare import prepare
from app.domain.approval import actors_behind
from app.domain.audit import Actor, AuditAction, AuditEntry, message_digest
from app.domain.contact_limits import thin_out
from app.domain.errors import SelectionEmpty
from app.domain.guards import refuse_too_large, refuse_too_many_selected
from app.domain.mass_reply import Draft
from app.domain.preflight import MessagePlan
from app.domain.selection import to_json
from app.domain.text.message import Source
from app.domain.words import MassReplyId, TenantId
from app.mass_replies.draft import read_draft, refuse_unknown
from app.mass_replies.idempotency import IdempotencyKey, earlier
from app.mass_replies.sql import drafts
from app.mass_replies.sql.idempotency import Record
from app.process.aside import Aside
from app.store import audit, selection
from app.store.database import Database
from app.store.transactions import TenantTx

JUDGED_AT_ONCE = 5_000
"""Conversations that a create checks one by one if its selection is larger than the caller's role allows."""


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
    if key is not None:
        async with database.begin(tenant) as tx:
            record = await key.earlier(tx)
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


async def check(database: Database, aside: Aside, tenant: TenantId, draft: Draft, by: Actor) -> Checked:
    """Check a draft before it is created: the slow checks, which have no place in a transaction.

    Raise InvalidTemplate, UnknownMergeTag or UnknownAttachment.
    """
    read = await read_draft(database, aside, tenant, draft)
    limit = read.plan.guards.limit_for(by.roles)
    counted = None if limit is None else await _counted(database, aside, tenant, draft, read.plan, limit)
    return Checked(read.source, read.plan, counted)


async def _counted(
    database: Database, aside: Aside, tenant: TenantId, draft: Draft, plan: MessagePlan, limit: int
) -> Counted | None:
    """Count recipients if the selection is larger than the limit. Return None if that is not needed, or cannot help."""
    async with database.begin(tenant) as tx:
        selected = await selection.count_selected(tx, draft.selection)
        if not limit < selected <= JUDGED_AT_ONCE:
            return None
        found = await load_recipients(tx, plan, await selection.ids(tx, draft.selection, selected))
    summary = summarize(thin_out(await judge_all(aside, plan, found), plan.guards))
    return Counted(len(found), summary.recipients)


async def create(tx: TenantTx, draft: Draft, checked: Checked, by: Actor) -> Created:
    """Freeze a selection and a message. Exactly these are sent, even if the filter matches others by then."""
    await attachments.note_named(tx, draft.attachment_ids)
    await attachments_of(tx, draft.attachment_ids)
    await refuse_unknown(tx, draft)
    guarded = checked.plan.guards
    id_ = await drafts.insert(tx, draft, checked.source, guarded, actors_behind(by))
    count = await selection.freeze(tx, id_, draft.selection)
    if count == 0:
        raise SelectionEmpty
    _refuse_too_large(count, guarded.limit_for(by.roles), checked.counted)
    await audit.record(tx, by, _created(id_, draft, count))
    return Created(id_, count)


def _refuse_too_large(selected: int, limit: int | None, counted: Counted | None) -> None:
    """Refuse more recipients than the role allows. Conversations that are known to be skipped do not count."""
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
