"""The channel port: what the application asks of a provider, and the few values a provider may answer with.

An adapter (`app/channels/<provider>.py`) builds a payload, posts it and reads the answer. It does not sleep, retry,
read settings or touch the database. What it answers is one of four values, never an exception: the caller matches
them exhaustively.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from re import Pattern
from typing import Any, ClassVar, Final, Literal, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from app.domain.charges import Charge
from app.domain.delivery import Channel, ReasonCode
from app.domain.text.plain_text import storable


@dataclass(frozen=True, slots=True)
class Author:
    id: str | None
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a reply, as far as one knows it without opening it."""

    id: UUID
    filename: str
    content_type: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    filename: str
    content_type: str
    content: bytes = field(repr=False)
    media_id: str | None = None
    """The provider's own id of the file, where its adapter `Uploads` and the file was uploaded to this account."""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class DroppedAttachment:
    """A file that does not go with the text, and why, in words for an agent."""

    filename: str
    reason: str


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the provider approved beforehand, sent where the medium takes no free text any more."""

    name: str
    language: str
    """The provider's code of the translation, such as `en` or `pt_BR`."""
    body_parameters: tuple[str, ...] = field(default=(), repr=False)
    """What fills the placeholders of its body, in order, rendered."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One reply, rendered, on its way to one recipient."""

    delivery_id: UUID
    epoch: int
    channel: Channel
    address: str = field(repr=False)
    text: str = field(repr=False)
    conversation_id: UUID
    conversation_external_id: str | None
    callback_url: str
    """Where the provider reports to: the account's own callback address."""
    author: Author
    html: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    """The subject to send, complete with its `Re:`; None where the conversation has none."""
    in_reply_to: str | None = None
    """The provider's id of the customer's last message; for e-mail its Message-ID with angle brackets."""
    references: tuple[str, ...] = ()
    """The whole References list of the reply (RFC 5322 section 3.6.4), `in_reply_to` included."""
    attachments: tuple[AttachmentFile, ...] = ()
    template: Template | None = None
    """Sent in the place of text and attachments."""
    last_customer_message_at: datetime | None = None
    """When the reply window began; None where that is not known."""
    checked: bool = False
    """Whether a preflight has judged the address, and frozen it as the provider takes it."""

    @property
    def correlation(self) -> str:
        """Our name for this attempt, which every provider but SMTP gives back in its webhooks."""
        return f"{self.delivery_id}.{self.epoch}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message, which is its text where the files are calls of their own."""

    provider_message_id: str | None
    dropped: tuple[DroppedAttachment, ...] = ()
    """Files that did not go with it. They are never sent later: the customer has the text already."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The message was refused for good, by the provider unless `own` says otherwise; it was not sent."""

    code: ReasonCode
    detail: str
    temporary: bool = False
    """The provider itself says that the same message may be taken later, so a person may retry it."""
    ends_address: bool = False
    """The recipient's address must not be written to again, for `code` says why; as `Receipt.bad_address`."""
    own: bool = field(default=False, compare=False)
    """The adapter itself refused it, and the provider was not asked: that says nothing about the provider."""


PAIR_RATE: Final = "pair_rate"
"""The `Deferred.code` of too many messages to one recipient: wait 4^X seconds, X being the deferrals before this one
(https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput)."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Proved not sent; to be tried again.

    Scope `delivery` waits alone. Scope `account` with `retry_after` makes the whole account wait; without it the
    account itself is at fault (bad token, suspended, no credit) and is paused until somebody mends it.
    """

    code: str
    detail: str
    retry_after: timedelta | None = None
    scope: Literal["delivery", "account"] = "delivery"


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent. Never tried again by itself."""

    detail: str


SendResult = Accepted | Rejected | Deferred | Unknown


class ReceiptKind(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's report on a message it took; `correlation` is ours, where the provider gives it back."""

    kind: ReceiptKind
    event_key: str
    """What makes two reports of the same thing equal at this account."""
    correlation: str | None
    provider_message_id: str | None
    occurred_at: datetime | None = None
    code: ReasonCode | None = None
    detail: str | None = None
    charge: Charge | None = None
    """What the provider says of the message's price."""
    recipient: str | None = field(default=None, repr=False)
    recipient_alias: str | None = field(default=None, repr=False)
    """Another name that the provider has for the recipient."""
    bad_address: str | None = field(default=None, repr=False)
    """An address that must not be written to again (hard bounce, complaint, opt-out), for `code` says why."""
    temporary: bool = False
    """Of a failure: a person may send the same again, as with `Rejected.temporary`."""
    account_fault: "Deferred | None" = None
    """What the failure says of the account, as the answer to a call would."""
    account_address: str | None = field(default=None, repr=False)
    """The account's own address, where its provider tells it beside each event."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    """Whose event it is, where one call may bring those of several accounts: see `SharesCallbacks`."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A provider's word on the price of a file's own message, whose fate is not that of the text."""

    event_key: str
    correlation: str
    """Of the attempt that the file went with."""
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
    """Our own conversation, where the message names it (a reply address made by us, a helpdesk that knows our ids)."""
    conversation_external_id: str | None = None
    vouched: bool = False
    """Who calls answers for the conversation that it names; an address or a header is in the sender's own hand."""
    in_reply_to: tuple[str, ...] = ()
    """Message ids that this answers, nearest first."""
    references: tuple[str, ...] = ()
    attachment_names: tuple[str, ...] = field(default=(), repr=False)
    other_senders: tuple[str, ...] = field(default=(), repr=False)
    """Who may have written it instead, where the sender turns out to be an account of our own."""
    account_address: str | None = field(default=None, repr=False)
    """As with `Receipt`."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    """Whose event it is, where one call may bring those of several accounts: see `SharesCallbacks`."""


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """A well-signed event of a kind we do not know: kept, and otherwise ignored."""

    event_key: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    """Whose event it is, where one call may bring those of several accounts: see `SharesCallbacks`."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """A provider's report that one recipient has everything that was sent until a moment; it names no message."""

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
    """Every name that the provider gives of the former one."""
    after: str = field(repr=False)
    alias: str | None = field(default=None, repr=False)
    """Another name of the new one."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """A customer has taken back a message, or written it anew."""

    event_key: str
    provider_message_id: str
    """Of the message as it came first."""
    text: str | None = field(repr=False)
    """None where it was taken back."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    account_identity: str | None = None
    order: int = 0
    """Of several edits the greatest counts, in whatever order they come."""


ProviderEvent = Receipt | Priced | Watermark | Inbound | Moved | Amended | Unrecognized
E = TypeVar("E", bound=ProviderEvent)


def storable_event(event: E) -> E:
    """Strip what a database refuses from all that a provider says, or it would say it again and again."""
    said = {each.name: _storable(getattr(event, each.name)) for each in fields(event)}
    return replace(event, **said)


def _storable(value: Any) -> Any:
    match value:
        case StrEnum():
            return value
        case str():
            return storable(value)
        case float() if not isfinite(value):
            return str(value)
        case Mapping():
            return {storable(str(name)): _storable(member) for name, member in value.items()}
        case list() | tuple():
            return type(value)(_storable(member) for member in value)
        case _:
            return value


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
    """The provider's call is authentic, and unreadable."""


class AddressKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Limits:
    """Facts of the medium, as data; `docs/channels/` gives the provider's page for each."""

    address: AddressKind
    private_domains: bool = False
    """E-mail addresses may have domains that only the account's own server knows, such as `.local`."""
    address_form: Pattern[str] | None = None
    """What the whole of an address looks like, where the provider's own ids have a form."""
    max_characters: int | None = None
    max_bytes: int | None = None
    counts_segments: bool = False
    reply_window: timedelta | None = None
    template_outside_window: bool = False
    """After the reply window an approved template may still be sent."""
    attachments: bool = False
    why_no_attachments: str = ""
    attachment_bytes: Mapping[str, int] | None = None
    """The largest file of each content type, `*/*` for all others. None: the provider is asked for any file."""
    attachment_bytes_in_all: int | None = None
    """What all files of one message may hold together."""
    from_timeline: bool = False
    """The customer reads the reply on our own timeline: nothing leaves, and its HTML part has to be kept there too."""

    def split(self, files: Sequence[Attachment]) -> tuple[tuple[Attachment, ...], tuple[DroppedAttachment, ...]]:
        """Say which files go with the text, in their order, and which do not, each with the reason."""
        carried: list[Attachment] = []
        dropped: list[DroppedAttachment] = []
        for file in files:
            why = self.why_dropped(file)
            if why is None:
                why = self._why_no_room(file, sum(each.size for each in carried))
            if why is None:
                carried.append(file)
            else:
                dropped.append(DroppedAttachment(file.filename, why))
        return tuple(carried), tuple(dropped)

    def _why_no_room(self, file: Attachment, taken: int) -> str | None:
        limit = self.attachment_bytes_in_all
        if limit is None or taken + file.size <= limit:
            return None
        return f"All files together may hold {limit // 1_000_000} MB on this channel."

    def why_dropped(self, file: Attachment | AttachmentFile) -> str | None:
        """Say why this file cannot go with the text; None where it can."""
        if not self.attachments:
            return self.why_no_attachments
        if self.attachment_bytes is None:
            return None
        largest = self.attachment_bytes.get(file.content_type, self.attachment_bytes.get("*/*"))
        if largest is None:
            return f"This channel does not carry files of type {file.content_type}."
        too_large = file.size > largest
        return f"The file is larger than the {largest // 1_000_000} MB allowed." if too_large else None


class Adapter(Protocol):
    """One channel account, able to send and to understand its provider's webhooks."""

    name: ClassVar[str]
    channels: ClassVar[frozenset[Channel]]
    limits: ClassVar[Limits]
    callback_bytes: ClassVar[int]
    """The largest body that the provider's webhooks have."""

    async def send(self, outbound: Outbound) -> SendResult: ...

    def admits(self, head: Webhook) -> bool:
        """Say, before the body is read, whether a call bears what the provider's calls bear: it may still be forged."""

    def verify(self, webhook: Webhook) -> bool:
        """Say whether the call really comes from the provider."""

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        """Read the events of an authentic call. Raises MalformedWebhook."""


@runtime_checkable
class SendsMany(Protocol):
    async def send_many(self, outbounds: Sequence[Outbound]) -> Sequence[SendResult]:
        """Send in one call; one result each, in the same order."""


@dataclass(frozen=True, slots=True)
class Found:
    """The provider knows the message."""

    provider_message_id: str
    kind: ReceiptKind


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider says that it never had the message."""


LookUp = Found | Absent | Unknown


@runtime_checkable
class LooksUp(Protocol):
    async def look_up(self, correlation: str) -> LookUp:
        """Ask the provider whether it has the message of this attempt."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The provider keeps the file under this id, for any number of messages of the account."""

    media_id: str


UploadResult = Uploaded | Rejected | Deferred | Unknown
"""Rejected: this file cannot be sent at all. The other two may be tried again; nobody gets a file by uploading it."""


@runtime_checkable
class Uploads(Protocol):
    """Implemented where files are handed over once and then sent by the id that they got."""

    async def upload(self, channel: Channel, file: AttachmentFile) -> UploadResult: ...


@runtime_checkable
class AnswersChallenge(Protocol):
    """Implemented where the provider checks a callback address with a question before it uses it."""

    def challenge(self, webhook: Webhook) -> str | None:
        """Answer the provider's GET with the text that it wants back; None where the question is not the provider's."""


@runtime_checkable
class SharesCallbacks(Protocol):
    """Implemented where one callback address may be told of several accounts of the same tenant."""

    identity_keys: ClassVar[tuple[str, ...]]
    """The config keys whose value an event's `account_identity` may be."""

    @classmethod
    def identity_of(cls, channel: Channel, config: Mapping[str, Any]) -> str | None:
        """Answer what events call this account; None where its config does not say."""


@runtime_checkable
class HasOwnAddresses(Protocol):
    """Implemented where an account's config holds addresses that its own messages come from, or that answers go to."""

    @classmethod
    def own_addresses(cls, config: Mapping[str, Any]) -> Iterable[str]: ...


@runtime_checkable
class VariesLimits(Protocol):
    """Implemented where the facts of the medium differ by channel, or by what the account has opted into."""

    @classmethod
    def limits_for(cls, channel: Channel, config: Mapping[str, Any]) -> Limits:
        """Answer the limits of an account by its stored config."""
