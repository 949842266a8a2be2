"""What a provider's file must have, and the values it exchanges with the rest of the sandbox.

To add a provider with an HTTP API, write one file with one class and add its name to the tuple in `server.py`.
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
    """A message as requested, and why the provider's own checks refuse it."""

    message: ReceivedMessage
    problem: ProviderError | None = None
    spared: frozenset[InjectedFault] = frozenset()
    """Faults that this kind of message never has."""


@dataclass(frozen=True, slots=True)
class Post:
    """A call to the sender's callback URL, ready to be made."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as a person reads it, independent of the provider's field names."""

    sender: str
    text: str
    subject: str | None = None
    threading: Sequence[tuple[str, str]] = ()
    """Names and values of what ties it to its conversation."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a customer writes to an account, for `POST /sandbox/inbound`."""

    account: ProviderAccount
    sender: str
    text: str
    at: datetime
    in_reply_to: str | None = None
    """The message that it replies to: the provider's id, for e-mail the Message-ID with its angle brackets."""


class CallRefused(Exception):
    """The provider cannot read the call at all."""

    def __init__(self, problem: ProviderError) -> None:
        self.problem = problem
        super().__init__(problem.text)


Read = Callable[[web.Request, ProviderAccount, bytes], Sequence[ParsedCall]]
"""Read a call's body. Raise CallRefused if the provider cannot."""
Answer = Callable[[Sequence[JournalEntry]], web.Response]
"""Return the response to a call that has one journal entry per message."""


class Provider(Protocol):
    """Anything that accepts messages, over any protocol."""

    name: ClassVar[str]
    problems: ClassVar[Mapping[InjectedFault, ProviderError]]
    """How it words each fault that is an error response."""

    def new_id(self) -> str:
        """Return an id for an accepted message."""

    def reading(self, message: ReceivedMessage) -> Reading: ...


class HttpProvider(Provider, Protocol):
    """A provider that is called over HTTP and calls back over HTTP."""

    mount: ClassVar[str]
    """The path to append to the sandbox's address for the base URL of the provider's API."""

    def routes(self) -> Iterable[web.RouteDef]: ...

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        """Return the caller's account from the headers and the URL alone. None means 401."""

    def refusal(self, problem: ProviderError) -> web.Response: ...

    def story(self, entry: JournalEntry) -> Sequence[str]:
        """Return the kinds of the receipts to send, in order; none if no address is known."""

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """One report on a message."""

    entry: JournalEntry
    kind: str
    happened_at: datetime


@runtime_checkable
class BatchesReceipts(Protocol):
    """Implemented by providers whose one call may report on several messages of an account."""

    def receipts(self, receipts: Sequence[Receipt]) -> Post: ...


@runtime_checkable
class SendsInbound(Provider, Protocol):
    """Implemented by providers whose customers the sandbox can play."""

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post: ...


def headers_of_interest(request: web.Request) -> Mapping[str, str]:
    received = request.headers
    return {name: received[name] for name in HEADERS_OF_INTEREST if name in received}
