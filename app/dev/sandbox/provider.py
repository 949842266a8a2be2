"""What a provider's file must offer, and the values it exchanges with the rest of the sandbox.

Adding a provider that is called over HTTP is one file with one class, and its name in the tuple of `server.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.journal import JournalEntry, ProviderError, ReceivedMessage

HEADERS_OF_INTEREST = (
    "User-Agent",
    "Content-Type",
    "Idempotency-Key",
    "Webhook-Id",
    "Webhook-Timestamp",
    "Traceparent",
)
THREADING = ("Message-ID", "In-Reply-To", "References")
"""The headers that tie an e-mail to its conversation."""


@dataclass(frozen=True, slots=True)
class ParsedCall:
    """A message as it was asked for, and what the provider's own checks say against it."""

    message: ReceivedMessage
    problem: ProviderError | None = None
    spared: frozenset[InjectedFault] = frozenset()
    """What does not happen to a message of this kind, whoever the recipient is."""


@dataclass(frozen=True, slots=True)
class Post:
    """A call to the sender's callback address, ready to be made."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as a person wants to see it, whatever the provider calls its fields."""

    sender: str
    text: str
    subject: str | None = None
    threading: Sequence[tuple[str, str]] = ()
    """Names and values of what ties it to its conversation."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer says to an account, for `POST /sandbox/inbound`."""

    account: ProviderAccount
    sender: str
    text: str
    at: datetime
    in_reply_to: str | None = None
    """What names the message that it answers: the provider's id, for e-mail the Message-ID with its angle brackets."""


class CallRefused(Exception):
    """The provider cannot read the call at all."""

    def __init__(self, problem: ProviderError) -> None:
        self.problem = problem
        super().__init__(problem.text)


Read = Callable[[web.Request, ProviderAccount, bytes], Sequence[ParsedCall]]
"""Understands a call's body; raises CallRefused."""
Answer = Callable[[Sequence[JournalEntry]], web.Response]
"""Words the answer to a call, one journal entry for each of its messages."""


class Provider(Protocol):
    """Whoever takes messages, over whatever wire."""

    name: ClassVar[str]
    problems: ClassVar[Mapping[InjectedFault, ProviderError]]
    """How it words each fault that is an error answer."""

    def new_id(self) -> str:
        """Make an id for an accepted message."""

    def reading(self, message: ReceivedMessage) -> Reading: ...


class HttpProvider(Provider, Protocol):
    """One that is called over HTTP, and calls back in the same way."""

    mount: ClassVar[str]
    """The path to append to the sandbox's address to get the base URL of the provider's API."""

    def routes(self) -> Iterable[web.RouteDef]: ...

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        """Find the caller's account from the headers and the URL alone. None: 401."""

    def refusal(self, problem: ProviderError) -> web.Response: ...

    def story(self, entry: JournalEntry) -> Sequence[str]:
        """The kinds of the receipts to send, in order; none where there is no address to send them to."""

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post: ...


@runtime_checkable
class TellsInbound(Provider, Protocol):
    """Implemented where the sandbox can play a customer who writes."""

    def inbound(self, said: Said, message_id: str) -> Post: ...


def headers_of_interest(request: web.Request) -> Mapping[str, str]:
    received = request.headers
    return {name: received[name] for name in HEADERS_OF_INTEREST if name in received}
