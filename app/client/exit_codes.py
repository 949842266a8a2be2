"""How a command of the client ends, for scripts, and the errors that end one early.

ClientError
├── NotUsable      the options contradict each other, or name what cannot be read
├── Refused        the server said no, and why
├── Declined       the count was not confirmed
└── Unreachable    the server gave no answer that could be used, on asking again either
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit statuses. 1 is left to what nobody foresaw."""

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
    """A command cannot go on; the message is for the person who gave it."""

    exit: ClassVar[Exit]


class NotUsable(ClientError):
    exit = Exit.USAGE


class Declined(ClientError):
    exit = Exit.DECLINED


class Unreachable(ClientError):
    exit = Exit.UNREACHABLE


@contextmanager
def reading() -> Iterator[None]:
    """Inside, an answer is read. Raises Unreachable where it lacks something, or has it as something else."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreachable("The server's answer is not one of mass-reply's. Is the address right?") from None


@dataclass(frozen=True, slots=True)
class RequestFault:
    """One thing wrong in a request, as the server's problem names it."""

    pointer: str
    detail: str


class ServerRefusal(ClientError):
    exit = Exit.REFUSED

    def __init__(self, detail: str, code: str, faults: Sequence[RequestFault] = ()) -> None:
        super().__init__(f"{detail} ({code})")
        self.code = code
        self.faults = tuple(faults)
