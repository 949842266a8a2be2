"""What a mass reply selects: the matches of a filter, conversations by their ids, or another mass reply's
recipients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import FilterTooBroad
from app.domain.filters import Filter, filter_to_json, is_empty, read_filter
from app.domain.json_reader import Reader, child

LISTS_OF_IDS: Final = ("conversation_ids", "external_ids", "exclude_conversation_ids")
LISTED_IDS: Final = 20
"""How many ids of such a list a response shows."""


@dataclass(frozen=True, slots=True)
class ByFilter:
    filter: Filter
    exclude_conversation_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ByIds:
    conversation_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ByExternalIds:
    external_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The conversations of another mass reply whose deliveries have one of the statuses."""

    mass_reply_id: UUID
    statuses: tuple[DeliveryStatus, ...]


Selection = ByFilter | ByIds | ByExternalIds | FollowUp


def parse_selection(data: object, pointer: str = "") -> Selection:
    """Read what a mass reply selects. Raise InvalidRequest, or FilterTooBroad for an empty filter."""
    reader = Reader()
    selection = _selection(reader, data, pointer)
    reader.refuse("The selection is not valid.")
    if isinstance(selection, ByFilter) and is_empty(selection.filter):
        raise FilterTooBroad
    assert selection is not None  # noqa: S101 - narrows for mypy; a selection that is missing is a fault
    return selection


def _selection(reader: Reader, data: object, pointer: str) -> Selection | None:
    given = reader.mapping(data, pointer, _SELECTION_FIELDS)
    kinds = given.keys() & {"filter", "conversation_ids", "external_ids", "follow_up"}
    if isinstance(data, dict) and len(kinds) != 1:
        detail = "Give exactly one of: filter, conversation_ids, external_ids, follow_up."
        reader.fault(pointer, "ambiguous_selection", detail)
        return None
    if "exclude_conversation_ids" in given and "filter" not in kinds:
        detail = "Only a filter can exclude conversations."
        reader.fault(child(pointer, "exclude_conversation_ids"), "ambiguous_selection", detail)
    for kind in kinds:
        return _selection_of(reader, kind, given, pointer)
    return None


_SELECTION_FIELDS = ("filter", "exclude_conversation_ids", "conversation_ids", "external_ids", "follow_up")


def _selection_of(reader: Reader, kind: str, given: Mapping[str, object], pointer: str) -> Selection:
    value, place = given[kind], child(pointer, kind)
    match kind:
        case "filter":
            excluded, name = given.get("exclude_conversation_ids"), "exclude_conversation_ids"
            ids = () if name not in given else reader.ids(excluded, child(pointer, name))
            return ByFilter(read_filter(reader, value, place), ids)
        case "conversation_ids":
            return ByIds(reader.ids(value, place))
        case "external_ids":
            return ByExternalIds(reader.keys(value, place))
        case _:
            return _follow_up(reader, value, place)


def _follow_up(reader: Reader, data: object, pointer: str) -> FollowUp:
    given = reader.mapping(data, pointer, ("mass_reply_id", "statuses"))
    return FollowUp(
        reader.id(given.get("mass_reply_id"), child(pointer, "mass_reply_id")),
        reader.members(DeliveryStatus, given.get("statuses"), child(pointer, "statuses")),
    )


def to_json(selection: Selection) -> dict[str, Any]:
    """Write a selection as `parse_selection` reads it."""
    match selection:
        case ByFilter(filter, excluded):
            excludes = {"exclude_conversation_ids": [str(each) for each in excluded]} if excluded else {}
            return {"filter": filter_to_json(filter), **excludes}
        case ByIds(ids):
            return {"conversation_ids": [str(each) for each in ids]}
        case ByExternalIds(external_ids):
            return {"external_ids": list(external_ids)}
        case _:
            statuses = [str(each) for each in selection.statuses]
            return {"follow_up": {"mass_reply_id": str(selection.mass_reply_id), "statuses": statuses}}
