"""What a mass reply promised before it was confirmed, compared with its results and with what the sandbox received."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.dev.samples import Ending
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus
from app.domain.preflight import PreflightWarning
from app.domain.words import Channel, ReasonCode

Skips = Mapping[tuple[ReasonCode, Channel], int]


@dataclass(frozen=True, slots=True)
class Promise:
    """The counts of a preview, or of a mass reply that awaits its confirmation."""

    selected: int
    recipients: int
    recipients_by_channel: Mapping[Channel, int]
    skipped: Skips
    dropped: Mapping[Channel, int]
    """How many get the text without the file."""
    sms_segments: int
    warnings: Sequence[str]
    samples: Sequence[tuple[Channel, str]] = field(repr=False)

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        preflight = answer["preflight"]
        return cls(
            selected=answer["selected_count"],
            recipients=answer["recipient_count"],
            recipients_by_channel={Channel(each["channel"]): each["recipients"] for each in preflight["by_channel"]},
            skipped={
                (ReasonCode(each["code"]), Channel(each["channel"])): each["count"] for each in preflight["skipped"]
            },
            dropped={
                Channel(each["channel"]): each["count"]
                for each in preflight["warnings"]
                if each["code"] == PreflightWarning.ATTACHMENT_DROPPED
            },
            sms_segments=preflight["billable"]["sms_segments"],
            warnings=[f"{each['count']} on {each['channel']}: {each['detail']}" for each in preflight["warnings"]],
            samples=[(Channel(each["channel"]), each["text"]) for each in preflight["samples"]],
        )


@dataclass(frozen=True, slots=True)
class PromisedResult:
    """What came of one conversation."""

    delivery_id: str
    external_id: str
    contact: str
    channel: Channel
    status: DeliveryStatus
    reason: ReasonCode | None
    words: str
    """Why, for a person."""
    attempts: int
    dropped: bool = False
    """Whether the file was left out."""

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        reason = answer["reason"]
        return cls(
            delivery_id=answer["id"],
            external_id=answer["external_id"],
            contact=answer["contact_name"] or "",
            channel=Channel(answer["channel"]),
            status=DeliveryStatus(answer["status"]),
            reason=ReasonCode(reason["code"]) if reason else None,
            words=reason["detail"] if reason else "",
            attempts=answer["attempts"],
            dropped=bool(answer["dropped_attachments"]),
        )

    @property
    def ending(self) -> Ending:
        return Ending(self.status, self.reason)


@dataclass(frozen=True, slots=True)
class Received:
    """What the sandbox took: its messages, and those deliveries that it took more than once."""

    accepted: Sequence[str]
    """Delivery ids, one for each message."""

    @classmethod
    def read(cls, journal: Mapping[str, Any]) -> Self:
        # A file that is a message of its own, as at Meta, names no delivery: that is its text.
        taken = (entry["delivery_id"] for entry in journal["entries"] if entry["outcome"] == "accepted")
        return cls([delivery_id for delivery_id in taken if delivery_id])

    @property
    def duplicates(self) -> Sequence[str]:
        return [id_ for id_, count in Counter(self.accepted).items() if count > 1]


def breaches(
    promise: Promise, results: Sequence[PromisedResult], received: Received, endings: Mapping[str, Ending]
) -> list[str]:
    """Name everything that is not as it was promised; `endings` by the conversation's external id."""
    return [
        *_selection(promise, results, endings),
        *_skips(promise, results),
        *_dropped(promise, results),
        *_messages(results, received),
        *_endings(results, endings),
    ]


def _selection(promise: Promise, results: Sequence[PromisedResult], endings: Mapping[str, Ending]) -> Iterator[str]:
    if not promise.selected == len(results) == len(endings):
        yield f"{len(endings)} conversations match, {promise.selected} were promised, {len(results)} have a result."
    if {result.external_id for result in results} != endings.keys():
        yield "The conversations with a result are not those that match."
    if len({result.external_id for result in results}) != len(results):
        yield "A conversation has two results."


def _skips(promise: Promise, results: Iterable[PromisedResult]) -> Iterator[str]:
    skipped = Counter((r.reason, r.channel) for r in results if r.status is DeliveryStatus.SKIPPED)
    if skipped != Counter(promise.skipped):
        yield f"Skipped were {dict(skipped)}; promised was {dict(promise.skipped)}."
    if promise.recipients != promise.selected - skipped.total():
        yield f"{promise.recipients} recipients were promised, and {skipped.total()} of {promise.selected} skipped."


def _dropped(promise: Promise, results: Iterable[PromisedResult]) -> Iterator[str]:
    dropped = Counter(result.channel for result in results if result.dropped)
    if dropped != Counter(promise.dropped):
        yield f"The file was left out for {dict(dropped)}; promised was {dict(promise.dropped)}."


def _messages(results: Iterable[PromisedResult], received: Received) -> Iterator[str]:
    by_id = {result.delivery_id: result for result in results}
    accepted = set(received.accepted)
    if received.duplicates:
        yield f"The sandbox received {len(received.duplicates)} of the messages more than once."
    for id_ in sorted(accepted - by_id.keys()):
        yield f"The sandbox received a message that belongs to no result: {id_}."
    for id_, result in by_id.items():
        if result.status in ACCEPTED and id_ not in accepted and result.channel is not Channel.CHAT:
            yield f"{result.external_id} is reported as {result.status}, but the sandbox has no message for it."
        if result.status is DeliveryStatus.SKIPPED and id_ in accepted:
            yield f"{result.external_id} is reported as skipped, but the sandbox received a message for it."


def _endings(results: Iterable[PromisedResult], endings: Mapping[str, Ending]) -> Iterator[str]:
    for result in results:
        expected = endings.get(result.external_id)
        if expected is not None and not expected.is_met_by(result.ending):
            yield f"{result.external_id} is {_said(result.ending)}; it should be {_said(expected)}."


def _said(ending: Ending) -> str:
    return f"{ending.status} ({ending.reason})" if ending.reason else ending.status
