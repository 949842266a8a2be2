"""Following a mass reply as it goes: how far a reader of its results has come."""

import re
from dataclasses import dataclass
from typing import Final, Self

CURSOR_FORM: Final = r"^[0-9]{1,18}\.[0-9]{1,9}$"


@dataclass(frozen=True, slots=True, order=True)
class StreamCursor:
    """What a reader has seen of the outbox: all before `position`, and so many subjects of the event at it.

    Written `position.seen`: one event speaks of many deliveries, and a connection may end between any two of them.
    """

    position: int
    seen: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """The reverse of `str`. Raises ValueError for what is not of that form."""
        if not re.match(CURSOR_FORM, text):
            raise ValueError("A place is written as two numbers with a point between them.")
        position, _, seen = text.partition(".")
        return cls(int(position), int(seen))

    def __str__(self) -> str:
        return f"{self.position}.{self.seen}"


BEGINNING: Final = StreamCursor(0)
