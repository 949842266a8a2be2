"""The actions that a person may take on a mass reply, and the states that allow them."""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.errors import InvalidState
from app.domain.mass_reply_lifecycle import MassReplyStatus


class MassReplyAction(StrEnum):
    CONFIRM = "confirm"
    APPROVE = "approve"
    REJECT = "reject"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    RESOLVE = "resolve"


_S = MassReplyStatus
_AT_WORK = frozenset({_S.SENDING, _S.PAUSED})

ALLOWED: Mapping[MassReplyAction, frozenset[MassReplyStatus]] = {
    MassReplyAction.CONFIRM: frozenset({_S.AWAITING_CONFIRMATION}),
    MassReplyAction.APPROVE: frozenset({_S.AWAITING_APPROVAL}),
    MassReplyAction.REJECT: frozenset({_S.AWAITING_APPROVAL}),
    # A repeated pause, resume or cancel is allowed, and changes nothing.
    MassReplyAction.PAUSE: _AT_WORK,
    MassReplyAction.RESUME: _AT_WORK,
    MassReplyAction.CANCEL: frozenset(_S) - {_S.COMPLETED, _S.EXPIRED},
    MassReplyAction.RETRY: _AT_WORK | {_S.COMPLETED},
    MassReplyAction.RESOLVE: _AT_WORK | {_S.COMPLETED, _S.CANCELLED},
}

_DONE_TO_IT: Mapping[MassReplyAction, str] = {
    MassReplyAction.CONFIRM: "confirmed",
    MassReplyAction.APPROVE: "approved",
    MassReplyAction.REJECT: "rejected",
    MassReplyAction.PAUSE: "paused",
    MassReplyAction.RESUME: "resumed",
    MassReplyAction.CANCEL: "cancelled",
    MassReplyAction.RETRY: "retried",
    MassReplyAction.RESOLVE: "resolved",
}


def refuse_action(action: MassReplyAction, status: MassReplyStatus) -> None:
    """Raise InvalidState, which names the state, if it does not allow the action."""
    if status not in ALLOWED[action]:
        raise InvalidState(f"The mass reply is {status}; it cannot be {_DONE_TO_IT[action]} now.")
