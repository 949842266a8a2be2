"""The life cycle of a mass reply, as a total function."""

from collections.abc import Mapping
from enum import StrEnum


class MassReplyStatus(StrEnum):
    PREPARING = "preparing"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    AWAITING_APPROVAL = "awaiting_approval"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PauseReason(StrEnum):
    """Why a mass reply, or one lane of it, is paused."""

    PERSON = "person"
    SAMPLE_SENT = "sample_sent"
    FAILURE_SHARE = "failure_share"
    ACCOUNT = "account"


class MassReplyEvent(StrEnum):
    PREPARE = "prepare"
    CONFIRM = "confirm"
    CONFIRM_FOR_APPROVAL = "confirm_for_approval"
    CONFIRM_FOR_LATER = "confirm_for_later"
    APPROVE = "approve"
    APPROVE_FOR_LATER = "approve_for_later"
    REJECT = "reject"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    EXPIRE = "expire"
    COMPLETE = "complete"
    REOPEN = "reopen"


_M, _V = MassReplyStatus, MassReplyEvent

MASS_REPLY_RULES: Mapping[tuple[MassReplyStatus, MassReplyEvent], MassReplyStatus] = {
    (_M.PREPARING, _V.PREPARE): _M.AWAITING_CONFIRMATION,
    (_M.AWAITING_CONFIRMATION, _V.CONFIRM): _M.SENDING,
    (_M.AWAITING_CONFIRMATION, _V.CONFIRM_FOR_APPROVAL): _M.AWAITING_APPROVAL,
    (_M.AWAITING_CONFIRMATION, _V.CONFIRM_FOR_LATER): _M.SCHEDULED,
    (_M.AWAITING_CONFIRMATION, _V.EXPIRE): _M.EXPIRED,
    (_M.AWAITING_APPROVAL, _V.APPROVE): _M.SENDING,
    (_M.AWAITING_APPROVAL, _V.APPROVE_FOR_LATER): _M.SCHEDULED,
    (_M.AWAITING_APPROVAL, _V.REJECT): _M.CANCELLED,
    (_M.AWAITING_APPROVAL, _V.EXPIRE): _M.EXPIRED,
    (_M.SCHEDULED, _V.START): _M.SENDING,
    (_M.SENDING, _V.PAUSE): _M.PAUSED,
    (_M.SENDING, _V.COMPLETE): _M.COMPLETED,
    (_M.PAUSED, _V.RESUME): _M.SENDING,
    (_M.PAUSED, _V.COMPLETE): _M.COMPLETED,
    # A receipt, a retry or a person's decision returns work to the queue.
    (_M.COMPLETED, _V.REOPEN): _M.SENDING,
    **{
        (status, _V.CANCEL): _M.CANCELLED
        for status in (
            _M.PREPARING,
            _M.AWAITING_CONFIRMATION,
            _M.AWAITING_APPROVAL,
            _M.SCHEDULED,
            _M.SENDING,
            _M.PAUSED,
        )
    },
}


def next_status(status: MassReplyStatus, event: MassReplyEvent) -> MassReplyStatus | None:
    """Return the status that an event leads to, or None if it does not apply. Total."""
    return MASS_REPLY_RULES.get((status, event))
