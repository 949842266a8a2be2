"""The filter language: which conversations are selected. Parsed, checked and written here only.

`app/store/filters.py` turns a Filter into SQL. `app/api/filter_schema.py` describes it to readers of the API.
docs/adding-a-filter-field.md shows how to add a condition.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.domain.json_reader import MAX_KEY_BYTES, Reader, child, distinct, write_time
from app.domain.words import Channel, ConversationStatus, Engagement

MAX_DEPTH = 5
MAX_FILTERS = 100
"""Filters within one filter, itself included: they share one SQL statement and its 32,767 parameters."""
MAX_SUBJECTS = 5
"""`subject_contains` within one filter, nested ones included: one that many subjects hold is searched for in all."""
MAX_CUSTOM_FIELDS = 20
MAX_FIELD_NAME_BYTES = 250


@dataclass(frozen=True, slots=True)
class TagCondition:
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start`, inclusive, to `end`, exclusive. None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """All given conditions hold; within a tuple, any. Empty and None mean "not given"."""

    channel: tuple[Channel, ...] = ()
    status: tuple[ConversationStatus, ...] = ()
    engagement: tuple[Engagement, ...] = ()
    tags: TagCondition | None = None
    team: tuple[str, ...] = ()
    assignee: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    """External ids of contacts."""
    created_at: TimeRange | None = None
    last_customer_message_at: TimeRange | None = None
    subject_contains: str | None = None
    custom_fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    any_of: tuple["Filter", ...] = ()
    not_: "Filter | None" = None


COLUMNS: Final[Mapping[str, type[StrEnum] | type[str] | type[datetime]]] = {
    "channel": Channel,
    "status": ConversationStatus,
    "engagement": Engagement,
    "team": str,
    "assignee": str,
    "created_at": datetime,
    "last_customer_message_at": datetime,
}
"""The conditions on one column of `conversations`, by the name of condition and column, with the column's type.

A filter lists the texts or members that may match, or gives a range of times. Add a line here, and the field of that
name in Filter, and the condition is parsed, written, turned into SQL and described in the API.
"""


def is_empty(filter: Filter) -> bool:
    """Return whether a filter names no condition and so matches every conversation."""
    return filter == Filter()


def field_text(value: object) -> str | None:
    """Return one custom field's value as a filter names it, or None if it cannot be filtered by.

    Lists are filtered by their members, objects not at all.
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            # JSON has one kind of number: 3 and 3.0 are the same to whoever filters.
            return repr(int(value) if value.is_integer() else value)
        case int():
            return repr(value)
        case _:
            return None


def filterable(value: object) -> tuple[str, ...]:
    """Return the texts by which a custom field's value is found. A filter cannot name longer ones."""
    texts = (field_text(item) for item in (value if isinstance(value, list) else [value]))
    return distinct(text for text in texts if text is not None and len(text.encode()) <= MAX_KEY_BYTES)


def parse_filter(data: object, pointer: str = "") -> Filter:
    """Read a filter. Raise InvalidRequest naming every fault. `{}` at the top is a filter; deeper it is a fault."""
    reader = Reader()
    filter = read_filter(reader, data, pointer)
    reader.refuse("The filter is not valid.")
    return filter


_FIELDS = tuple(field.name.rstrip("_") for field in fields(Filter))


def read_filter(reader: Reader, data: object, pointer: str, depth: int = 1) -> Filter:
    given = reader.mapping(data, pointer, _FIELDS)
    if depth == 1 and _count_filters(data) > MAX_FILTERS:
        reader.fault(pointer, "too_many", f"At most {MAX_FILTERS} filters may be nested in one.")
        return Filter()
    if depth > MAX_DEPTH:
        reader.fault(pointer, "too_deep", f"Filters may be nested {MAX_DEPTH} deep.")
        return Filter()
    if depth > 1 and data == {}:
        reader.fault(pointer, "empty", "A nested filter must name a condition.")
    if depth == 1 and _count_subjects(data) > MAX_SUBJECTS:
        reader.fault(pointer, "too_many", f"At most {MAX_SUBJECTS} `subject_contains` may stand in one filter.")
        return Filter()
    conditions = {
        "not_" if name == "not" else name: _condition(reader, name, given[name], child(pointer, name), depth)
        for name in _FIELDS
        if name in given
    }
    return Filter(**conditions)


def _count_filters(data: object) -> int:
    return sum(1 for _ in _nested(data))


def _count_subjects(data: object) -> int:
    return sum("subject_contains" in filter for filter in _nested(data))


def _nested(data: object) -> Iterator[Mapping[str, object]]:
    """Yield the filters in a value that may be one, itself included, no deeper and no more than are checked."""
    waiting, count = [(data, 1)], 0
    while waiting and count <= MAX_FILTERS:
        item, depth = waiting.pop()
        if isinstance(item, dict) and depth <= MAX_DEPTH + 1:
            count += 1
            yield item
            listed = item.get("any_of")
            nested = [*(listed if isinstance(listed, list) else ()), item.get("not")]
            waiting.extend((each, depth + 1) for each in nested)


def _condition(reader: Reader, name: str, value: object, pointer: str, depth: int) -> Any:
    match name:
        case _ if name in COLUMNS:
            return _of_column(reader, COLUMNS[name], value, pointer)
        case "contact":
            return reader.keys(value, pointer)
        case "tags":
            return _tags(reader, value, pointer)
        case "subject_contains":
            return reader.name(value, pointer)
        case "custom_fields":
            return _custom_fields(reader, value, pointer)
        case "any_of":
            nested = enumerate(reader.filled(value, pointer))
            return tuple(read_filter(reader, item, child(pointer, at), depth + 1) for at, item in nested)
        case "not":
            return read_filter(reader, value, pointer, depth + 1)
        case _:
            raise NotImplementedError(f"Nothing says how to read the filter's field {name}.")


def _of_column(
    reader: Reader, holds: type[StrEnum] | type[str] | type[datetime], value: object, pointer: str
) -> tuple[str, ...] | TimeRange:
    if issubclass(holds, datetime):
        return _time_range(reader, value, pointer)
    return reader.members(holds, value, pointer) if issubclass(holds, StrEnum) else reader.keys(value, pointer)


def _tags(reader: Reader, data: object, pointer: str) -> TagCondition:
    given = reader.mapping(data, pointer, ("any", "all", "none"))
    _refuse_empty(reader, data, pointer)
    return TagCondition(
        **{name: reader.keys(value, child(pointer, name)) for name, value in _known(given, "any all none")}
    )


def _time_range(reader: Reader, data: object, pointer: str) -> TimeRange:
    given = reader.mapping(data, pointer, ("from", "to"))
    _refuse_empty(reader, data, pointer)
    start, end = (reader.time(given[name], child(pointer, name)) if name in given else None for name in ("from", "to"))
    if start is not None and end is not None and start >= end and not _faulty(reader, pointer):
        reader.fault(pointer, "invalid_range", "`from` must be earlier than `to`.")
    return TimeRange(start, end)


def _faulty(reader: Reader, pointer: str) -> bool:
    return any(fault.pointer.startswith(f"{pointer}/") for fault in reader.faults)


def _custom_fields(reader: Reader, data: object, pointer: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    given = reader.mapping(data, pointer)
    _refuse_empty(reader, data, pointer)
    if len(given) > MAX_CUSTOM_FIELDS:
        reader.fault(pointer, "too_many", f"At most {MAX_CUSTOM_FIELDS} custom fields may be named in one filter.")
        return ()
    return tuple(_custom_field(reader, name, values, child(pointer, name)) for name, values in sorted(given.items()))


def _custom_field(reader: Reader, name: str, values: object, pointer: str) -> tuple[str, tuple[str, ...]]:
    reader.name(name, pointer, most_bytes=MAX_FIELD_NAME_BYTES)
    wanted = []
    for at, value in enumerate(reader.filled(values, pointer)):
        written = field_text(value)
        wanted.append(reader.text(value if written is None else written, child(pointer, at)))
    return name, distinct(wanted)


def _refuse_empty(reader: Reader, data: object, pointer: str) -> None:
    if data == {}:
        reader.fault(pointer, "empty", "An empty object selects nothing; leave the field out instead.")


def _known(given: Mapping[str, object], names: str) -> list[tuple[str, object]]:
    return [(name, given[name]) for name in names.split() if name in given]


def filter_to_json(filter: Filter) -> dict[str, Any]:
    """Write a filter as `parse_filter` reads it."""
    given = ((field.name, getattr(filter, field.name)) for field in fields(filter))
    return {name.rstrip("_"): _condition_to_json(name, value) for name, value in given if value not in ((), None)}


def _condition_to_json(name: str, value: Any) -> Any:
    match value:
        case Filter():
            return filter_to_json(value)
        case TagCondition():
            return {field.name: list(tags) for field in fields(value) if (tags := getattr(value, field.name))}
        case TimeRange():
            ends = {"from": value.start, "to": value.end}
            return {end: write_time(moment) for end, moment in ends.items() if moment is not None}
        case str():
            return value
        case _ if name == "any_of":
            return [filter_to_json(each) for each in value]
        case _ if name == "custom_fields":
            return {field: list(values) for field, values in value}
        case _:
            return [str(each) for each in value]
