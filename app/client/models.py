"""A mass reply, read from the server's response.

Codes stay texts and are compared with the enums that we know: a newer server may have others.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.client.exit_codes import Exit, reading
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus

Counts = Mapping[str, int]

_S = DeliveryStatus
_WAITING = (_S.QUEUED, _S.SENDING)
_HALTED = frozenset({MassReplyStatus.PAUSED, MassReplyStatus.AWAITING_APPROVAL, MassReplyStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class ChannelPreflight:
    channel: str
    selected: int
    recipients: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Why some are skipped, or get a warning."""

    code: str
    channel: str
    count: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MessageSample:
    channel: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preflight:
    by_channel: Sequence[ChannelPreflight]
    skipped: Sequence[Remark]
    warnings: Sequence[Remark]
    billable: Counts
    samples: Sequence[MessageSample]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        return cls(
            by_channel=[
                ChannelPreflight(each["channel"], each["selected"], each["recipients"])
                for each in answer["by_channel"] or ()
            ],
            skipped=[Remark(each["code"], each["channel"], each["count"]) for each in answer["skipped"]],
            warnings=[
                Remark(each["code"], each["channel"], each["count"], each["detail"]) for each in answer["warnings"]
            ],
            billable=answer["billable"],
            samples=[MessageSample(each["channel"], each["text"]) for each in answer["samples"]],
        )


@dataclass(frozen=True, slots=True)
class Lane:
    account: str | None
    channel: str
    state: str
    reason: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Batch:
    """A mass reply at one moment."""

    id: str
    status: str
    selected: int
    recipients: int | None
    """None while it is being prepared, and so is the preflight."""
    preflight: Preflight | None
    lanes: Sequence[Lane]
    billed: Counts
    pause_reason: str | None
    dispatch_at: str | None
    is_finished: bool
    answer: Mapping[str, Any] = field(repr=False)
    """The server's whole response."""

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Read a response. Raise Unreachable if it is not this service's."""
        with reading():
            return cls._read(answer)

    @classmethod
    def _read(cls, answer: Mapping[str, Any]) -> Self:
        return cls(
            id=answer["id"],
            status=answer["status"],
            selected=answer["selected_count"],
            recipients=answer["recipient_count"],
            preflight=answer["preflight"] and Preflight.read(answer["preflight"]),
            lanes=[
                Lane(each["channel_account"], each["channel"], each["state"], each["reason"], each["counts"])
                for each in answer["lanes"]
            ],
            billed=answer["billed"],
            pause_reason=answer["pause_reason"],
            dispatch_at=answer["dispatch_at"],
            is_finished=answer["finished_at"] is not None,
            answer=answer,
        )

    @property
    def counts(self) -> Counts:
        return _sum(lane.counts for lane in self.lanes)

    @property
    def counts_by_channel(self) -> Mapping[str, Counts]:
        channels = dict.fromkeys(lane.channel for lane in self.lanes)
        return {name: _sum(lane.counts for lane in self.lanes if lane.channel == name) for name in channels}

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more happens unless a person acts, and no call is in flight."""
        halted = self.status in _HALTED or (self.status == MassReplyStatus.SENDING and self.pause_reason is not None)
        return self.is_finished or (halted and not self.counts[_S.SENDING])

    @property
    def exit(self) -> Exit:
        """The exit status of a command that waited until it is at rest."""
        if self.status in (MassReplyStatus.CANCELLED, MassReplyStatus.EXPIRED):
            return Exit.CANCELLED
        if self.status != MassReplyStatus.COMPLETED:
            return Exit.STANDS_STILL
        if self.counts[_S.UNCERTAIN]:
            return Exit.UNCERTAIN
        return Exit.FAILED if self.counts[_S.FAILED] else Exit.DONE


def _sum(parts: Iterable[Counts]) -> Counts:
    total: Counter[str] = Counter()
    for counts in parts:
        total.update(counts)
    return total


def done(counts: Counts) -> int:
    """How many recipients have a result."""
    return recipients(counts) - sum(counts[status] for status in _WAITING)


def recipients(counts: Counts) -> int:
    return sum(counts.values()) - counts[_S.SKIPPED]
