"""The exit statuses of the client's commands, and the errors that end one early.

ClientError
├── NotUsable       the options contradict each other, or name something that cannot be read
├── ServerRefusal   the server refused the request, and said why
├── Declined        the count was not confirmed
└── Unreachable     the server gave no usable response, even after retries
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit statuses. 1 is an unexpected error."""

    DONE = 0
    USAGE = 2
    REFUSED = 3
    DECLINED = 4
    FAILED = 5
    UNCERTAIN = 6
    STANDS_STILL = 7
    CANCELLED = 8
    UNREACHABLE = 9
    INTERRUPTED = 130


class ClientError(Exception):
    """A command cannot continue. The message is for the person who gave it."""

    exit: ClassVar[Exit]


class NotUsable(ClientError):
    exit = Exit.USAGE


class Declined(ClientError):
    exit = Exit.DECLINED


class Unreachable(ClientError):
    exit = Exit.UNREACHABLE


@contextmanager
def reading() -> Iterator[None]:
    """Raise Unreachable if reading a response inside the block fails: a field is missing, or of another type."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreachable("The response is not from mass-reply. Is the address right?") from None


@dataclass(frozen=True, slots=True)
class RequestFault:
    """One fault of a request, as the server's problem names it."""

    pointer: str
    detail: str


class ServerRefusal(ClientError):
    exit = Exit.REFUSED

    def __init__(self, detail: str, code: str, faults: Sequence[RequestFault] = ()) -> None:
        super().__init__(f"{detail} ({code})")
        self.code = code
        self.faults = tuple(faults)
