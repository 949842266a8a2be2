"""Use cases for people: the actions on a confirmed mass reply.

Locks are taken in the order of claims and records, so that nothing deadlocks: accounts, deliveries, conversations,
lanes, the mass reply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.delivery.lifecycle import apply_event, lock_mass_reply
from app.delivery.settle import Report, settle
from app.delivery.sql import delivery_pages, lifecycle, timeline
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.delivery_lifecycle import DeliveryEvent, Ignored, ReportedEvent, Transition
from app.domain.errors import (
    ConversationsNotFound,
    Fault,
    InvalidSchedule,
    InvalidState,
    NotFound,
    NothingToRetry,
    StillSettling,
)
from app.domain.lanes import LanesToWake
from app.domain.mass_reply import MassReply
from app.domain.mass_reply_lifecycle import MassReplyEvent, MassReplyStatus, PauseReason
from app.domain.resolution import Decision
from app.domain.words import ConversationId, DeliveryId, MassReplyId, ReasonCode
from app.mass_replies.actions import MassReplyAction, refuse_action
from app.mass_replies.sql import pauses, resolutions
from app.store import audit, clock, mass_replies
from app.store import lanes as store_lanes
from app.store.transactions import TenantTx

AT_ONCE: Final = delivery_pages.PAGE_SIZE
"""The most deliveries that a retry queues in its request. All their conversations are locked meanwhile."""

STILL_RETRYING: Final = "An earlier retry is not queued completely yet. Retry again when it is; nothing was changed."
NO_SUCH_LANE: Final = "The mass reply has no lane for that channel account."


async def pause(tx: TenantTx, id_: MassReplyId, by: Actor, account_key: str | None = None) -> None:
    """Stop claiming, for the whole mass reply or for one account's lane. Calls under way finish and are recorded.

    Raise NotFound or InvalidState. A second pause changes nothing.
    """
    why = PauseReason.PERSON
    paused = account_key is not None and await pauses.pause_lane(tx, id_, account_key, why)
    batch = await lock_mass_reply(tx, id_)
    _refuse_unknown_lane(batch, account_key)
    refuse_action(MassReplyAction.PAUSE, batch.status)
    if account_key is None and batch.status is MassReplyStatus.SENDING:
        paused = await mass_replies.set_status(tx, id_, batch.status, MassReplyStatus.PAUSED, why)
    if paused:
        entry = AuditEntry.on_mass_reply(AuditAction.MASS_REPLY_PAUSED, id_, details=_lane(account_key))
        await audit.record(tx, by, entry)


async def resume(tx: TenantTx, id_: MassReplyId, by: Actor, account_key: str | None = None) -> LanesToWake:
    """Resume everything that is paused, lanes and accounts included, or one account's lane only.

    If the whole mass reply was paused and one lane is named, the other lanes stay paused for the same reason. Raise
    NotFound or InvalidState. If nothing is paused, nothing changes.
    """
    accounts = await pauses.resume_accounts(tx, id_, account_key)
    await pauses.hold_lanes(tx, id_, accounts)
    # Other mass replies need not wait for these accounts any more either.
    others = [lane for account in accounts for lane in await store_lanes.free_account(tx, account)]
    batch = await lock_mass_reply(tx, id_)
    refuse_action(MassReplyAction.RESUME, batch.status)
    _refuse_unknown_lane(batch, account_key)
    await pauses.resume_lanes(tx, id_, account_key)
    if batch.status is MassReplyStatus.PAUSED:
        if account_key is not None:
            reason = batch.pause_reason or PauseReason.PERSON
            await pauses.pause_other_lanes(tx, id_, account_key, reason)
        await apply_event(tx, batch, MassReplyEvent.RESUME)
    if accounts or _was_paused(batch, account_key):
        entry = AuditEntry.on_mass_reply(AuditAction.MASS_REPLY_RESUMED, id_, details=_lane(account_key))
        await audit.record(tx, by, entry)
    own = await lifecycle.lanes_with_work(tx, id_)
    return [*own, *(lane for lane in others if lane not in own)]


def _refuse_unknown_lane(batch: MassReply, account_key: str | None) -> None:
    if account_key is not None and all(lane.account_key != account_key for lane in batch.lanes):
        raise NotFound(NO_SUCH_LANE)


def _was_paused(batch: MassReply, account_key: str | None) -> bool:
    """Return whether the whole mass reply was paused, or one of the lanes in question."""
    lanes = [lane for lane in batch.lanes if account_key in (None, lane.account_key)]
    return batch.status is MassReplyStatus.PAUSED or any(lane.pause_reason for lane in lanes)


def _lane(account_key: str | None) -> Mapping[str, str]:
    return {} if account_key is None else {"channel_account": account_key}


async def cancel(tx: TenantTx, id_: MassReplyId, by: Actor) -> None:
    """Stop for good. Claims end at once, the sweeper cancels what is queued, and calls under way finish.

    Raise NotFound or InvalidState.
    """
    batch = await lock_mass_reply(tx, id_)
    refuse_action(MassReplyAction.CANCEL, batch.status)
    if batch.status is not MassReplyStatus.CANCELLED:
        await apply_event(tx, batch, MassReplyEvent.CANCEL)
        entry = AuditEntry.on_mass_reply(
            AuditAction.MASS_REPLY_CANCELLED, id_, recipient_count=batch.recipient_count, details={"was": batch.status}
        )
        await audit.record(tx, by, entry)


@dataclass(frozen=True, slots=True)
class Retry:
    """What is to be sent again, and until when."""

    codes: Sequence[ReasonCode] | None = None
    """Why it failed, or None for every reason."""
    not_after: datetime | None = None


async def retry(tx: TenantTx, id_: MassReplyId, wanted: Retry, send_within: timedelta, by: Actor) -> LanesToWake:
    """Queue again the failed deliveries that may be retried, and reopen the mass reply for them.

    More than AT_ONCE are frozen instead, and the sweeper queues them in pages. Raise NotFound, InvalidState,
    InvalidSchedule or NothingToRetry.
    """
    codes, not_after = wanted.codes, wanted.not_after or await clock.now(tx) + send_within
    await _refuse(tx, id_, MassReplyAction.RETRY, not_after)
    await resolutions.one_retry_at_a_time(tx, id_)
    if await delivery_pages.retry_under_way(tx, id_):
        raise InvalidState(STILL_RETRYING)
    found = await resolutions.retryable(tx, id_, codes, AT_ONCE + 1)
    if len(found) > AT_ONCE:
        count = await delivery_pages.hand_over_retry(tx, id_, codes, not_after)
        await lifecycle.hold_lanes(tx, id_)
    else:
        held = await delivery_pages.hold_retryable(tx, found, codes)
        again = ReportedEvent(DeliveryEvent.RETRY, not_after=not_after)
        count = len(await settle(tx, [Report(one, again) for one in held]))
    if not count:
        raise NothingToRetry
    refuse_action(MassReplyAction.RETRY, (await lock_mass_reply(tx, id_)).status)
    await timeline.reopen(tx, [id_])
    await resolutions.extend(tx, id_, not_after)
    details = {"reason_codes": codes, "not_after": not_after.isoformat(), "deliveries": count}
    entry = AuditEntry.on_mass_reply(AuditAction.MASS_REPLY_RETRIED, id_, details=details)
    await audit.record(tx, by, entry)
    return await lifecycle.lanes_with_work(tx, id_)


async def resolve(tx: TenantTx, id_: MassReplyId, decision: Decision, send_within: timedelta, by: Actor) -> LanesToWake:
    """Apply a person's decision about uncertain deliveries: to all of them, or to none if one is refused.

    Raise NotFound, InvalidState, InvalidSchedule, ConversationsNotFound or StillSettling.
    """
    not_after = decision.not_after or await clock.now(tx) + send_within
    batch = await _refuse(tx, id_, MassReplyAction.RESOLVE, not_after)
    _refuse_revival(batch, decision)
    held = await resolutions.hold_deliveries(tx, id_, decision.conversation_ids)
    _refuse_missing(decision, held)
    until = not_after if decision.send_again else None
    reported = ReportedEvent(decision.event, reason=decision.reason, not_after=until)
    answers = await settle(tx, [Report(delivery, reported) for delivery in held.values()])
    _refuse_ignored(held, answers)
    # Last, as everywhere: a transaction that has locked a lane or a mass reply must not wait for a conversation.
    batch = await lock_mass_reply(tx, id_)
    refuse_action(MassReplyAction.RESOLVE, batch.status)
    _refuse_revival(batch, decision)
    if decision.send_again:
        await resolutions.extend(tx, id_, not_after)
    await resolutions.note_decision(tx, held.values(), decision)
    await audit.record(tx, by, _resolved(id_, decision))
    return await lifecycle.lanes_with_work(tx, id_)


def _resolved(id_: MassReplyId, decision: Decision) -> AuditEntry:
    details = {
        "outcome": decision.finding,
        "send_again": decision.send_again,
        "conversation_ids": sorted(map(str, decision.conversation_ids)),
    }
    return AuditEntry.on_mass_reply(AuditAction.MASS_REPLY_RESOLVED, id_, reason=decision.why, details=details)


async def _refuse(tx: TenantTx, id_: MassReplyId, action: MassReplyAction, not_after: datetime) -> MassReply:
    """Check before anything is locked. The checks are repeated once it is."""
    batch = await mass_replies.get(tx, id_)
    if batch is None:
        raise NotFound
    refuse_action(action, batch.status)
    if not_after <= await clock.now(tx):
        raise InvalidSchedule("`not_after` lies in the past.")
    return batch


def _refuse_revival(batch: MassReply, decision: Decision) -> None:
    if decision.send_again and batch.status is MassReplyStatus.CANCELLED:
        raise InvalidState("The mass reply is cancelled; none of its messages can be sent again.")


def _refuse_missing(decision: Decision, held: Mapping[ConversationId, DeliveryId]) -> None:
    missing = sorted(decision.conversation_ids - held.keys())
    if missing:
        faults = [Fault("/conversation_ids", "conversation_not_found", str(one)) for one in missing]
        raise ConversationsNotFound("Some of these are not in the mass reply. Nothing was changed.", faults=faults)


def _refuse_ignored(
    held: Mapping[ConversationId, DeliveryId], answers: Mapping[DeliveryId, Transition | Ignored]
) -> None:
    settling = _with_answer(held, answers, Ignored.STILL_SETTLING)
    if settling:
        raise StillSettling(faults=[Fault("/conversation_ids", "still_settling", str(one)) for one in settling])
    others = _with_answer(held, answers, Ignored.NOT_APPLICABLE)
    if others:
        faults = [Fault("/conversation_ids", "not_uncertain", str(one)) for one in others]
        raise InvalidState("Only what is uncertain can be resolved. Nothing was changed.", faults=faults)


def _with_answer(
    held: Mapping[ConversationId, DeliveryId], answers: Mapping[DeliveryId, Transition | Ignored], answer: Ignored
) -> Sequence[ConversationId]:
    return [conversation for conversation, delivery in held.items() if answers[delivery] is answer]
