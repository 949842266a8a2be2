"""Use cases for people: preview, create, confirm. What can be asked of a running one is in `control.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from app.attachments import attachments_of
from app.channels import registry
from app.domain.actions import Action, refuse_action
from app.domain.approved_templates import read_template
from app.domain.audit import Actor, AuditAction, AuditEntry, message_digest
from app.domain.errors import (
    ConfirmationExpired,
    ConversationsNotFound,
    Fault,
    InvalidState,
    NotFound,
    NothingToSend,
    RecipientCountMismatch,
    SelectionEmpty,
)
from app.domain.mass_reply import Confirmation, Draft, MassReply
from app.domain.messaging import Limits
from app.domain.model import MassReplyEvent, MassReplyId, MassReplyStatus, TenantId, next_status
from app.domain.preflight import Plan, Recipient, Verdict, preflight
from app.domain.rendering import Source, compile_message, expand
from app.domain.selection import ByExternalIds, to_json
from app.domain.summary import Summary
from app.store import audit, closing, mass_replies, recipients, samples, selection, snippets, tenants
from app.store.claims import LaneKey
from app.store.database import Database

NOWHERE = MassReplyId(UUID(int=0))
"""The id of a mass reply that does not exist yet."""
MISSING_LISTED = 100
"""Unknown ids that a refusal names, besides saying how many there are."""


@dataclass(frozen=True, slots=True)
class Preview:
    selected_count: int
    summary: Summary
    complete: bool
    """Whether the summary covers every selected conversation."""


async def preview(
    connection: AsyncConnection, tenant: TenantId, draft: Draft, *, limit: int, only: UUID | None = None
) -> Preview:
    """Work out what a mass reply would do, and keep nothing of it; `only` names the one conversation to show."""
    plan = await _plan(connection, tenant, draft, await _source(connection, tenant, draft))
    count = await _count(connection, tenant, draft)
    verdicts = await _judge(connection, tenant, plan, await selection.ids(connection, tenant, draft.selection, limit))
    summary = _summary(verdicts)
    if only is not None:
        shown = await _judge(connection, tenant, plan, [only])
        if not shown:
            fault = Fault("/conversation_id", "conversation_not_found", str(only))
            raise ConversationsNotFound("The conversation to show does not exist.", faults=[fault])
        summary.samples = _summary(shown).samples
    return Preview(count, summary, complete=count <= limit)


async def create(connection: AsyncConnection, tenant: TenantId, draft: Draft, by: Actor) -> MassReplyId:
    """Freeze a selection and a message. What is frozen is what will be sent, whatever the filter matches by then."""
    source = await _source(connection, tenant, draft)
    await _plan(connection, tenant, draft, source)
    await _refuse_unknown(connection, tenant, draft)
    id_ = await mass_replies.insert(connection, tenant, draft, source)
    count = await selection.freeze(connection, tenant, id_, draft.selection)
    if count == 0:
        raise SelectionEmpty
    await mass_replies.set_selected_count(connection, tenant, id_, count)
    await audit.record(connection, tenant, by, _created(id_, draft, count))
    return id_


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


async def prepare(database: Database, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta) -> None:
    """Expand the frozen pages into deliveries, one transaction a page; ends where another process is at it."""
    while await _prepare_page(database, tenant, id_, confirm_within):
        pass


async def _prepare_page(database: Database, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta) -> bool:
    async with database.begin(tenant) as connection:
        if not await mass_replies.hold_for_preparation(connection, tenant, id_):
            return False
        page = await mass_replies.next_page(connection, tenant, id_)
        if page is None:
            await _finish_preparation(connection, tenant, id_, confirm_within)
            return False
        plan = await load_plan(connection, tenant, id_)
        verdicts = await _judge(connection, tenant, plan, page.conversation_ids, id_)
        await mass_replies.insert_deliveries(connection, tenant, id_, verdicts)
        await mass_replies.save_page(connection, tenant, id_, page.number, _summary(verdicts))
    return True


async def _finish_preparation(
    connection: AsyncConnection, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> None:
    total = Summary()
    for summary in await mass_replies.page_summaries(connection, tenant, id_):
        total.merge(summary)
    await mass_replies.finish_preparation(connection, tenant, id_, total, datetime.now(UTC) + confirm_within)


async def load_plan(connection: AsyncConnection, tenant: TenantId, id_: MassReplyId) -> Plan:
    """The frozen message of a mass reply. Raises NotFound."""
    wording = await mass_replies.wording(connection, tenant, id_)
    if wording is None:
        raise NotFound("There is no such mass reply.")
    message = compile_message(wording.source.text, wording.source.html)
    return Plan(
        message,
        wording.on_unresolved,
        wording.author,
        wording.tenant_name,
        wording.source.unknown_snippets,
        await attachments_of(connection, tenant, wording.attachment_ids),
        read_template(wording.whatsapp_template),
    )


async def _source(connection: AsyncConnection, tenant: TenantId, draft: Draft) -> Source:
    return expand(draft.text, draft.html, await snippets.texts(connection, tenant))


async def _plan(connection: AsyncConnection, tenant: TenantId, draft: Draft, source: Source) -> Plan:
    """Check a message before anything is kept. Raises InvalidTemplate, UnknownMergeTag, UnknownAttachment."""
    message = compile_message(source.text, source.html)
    template = read_template(draft.whatsapp_template)
    files = await attachments_of(connection, tenant, draft.attachment_ids)
    name = await tenants.tenant_name(connection, tenant)
    return Plan(message, draft.on_unresolved, draft.author, name, source.unknown_snippets, files, template)


async def _refuse_unknown(connection: AsyncConnection, tenant: TenantId, draft: Draft) -> None:
    missing = await selection.missing_ids(connection, tenant, draft.selection)
    if not missing:
        return
    field = "external_ids" if isinstance(draft.selection, ByExternalIds) else "conversation_ids"
    faults = [Fault(f"/selection/{field}", "conversation_not_found", one) for one in missing[:MISSING_LISTED]]
    raise ConversationsNotFound(f"{len(missing)} of the selected conversations do not exist.", faults=faults)


async def _count(connection: AsyncConnection, tenant: TenantId, draft: Draft) -> int:
    await _refuse_unknown(connection, tenant, draft)
    count = await selection.count_selected(connection, tenant, draft.selection)
    if count == 0:
        raise SelectionEmpty
    return count


async def _judge(
    connection: AsyncConnection,
    tenant: TenantId,
    plan: Plan,
    conversation_ids: Sequence[UUID],
    mass_reply: MassReplyId = NOWHERE,
) -> list[Verdict]:
    now, seen, verdicts = datetime.now(UTC), set[UUID](), list[Verdict]()
    for recipient in await recipients.load(connection, tenant, mass_reply, conversation_ids):
        verdict = preflight(_marked(recipient, seen), plan, limits_of(recipient), now)
        if verdict.refusal is None:
            seen.add(recipient.contact_id)
        verdicts.append(verdict)
    return verdicts


def _marked(recipient: Recipient, seen: set[UUID]) -> Recipient:
    return replace(recipient, repeated_contact=True) if recipient.contact_id in seen else recipient


def limits_of(recipient: Recipient) -> Limits | None:
    """What the medium allows on the account that would carry a reply; None where there is no such account."""
    return registry.limits_of(recipient.provider or "", recipient.channel, recipient.account_config)


def _summary(verdicts: Sequence[Verdict]) -> Summary:
    summary = Summary()
    for verdict in verdicts:
        summary.add(verdict)
    return summary


async def confirm(
    connection: AsyncConnection,
    tenant: TenantId,
    id_: MassReplyId,
    confirmation: Confirmation,
    send_within: timedelta,
    by: Actor,
) -> list[tuple[LaneKey, int]]:
    """Confirm by the recipient count; answers the lanes to wake, none where it starts later.

    The same confirmation again changes nothing, and sends nothing a second time.
    """
    batch = await hold(connection, tenant, id_)
    if batch.confirmation == confirmation.to_json():
        return []
    now = datetime.now(UTC)
    _refuse_confirmation(batch, confirmation, now)
    dispatch_at, not_after = confirmation.schedule(now, send_within)
    await mass_replies.schedule(connection, tenant, id_, now, dispatch_at, not_after, confirmation.to_json())
    await audit.record(connection, tenant, by, _confirmed(batch, confirmation))
    if sample := confirmation.sample_of(batch.recipient_count or 0):
        await samples.draw(connection, tenant, id_, sample)
    if dispatch_at > now:
        await move(connection, tenant, batch, MassReplyEvent.CONFIRM_FOR_LATER)
        return []
    return await begin_sending(connection, tenant, id_, batch.status, MassReplyEvent.CONFIRM)


def _confirmed(batch: MassReply, confirmation: Confirmation) -> AuditEntry:
    return AuditEntry.on_mass_reply(
        AuditAction.MASS_REPLY_CONFIRMED,
        batch.id,
        recipient_count=batch.recipient_count,
        message_sha256=message_digest(batch.text, batch.html, batch.attachment_ids, batch.whatsapp_template),
        details={"selection": batch.selection, "confirmation": confirmation.to_json()},
    )


def _refuse_confirmation(batch: MassReply, confirmation: Confirmation, now: datetime) -> None:
    expired = batch.expires_at is not None and now >= batch.expires_at
    if batch.status is MassReplyStatus.EXPIRED or (batch.status is MassReplyStatus.AWAITING_CONFIRMATION and expired):
        raise ConfirmationExpired
    refuse_action(Action.CONFIRM, batch.status)
    if confirmation.recipient_count != batch.recipient_count:
        raise RecipientCountMismatch(
            f"You confirmed {confirmation.recipient_count} recipients; there are {batch.recipient_count}. "
            "Nothing was sent."
        )
    if batch.recipient_count == 0:
        raise NothingToSend


async def begin_sending(
    connection: AsyncConnection, tenant: TenantId, id_: MassReplyId, before: MassReplyStatus, event: MassReplyEvent
) -> list[tuple[LaneKey, int]]:
    """Begin to send; answers the lanes to wake once this is committed."""
    after = next_status(before, event)
    if after is None or not await closing.mark_started(connection, tenant, id_, before, after):
        return []
    await closing.note_skipped(connection, tenant, id_)
    return await closing.lanes_with_work(connection, tenant, id_)


async def hold(connection: AsyncConnection, tenant: TenantId, id_: MassReplyId) -> MassReply:
    """Read a mass reply and hold it until the transaction ends. Raises NotFound."""
    batch = await mass_replies.lock(connection, tenant, id_)
    if batch is None:
        raise NotFound("There is no such mass reply.")
    return batch


async def move(connection: AsyncConnection, tenant: TenantId, batch: MassReply, event: MassReplyEvent) -> None:
    """Set a mass reply that is held to where the event leads it."""
    after = next_status(batch.status, event)
    if after is None:
        raise InvalidState(f"The mass reply is {batch.status}; {event} does not apply to it.")
    await mass_replies.set_status(connection, tenant, batch.id, batch.status, after)
