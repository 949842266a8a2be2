"""What a person may ask of a mass reply, and in which of its states."""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.errors import InvalidState
from app.domain.mass_reply_lifecycle import MassReplyStatus


class Action(StrEnum):
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

ALLOWED: Mapping[Action, frozenset[MassReplyStatus]] = {
    Action.CONFIRM: frozenset({_S.AWAITING_CONFIRMATION}),
    Action.APPROVE: frozenset({_S.AWAITING_APPROVAL}),
    Action.REJECT: frozenset({_S.AWAITING_APPROVAL}),
    # A repeated pause, resume or cancel finds its work done: it is allowed, and changes nothing.
    Action.PAUSE: _AT_WORK,
    Action.RESUME: _AT_WORK,
    Action.CANCEL: frozenset(_S) - {_S.COMPLETED, _S.EXPIRED},
    Action.RETRY: _AT_WORK | {_S.COMPLETED},
    Action.RESOLVE: _AT_WORK | {_S.COMPLETED, _S.CANCELLED},
}

_DONE_TO_IT: Mapping[Action, str] = {
    Action.CONFIRM: "confirmed",
    Action.APPROVE: "approved",
    Action.REJECT: "rejected",
    Action.PAUSE: "paused",
    Action.RESUME: "resumed",
    Action.CANCEL: "cancelled",
    Action.RETRY: "retried",
    Action.RESOLVE: "resolved",
}


def refuse_action(action: Action, status: MassReplyStatus) -> None:
    """Raises InvalidState, naming the state, where it does not allow the action."""
    if status not in ALLOWED[action]:
        raise InvalidState(f"The mass reply is {status}; it cannot be {_DONE_TO_IT[action]} now.")
