"""Read untyped JSON into values, and report every fault with its place.

A `Reader` does not stop at the first fault. It records the fault and goes on with a placeholder, so that a caller
learns about all of them at once. Details name the rule and never repeat the input, which may be a customer's data.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from app.domain.errors import Fault, InvalidRequest
from app.domain.fault_texts import FLAG, LIST, NO_SUCH_FIELD, OBJECT, STRING
from app.domain.storable import UNSTORABLE, storable

E = TypeVar("E", bound=StrEnum)

MAX_ITEMS = 10_000
"""The longest list that a request may hold."""
MOST_NAMED = 20
"""Of an object's unknown fields."""
MAX_KEY_BYTES = 2_000
"""Values that are looked up are in btree indexes, and PostgreSQL refuses an entry above about 2,700 bytes."""
MAX_NAME_BYTES = 1_000
"""A message id or an address: both share an index. No mail program writes an id above 998 (RFC 5322)."""

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-5][0-9])"
)
"""Without leap seconds: Python has no such time, and none has been announced since 2016."""
SELECTS_NOTHING = "An empty list selects nothing; leave the field out instead."
_STAND_IN_TIME = datetime.min.replace(tzinfo=UTC)
_STAND_IN_ID = UUID(int=0)


def pointer_step(step: int | str) -> str:
    """Return a step of a JSON Pointer (RFC 6901 section 3), escaped."""
    return str(step).replace("~", "~0").replace("/", "~1")


def json_pointer(steps: Iterable[int | str]) -> str:
    """Return the JSON Pointer of these steps."""
    return "".join(f"/{pointer_step(step)}" for step in steps)


def child(pointer: str, key: str | int) -> str:
    """Extend a JSON Pointer (RFC 6901). A very long or unprintable key is cut, because it came from outside."""
    name = str(key)
    if len(name) <= 100 and name.isidentifier():  # nearly every key: nothing to cut or to escape
        return f"{pointer}/{name}"
    return f"{pointer}/{pointer_step(storable(name)[:100])}"


def read_time(text: str) -> datetime:
    """Read an RFC 3339 time as UTC. Raise ValueError for anything else, including the rest of ISO 8601."""
    if _RFC3339.fullmatch(text) is None:
        raise ValueError("must be a time such as 2026-05-01T09:00:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def no_such_field(known: Collection[str]) -> str:
    return f"{NO_SUCH_FIELD} There are: {', '.join(sorted(known))}." if known else NO_SUCH_FIELD


class Reader:
    """Collects faults. What it returns after a fault is a placeholder, to be discarded with everything else."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, pointer: str, code: str, detail: str) -> None:
        self.faults.append(Fault(pointer, code, detail))

    def refuse(self, detail: str) -> None:
        """Raise InvalidRequest if there are faults, naming all of them."""
        if self.faults:
            raise InvalidRequest(detail, faults=self.faults)

    def mapping(self, value: object, pointer: str, known: Collection[str] | None = None) -> dict[str, object]:
        """Read an object. With `known`, refuse other fields."""
        if not isinstance(value, dict):
            self.fault(pointer, "wrong_type", OBJECT)
            return {}
        if known is not None:
            self._refuse_names(list(value.keys() - known), pointer, known)
        return value

    def _refuse_names(self, unknown: Sequence[str], pointer: str, known: Collection[str]) -> None:
        detail = no_such_field(known) if unknown else ""
        for name in unknown[:MOST_NAMED]:
            self.fault(child(pointer, name), "unknown_field", detail)
        if len(unknown) > MOST_NAMED:
            self.fault(pointer, "unknown_field", f"{len(unknown) - MOST_NAMED:,} more fields are unknown.")

    def array(self, value: object, pointer: str, *, most: int = MAX_ITEMS) -> list[object]:
        if not isinstance(value, list):
            self.fault(pointer, "wrong_type", LIST)
            return []
        if len(value) > most:
            self.fault(pointer, "too_many", f"At most {most:,} are allowed.")
            return []
        return value

    def filled(
        self, value: object, pointer: str, *, most: int = MAX_ITEMS, if_empty: str = SELECTS_NOTHING
    ) -> list[object]:
        """Read a list that must not be empty: an empty one never means "everything"."""
        items = self.array(value, pointer, most=most)
        if value == []:
            self.fault(pointer, "empty", if_empty)
        return items

    def text(self, value: object, pointer: str, *, most_bytes: int = MAX_KEY_BYTES) -> str:
        if not isinstance(value, str):
            self.fault(pointer, "wrong_type", STRING)
            return ""
        if UNSTORABLE.search(value):
            self.fault(pointer, "unstorable_text", "Text must hold neither NUL characters nor lone surrogates.")
            return ""
        # No character takes more than four bytes.
        if len(value) * 4 > most_bytes and len(value.encode()) > most_bytes:
            self.fault(pointer, "too_long", f"At most {most_bytes:,} bytes of UTF-8 are allowed.")
        return value

    def name(self, value: object, pointer: str, *, most_bytes: int = MAX_KEY_BYTES) -> str:
        """Read a text that must not be empty."""
        text = self.text(value, pointer, most_bytes=most_bytes)
        if value == "":
            self.fault(pointer, "empty", "This must not be empty.")
        return text

    def key(self, value: object, pointer: str) -> str:
        """Read a key that something is looked up by, without the blanks around it: nobody means them."""
        if isinstance(value, str) and value.isspace():
            self.fault(pointer, "empty", "This must not be blank.")
        return self.name(value, pointer).strip()

    def keys(self, value: object, pointer: str) -> tuple[str, ...]:
        """Read a list of keys. Repeats count once."""
        return distinct(self.key(item, child(pointer, at)) for at, item in enumerate(self.filled(value, pointer)))

    def ids(self, value: object, pointer: str) -> tuple[UUID, ...]:
        return distinct(self.id(item, child(pointer, at)) for at, item in enumerate(self.filled(value, pointer)))

    def members(self, kind: type[E], value: object, pointer: str) -> tuple[E, ...]:
        items = self.filled(value, pointer)
        return distinct(self.member(kind, item, child(pointer, at)) for at, item in enumerate(items))

    def member(self, kind: type[E], value: object, pointer: str) -> E:
        allowed = list(kind)
        if isinstance(value, str) and value in allowed:
            return kind(value)
        self.fault(pointer, "unknown_value", f"This must be one of: {', '.join(allowed)}.")
        return allowed[0]

    def flag(self, value: object, pointer: str) -> bool:
        if not isinstance(value, bool):
            self.fault(pointer, "wrong_type", FLAG)
        return value is True

    def time(self, value: object, pointer: str) -> datetime:
        try:
            return read_time(value if isinstance(value, str) else "")
        except ValueError:
            detail = "This must be an RFC 3339 time with an offset, such as 2026-05-01T09:00:00Z."
            self.fault(pointer, "invalid_time", detail)
            return _STAND_IN_TIME

    def id(self, value: object, pointer: str) -> UUID:
        try:
            return UUID(value if isinstance(value, str) else "")
        except ValueError:
            self.fault(pointer, "invalid_id", "This must be an id, as this service gives them.")
            return _STAND_IN_ID


T = TypeVar("T")


def distinct(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
