"""A mass reply as the rest of the application sees it. Values, not entities: sending is set-based."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.domain.approval import Approval
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import InvalidSchedule
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.outbound import Attachment, Author
from app.domain.pacing import allowance
from app.domain.selection import Selection
from app.domain.text.message import OnUnresolved, Source
from app.domain.words import Channel, MassReplyId

FARTHEST_START = timedelta(days=366)

ACCOUNT_DELETED: Final = "The channel account was deleted. Save it again under its key, or cancel what is left."
ACCOUNT_DISABLED: Final = "The channel account is disabled. Enable it, or cancel what is left."

Counts = Mapping[DeliveryStatus, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A mass reply to create, before its selection is frozen."""

    selection: Selection
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    attachment_ids: tuple[UUID, ...]
    mark_as_done: bool
    on_unresolved: OnUnresolved
    whatsapp_template: Mapping[str, Any] | None
    author: Author


@dataclass(frozen=True, slots=True)
class Billed:
    """What providers charge for the messages that they accepted."""

    sms_segments: int = 0
    whatsapp_in_window: int = 0
    whatsapp_templates: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One mass reply on one channel account: the unit of pacing and of fault isolation."""

    channel: Channel
    account_id: UUID | None
    account_key: str | None
    counts: Counts
    billed: Billed
    pause_reason: str | None
    account_pause_reason: str | None
    account_cool_until: datetime | None
    account_enabled: bool = True
    account_exists: bool = True
    held_until: datetime | None = None
    held_reason: str | None = None
    """Why this lane alone waits until then."""
    awaits_sample: bool = False
    """Whether only other lanes have deliveries of the sample that is sent first."""
    account_cool_reason: str | None = None
    """Why the account cools down until `account_cool_until`."""
    account_allowed_at: datetime | None = None
    account_rate: float | None = None

    def next_at(self, now: datetime) -> datetime:
        """When the rate of its channel account allows the next message."""
        if self.account_allowed_at is None or self.account_rate is None:
            return now
        return allowance(self.account_allowed_at, now, self.account_rate).next_at

    @property
    def account_fault(self) -> str | None:
        """What somebody must fix before anything can leave through the account, or None if nothing."""
        if not self.account_exists:
            return ACCOUNT_DELETED
        return self.account_pause_reason if self.account_enabled else ACCOUNT_DISABLED

    @property
    def has_work(self) -> bool:
        return self.counts[DeliveryStatus.QUEUED] + self.counts[DeliveryStatus.SENDING] > 0

    @property
    def halted_by(self) -> str | None:
        """The lane's own reason to be stopped, in addition to the mass reply's, or None."""
        return self.pause_reason or (PauseReason.ACCOUNT if self.account_fault else None)


@dataclass(frozen=True, slots=True)
class Progress:
    """The parts of a mass reply that change while it is sent: as many as it has lanes, however many recipients."""

    status: MassReplyStatus
    recipient_count: int | None
    pause_reason: str | None
    finished_at: datetime | None
    lanes: tuple[Lane, ...]

    @property
    def counts(self) -> Counts | None:
        """How many deliveries have which status, or None while they are being prepared. Sums to `selected_count`."""
        if self.recipient_count is None:
            return None
        return {status: sum(lane.counts[status] for lane in self.lanes) for status in DeliveryStatus}

    @property
    def halted_by(self) -> str | None:
        """Why nothing of it goes on: it is paused, or every lane with work is stopped."""
        if self.status is not MassReplyStatus.SENDING:
            return self.pause_reason if self.status is MassReplyStatus.PAUSED else None
        reasons = [lane.halted_by for lane in self.lanes if lane.has_work]
        return reasons[0] if reasons and all(reasons) else None


@dataclass(frozen=True, slots=True)
class MassReply:
    id: MassReplyId
    status: MassReplyStatus
    selection: Mapping[str, Any]
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    attachment_ids: tuple[UUID, ...]
    source: Source = field(repr=False)
    on_unresolved: OnUnresolved
    mark_as_done: bool
    whatsapp_template: Mapping[str, Any] | None
    author: Author
    selected_count: int
    recipient_count: int | None
    preflight: Mapping[str, Any] | None = field(repr=False)
    pause_reason: str | None
    confirmation: Mapping[str, Any] | None
    created_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None
    dispatch_at: datetime | None
    not_after: datetime | None
    """The latest time at which anything of it may leave: the confirmed one, or one given to a later attempt."""
    started_at: datetime | None
    finished_at: datetime | None
    recorded_actors: frozenset[str] = frozenset()
    """The ids of the people who created and confirmed it, and in whose names."""
    attachments: tuple[Attachment, ...] = ()
    """The files of `attachment_ids`, in their order."""
    approval: Approval | None = None
    """Whether a second person was asked, and what they decided."""
    lanes: tuple[Lane, ...] = ()

    @property
    def actors(self) -> frozenset[str]:
        """The ids of its author and of everyone who created or confirmed it."""
        return self.recorded_actors | ({self.author.id} if self.author.id else frozenset())

    @property
    def progress(self) -> Progress:
        return Progress(self.status, self.recipient_count, self.pause_reason, self.finished_at, self.lanes)

    @property
    def halted_by(self) -> str | None:
        """Why nothing of it goes on, or None."""
        return self.progress.halted_by


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person confirmed: the number of recipients, and when to send."""

    recipient_count: int
    hold_seconds: int = 0
    send_at: datetime | None = None
    not_after: datetime | None = None
    sample_size: int | None = None

    def schedule(self, now: datetime, send_within: timedelta) -> tuple[datetime, datetime]:
        """Return the planned start and the latest time. Raise InvalidSchedule if they are not possible."""
        if self.hold_seconds and self.send_at is not None:
            raise InvalidSchedule("Give either `hold_seconds` or `send_at`, not both.")
        if self.send_at is not None and self.send_at < now:
            raise InvalidSchedule("`send_at` lies in the past.")
        if self.send_at is not None and self.send_at > now + FARTHEST_START:
            raise InvalidSchedule("`send_at` lies more than a year ahead.")
        dispatch_at = self.send_at or now + timedelta(seconds=self.hold_seconds)
        not_after = self.not_after or dispatch_at + send_within
        if not_after <= dispatch_at:
            raise InvalidSchedule("`not_after` does not lie after the start.")
        return dispatch_at, not_after

    def at_approval(self, now: datetime) -> "Confirmation":
        """Return the same terms for a batch that is approved now: a start that has passed becomes now."""
        return self if self.send_at is None else replace(self, send_at=max(self.send_at, now))

    def sample_of(self, recipients: int) -> int | None:
        """Return how many are sent first, or None if all are: no sample was asked for, or it would be everybody."""
        return None if self.sample_size is None or self.sample_size >= recipients else self.sample_size

    def to_json(self) -> dict[str, Any]:
        """The body that a repeated confirm must equal."""
        return {
            "recipient_count": self.recipient_count,
            "hold_seconds": self.hold_seconds,
            "send_at": self.send_at and self.send_at.isoformat(),
            "not_after": self.not_after and self.not_after.isoformat(),
            "sample_size": self.sample_size,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Confirmation":
        return cls(
            data["recipient_count"],
            data["hold_seconds"],
            data["send_at"] and datetime.fromisoformat(data["send_at"]),
            data["not_after"] and datetime.fromisoformat(data["not_after"]),
            data["sample_size"],
        )
