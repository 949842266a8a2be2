"""Automation rules as JSON. One set of models reads them, describes them in the API, and names the faults' places."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

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
from app.domain.errors import Fault, InvalidRequest
from app.domain.fault_texts import LIST, OBJECT
from app.domain.filters import Filter, filter_to_json, parse_filter
from app.domain.json_reader import MAX_ITEMS, SELECTS_NOTHING, Reader, child, distinct, no_such_field
from app.domain.words import ConversationStatus

T = TypeVar("T")


def _by(read: Callable[[Reader, object, str], object]) -> BeforeValidator:
    """Return a validator that reads a value as every other body's is read, with the same codes."""

    def validate(value: object) -> object:
        reader = Reader()
        found = read(reader, value, "")
        for fault in reader.faults:
            raise PydanticCustomError(fault.code, "{detail}", {"detail": fault.detail})
        return found

    return BeforeValidator(validate)


Key = Annotated[str, Field(min_length=1), _by(Reader.key)]
Note = Annotated[str, Field(min_length=1), _by(lambda *given: Reader.name(*given, most_bytes=MAX_NOTE_BYTES))]
Status = Annotated[ConversationStatus, _by(lambda reader, *given: reader.member(ConversationStatus, *given))]
AnyOf = Annotated[list[T], Field(min_length=1, max_length=MAX_ITEMS), AfterValidator(distinct)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageSentTrigger(_Part):
    """A provider accepted a reply of a mass reply."""

    type: Literal[TriggerType.MESSAGE_SENT]
    mass_reply_ids: AnyOf[Annotated[UUID, _by(Reader.id)]] = Field(
        default_factory=list, description="Only replies of one of these mass replies."
    )


class MessageReceivedTrigger(_Part):
    """A customer's message was added to the timeline."""

    type: Literal[TriggerType.MESSAGE_RECEIVED]
    include_automatic: Annotated[bool, _by(Reader.flag)] = Field(
        default=False, description="Out-of-office replies and similar too; false if left out."
    )


class StatusChangedTrigger(_Part):
    type: Literal[TriggerType.STATUS_CHANGED]
    before: AnyOf[Status] = Field(default_factory=list, alias="from", description="What it was: one of these.")
    after: AnyOf[Status] = Field(default_factory=list, alias="to", description="What it is now: one of these.")


class TagAddedTrigger(_Part):
    type: Literal[TriggerType.TAG_ADDED]
    tags: AnyOf[Key] = Field(default_factory=list, description="One of these tags; any tag if left out.")


class TagAction(_Part):
    type: Literal[ActionType.ADD_TAG, ActionType.REMOVE_TAG]
    tag: Key


class AssignTeamAction(_Part):
    type: Literal[ActionType.ASSIGN_TEAM]
    team: Key | None = Field(description="Null for none.")


class AssignAgentAction(_Part):
    type: Literal[ActionType.ASSIGN_AGENT]
    agent: Key | None = Field(description="As in a conversation's `assignee`; null for none.")


class SetStatusAction(_Part):
    type: Literal[ActionType.SET_STATUS]
    status: Status


class AddNoteAction(_Part):
    """A system note on the timeline, for agents only. It begins with the rule's name."""

    type: Literal[ActionType.ADD_NOTE]
    text: Note


class CallWebhookAction(_Part):
    """A signed POST, sent after the other actions have been committed, and retried for about three days."""

    type: Literal[ActionType.CALL_WEBHOOK]
    url: Key


AnyTrigger = Annotated[
    MessageSentTrigger | MessageReceivedTrigger | StatusChangedTrigger | TagAddedTrigger, Field(discriminator="type")
]
AnyAction = Annotated[
    TagAction | AssignTeamAction | AssignAgentAction | SetStatusAction | AddNoteAction | CallWebhookAction,
    Field(discriminator="type"),
]
Actions = Annotated[list[AnyAction], Field(min_length=1, max_length=MAX_ACTIONS)]

_TRIGGER: Final[TypeAdapter[AnyTrigger]] = TypeAdapter(AnyTrigger)
_ACTIONS: Final[TypeAdapter[Actions]] = TypeAdapter(Actions)


def _fields(union: Any) -> Mapping[str, Sequence[str]]:
    """Return the fields that each type of a union may have, `type` first."""
    return {
        type_: [field.alias or name for name, field in model.model_fields.items()]
        for model in get_args(get_args(union)[0])
        for type_ in get_args(model.model_fields["type"].annotation)
    }


FIELDS: Final[Mapping[str, Sequence[str]]] = {**_fields(AnyTrigger), **_fields(AnyAction)}


def parse_rule(name: str, enabled: bool, given: Mapping[str, object]) -> RuleDraft:
    """Read `trigger`, `conditions` and `actions`. Raise InvalidRequest with every fault."""
    faults: list[Fault] = []
    trigger = _read(_TRIGGER, given.get("trigger"), "/trigger", faults)
    conditions = _conditions(given.get("conditions"), faults)
    actions = _read(_ACTIONS, given.get("actions"), "/actions", faults)
    if trigger is None or actions is None or faults:
        raise InvalidRequest("The automation rule is not valid.", faults=faults)
    given_fields = {field: value for field, value in trigger if field in trigger.model_fields_set}
    return RuleDraft(name, enabled, Trigger(**given_fields), conditions, tuple(map(_action, actions)))


def _read(model: TypeAdapter[T], value: object, pointer: str, faults: list[Fault]) -> T | None:
    try:
        return model.validate_python(value)
    except ValidationError as error:
        faults.extend(_fault(each, pointer) for each in error.errors(include_url=False))
        return None


def _conditions(data: object, faults: list[Fault]) -> Filter | None:
    try:
        return None if data is None else parse_filter(data, "/conditions")
    except InvalidRequest as error:
        faults.extend(error.faults)
        return None


def _action(action: AnyAction) -> RuleAction:
    (_, type_), (_, value) = action
    return RuleAction(type_, value or "")


def _fault(error: ErrorDetails, pointer: str) -> Fault:
    """Return pydantic's error as one of ours. Its place also names the type whose model was chosen."""
    place, type_ = pointer, ""
    for step in error["loc"]:
        if isinstance(step, str) and not type_:
            type_ = step
        else:
            place = child(place, step)
    if "detail" in error.get("ctx", {}):
        return Fault(place, error["type"], error["msg"])
    match error["type"]:
        case "union_tag_not_found" | "union_tag_invalid":
            known = TriggerType if pointer == "/trigger" else ActionType
            return Fault(child(place, "type"), "unknown_value", f"This must be one of: {', '.join(known)}.")
        case "extra_forbidden":
            return Fault(place, "unknown_field", no_such_field(FIELDS[type_]))
        case "missing":
            return Fault(place, "missing", "This action needs it.")
        case "too_short":
            return Fault(place, "empty", "A rule needs an action." if place == "/actions" else SELECTS_NOTHING)
        case "too_long":
            return Fault(place, "too_many", f"At most {error['ctx']['max_length']:,} are allowed.")
        case "list_type":
            return Fault(place, "wrong_type", LIST)
        case _:
            return Fault(place, "wrong_type", OBJECT)


def write_rule(draft: RuleDraft) -> dict[str, Any]:
    """Return what `parse_rule` reads."""
    return {
        "trigger": _write_trigger(draft.trigger),
        "conditions": None if draft.conditions is None else filter_to_json(draft.conditions),
        "actions": [{"type": action.type, FIELDS[action.type][1]: action.value or None} for action in draft.actions],
    }


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
