"""What a mass reply in which workers are only restarted left uncertain, and what happened to workers meanwhile."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.dev.history.evidence import EVER, Event, Evidence
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbox import EventType


@dataclass(frozen=True, slots=True)
class Restart:
    """A worker that got SIGTERM, and was started again once it had ended."""

    worker: str
    sigterm_at: datetime
    ended_at: datetime
    status: int
    last_words: str = ""
    """The last line of its log."""

    def __str__(self) -> str:
        return f"{self.worker}: SIGTERM at {_clock(self.sigterm_at)}, ended at {_clock(self.ended_at)}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery that was uncertain, if only for a while."""

    delivery: str
    provider: str
    reason: str
    claimed_at: datetime
    since: datetime


def doubts(evidence: Evidence, mass_reply: str) -> list[Doubt]:
    """Return every time that a delivery of a mass reply became uncertain, whatever became of it later."""
    events = (each for each in evidence.events if each.mass_reply == mass_reply)
    updates = (each for each in events if each.type == EventType.DELIVERIES_UPDATED)
    return [doubt for event in updates for doubt in _doubts(evidence, event)]


def _doubts(evidence: Evidence, event: Event) -> Iterator[Doubt]:
    for subject in event.subjects:
        row = evidence.rows.get(str(subject["delivery_id"]))
        if row is not None and subject["status"] == DeliveryStatus.UNCERTAIN:
            since = event.at or EVER
            claims = [attempt.started_at for attempt in row.attempts if attempt.started_at <= since]
            yield Doubt(
                row.id, row.provider or row.channel, str(subject.get("reason")), max(claims, default=since), since
            )


def in_words(found: Sequence[Doubt], restarts: Sequence[Restart]) -> Iterator[str]:
    """Say of each group that became uncertain together why, when, and which workers stopped meanwhile."""
    groups: dict[tuple[datetime, str, str], list[Doubt]] = defaultdict(list)
    for doubt in found:
        groups[doubt.since, doubt.provider, doubt.reason].append(doubt)
    for (since, provider, reason), group in sorted(groups.items()):
        claimed = min(doubt.claimed_at for doubt in group)
        stops = [str(each) for each in restarts if each.sigterm_at <= since and each.ended_at >= claimed]
        yield (
            f"{provider}: {len(group)} {reason} at {_clock(since)}, claimed from {_clock(claimed)} on "
            f"(the first is {group[0].delivery}); {'; '.join(stops) or 'no worker got SIGTERM meanwhile'}"
        )


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S.%f}"[:-3]
