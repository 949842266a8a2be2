"""A message on its way to a provider, and the four ways in which a call can end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from app.domain.words import Channel, ReasonCode


@dataclass(frozen=True, slots=True)
class Author:
    id: str | None
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a reply, as far as it is known without opening it."""

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
    """The provider's own id of the file, if its adapter `Uploads` and the file was uploaded to this account."""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class DroppedAttachment:
    """A file that does not go with the text, and why, in words for an agent."""

    filename: str
    reason: str


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A message that the provider approved beforehand, sent if the medium takes no free text any more."""

    name: str
    language: str
    """The provider's code of the translation, such as `en` or `pt_BR`."""
    body_parameters: tuple[str, ...] = field(default=(), repr=False)
    """The values of its body's placeholders, in order, rendered."""


@dataclass(slots=True)
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
    """The subject to send, complete with its `Re:`, or None if the conversation has none."""
    in_reply_to: str | None = None
    """The provider's id of the customer's last message; for e-mail its Message-ID with angle brackets."""
    references: tuple[str, ...] = ()
    """The whole References list of the reply (RFC 5322 section 3.6.4), `in_reply_to` included."""
    attachments: tuple[AttachmentFile, ...] = ()
    template: FilledTemplate | None = None
    """Sent in place of text and attachments."""
    last_customer_message_at: datetime | None = None
    """When the reply window began, or None if that is not known."""
    checked: bool = False
    """Whether a preflight has checked the address, and frozen it as the provider takes it."""

    @property
    def correlation(self) -> str:
        """Our name for this attempt, which every provider but SMTP returns in its webhooks."""
        return f"{self.delivery_id}.{self.epoch}"


@dataclass(slots=True)
class Accepted:
    """The provider has accepted the message. That is its text, if files are calls of their own."""

    provider_message_id: str | None
    dropped: tuple[DroppedAttachment, ...] = ()
    """Files that did not go with it. They are never sent later: the customer has the text already."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The message was refused for good and not sent. The provider refused it, unless `own` is set."""

    code: ReasonCode
    detail: str
    temporary: bool = False
    """The provider itself says that it may take the same message later, so a person may retry it."""
    ends_address: bool = False
    """The recipient's address must not be written to again, for the reason in `code`. As `Receipt.bad_address`."""
    own: bool = field(default=False, compare=False)
    """The adapter refused it, and the provider was not asked: that says nothing about the provider."""


DEADLINE_PASSED: Final = "deadline_passed"
"""The `Deferred.code` of a call that was not begun because its time was over."""
PAIR_RATE: Final = "pair_rate"
"""The `Deferred.code` of too many messages to one recipient: wait 4^X seconds, X being the deferrals before this one
(https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput)."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Proved not sent. To be tried again.

    Scope `delivery` waits alone. Scope `account` with `retry_after` makes the whole account wait. Without it the
    account itself is at fault (bad token, suspended, no credit) and is paused until somebody fixes it.
    """

    code: str
    detail: str
    retry_after: timedelta | None = None
    scope: Literal["delivery", "account"] = "delivery"


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent. Never retried automatically."""

    detail: str


SendResult = Accepted | Rejected | Deferred | Unknown
