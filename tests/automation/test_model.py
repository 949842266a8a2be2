"""Automation rules: what may be said in one, what sets it off, what it does, and where a chain ends."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.automation.model import (
    MAX_ACTIONS,
    MAX_CHAIN,
    WAITS,
    ActionOutcome,
    ActionType,
    RuleAction,
    RuleDraft,
    RunOutcome,
    Trigger,
    TriggerType,
    apply,
    fires,
    next_try,
    why_cut,
)
from app.automation.rule_json import parse_rule, write_rule
from app.domain.conversation import Conversation
from app.domain.errors import InvalidRequest
from app.domain.filters import Filter, TagCondition
from app.domain.outbox import ConversationUpdated, EventType, MessageCreated, OutboxEntry, Subject
from app.domain.words import Channel, ConversationStatus, MassReplyId

RULE: dict[str, Any] = {
    "trigger": {"type": "message.sent"},
    "conditions": None,
    "actions": [{"type": "add_tag", "tag": "told"}],
}
ID, BATCH = UUID(int=1), MassReplyId(UUID(int=2))
CONVERSATION = Conversation(Channel.EMAIL, "u-1", datetime(2026, 5, 1, tzinfo=UTC), tags=("a", "c"), team="billing")


def faults(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refused:
        parse_rule("Told", True, {**RULE, **changes})
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("trigger", "pointer", "code"),
    [
        ("message.sent", "/trigger", "wrong_type"),
        ({}, "/trigger/type", "unknown_value"),
        ({"type": "message.read"}, "/trigger/type", "unknown_value"),
        ({"type": "message.sent", "tags": ["a"]}, "/trigger/tags", "unknown_field"),
        ({"type": "message.sent", "mass_reply_ids": ["x"]}, "/trigger/mass_reply_ids/0", "invalid_id"),
        ({"type": "message.received", "include_automatic": "yes"}, "/trigger/include_automatic", "wrong_type"),
        ({"type": "status.changed", "to": ["open"]}, "/trigger/to/0", "unknown_value"),
        ({"type": "tag.added", "tags": []}, "/trigger/tags", "empty"),
    ],
)
def test_a_trigger_that_makes_no_sense_is_refused_by_its_place(trigger: Any, pointer: str, code: str) -> None:
    assert faults(trigger=trigger) == [(pointer, code)]


@pytest.mark.parametrize(
    ("action", "pointer", "code"),
    [
        ("close", "", "wrong_type"),
        ({"type": "send_reply", "text": "Hi"}, "/type", "unknown_value"),
        ({"type": "add_tag"}, "/tag", "missing"),
        ({"type": "add_tag", "tag": ""}, "/tag", "empty"),
        ({"type": "add_tag", "tag": "x" * 2_001}, "/tag", "too_long"),
        ({"type": "add_tag", "tag": "x", "status": "done"}, "/status", "unknown_field"),
        ({"type": "assign_agent"}, "/agent", "missing"),
        ({"type": "set_status", "status": "open"}, "/status", "unknown_value"),
        ({"type": "set_status", "status": None}, "/status", "unknown_value"),
        ({"type": "add_note", "text": 5}, "/text", "wrong_type"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused_by_its_place(action: Any, pointer: str, code: str) -> None:
    assert faults(actions=[{"type": "add_tag", "tag": "ok"}, action]) == [(f"/actions/1{pointer}", code)]


def test_a_rule_does_something_and_not_without_end() -> None:
    assert faults(actions=[]) == [("/actions", "empty")]
    assert faults(actions=RULE["actions"] * (MAX_ACTIONS + 1)) == [("/actions", "too_many")]


names = st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and text == text.strip())
some_statuses = st.lists(st.sampled_from(ConversationStatus), unique=True).map(tuple)
triggers = st.one_of(
    st.builds(Trigger, st.just(TriggerType.MESSAGE_SENT), mass_reply_ids=st.lists(st.uuids(), unique=True).map(tuple)),
    st.builds(Trigger, st.just(TriggerType.MESSAGE_RECEIVED), include_automatic=st.booleans()),
    st.builds(Trigger, st.just(TriggerType.STATUS_CHANGED), before=some_statuses, after=some_statuses),
    st.builds(Trigger, st.just(TriggerType.TAG_ADDED), tags=st.lists(names, unique=True).map(tuple)),
)
actions = st.one_of(
    st.builds(RuleAction, st.sampled_from(sorted(set(ActionType) - {ActionType.SET_STATUS})), names),
    st.builds(RuleAction, st.just(ActionType.SET_STATUS), st.sampled_from(ConversationStatus)),
    st.builds(RuleAction, st.sampled_from((ActionType.ASSIGN_TEAM, ActionType.ASSIGN_AGENT)), st.just("")),
)
drafts = st.builds(
    RuleDraft,
    names,
    st.booleans(),
    triggers,
    st.none() | st.just(Filter(tags=TagCondition(any=("vip",)))),
    st.lists(actions, min_size=1, max_size=MAX_ACTIONS).map(tuple),
)


@given(drafts)
def test_a_rule_is_read_as_it_was_written(draft: RuleDraft) -> None:
    assert parse_rule(draft.name, draft.enabled, write_rule(draft)) == draft


SENT, RECEIVED = MessageCreated(ID, ID, ID), MessageCreated(ID, ID)
REOPENED = ConversationUpdated(ID, {"status": ("done", "active")})
TAGGED, UNTAGGED = ConversationUpdated(ID, tags_added=("a",)), ConversationUpdated(ID, tags_removed=("a",))
_S = ConversationStatus


@pytest.mark.parametrize(
    ("trigger", "subjects"),
    [
        (Trigger(TriggerType.MESSAGE_SENT), {"sent"}),
        (Trigger(TriggerType.MESSAGE_SENT, mass_reply_ids=(BATCH,)), {"sent"}),
        (Trigger(TriggerType.MESSAGE_SENT, mass_reply_ids=(ID,)), set()),
        (Trigger(TriggerType.MESSAGE_RECEIVED), {"received"}),
        (Trigger(TriggerType.STATUS_CHANGED), {"reopened"}),
        (Trigger(TriggerType.STATUS_CHANGED, before=(_S.DONE,), after=(_S.ACTIVE, _S.SNOOZED)), {"reopened"}),
        (Trigger(TriggerType.STATUS_CHANGED, before=(_S.ACTIVE,)), set()),
        (Trigger(TriggerType.STATUS_CHANGED, after=(_S.DONE,)), set()),
        (Trigger(TriggerType.TAG_ADDED), {"tagged"}),
        (Trigger(TriggerType.TAG_ADDED, tags=("b", "a")), {"tagged"}),
        (Trigger(TriggerType.TAG_ADDED, tags=("b",)), set()),
    ],
)
def test_a_trigger_answers_to_its_own_kind_of_news(trigger: Trigger, subjects: set[str]) -> None:
    all_of_them: dict[str, Subject] = {
        "sent": SENT,
        "received": RECEIVED,
        "reopened": REOPENED,
        "tagged": TAGGED,
        "untagged": UNTAGGED,
    }
    news = OutboxEntry(EventType.MESSAGE_CREATED, BATCH)
    assert {name for name, subject in all_of_them.items() if fires(trigger, news, subject)} == subjects


def test_a_chain_may_hold_a_rule_once_and_has_an_end() -> None:
    chain = [uuid4() for _ in range(MAX_CHAIN)]
    assert why_cut(ID, []) is None
    assert why_cut(ID, chain[1:]) is None
    assert why_cut(chain[0], chain[:1]) is not None
    assert why_cut(ID, chain) is not None


def test_actions_are_done_in_their_order_and_say_what_they_did() -> None:
    wanted = [
        RuleAction(ActionType.ADD_TAG, "b"),
        RuleAction(ActionType.ADD_TAG, "a"),
        RuleAction(ActionType.REMOVE_TAG, "c"),
        RuleAction(ActionType.ASSIGN_TEAM, ""),
        RuleAction(ActionType.CALL_WEBHOOK, "https://hooks.example.com/"),
    ]
    applied = apply(wanted, CONVERSATION)
    assert (applied.conversation.tags, applied.conversation.team) == (("a", "b"), None)
    outcomes = [result.outcome for result in applied.results]
    done, skipped, pending = ActionOutcome.DONE, ActionOutcome.SKIPPED, ActionOutcome.PENDING
    assert outcomes == [done, skipped, done, done, pending]
    assert applied.outcome is RunOutcome.DONE
    assert apply([RuleAction(ActionType.ADD_TAG, "a")], CONVERSATION).outcome is RunOutcome.UNCHANGED


@given(st.lists(actions, min_size=1, max_size=8))
def test_the_same_actions_again_change_nothing(done: list[RuleAction]) -> None:
    once = apply(done, CONVERSATION).conversation
    assert apply(done, once).conversation == once


def test_a_call_waits_longer_from_try_to_try_and_at_least_as_long_as_it_was_asked() -> None:
    waits = [next_try(tries, None) for tries in range(1, len(WAITS) + 2)]
    assert waits == [*WAITS, None]
    assert list(WAITS) == sorted(WAITS)
    assert next_try(1, timedelta(hours=1)) == timedelta(hours=1)
    assert next_try(9, timedelta(hours=1)) == timedelta(days=1)
