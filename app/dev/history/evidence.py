"""What the witnesses of a run say, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus

EVER: Final = datetime.max.replace(tzinfo=UTC)
UNFINISHED: Final = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.SENDING})


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed: the deliveries that were queued at that moment, each with its conversation."""

    mass_reply: str
    deliveries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reported:
    """What the API reports about a delivery."""

    status: DeliveryStatus
    was_sent: bool
    """A failure that comes later (a bounce) leaves the time of sending behind."""

    @property
    def counts_as_sent(self) -> bool:
        return self.was_sent or self.status in ACCEPTED


@dataclass(frozen=True, slots=True)
class Call:
    """An entry in a provider's journal: one message that reached it."""

    at: datetime
    delivery: str | None
    """None for a file that is a separate message."""
    epoch: int | None
    """The attempt, or None if the provider's messages name only the delivery, as mails do."""
    accepted: bool
    recipient: str = ""
    """The address, with the provider's account that it was sent by."""


@dataclass(frozen=True, slots=True)
class Attempt:
    epoch: int
    started_at: datetime
    outcome: str | None
    """Its last outcome, or None while it is under way."""
    finished_at: datetime | None = None
    """When that outcome was recorded."""


@dataclass(frozen=True, slots=True)
class Receipt:
    kind: str
    epoch: int
    occurred_at: datetime | None
    """By the provider's clock."""
    settled_at: datetime
    outcome: str
    """`applied`, or `absorbed: …`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision about an uncertain delivery."""

    epoch: int
    outcome: str
    send_again: bool
    decided_at: datetime

    @property
    def risks_a_copy(self) -> bool:
        """Whether it allows another attempt although the last one is uncertain."""
        return self.send_again or self.outcome == "not_sent"


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the database has it, with its attempts, receipts and decisions."""

    id: str
    mass_reply: str
    conversation: str
    channel: str
    provider: str | None
    status: DeliveryStatus
    epoch: int
    sent_at: datetime | None = None
    times_billed: int = 0
    account: str | None = None
    units: int = 1
    """What it takes of its account's rate: segments of an SMS."""
    settles_after: datetime | None = None
    """When every holder of its last attempt has certainly stopped, as long as that matters."""
    flips: str | None = None
    reached: Mapping[str, int] = field(default_factory=dict)
    """The fields of the conversation that its flip set, each with its version after that."""
    restores: Mapping[str, str | None] = field(default_factory=dict)
    """The values that its flip has changed."""
    attempts: Sequence[Attempt] = ()
    receipts: Sequence[Receipt] = ()
    decisions: Sequence[Decision] = ()
    replies: int = 0
    """Replies on the conversation's timeline."""
    notes: int = 0
    """System notes there that say that it was sent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands in the end."""

    values: Mapping[str, str | None]
    versions: Mapping[str, int]
    """How often each field was changed, by anyone."""
    wrote_at: datetime | None
    """When its customer wrote last."""


@dataclass(frozen=True, slots=True)
class FrozenMassReply:
    """The order of a mass reply, as the database has it."""

    at: datetime
    """When its recipients were selected."""
    mark_as_done: bool = False
    files: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the outbox."""

    id: str
    position: int | None
    """None until it is read."""
    written: int
    type: str
    mass_reply: str | None
    subjects: Sequence[Mapping[str, Any]] = ()
    at: datetime | None = None
    """When it was written, by the database's clock. None in an export from before that was read."""

    @property
    def place(self) -> tuple[bool, int]:
        """Sort key: the order of publication."""
        return (self.position is None, self.written if self.position is None else self.position)


@dataclass(frozen=True, slots=True)
class Hook:
    """A call that a webhook endpoint accepted."""

    id: str
    type: str
    mass_reply: str | None

    @property
    def event(self) -> str:
        """The event that it delivers. Several calls may deliver one."""
        return self.id.removeprefix("evt_").rpartition("_")[0]


@dataclass(frozen=True, slots=True)
class MassReply:
    """A mass reply as the API has it."""

    id: str
    status: str
    selected: int
    recipients: int
    counts: Mapping[str, int]
    confirmed: bool = True
    finished: bool = True


@dataclass(frozen=True)
class Evidence:
    """All that was seen of a run."""

    confirmed: Sequence[Confirmed]
    reported: Mapping[str, Reported]
    mass_replies: Sequence[MassReply]
    journal: Sequence[Call]
    rows: Mapping[str, Row] = field(default_factory=dict)
    """Empty if the database was not read: then its own facts are not judged."""
    lanes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The counters of each mass reply in the database, summed over its lanes."""
    frozen: Mapping[str, FrozenMassReply] = field(default_factory=dict)
    conversations_now: Mapping[str, Standing] = field(default_factory=dict)
    others: Mapping[str, Row] = field(default_factory=dict)
    """Deliveries of the tenant's other mass replies, which are not judged, without their attempts."""
    rates: Mapping[str, Sequence[tuple[datetime | None, float]]] = field(default_factory=dict)
    """What each account was allowed to send a second, and since when; None for how it stands in the end."""
    events: Sequence[Event] = ()
    updates: Sequence[Event] = ()
    """Everything that was published about changed conversations, whoever changed them."""
    hooks: Sequence[Hook] | None = None
    """None if there was no webhook endpoint."""
    hook_types: frozenset[str] | None = None
    """The types of event that it subscribed to, or None for all."""
    retried: Mapping[str, int] = field(default_factory=dict)
    """How often a person asked for the failed ones of a mass reply to be sent again."""
    cancelled: Mapping[str, datetime] = field(default_factory=dict)
    """When a person was answered that a mass reply is cancelled."""
    settles_after: float | None = None
    """Seconds from a claim until it may be said that it was not sent; None for what the database says of each claim."""

    @cached_property
    def conversations(self) -> dict[str, str]:
        """Every confirmed delivery with its conversation."""
        return {id_: to for each in self.confirmed for id_, to in each.deliveries.items()}

    @cached_property
    def by_conversation(self) -> dict[str, list[Row]]:
        """Every delivery to a conversation, also of mass replies that are not judged."""
        found: dict[str, list[Row]] = {}
        for row in (*self.rows.values(), *self.others.values()):
            found.setdefault(row.conversation, []).append(row)
        return found

    @cached_property
    def quarantines(self) -> dict[str, float]:
        """For each mass reply the shortest time that any of its claims was given, as far as that is on record."""
        found: dict[str, float] = {}
        for row in self.rows.values():
            if row.settles_after is None or not row.attempts or row.attempts[-1].outcome == "worker_lost":
                continue  # that of a worker that is lost begins again when its lease is over
            seconds = (row.settles_after - row.attempts[-1].started_at) / timedelta(seconds=1)
            found[row.mass_reply] = min(seconds, found.get(row.mass_reply, seconds))
        return found

    def quarantine(self, mass_reply: str) -> float:
        """Return the seconds from a claim until it may be said that it was not sent."""
        return self.quarantines.get(mass_reply, 0.0) if self.settles_after is None else self.settles_after

    def of(self, status: DeliveryStatus) -> set[str]:
        return {id_ for id_, said in self.reported.items() if said.status is status}
