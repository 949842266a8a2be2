"""What a provider reports: receipts, customers' messages, prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeVar
from uuid import UUID

from app.domain.charges import Charge
from app.domain.outbound import Deferred
from app.domain.storable import storable_key, storable_value
from app.domain.text.plain_text import unix_lines
from app.domain.words import ReasonCode


class ReceiptKind(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's report about a message that it accepted. `correlation` is ours, if the provider returns it."""

    kind: ReceiptKind
    event_key: str
    """What makes two reports of the same event equal at this account."""
    correlation: str | None
    provider_message_id: str | None
    occurred_at: datetime | None = None
    code: ReasonCode | None = None
    detail: str | None = None
    charge: Charge | None = None
    """The provider's price of the message."""
    recipient: str | None = field(default=None, repr=False)
    recipient_alias: str | None = field(default=None, repr=False)
    """Another name that the provider has for the recipient."""
    bad_address: str | None = field(default=None, repr=False)
    """An address that must not be written to again (hard bounce, complaint, opt-out), for the reason in `code`."""
    temporary: bool = False
    """Of a failure: a person may send the same again, as with `Rejected.temporary`."""
    account_fault: "Deferred | None" = None
    """What the failure says about the account, as the response to a call would."""
    account_address: str | None = field(default=None, repr=False)
    """The account's own address, if its provider sends it with each event."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    """The account of the event, if one call may carry events of several accounts: see `SharesCallbacks`."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A provider's price of a file's own message, which has a fate of its own."""

    event_key: str
    correlation: str
    """The attempt that the file went with."""
    file: str
    """Which of its files."""
    charge: Charge
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message that came in through a provider."""

    event_key: str
    provider_message_id: str | None
    sender: str = field(repr=False)
    text: str = field(repr=False)
    sender_alias: str | None = field(default=None, repr=False)
    """Another name that the provider has for the sender."""
    sent_at: datetime | None = None
    automatic: bool = False
    opted_out: bool | None = None
    """True for STOP, False for START, None for anything else."""
    conversation_id: UUID | None = None
    """Our own conversation, if the message names it (a reply address made by us, a helpdesk that knows our ids)."""
    conversation_external_id: str | None = None
    vouched: bool = False
    """The caller vouches for the conversation that it names. An address or a header is in the sender's own hand."""
    in_reply_to: tuple[str, ...] = ()
    """Message ids that this answers, nearest first."""
    references: tuple[str, ...] = ()
    attachment_names: tuple[str, ...] = field(default=(), repr=False)
    other_senders: tuple[str, ...] = field(default=(), repr=False)
    """Who may have written it instead, if the sender turns out to be one of our own accounts."""
    account_address: str | None = field(default=None, repr=False)
    """As with `Receipt`."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    """The account of the event, if one call may carry events of several accounts: see `SharesCallbacks`."""


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """A well-signed event of an unknown kind: stored, and otherwise ignored."""

    event_key: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    """The account of the event, if one call may carry events of several accounts: see `SharesCallbacks`."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """A provider's report that one recipient has everything that was sent until a moment. It names no message."""

    kind: Literal[ReceiptKind.DELIVERED, ReceiptKind.READ]
    event_key: str
    recipient: str = field(repr=False)
    up_to: datetime
    """By the provider's clock."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer has another address on the channel from now on."""

    event_key: str
    before: tuple[str, ...] = field(repr=False)
    """Every name that the provider gives for the former one."""
    after: str = field(repr=False)
    alias: str | None = field(default=None, repr=False)
    """Another name of the new one."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """A customer has unsent a message, or edited it."""

    event_key: str
    provider_message_id: str
    """The id of the message as it came first."""
    text: str | None = field(repr=False)
    """None if it was unsent."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    order: int = 0
    """Of several edits the greatest counts, in whatever order they come."""


ProviderEvent = Receipt | Priced | Watermark | Inbound | Moved | Amended | Unrecognized
E = TypeVar("E", bound=ProviderEvent)


_INDEXED = frozenset(
    {
        *("event_key", "provider_message_id", "sender", "other_senders", "sender_alias"),
        *("recipient", "recipient_alias", "bad_address", "before", "after", "alias"),
    }
)
"""What indexes hold of an event."""


def _key(value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
    if isinstance(value, tuple):
        return tuple(map(storable_key, value))
    return None if value is None else storable_key(value)


def storable_event(event: E) -> E:
    """Return an event without what a database refuses. Otherwise the provider would repeat it again and again."""
    values = {each.name: storable_value(getattr(event, each.name)) for each in fields(event)}
    values |= {name: _key(values[name]) for name in _INDEXED & values.keys()}
    if isinstance(event, Inbound | Amended) and event.text is not None:
        values["text"] = unix_lines(values["text"])
    return replace(event, **values)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A provider's call to our callback address, as it came in."""

    method: str
    url: str
    """The public URL that the provider called, query included: signatures cover it."""
    headers: Mapping[str, str]
    """Names in lower case."""
    query: Mapping[str, str]
    body: bytes = field(repr=False)


class MalformedWebhook(Exception):
    """The provider's call is authentic, but cannot be read."""
