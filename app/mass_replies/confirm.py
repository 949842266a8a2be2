"""Use cases for people: confirm a mass reply, and approve or reject a large one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.accounts.sql import api_keys
from app.delivery.lifecycle import apply_event, begin_sending, lock_mass_reply
from app.delivery.sql import samples
from app.domain.approval import (
    APPROVE_WITHIN,
    ApprovalStatus,
    actors_behind,
    refuse_anothers,
    refuse_key_of_own,
    refuse_own,
)
from app.domain.audit import Actor, AuditAction, AuditEntry, message_digest
from app.domain.errors import ConfirmationExpired, NothingToSend, RecipientCountMismatch
from app.domain.guards import refuse_too_large
from app.domain.lanes import LanesToWake
from app.domain.mass_reply import Confirmation, MassReply
from app.domain.mass_reply_lifecycle import MassReplyEvent, MassReplyStatus
from app.domain.words import MassReplyId
from app.mass_replies.actions import MassReplyAction, refuse_action
from app.mass_replies.sql import confirmations
from app.store import audit, clock, guards
from app.store.transactions import TenantTx

START: Final[Mapping[MassReplyStatus, tuple[MassReplyEvent, MassReplyEvent]]] = {
    MassReplyStatus.AWAITING_CONFIRMATION: (MassReplyEvent.CONFIRM, MassReplyEvent.CONFIRM_FOR_LATER),
    MassReplyStatus.AWAITING_APPROVAL: (MassReplyEvent.APPROVE, MassReplyEvent.APPROVE_FOR_LATER),
}
"""The event that starts a mass reply: at once, or later."""


async def confirm(
    tx: TenantTx, id_: MassReplyId, confirmation: Confirmation, send_within: timedelta, by: Actor
) -> LanesToWake:
    """Confirm by the recipient count. Return the lanes to wake, none if it starts later or awaits approval.

    The same confirmation again changes nothing, and sends nothing a second time. Raise NotFound, Forbidden,
    ConfirmationExpired, InvalidState, RecipientCountMismatch, NothingToSend, BatchTooLarge or InvalidSchedule.
    """
    batch = await lock_mass_reply(tx, id_)
    refuse_anothers(by, batch.actors)
    if batch.confirmation == confirmation.to_json():
        return []
    now = await clock.now(tx)
    _refuse_confirmation(batch, confirmation, now)
    confirmation.schedule(now, send_within)
    guarded = await guards.load(tx)
    refuse_too_large(confirmation.recipient_count, guarded.limit_for(by.roles))
    await confirmations.keep(tx, id_, now, confirmation.to_json(), batch.recorded_actors | actors_behind(by))
    await audit.record(tx, by, _entry(AuditAction.MASS_REPLY_CONFIRMED, batch, confirmation))
    if not guarded.needs_approval(confirmation.recipient_count):
        return await _go_ahead(tx, batch, confirmation, now, send_within)
    await confirmations.ask_for_approval(tx, id_, now + APPROVE_WITHIN)
    await apply_event(tx, batch, MassReplyEvent.CONFIRM_FOR_APPROVAL)
    return []


def _refuse_confirmation(batch: MassReply, confirmation: Confirmation, now: datetime) -> None:
    expired = batch.expires_at is not None and now >= batch.expires_at
    if batch.status is MassReplyStatus.EXPIRED or (batch.status is MassReplyStatus.AWAITING_CONFIRMATION and expired):
        raise ConfirmationExpired
    refuse_action(MassReplyAction.CONFIRM, batch.status)
    if confirmation.recipient_count != batch.recipient_count:
        raise RecipientCountMismatch(
            f"You confirmed {confirmation.recipient_count} recipients; there are {batch.recipient_count}. "
            "Nothing was sent."
        )
    if batch.recipient_count == 0:
        raise NothingToSend


async def approve(tx: TenantTx, id_: MassReplyId, send_within: timedelta, by: Actor) -> LanesToWake:
    """Start a mass reply on the terms that were confirmed. A hold begins now. Return the lanes to wake.

    Raise NotFound, InvalidState, Forbidden, or InvalidSchedule if its latest time has passed.
    """
    now = await clock.now(tx)
    batch = await _awaiting_approval(tx, id_, MassReplyAction.APPROVE, by, now)
    assert batch.confirmation is not None  # noqa: S101 - narrows for mypy: nothing awaits approval that was not confirmed
    confirmation = Confirmation.from_json(batch.confirmation).at_approval(now)
    await confirmations.store_decision(tx, id_, ApprovalStatus.APPROVED, by.author)
    await audit.record(tx, by, _entry(AuditAction.MASS_REPLY_APPROVED, batch, confirmation))
    return await _go_ahead(tx, batch, confirmation, now, send_within)


async def reject(tx: TenantTx, id_: MassReplyId, reason: str, by: Actor) -> None:
    """End a mass reply that awaits approval. Raise NotFound, InvalidState or Forbidden."""
    batch = await _awaiting_approval(tx, id_, MassReplyAction.REJECT, by, await clock.now(tx))
    await confirmations.store_decision(tx, id_, ApprovalStatus.REJECTED, by.author, reason)
    entry = AuditEntry.on_mass_reply(
        AuditAction.MASS_REPLY_REJECTED, id_, recipient_count=batch.recipient_count, reason=reason
    )
    await audit.record(tx, by, entry)
    await apply_event(tx, batch, MassReplyEvent.REJECT)


async def _awaiting_approval(
    tx: TenantTx, id_: MassReplyId, action: MassReplyAction, by: Actor, now: datetime
) -> MassReply:
    """Lock a mass reply that somebody else may approve or reject."""
    batch = await lock_mass_reply(tx, id_)
    over = batch.expires_at is not None and now >= batch.expires_at  # the sweeper may not have expired it yet
    refuse_action(action, MassReplyStatus.EXPIRED if over else batch.status)
    refuse_own(by, batch.actors)
    if by.key is not None:
        makers = await api_keys.makers_since(tx, by.key.id, batch.created_at)
        refuse_key_of_own(makers, batch.actors)
    return batch


async def _go_ahead(
    tx: TenantTx, batch: MassReply, confirmation: Confirmation, now: datetime, send_within: timedelta
) -> LanesToWake:
    """Start to send, now or at the planned time. No further decision is needed."""
    dispatch_at, not_after = confirmation.schedule(now, send_within)
    await confirmations.schedule(tx, batch.id, dispatch_at, not_after)
    if sample := confirmation.sample_of(confirmation.recipient_count):
        await samples.draw(tx, batch.id, sample)
    at_once, later = START[batch.status]
    if dispatch_at <= now:
        return await begin_sending(tx, batch.id, batch.status, at_once)
    await apply_event(tx, batch, later)
    return []


def _entry(action: AuditAction, batch: MassReply, confirmation: Confirmation) -> AuditEntry:
    return AuditEntry.on_mass_reply(
        action,
        batch.id,
        recipient_count=batch.recipient_count,
        message_sha256=message_digest(batch.text, batch.html, batch.attachment_ids, batch.whatsapp_template),
        details={"selection": batch.selection, "confirmation": confirmation.to_json()},
    )
