"""Automation rules: what sets one off, what it does to a conversation, and where a chain of them ends.

A rule reads the outbox. What it changes is news again, with the rules that led there, so that a chain can be seen and
cut: no rule runs twice in one chain, and no chain is longer than MAX_CHAIN.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.conversation import Conversation
from app.domain.filters import Filter
from app.domain.outbox import ConversationUpdated, MessageCreated, OutboxEntry, Subject
from app.domain.words import ConversationStatus

MAX_CHAIN: Final = 5
"""Rules that may follow from one another; what the last of them changes sets off no other."""
MAX_RULES: Final = 100
"""Of one tenant: each of them is looked at for every event."""
MAX_ACTIONS: Final = 20
MAX_NOTE_BYTES: Final = 10_000

HEALTH_SAMPLE: Final = 50
FAILING: Final = 10
"""A rule is called failing when so many of its last HEALTH_SAMPLE runs failed."""


class TriggerType(StrEnum):
    MESSAGE_SENT = "message.sent"
    """A provider took a reply."""
    MESSAGE_RECEIVED = "message.received"
    STATUS_CHANGED = "status.changed"
    TAG_ADDED = "tag.added"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets a rule off; each type may be narrowed by what belongs to it."""

    type: TriggerType
    mass_reply_ids: tuple[UUID, ...] = ()
    """Of message.sent: only replies of these."""
    include_automatic: bool = False
    """Of message.received: out-of-office answers, bounces and mail of doubtful origin too."""
    before: tuple[ConversationStatus, ...] = ()
    """Of status.changed: what it was; empty is anything."""
    after: tuple[ConversationStatus, ...] = ()
    """Of status.changed: what it is now."""
    tags: tuple[str, ...] = ()
    """Of tag.added: one of these."""


class ActionType(StrEnum):
    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    ASSIGN_TEAM = "assign_team"
    ASSIGN_AGENT = "assign_agent"
    SET_STATUS = "set_status"
    ADD_NOTE = "add_note"
    CALL_WEBHOOK = "call_webhook"


@dataclass(frozen=True, slots=True)
class RuleAction:
    type: ActionType
    value: str
    """The tag, the team or agent (empty for none), the status, the note's text, the webhook's URL."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as an administrator writes it."""

    name: str
    enabled: bool
    trigger: Trigger
    conditions: Filter | None
    """Judged when the rule runs; None lets every conversation through."""
    actions: Sequence[RuleAction]

    @property
    def webhooks(self) -> list[str]:
        return [action.value for action in self.actions if action.type is ActionType.CALL_WEBHOOK]


@dataclass(frozen=True, slots=True)
class Rule:
    id: UUID
    key: str
    draft: RuleDraft
    after_position: int
    """It answers to events that come after this position of the outbox."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a rule has fared in its last HEALTH_SAMPLE runs."""

    runs: int
    failures: int
    last_run_at: datetime | None
    last_failure: str | None

    @property
    def failing(self) -> bool:
        return self.failures >= FAILING


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule with what an administrator wants to see beside it."""

    rule: Rule
    health: Health
    created_at: datetime
    updated_at: datetime


class ActionOutcome(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    """There was nothing to change."""
    FAILED = "failed"
    PENDING = "pending"
    """A webhook that has yet to answer."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    type: ActionType
    outcome: ActionOutcome
    reason: str | None = None


class RunOutcome(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"
    """Every action was skipped."""
    FAILED = "failed"
    LOOP_CUT = "loop_cut"
    """The rule would have run, and did not, for the sake of an end."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one subject of an event that set a rule off."""

    event_id: UUID
    place: int
    """The subject's, among those of the event."""
    trigger: TriggerType
    conversation_id: UUID
    message_id: UUID | None
    mass_reply_id: UUID | None
    outcome: RunOutcome
    reason: str | None = None
    """Why it failed or was cut."""
    results: tuple[ActionResult, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedRun:
    id: UUID
    at: datetime
    run: Run


def fires(trigger: Trigger, entry: OutboxEntry, subject: Subject) -> bool:
    """Tell whether a subject of an outbox entry sets a rule off, as far as the entry tells."""
    match trigger.type, subject:
        case TriggerType.MESSAGE_SENT, MessageCreated(delivery_id=UUID()):
            return not trigger.mass_reply_ids or entry.mass_reply_id in trigger.mass_reply_ids
        case TriggerType.MESSAGE_RECEIVED, MessageCreated(delivery_id=None):
            return True
        case TriggerType.STATUS_CHANGED, ConversationUpdated(changed=changed):
            return "status" in changed and _moved(trigger, *changed["status"])
        case TriggerType.TAG_ADDED, ConversationUpdated(tags_added=added):
            return bool(set(added).intersection(trigger.tags) if trigger.tags else added)
        case _:
            return False


def _moved(trigger: Trigger, before: str | None, after: str | None) -> bool:
    return (not trigger.before or before in trigger.before) and (not trigger.after or after in trigger.after)


def why_cut(rule: UUID, led_here: Sequence[UUID]) -> str | None:
    """Say why a rule must not run on news that these rules led to; None where it may."""
    if rule in led_here:
        return "This rule led to this event itself, so it does not run again."
    if len(led_here) >= MAX_CHAIN:
        return f"{MAX_CHAIN} rules led to this event, one after the other; the chain ends here."
    return None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a rule made of one conversation."""

    conversation: Conversation
    results: tuple[ActionResult, ...]

    @property
    def outcome(self) -> RunOutcome:
        skipped = all(result.outcome is ActionOutcome.SKIPPED for result in self.results)
        return RunOutcome.UNCHANGED if skipped else RunOutcome.DONE


def apply(actions: Sequence[RuleAction], conversation: Conversation) -> Applied:
    """Do a rule's actions in their order, each on what the one before made."""
    results: list[ActionResult] = []
    for action in actions:
        after = _DO[action.type](conversation, action.value)
        results.append(_result(action.type, conversation, after))
        conversation = after
    return Applied(conversation, tuple(results))


def _add_tag(conversation: Conversation, tag: str) -> Conversation:
    return replace(conversation, tags=tuple(sorted({*conversation.tags, tag})))


def _remove_tag(conversation: Conversation, tag: str) -> Conversation:
    return replace(conversation, tags=tuple(each for each in conversation.tags if each != tag))


def _set_status(conversation: Conversation, status: str) -> Conversation:
    return replace(conversation, status=ConversationStatus(status))


def _unchanged(conversation: Conversation, _: str) -> Conversation:
    return conversation


_DO: Mapping[ActionType, Callable[[Conversation, str], Conversation]] = {
    ActionType.ADD_TAG: _add_tag,
    ActionType.REMOVE_TAG: _remove_tag,
    ActionType.ASSIGN_TEAM: lambda conversation, team: replace(conversation, team=team or None),
    ActionType.ASSIGN_AGENT: lambda conversation, agent: replace(conversation, assignee=agent or None),
    ActionType.SET_STATUS: _set_status,
    ActionType.ADD_NOTE: _unchanged,
    ActionType.CALL_WEBHOOK: _unchanged,
}


def _result(type_: ActionType, before: Conversation, after: Conversation) -> ActionResult:
    match type_:
        case ActionType.ADD_NOTE:
            return ActionResult(type_, ActionOutcome.DONE)
        case ActionType.CALL_WEBHOOK:
            return ActionResult(type_, ActionOutcome.PENDING)
        case _ if before == after:
            return ActionResult(type_, ActionOutcome.SKIPPED, "The conversation was like this already.")
        case _:
            return ActionResult(type_, ActionOutcome.DONE)


WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Between the tries of one call of a webhook: ten tries in about three days, as Standard Webhooks recommend."""


def next_try(tries: int, asked: timedelta | None) -> timedelta | None:
    """How long a call waits that has failed so often, at least as long as the receiver asked; None gives it up."""
    if tries > len(WAITS):
        return None
    return max(WAITS[tries - 1], asked or timedelta(0))
