"""Automation rules: what triggers one, what it does to a conversation, and where a chain of rules ends.

A rule reads the outbox. Its changes are published there too, with the rules that led to them, so that a chain can be
cut: no rule runs twice in one chain, and no chain is longer than MAX_CHAIN.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.domain.conversation import Conversation
from app.domain.filters import Filter
from app.domain.outbox import ConversationUpdated, MessageCreated, OutboxEntry, Subject
from app.domain.words import ConversationStatus

MAX_CHAIN: Final = 5
"""Rules that may trigger one another; the changes of the last trigger no other."""
MAX_RULES: Final = 100
"""The most rules of one tenant: every event is checked against each."""
MAX_ACTIONS: Final = 20
MAX_NOTE_BYTES: Final = 10_000

HEALTH_SAMPLE: Final = 50
FAILING: Final = 10
"""A rule is failing if this many of its last HEALTH_SAMPLE runs failed."""


class TriggerType(StrEnum):
    MESSAGE_SENT = "message.sent"
    """A provider accepted a reply."""
    MESSAGE_RECEIVED = "message.received"
    STATUS_CHANGED = "status.changed"
    TAG_ADDED = "tag.added"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What triggers a rule. Each type may be narrowed by its own fields."""

    type: TriggerType
    mass_reply_ids: tuple[UUID, ...] = ()
    """For message.sent: only replies of these."""
    include_automatic: bool = False
    """For message.received: out-of-office replies, bounces and mail of doubtful origin too."""
    before: tuple[ConversationStatus, ...] = ()
    """For status.changed: the status before; empty means any."""
    after: tuple[ConversationStatus, ...] = ()
    """For status.changed: the status now; empty means any."""
    tags: tuple[str, ...] = ()
    """For tag.added: one of these; empty means any."""


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
    """Checked when the rule runs; None matches every conversation."""
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
    """It runs on the events after this position of the outbox."""


@dataclass(frozen=True, slots=True)
class UnreadableRule:
    """A stored rule that this version cannot read. It does not run; all others do."""

    id: UUID
    key: str
    name: str
    enabled: bool
    given: Mapping[str, Any]
    """Its trigger, conditions and actions as they are stored."""
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """The outcomes of a rule's last HEALTH_SAMPLE runs."""

    runs: int
    failures: int
    last_run_at: datetime | None
    last_failure: str | None

    @property
    def failing(self) -> bool:
        return self.failures >= FAILING


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule with its health and its times."""

    rule: Rule | UnreadableRule
    health: Health
    created_at: datetime
    updated_at: datetime


class ActionOutcome(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    """There was nothing to change."""
    FAILED = "failed"
    PENDING = "pending"
    """A webhook that has not been delivered yet."""


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
    """The rule did not run, because rules triggered each other."""


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of a rule for one subject of an event."""

    event_id: UUID
    place: int
    """The subject's index in the event."""
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
    """Return whether a subject of an outbox entry triggers a rule, as far as the entry tells."""
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


def why_cut(rule: UUID, chain: Sequence[UUID]) -> str | None:
    """Return why a rule must not run on an event that a chain of rules led to; None if it may."""
    if rule in chain:
        return "This rule led to this event itself, so it does not run again."
    if len(chain) >= MAX_CHAIN:
        return f"{MAX_CHAIN} rules in a row led to this event, so the chain ends here."
    return None


@dataclass(frozen=True, slots=True)
class Applied:
    """A conversation after a rule's actions, and the result of each."""

    conversation: Conversation
    results: tuple[ActionResult, ...]

    @property
    def outcome(self) -> RunOutcome:
        skipped = all(result.outcome is ActionOutcome.SKIPPED for result in self.results)
        return RunOutcome.UNCHANGED if skipped else RunOutcome.DONE


def apply(actions: Sequence[RuleAction], conversation: Conversation) -> Applied:
    """Apply a rule's actions in order, each to the result of the one before."""
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
            return ActionResult(type_, ActionOutcome.SKIPPED, "There was nothing to change.")
        case _:
            return ActionResult(type_, ActionOutcome.DONE)


WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""The waits between the tries of a webhook call: ten tries in about three days, as Standard Webhooks recommends."""


def next_try(tries: int, asked: timedelta | None) -> timedelta | None:
    """Return how long to wait after this many tries, at least as long as the receiver asked; None to give up."""
    if tries > len(WAITS):
        return None
    return max(WAITS[tries - 1], asked or timedelta(0))
