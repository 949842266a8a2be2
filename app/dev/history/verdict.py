"""The verdict on a run: what is wrong, how much of it, and the whole story of the first fault."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.dev.history import checks
from app.dev.history.conversations import timeline
from app.dev.history.counts import miscounted
from app.dev.history.ends import unpublished_ends
from app.dev.history.evidence import EVER, Evidence, Row
from app.dev.history.published import order, published_statuses, unpublished
from app.dev.history.rates import too_fast
from app.dev.history.trace import trace
from app.domain.delivery_lifecycle import DeliveryStatus


class Kind(StrEnum):
    LOST = "lost"
    DUPLICATED = "duplicated"
    UNEXPECTED = "unexpected"
    FALSE = "false"
    MISCOUNTED = "miscounted"
    TIMELINE = "timeline"
    ORDER = "order"
    UNTOLD = "untold"
    TRACE = "trace"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    kind: Kind
    subject: str
    """The id of a delivery, or of a mass reply."""
    what: str


Check = Callable[[Evidence], Iterator[tuple[str, str]]]


def faults_of(evidence: Evidence) -> list[BrokenPromise]:
    """Return everything that is wrong; empty for a good history."""
    return [BrokenPromise(kind, subject, what) for kind, check in CHECKS for subject, what in check(evidence)]


CHECKS: Final[Sequence[tuple[Kind, Check]]] = (
    (Kind.LOST, checks.lost),
    (Kind.DUPLICATED, checks.duplicated),
    (Kind.UNEXPECTED, checks.unexpected),
    (Kind.FALSE, checks.false),
    (Kind.MISCOUNTED, miscounted),
    (Kind.TIMELINE, timeline),
    (Kind.ORDER, order),
    (Kind.UNTOLD, unpublished),
    (Kind.UNTOLD, unpublished_ends),
    (Kind.TRACE, trace),
    (Kind.RATE, too_fast),
)


@dataclass(frozen=True, slots=True)
class HistoryVerdict:
    faults: Sequence[BrokenPromise]
    figures: Mapping[str, int]

    @property
    def good(self) -> bool:
        return not self.faults

    @property
    def by_kind(self) -> Mapping[Kind, int]:
        """How many deliveries, or mass replies, are at fault in each way."""
        subjects = {(fault.kind, fault.subject) for fault in self.faults}
        found = Counter(kind for kind, _ in subjects)
        return {kind: found[kind] for kind in Kind}


def judge(evidence: Evidence) -> HistoryVerdict:
    """Return the verdict, its faults in the order in which the deliveries were first attempted."""

    def began(fault: BrokenPromise) -> datetime:
        row = evidence.rows.get(fault.subject)
        return row.attempts[0].started_at if row and row.attempts else EVER

    figures = {
        "confirmed": len(evidence.conversations),
        "calls to providers": len(evidence.journal),
        "taken by providers": sum(call.accepted for call in evidence.journal),
        **{f"{status}": len(evidence.of(status)) for status in DeliveryStatus},
        "attempts": sum(len(row.attempts) for row in evidence.rows.values()),
        "receipts": sum(len(row.receipts) for row in evidence.rows.values()),
        "events": len(evidence.events),
        "webhooks": len(evidence.hooks or ()),
    }
    return HistoryVerdict(
        sorted(faults_of(evidence), key=began), {name: count for name, count in figures.items() if count}
    )


def lines(evidence: Evidence, verdict: HistoryVerdict) -> Iterator[str]:
    """Write the verdict for a person: the figures, each kind of fault, and the first one with all that is known."""
    yield ", ".join(f"{name} {count}" for name, count in verdict.figures.items())
    yield ", ".join(f"{kind} {count}" for kind, count in verdict.by_kind.items())
    if not verdict.faults:
        yield "Nothing is wrong."
        return
    first = verdict.faults[0]
    yield f"The first fault is {first.kind}, of {first.subject}: {first.what}"
    for other in verdict.faults[1:]:
        if other.subject == first.subject:
            yield f"  also {other.kind}: {other.what}"
    yield from account(evidence, first.subject)


def account(evidence: Evidence, delivery: str) -> Iterator[str]:
    """Tell all that is known of a delivery, in the order of time."""
    said, row = evidence.reported.get(delivery), evidence.rows.get(delivery)
    yield f"  It was {'' if delivery in evidence.conversations else 'not '}confirmed."
    history = [
        (call.at, f"a provider {'took' if call.accepted else 'refused'} attempt {call.epoch or '?'}")
        for call in evidence.journal
        if call.delivery == delivery
    ]
    history += _history(row) if row else []
    for at, what in sorted(history):
        yield f"  {at.isoformat()} {what}"
    if published := published_statuses(evidence).get(delivery):
        yield f"  Others were told: {', '.join(published)}."
    if row:
        yield f"  The timeline has {row.replies} replies and {row.notes} notes that it was sent; flips: {row.flips}."
    yield f"  The API says {said.status if said else 'nothing'}."


def _history(row: Row) -> list[tuple[datetime, str]]:
    attempts = [(each.started_at, f"attempt {each.epoch} claimed; it ended as {each.outcome}") for each in row.attempts]
    receipts = [
        (each.settled_at, f"receipt {each.kind} of attempt {each.epoch}: {each.outcome}") for each in row.receipts
    ]
    decisions = [
        (each.decided_at, f"a person says {each.outcome}{', send again' if each.send_again else ''}")
        for each in row.decisions
    ]
    return [*attempts, *receipts, *decisions]
