"""What PostgreSQL cannot store: its text holds no NUL and, being UTF-8, no lone surrogate. JSON can express both."""

import re
from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Any, Final

UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text without what PostgreSQL cannot store.

    An expression would hold the interpreter for a tenth of a second in a long mail.
    """
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode(errors="ignore").decode()


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
