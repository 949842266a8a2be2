"""Use cases for people: preview and create. Confirming is in `confirm.py`, what comes after it in `pauses.py`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.accounts.own_addresses import own_addresses
from app.accounts.sql import snippets, tenants
from app.attachments.sql import attachments
from app.attachments.upload import attachments_of
from app.channels import registry
from app.delivery.sql import contact_limits, lifecycle, recipients
from app.delivery.sql.claims import LaneKey
from app.domain.approval import parties
from app.domain.audit import Actor, AuditAction, AuditEntry, message_digest
from app.domain.channel_port import Limits
from app.domain.contact_limits import known_as, thin_out
from app.domain.delivery import MassReplyEvent, MassReplyId, MassReplyStatus, TenantId, next_status
from app.domain.errors import (
    ConversationsNotFound,
    Fault,
    InvalidState,
    NotFound,
    SelectionEmpty,
)
from app.domain.guards import Guards, refuse_too_large, refuse_too_many_selected
from app.domain.mass_reply import Draft, MassReply
from app.domain.preflight import Plan, Recipient, Verdict, preflight, repeated
from app.domain.preflight_summary import SAMPLES, Sample, Summary
from app.domain.selection import ByExternalIds, to_json
from app.domain.text.approved_templates import ApprovedTemplate, frozen_template, read_template
from app.domain.text.message import FrozenMessage, Message, Source, compile_message, expand
from app.process.aside import Aside
from app.store import audit, guards, mass_replies, selection
from app.store.database import Database, plan_anew
from app.store.transactions import TenantTx

NOWHERE = MassReplyId(UUID(int=0))
"""The id of a mass reply that does not exist yet."""
LARGE = 1_000
"""From so many deliveries on, plans made with the statistics from before would read all of them for each group."""
LOADED_AT_ONCE = 200
JUDGED_AT_ONCE = 5_000
"""Conversations that a create looks at one by one, where its selection is larger than the caller's role allows."""


@dataclass(frozen=True, slots=True)
class Preview:
    selected_count: int
    summary: Summary
    complete: bool
    """Whether the summary covers every selected conversation."""
    approval_above: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of so many selected conversations would get a draft."""

    selected: int
    recipients: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that may be created: what is frozen of it, and who would get it where the role limits that."""

    source: Source
    plan: Plan
    counted: Counted | None = None


async def preview(
    database: Database, aside: Aside, tenant: TenantId, draft: Draft, *, limit: int, only: UUID | None = None
) -> Preview:
    """Work out what a mass reply would do, and keep nothing of it; `only` names the one conversation to show."""
    plan = (await _read(database, aside, tenant, draft)).plan
    async with database.begin(tenant) as tx:
        count = await _count(tx, draft)
        ids = await selection.ids(tx, draft.selection, limit)
        found = await _load(tx, plan, ids)
        shown = [] if only is None or only in ids else await _load(tx, plan, [only])
    verdicts = thin_out(await _judge(aside, plan, found), plan.guards)
    summary = _summary(verdicts)
    if only is not None:
        judged = [verdict for verdict in verdicts if verdict.recipient.conversation_id == only]
        chosen = judged or await _judge(aside, plan, shown)
        if not chosen:
            fault = Fault("/conversation_id", "conversation_not_found", str(only))
            raise ConversationsNotFound("The conversation to show does not exist.", faults=[fault])
        summary.samples = _summary(chosen).samples
    return Preview(count, summary, complete=count <= limit, approval_above=plan.guards.approval_above)


async def check(database: Database, aside: Aside, tenant: TenantId, draft: Draft, by: Actor) -> Checked:
    """Check a draft before it is created: what takes long, and so has no place in a transaction.

    Raises InvalidTemplate, UnknownMergeTag, UnknownAttachment.
    """
    checked = await _read(database, aside, tenant, draft)
    limit = checked.plan.guards.limit_for(by.roles)
    if limit is None:
        return checked
    return replace(checked, counted=await _counted(database, aside, tenant, draft, checked.plan, limit))


async def create(tx: TenantTx, draft: Draft, checked: Checked, by: Actor) -> MassReplyId:
    """Freeze a selection and a message. What is frozen is what will be sent, whatever the filter matches by then."""
    await attachments.note_named(tx, draft.attachment_ids)
    await attachments_of(tx, draft.attachment_ids)
    await _refuse_unknown(tx, draft)
    guarded = checked.plan.guards
    id_ = await mass_replies.insert(tx, draft, checked.source, guarded, parties(by))
    count = await selection.freeze(tx, id_, draft.selection)
    if count == 0:
        raise SelectionEmpty
    _refuse_too_large(count, guarded.limit_for(by.roles), checked.counted)
    await mass_replies.set_selected_count(tx, id_, count)
    await audit.record(tx, by, _created(id_, draft, count))
    return id_


async def _counted(
    database: Database, aside: Aside, tenant: TenantId, draft: Draft, plan: Plan, limit: int
) -> Counted | None:
    """Count recipients where the selection is larger than the limit; None where there is no need, or no hope."""
    async with database.begin(tenant) as tx:
        selected = await selection.count_selected(tx, draft.selection)
        if not limit < selected <= JUDGED_AT_ONCE:
            return None
        found = await _load(tx, plan, await selection.ids(tx, draft.selection, selected))
    summary = _summary(thin_out(await _judge(aside, plan, found), plan.guards))
    return Counted(len(found), summary.recipients)


def _refuse_too_large(selected: int, limit: int | None, counted: Counted | None) -> None:
    """Recipients are what a role is limited to; who is skipped does not count, as far as that can be known by now."""
    if limit is None or selected <= limit:
        return
    if counted is None:
        refuse_too_many_selected(selected, limit)
    else:
        # Who was not selected yet when recipients were counted may get it too.
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


async def prepare(
    database: Database, aside: Aside, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> None:
    """Expand the frozen pages into deliveries, one transaction a page; ends where another process is at it."""
    while await _prepare_page(database, aside, tenant, id_, confirm_within):
        pass


async def _prepare_page(
    database: Database, aside: Aside, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> bool:
    """Judge a page between two transactions. What has changed in the meantime is judged again."""
    judged: dict[UUID, Verdict] = {}
    while True:
        async with database.begin(tenant) as tx:
            if not await mass_replies.hold_for_preparation(tx, id_):
                return False
            page = await mass_replies.next_page(tx, id_)
            if page is None:
                await _finish_preparation(tx, aside, id_, confirm_within)
                return False
            plan = await load_plan(tx, id_)
            found = await _load(tx, plan, page.conversation_ids, id_)
            unjudged = [recipient for recipient in found if not _is_judged(recipient, judged)]
            if not unjudged:
                verdicts = _with_repeats([judged[recipient.conversation_id] for recipient in found], plan)
                await mass_replies.insert_deliveries(tx, id_, verdicts)
                await mass_replies.save_page(tx, id_, page.number, _summary(verdicts))
                return True
        for verdict in await _verdicts(aside, plan, unjudged):
            judged[verdict.recipient.conversation_id] = verdict


def _is_judged(recipient: Recipient, judged: Mapping[UUID, Verdict]) -> bool:
    verdict = judged.get(recipient.conversation_id)
    return verdict is not None and verdict.recipient == recipient


async def _finish_preparation(tx: TenantTx, aside: Aside, id_: MassReplyId, confirm_within: timedelta) -> None:
    total = Summary()
    for summary in await mass_replies.page_summaries(tx, id_):
        total.merge(summary)
    plan = await load_plan(tx, id_)
    if plan.guards.compare_conversations:
        withdrawn = await contact_limits.thin_out(tx, id_, plan.guards)
        for each in withdrawn:
            total.withdraw(each)
        if withdrawn:
            total.samples = await _samples(tx, aside, plan, id_)
    await mass_replies.finish_preparation(tx, id_, total, datetime.now(UTC) + confirm_within)
    if total.selected.total() >= LARGE:
        await mass_replies.renew_statistics(tx)


async def _samples(tx: TenantTx, aside: Aside, plan: Plan, id_: MassReplyId) -> list[Sample]:
    """Draw the samples anew: what the pages showed may be what nobody gets. A few, so the transaction may wait."""
    shown = await contact_limits.first_going(tx, id_, SAMPLES)
    return _summary(await _judge(aside, plan, await _load(tx, plan, shown, id_))).samples


async def load_plan(tx: TenantTx, id_: MassReplyId) -> Plan:
    """The frozen message of a mass reply. Raises NotFound."""
    wording = await mass_replies.wording(tx, id_)
    if wording is None:
        raise NotFound("There is no such mass reply.")
    return Plan(
        FrozenMessage(wording.source.text, wording.source.html),
        wording.on_unresolved,
        wording.author,
        wording.tenant_name,
        wording.source.unknown_snippets,
        await attachments_of(tx, wording.attachment_ids),
        frozen_template(wording.whatsapp_template),
        wording.guards,
    )


async def _read(database: Database, aside: Aside, tenant: TenantId, draft: Draft) -> Checked:
    """Read a message, and refuse what could not be sent. Raises InvalidTemplate, UnknownMergeTag, UnknownAttachment."""
    async with database.begin(tenant) as tx:
        texts = await snippets.texts(tx)
    source, message, template = await aside.once(lambda: _compiled(draft, texts))
    async with database.begin(tenant) as tx:
        files = await attachments_of(tx, draft.attachment_ids)
        name = await tenants.tenant_name(tx)
        guarded = await guards.load(tx)
    unknown = source.unknown_snippets
    plan = Plan(message, draft.on_unresolved, draft.author, name, unknown, files, template, guarded)
    return Checked(source, plan)


def _compiled(draft: Draft, texts: Mapping[str, str]) -> tuple[Source, Message, ApprovedTemplate | None]:
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


async def _load(
    tx: TenantTx, plan: Plan, conversation_ids: Sequence[UUID], mass_reply: MassReplyId = NOWHERE
) -> list[Recipient]:
    """Read all that decides about these conversations, given in the order of their ids."""
    await plan_anew(tx)
    own = await own_addresses(tx)
    loaded: list[Recipient] = []
    for start in range(0, len(conversation_ids), LOADED_AT_ONCE):
        few = conversation_ids[start : start + LOADED_AT_ONCE]
        found = await recipients.load(tx, mass_reply, few)
        marked = [replace(each, ours=own.hold(each.channel, each.address_key)) for each in found]
        loaded += await _with_reach(tx, plan.guards, marked)
    return loaded


async def _judge(aside: Aside, plan: Plan, found: Sequence[Recipient]) -> list[Verdict]:
    return _with_repeats(await _verdicts(aside, plan, found), plan)


async def _verdicts(aside: Aside, plan: Plan, found: Sequence[Recipient]) -> list[Verdict]:
    now = datetime.now(UTC)
    return await aside.each(lambda recipient: preflight(recipient, plan, limits_of(recipient), now), found)


def _with_repeats(verdicts: Sequence[Verdict], plan: Plan) -> list[Verdict]:
    """Warn of each conversation whose contact gets the message on an earlier one."""
    seen, warned = set[Hashable](), list[Verdict]()
    for verdict in verdicts:
        names = known_as(verdict.recipient)
        repeats = verdict.refusal is None and not seen.isdisjoint(names) and not plan.guards.once_per_contact
        warned.append(repeated(verdict) if repeats else verdict)
        if verdict.refusal is None:
            seen.update(names)
    return warned


async def _with_reach(tx: TenantTx, guarded: Guards, found: list[Recipient]) -> list[Recipient]:
    """Look up how much each contact got of late, where the tenant limits that."""
    if guarded.max_per_contact_per_day is None:
        return found
    reached = await contact_limits.reached(tx, [recipient.contact_id for recipient in found])
    return [replace(recipient, reached=reached.get(recipient.contact_id, 0)) for recipient in found]


def limits_of(recipient: Recipient) -> Limits | None:
    """What the medium allows on the account that would carry a reply; None where there is no such account."""
    return registry.limits_of(recipient.provider or "", recipient.channel, recipient.account_config)


def _summary(verdicts: Sequence[Verdict]) -> Summary:
    summary = Summary()
    for verdict in verdicts:
        summary.add(verdict)
    return summary


async def begin_sending(
    tx: TenantTx, id_: MassReplyId, before: MassReplyStatus, event: MassReplyEvent
) -> list[tuple[LaneKey, int]]:
    """Begin to send; answers the lanes to wake once this is committed."""
    after = next_status(before, event)
    if after is None or not await lifecycle.mark_started(tx, id_, before, after):
        return []
    await lifecycle.note_skipped(tx, id_)
    return await lifecycle.lanes_with_work(tx, id_)


async def hold(tx: TenantTx, id_: MassReplyId) -> MassReply:
    """Read a mass reply and hold it until the transaction ends. Raises NotFound."""
    batch = await mass_replies.lock(tx, id_)
    if batch is None:
        raise NotFound("There is no such mass reply.")
    return batch


async def move(tx: TenantTx, batch: MassReply, event: MassReplyEvent) -> None:
    """Set a mass reply that is held to where the event leads it."""
    after = next_status(batch.status, event)
    if after is None:
        raise InvalidState(f"The mass reply is {batch.status}; {event} does not apply to it.")
    await mass_replies.set_status(tx, batch.id, batch.status, after)
