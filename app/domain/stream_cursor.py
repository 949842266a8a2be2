"""How far a reader has come in the stream of a mass reply's results."""

import re
from dataclasses import dataclass
from typing import Final, Self

CURSOR_FORM: Final = r"^[0-9]{1,18}\.[0-9]{1,9}$"


@dataclass(frozen=True, slots=True, order=True)
class StreamCursor:
    """What a reader has seen of the outbox: everything before `position`, and `seen` subjects of the event there.

    Written `position.seen`: one event may be about many deliveries, and a connection may end between two of them.
    """

    position: int
    seen: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """The reverse of `str`. Raise ValueError for any other form."""
        if not re.match(CURSOR_FORM, text):
            raise ValueError("An event id is two numbers with a point between them.")
        position, _, seen = text.partition(".")
        return cls(int(position), int(seen))

    def __str__(self) -> str:
        return f"{self.position}.{self.seen}"


BEGINNING: Final = StreamCursor(0)
