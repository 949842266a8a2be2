"""What PostgreSQL cannot store: its text holds no NUL and, being UTF-8, no lone surrogate. JSON can express both. Its
indexes hold no long text.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from math import isfinite
from typing import Any, Final

UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text without what PostgreSQL cannot store.

    An expression would hold the interpreter for a tenth of a second in a long mail.
    """
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode(errors="ignore").decode()


LONGEST_KEY: Final = 1_000
"""Bytes of an id in UTF-8. A row of an index holds 2,704, and one index has two ids. Mail's are the longest: 998."""
_BEGINNING: Final = 200
_ALWAYS_FITS: Final = LONGEST_KEY // 4


def storable_key(text: str) -> str:
    """Return an id from outside as indexes can hold it: of one that is too long, the beginning and a digest of all.

    The same id becomes the same text wherever it comes from, and another id another one.
    """
    text = storable(text)
    if len(text) <= _ALWAYS_FITS or len(text.encode()) <= LONGEST_KEY:
        return text
    return f"{text[:_BEGINNING]}…{sha256(text.encode()).hexdigest()}"


def storable_value(value: Any) -> Any:
    """Return a value of JSON, or of an event, without what PostgreSQL cannot store, NaN and infinity included."""
    match value:
        case StrEnum():
            return value
        case str():
            return storable(value)
        case float() if not isfinite(value):
            return str(value)
        case Mapping():
            return {storable(str(name)): storable_value(member) for name, member in value.items()}
        case list() | tuple():
            return type(value)(storable_value(member) for member in value)
        case _:
            return value
