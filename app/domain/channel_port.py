"""The channel port: what the application asks of a provider, and the few values that a provider may return.

An adapter (`app/channels/<provider>/`) builds a payload, posts it and reads the response. It does not sleep, retry,
read settings or touch the database. It returns one of four values and raises nothing: the caller matches them
exhaustively.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from re import Pattern
from typing import Any, ClassVar, Protocol, runtime_checkable

from app.domain.outbound import (
    Attachment,
    AttachmentFile,
    Deferred,
    DroppedAttachment,
    Outbound,
    Rejected,
    SendResult,
    Unknown,
)
from app.domain.provider_events import ProviderEvent, ReceiptKind, Webhook
from app.domain.words import Channel


class AddressKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Limits:
    """Facts of the medium, as data. `docs/channels/` names the provider's page for each."""

    address: AddressKind
    private_domains: bool = False
    """E-mail addresses may have domains that only the account's own server knows, such as `.local`."""
    address_form: Pattern[str] | None = None
    """The form of a whole address, if the provider's own ids have one."""
    max_characters: int | None = None
    max_bytes: int | None = None
    counts_segments: bool = False
    reply_window: timedelta | None = None
    template_outside_window: bool = False
    """After the reply window an approved template may still be sent."""
    attachments: bool = False
    why_no_attachments: str = ""
    attachment_bytes: Mapping[str, int] | None = None
    """The largest file of each content type, `*/*` for all others. None: the provider decides about any file."""
    attachment_bytes_in_all: int | None = None
    """The most bytes of all files of one message together."""
    from_timeline: bool = False
    """The customer reads the reply on our own timeline: nothing leaves, and its HTML part is stored there too."""

    def split(self, files: Sequence[Attachment]) -> tuple[tuple[Attachment, ...], tuple[DroppedAttachment, ...]]:
        """Return which files go with the text, in their order, and which do not, each with the reason."""
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
        """Return why this file cannot go with the text, or None if it can."""
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
    """One channel account, able to send and to read its provider's webhooks."""

    name: ClassVar[str]
    channels: ClassVar[frozenset[Channel]]
    limits: ClassVar[Limits]
    callback_bytes: ClassVar[int]
    """The largest body of the provider's webhooks."""

    async def send(self, outbound: Outbound) -> SendResult: ...

    def admits(self, head: Webhook) -> bool:
        """Return, before the body is read, whether a call carries what the provider's calls carry. It may still be
        forged."""

    def verify(self, webhook: Webhook) -> bool:
        """Return whether the call really comes from the provider."""

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        """Return the events of an authentic call. Raise MalformedWebhook if it cannot be read."""


@runtime_checkable
class SendsMany(Protocol):
    async def send_many(self, outbounds: Sequence[Outbound]) -> Sequence[SendResult]:
        """Send in one call. Return one result for each message, in the same order."""


@dataclass(frozen=True, slots=True)
class Found:
    """The provider has a record of the message."""

    provider_message_id: str
    kind: ReceiptKind


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider says that it never received the message."""


LookUp = Found | Absent | Unknown


@runtime_checkable
class LooksUp(Protocol):
    async def look_up(self, correlation: str) -> LookUp:
        """Ask the provider whether it has a record of this attempt's message."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The provider keeps the file under this id, for any number of messages of the account."""

    media_id: str


UploadResult = Uploaded | Rejected | Deferred | Unknown
"""`Rejected` means that this file cannot be sent at all. The other two may be retried: an upload reaches nobody."""


@runtime_checkable
class Uploads(Protocol):
    """Implemented if files are uploaded once and then sent by the id that they got."""

    async def upload(self, channel: Channel, file: AttachmentFile) -> UploadResult: ...


@runtime_checkable
class AnswersChallenge(Protocol):
    """Implemented if the provider verifies a callback address with a challenge before it uses it."""

    def challenge(self, webhook: Webhook) -> str | None:
        """Return the text that the provider's GET asks for, or None if the challenge is not the provider's."""


@runtime_checkable
class SharesCallbacks(Protocol):
    """Implemented if one callback address may receive events of several accounts of the same tenant."""

    identity_keys: ClassVar[tuple[str, ...]]
    """The config keys whose value an event's `account_identity` may be."""

    @classmethod
    def identity_of(cls, channel: Channel, config: Mapping[str, Any]) -> str | None:
        """Return the name that events use for this account, or None if its config does not hold it."""


@runtime_checkable
class HasOwnAddresses(Protocol):
    """Implemented if an account's config holds addresses that its own messages come from, or that replies go to."""

    @classmethod
    def own_addresses(cls, config: Mapping[str, Any]) -> Iterable[str]: ...


@runtime_checkable
class VariesLimits(Protocol):
    """Implemented if the facts of the medium differ by channel, or by what the account has opted into."""

    @classmethod
    def limits_for(cls, channel: Channel, config: Mapping[str, Any]) -> Limits:
        """Return the limits of an account by its stored config."""
