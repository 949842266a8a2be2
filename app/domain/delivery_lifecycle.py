"""The life cycle of a delivery, as a total function: what each event makes of each status, and under which condition.

What is uncertain becomes sent, delivered, read or failed by a receipt, a look-up or a person. It goes back to the queue
only after `settles_after`, if the provider has no record of it or a person says so. docs/transitions.md is the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from app.domain.words import Reason, ReasonCode


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    CLAIM = "claim"
    GIVE_BACK = "give_back"
    REFUSE = "refuse"
    ACCEPT = "accept"
    REJECT = "reject"
    DEFER = "defer"
    LOSE_ANSWER = "lose_answer"
    LOSE_WORKER = "lose_worker"
    RECEIPT_SENT = "receipt_sent"
    RECEIPT_DELIVERED = "receipt_delivered"
    RECEIPT_READ = "receipt_read"
    RECEIPT_FAILED = "receipt_failed"
    FIND_ABSENT = "find_absent"
    RESOLVE_SENT = "resolve_sent"
    RESOLVE_NOT_SENT = "resolve_not_sent"
    SEND_AGAIN = "send_again"
    RETRY = "retry"
    CANCEL = "cancel"
    EXPIRE = "expire"
    RESTORE = "restore"


RETRYABLE = frozenset(
    {
        ReasonCode.UNREACHABLE,
        ReasonCode.WINDOW_CLOSED,
        ReasonCode.NO_CHANNEL_ACCOUNT,
        ReasonCode.MERGE_TAG_UNRESOLVED,
        ReasonCode.TOO_LATE,
        ReasonCode.MARKED_NOT_SENT,
    }
)

ACCEPTED = frozenset({DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ})
"""The statuses in which a provider has accepted the message."""

CORRECTABLE = frozenset({ReasonCode.TOO_LATE, ReasonCode.MARKED_NOT_SENT})
"""Failures that we concluded ourselves. A provider's report overrides them."""


@dataclass(slots=True)
class DeliveryState:
    """The state of one delivery, as far as its next transition depends on it."""

    status: DeliveryStatus
    epoch: int
    reason: ReasonCode | None = None
    retryable: bool = False
    settles_after: datetime | None = None
    last_receipt_at: datetime | None = None
    """When the provider last reported on the event's attempt."""
    attempt_failed: bool = False
    """Whether a receipt said that the event's attempt failed."""
    attempt_proved: bool = False
    """Whether a provider accepted the event's attempt, and has not reported its failure since."""
    other_proved: bool = False
    """The same for any other attempt."""
    by_person: bool = False
    """Whether a person marked the event's attempt as sent, and no provider has reported on it since."""
    latest_open: bool = False
    """Whether the latest attempt is under way, or no provider has said how it ended."""
    batch_cancelled: bool = False
    not_after: datetime | None = None
    """Its own latest time, or its mass reply's."""


@dataclass(slots=True)
class ReportedEvent:
    """An event of a delivery. `epoch` is the attempt that it is about, if it is about one."""

    event: DeliveryEvent
    epoch: int | None = None
    occurred_at: datetime | None = None
    """When it happened according to the provider, or None if the provider does not say."""
    reason: Reason | None = None
    not_after: datetime | None = None
    """The latest time that a person sets for what is sent again."""


class Ignored(StrEnum):
    """Why an event changes nothing."""

    NOT_APPLICABLE = "not_applicable"
    OTHER_ATTEMPT = "other_attempt"
    OLDER = "older"
    STILL_SETTLING = "still_settling"
    NOT_RETRYABLE = "not_retryable"
    NOT_OVERDUE = "not_overdue"


@dataclass(slots=True)
class Transition:
    to: DeliveryStatus
    reason: Reason | None = None


class Guard(Enum):
    """A condition besides the status."""

    NONE = "always"
    SAME_ATTEMPT = "same attempt"
    NOT_DISPROVED = "any attempt, unless a receipt said that it failed, at that time or later"
    CORRECTABLE = "our own conclusion or another attempt's failure; else newer than the receipt that said so"
    PROOF = "of the attempt that was its proof, or which a person called sent; not older, and the only proof"
    BY_PERSON = "same attempt, which a person called sent and no provider did"
    SETTLED = "after settles_after, and of no other attempt"
    RETRYABLE = "reason is retryable"
    OVERDUE = "after not_after"


class Target(Enum):
    """The target of a transition that is not one fixed status."""

    BACK = "queued (cancelled if the mass reply was; failed too_late after not_after)"
    DISPROVED = "failed (uncertain while a later attempt is open)"


@dataclass(frozen=True, slots=True)
class TransitionRule:
    to: DeliveryStatus | Target
    guard: Guard = Guard.NONE


_S, _E, _G = DeliveryStatus, DeliveryEvent, Guard
_RECEIPTS = (
    (_E.ACCEPT, _S.SENT),
    (_E.RECEIPT_SENT, _S.SENT),
    (_E.RECEIPT_DELIVERED, _S.DELIVERED),
    (_E.RECEIPT_READ, _S.READ),
)

DELIVERY_RULES: Mapping[tuple[DeliveryStatus, DeliveryEvent], TransitionRule] = {
    (_S.QUEUED, _E.CLAIM): TransitionRule(_S.SENDING),
    (_S.QUEUED, _E.CANCEL): TransitionRule(_S.CANCELLED),
    (_S.QUEUED, _E.EXPIRE): TransitionRule(_S.FAILED, _G.OVERDUE),
    # The database is an older one: what it calls queued or under way may have been sent.
    (_S.QUEUED, _E.RESTORE): TransitionRule(_S.UNCERTAIN),
    (_S.SENDING, _E.RESTORE): TransitionRule(_S.UNCERTAIN),
    (_S.SENDING, _E.LOSE_ANSWER): TransitionRule(_S.UNCERTAIN, _G.SAME_ATTEMPT),
    (_S.SENDING, _E.LOSE_WORKER): TransitionRule(_S.UNCERTAIN, _G.SAME_ATTEMPT),
    # A late record also settles a row that the sweeper gave up on: it is the same attempt.
    **{
        (status, event): TransitionRule(to, _G.SAME_ATTEMPT)
        for status in (_S.SENDING, _S.UNCERTAIN)
        for event, to in (
            (_E.GIVE_BACK, Target.BACK),
            (_E.DEFER, Target.BACK),
            (_E.REFUSE, _S.FAILED),
            (_E.REJECT, _S.FAILED),
            (_E.RECEIPT_FAILED, _S.FAILED),
        )
    },
    # A success counts for any attempt: the customer has the message, even if the delivery has another status by now.
    **{
        (status, event): TransitionRule(to, _G.NOT_DISPROVED)
        for status in (_S.QUEUED, _S.SENDING, _S.UNCERTAIN, _S.CANCELLED)
        for event, to in _RECEIPTS
    },
    **{(_S.FAILED, event): TransitionRule(to, _G.CORRECTABLE) for event, to in _RECEIPTS},
    (_S.SENT, _E.RECEIPT_DELIVERED): TransitionRule(_S.DELIVERED),
    (_S.SENT, _E.RECEIPT_READ): TransitionRule(_S.READ),
    (_S.DELIVERED, _E.RECEIPT_READ): TransitionRule(_S.READ),
    **{(status, _E.RECEIPT_FAILED): TransitionRule(Target.DISPROVED, _G.PROOF) for status in sorted(ACCEPTED)},
    # A person's "sent" gives way to the outcome of the call itself, as `marked_not_sent` does.
    **{
        (status, event): TransitionRule(to, _G.BY_PERSON)
        for status in sorted(ACCEPTED)
        for event, to in (
            (_E.GIVE_BACK, Target.BACK),
            (_E.DEFER, Target.BACK),
            (_E.FIND_ABSENT, Target.BACK),
            (_E.REFUSE, _S.FAILED),
            (_E.REJECT, _S.FAILED),
        )
    },
    (_S.UNCERTAIN, _E.FIND_ABSENT): TransitionRule(Target.BACK, _G.SETTLED),
    (_S.UNCERTAIN, _E.SEND_AGAIN): TransitionRule(Target.BACK, _G.SETTLED),
    (_S.UNCERTAIN, _E.RESOLVE_NOT_SENT): TransitionRule(_S.FAILED, _G.SETTLED),
    (_S.UNCERTAIN, _E.RESOLVE_SENT): TransitionRule(_S.SENT),
    (_S.FAILED, _E.RETRY): TransitionRule(_S.QUEUED, _G.RETRYABLE),
}


def transition(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Transition | Ignored:
    """Return what an event does to a delivery. Total: every pair of status and event has a result."""
    rule = DELIVERY_RULES.get((state.status, reported.event))
    if rule is None:
        return Ignored.NOT_APPLICABLE
    refusal = _GUARDS[rule.guard](state, reported, now)
    if refusal is not None:
        return refusal
    match rule.to:
        case Target.BACK:
            return _back(state, reported, now)
        case Target.DISPROVED:
            return _disproved(state, reported)
        case status:
            return Transition(status, reported.reason)


def is_latest_word(state: DeliveryState, reported: ReportedEvent) -> bool:
    """Return whether a provider's report on an attempt is its latest, by the provider's clock.

    If a time is missing, or both are equal, the failure counts.
    """
    at, last = reported.occurred_at, state.last_receipt_at
    if reported.event is DeliveryEvent.RECEIPT_FAILED:
        return at is None or last is None or at >= last
    return not state.attempt_failed or (at is not None and last is not None and at > last)


def _same_attempt(state: DeliveryState, reported: ReportedEvent, _: datetime) -> Ignored | None:
    return None if reported.epoch == state.epoch else Ignored.OTHER_ATTEMPT


def _only_proof(state: DeliveryState, reported: ReportedEvent, _: datetime) -> Ignored | None:
    own = state.attempt_proved or reported.epoch == state.epoch
    if state.other_proved or not own:
        return Ignored.OTHER_ATTEMPT
    return None if is_latest_word(state, reported) else Ignored.OLDER


def _by_person(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Ignored | None:
    by_person = state.by_person and not state.other_proved
    return _same_attempt(state, reported, now) if by_person else Ignored.NOT_APPLICABLE


def _success_newer(state: DeliveryState, reported: ReportedEvent, _: datetime) -> Ignored | None:
    at, last = reported.occurred_at, state.last_receipt_at
    return None if at is not None and last is not None and at > last else Ignored.OLDER


def _not_disproved(state: DeliveryState, reported: ReportedEvent, _: datetime) -> Ignored | None:
    return None if is_latest_word(state, reported) else Ignored.OLDER


def _correctable(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Ignored | None:
    # What we concluded ourselves, and another attempt's failure, do not outweigh a success.
    unrelated = state.reason in CORRECTABLE or reported.epoch != state.epoch
    return (_not_disproved if unrelated else _success_newer)(state, reported, now)


def _settled(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Ignored | None:
    if reported.epoch is not None and reported.epoch != state.epoch:
        return Ignored.OTHER_ATTEMPT
    settled = state.settles_after is None or now >= state.settles_after
    return None if settled else Ignored.STILL_SETTLING


_GUARDS: Mapping[Guard, Callable[[DeliveryState, ReportedEvent, datetime], Ignored | None]] = {
    Guard.NONE: lambda *_: None,
    Guard.SAME_ATTEMPT: _same_attempt,
    Guard.NOT_DISPROVED: _not_disproved,
    Guard.CORRECTABLE: _correctable,
    Guard.PROOF: _only_proof,
    Guard.BY_PERSON: _by_person,
    Guard.SETTLED: _settled,
    Guard.RETRYABLE: lambda state, *_: None if state.retryable else Ignored.NOT_RETRYABLE,
    # A retry may have given it more time since the sweeper found it too late.
    Guard.OVERDUE: lambda state, _, now: None if _is_overdue(state, now) else Ignored.NOT_OVERDUE,
}
"""Return why each guard stops an event, or None if it lets the event pass."""


def _back(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Transition:
    if state.batch_cancelled:
        return Transition(
            _S.CANCELLED, Reason(ReasonCode.CANCELLED, "The mass reply was cancelled before this was sent.")
        )
    overdue = _is_overdue(state, now) if reported.not_after is None else now >= reported.not_after
    return Transition(_S.FAILED, too_late()) if overdue else Transition(_S.QUEUED)


def _disproved(state: DeliveryState, reported: ReportedEvent) -> Transition:
    if reported.epoch == state.epoch or not state.latest_open:
        return Transition(_S.FAILED, reported.reason)
    why = reported.reason.detail if reported.reason else ""
    detail = f"An earlier attempt failed, and it is not known whether the latest one arrived. {why}".strip()
    return Transition(_S.UNCERTAIN, Reason(ReasonCode.ANSWER_LOST, detail))


def _is_overdue(state: DeliveryState, now: datetime) -> bool:
    return state.not_after is not None and now >= state.not_after


def too_late() -> Reason:
    return Reason(
        ReasonCode.TOO_LATE,
        "The latest time for this mass reply had passed before it could be sent.",
        retryable=True,
    )


class Effect(StrEnum):
    """What a change of status means for the conversation."""

    SENT = "sent"
    FAILED = "failed"
    FAILED_LATER = "failed_later"
    TAKEN_BACK = "taken_back"
    UNCERTAIN = "uncertain"
    NONE = "none"


def effect(before: DeliveryStatus, after: DeliveryStatus) -> Effect:
    if after in ACCEPTED:
        return Effect.NONE if before in ACCEPTED else Effect.SENT
    if after is _S.FAILED:
        return Effect.FAILED_LATER if before in ACCEPTED else Effect.FAILED
    if after is _S.UNCERTAIN:
        return Effect.UNCERTAIN
    return Effect.TAKEN_BACK if before in ACCEPTED and after in (_S.QUEUED, _S.CANCELLED) else Effect.NONE
