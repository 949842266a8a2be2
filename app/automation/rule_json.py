"""Automation rules as JSON: reading them, with a pointer to every fault, and writing them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from app.automation.model import (
    MAX_ACTIONS,
    MAX_NOTE_BYTES,
    ActionOutcome,
    ActionResult,
    ActionType,
    RuleAction,
    RuleDraft,
    Trigger,
    TriggerType,
)
from app.domain.errors import InvalidRequest
from app.domain.filters import Filter, filter_to_json, parse_filter
from app.domain.json_reader import Reader, child
from app.domain.words import ConversationStatus

E = TypeVar("E", bound=StrEnum)

NARROWED_BY: Mapping[TriggerType, tuple[str, ...]] = {
    TriggerType.MESSAGE_SENT: ("mass_reply_ids",),
    TriggerType.MESSAGE_RECEIVED: ("include_automatic",),
    TriggerType.STATUS_CHANGED: ("from", "to"),
    TriggerType.TAG_ADDED: ("tags",),
}
"""The fields of each trigger besides its type; all are optional."""

VALUE: Mapping[ActionType, str] = {
    ActionType.ADD_TAG: "tag",
    ActionType.REMOVE_TAG: "tag",
    ActionType.ASSIGN_TEAM: "team",
    ActionType.ASSIGN_AGENT: "agent",
    ActionType.SET_STATUS: "status",
    ActionType.ADD_NOTE: "text",
    ActionType.CALL_WEBHOOK: "url",
}
"""The one field of each action besides its type."""

_ATTRIBUTES = {"from": "before", "to": "after"}


def parse_rule(name: str, enabled: bool, given: Mapping[str, object]) -> RuleDraft:
    """Read `trigger`, `conditions` and `actions`. Raise InvalidRequest with every fault."""
    reader = Reader()
    trigger = _trigger(reader, given.get("trigger"))
    conditions = _conditions(reader, given.get("conditions"))
    listed = reader.filled(given.get("actions"), "/actions", most=MAX_ACTIONS, if_empty="A rule needs an action.")
    actions = tuple(_action(reader, each, child("/actions", place)) for place, each in enumerate(listed))
    reader.refuse("The automation rule is not valid.")
    return RuleDraft(name, enabled, trigger, conditions, actions)


def write_rule(draft: RuleDraft) -> dict[str, Any]:
    """Return what `parse_rule` reads."""
    return {
        "trigger": _write_trigger(draft.trigger),
        "conditions": None if draft.conditions is None else filter_to_json(draft.conditions),
        "actions": [{"type": action.type, VALUE[action.type]: action.value or None} for action in draft.actions],
    }


def _conditions(reader: Reader, data: object) -> Filter | None:
    try:
        return None if data is None else parse_filter(data, "/conditions")
    except InvalidRequest as error:
        reader.faults.extend(error.faults)
        return None


def _type(reader: Reader, kind: type[E], data: object, pointer: str) -> E | None:
    """Read an object's type; None if it is not an object, or of an unknown type."""
    known = len(reader.faults)
    given = reader.mapping(data, pointer)
    if len(reader.faults) > known:
        return None
    type_ = reader.member(kind, given.get("type"), child(pointer, "type"))
    return type_ if len(reader.faults) == known else None


def _trigger(reader: Reader, data: object) -> Trigger:
    type_ = _type(reader, TriggerType, data, "/trigger")
    if type_ is None:
        return Trigger(TriggerType.MESSAGE_SENT)
    names = NARROWED_BY[type_]
    given = reader.mapping(data, "/trigger", ("type", *names))
    narrowing = {_ATTRIBUTES.get(name, name): _narrowing(reader, name, given[name]) for name in names if name in given}
    return Trigger(type_, **narrowing)


def _narrowing(reader: Reader, name: str, value: object) -> Any:
    pointer = child("/trigger", name)
    match name:
        case "mass_reply_ids":
            return reader.ids(value, pointer)
        case "include_automatic":
            return reader.flag(value, pointer)
        case "tags":
            return reader.keys(value, pointer)
        case _:
            return reader.members(ConversationStatus, value, pointer)


def _action(reader: Reader, data: object, pointer: str) -> RuleAction:
    type_ = _type(reader, ActionType, data, pointer)
    if type_ is None:
        return RuleAction(ActionType.ADD_TAG, "")
    name = VALUE[type_]
    given = reader.mapping(data, pointer, ("type", name))
    if name not in given:
        reader.fault(child(pointer, name), "missing", "This action needs it.")
        return RuleAction(type_, "")
    return RuleAction(type_, _value(reader, type_, given[name], child(pointer, name)))


def _value(reader: Reader, type_: ActionType, value: object, pointer: str) -> str:
    match type_:
        case ActionType.ASSIGN_TEAM | ActionType.ASSIGN_AGENT if value is None:
            return ""
        case ActionType.SET_STATUS:
            return reader.member(ConversationStatus, value, pointer)
        case ActionType.ADD_NOTE:
            return reader.name(value, pointer, most_bytes=MAX_NOTE_BYTES)
        case _:
            return reader.key(value, pointer)


def _write_trigger(trigger: Trigger) -> dict[str, Any]:
    narrowing: dict[str, object] = {
        "mass_reply_ids": [str(id_) for id_ in trigger.mass_reply_ids],
        "include_automatic": trigger.include_automatic,
        "from": list(trigger.before),
        "to": list(trigger.after),
        "tags": list(trigger.tags),
    }
    return {"type": trigger.type, **{name: value for name, value in narrowing.items() if value}}


def write_result(result: ActionResult) -> dict[str, Any]:
    return {"type": result.type, "outcome": result.outcome, "reason": result.reason}


def read_result(given: Mapping[str, Any]) -> ActionResult:
    """Read what `write_result` returned."""
    return ActionResult(ActionType(given["type"]), ActionOutcome(given["outcome"]), given["reason"])
