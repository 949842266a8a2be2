"""The life of a mass reply as it is published: confirmed once, and one end for each time that it ended."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from app.dev.history.evidence import Evidence, MassReply
from app.dev.history.published import published_statuses
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbox import EventType

CONFIRMED, COMPLETED, CANCELLED = (
    EventType.MASS_REPLY_CONFIRMED,
    EventType.MASS_REPLY_COMPLETED,
    EventType.MASS_REPLY_CANCELLED,
)
RETURNED: Final = ("given_back", "deferred", "reported_absent")
"""Outcomes after which an uncertain attempt goes back to the queue, even if everything else had ended."""


def unpublished_ends(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield the mass replies whose beginning or end was not published, or too often."""
    if not evidence.rows and not evidence.events:
        return
    published = Counter((event.mass_reply, event.type) for event in evidence.events)
    reopened = _reopened(evidence)
    for batch in evidence.mass_replies:
        for type_, least, most in _expected(batch, reopened[batch.id]):
            times = published[batch.id, type_]
            if not least <= times <= most:
                wanted = least if least == most else f"{least} to {most}"
                yield batch.id, f"Others were told {times} times of {type_}; it must be {wanted}."


def _expected(batch: MassReply, reopened: int) -> Iterator[tuple[EventType, int, int]]:
    """Yield how often each event must be published, at least and at most."""
    yield CONFIRMED, int(batch.confirmed), int(batch.confirmed)
    completed, cancelled = (
        int(batch.status == status) for status in (MassReplyStatus.COMPLETED, MassReplyStatus.CANCELLED)
    )
    yield COMPLETED, completed, completed + reopened
    yield CANCELLED, cancelled, cancelled


def _reopened(evidence: Evidence) -> Mapping[str, int]:
    """How often work may have come back to each mass reply after its end: by people, and by what was learned late."""
    found = Counter(evidence.retried)
    published = published_statuses(evidence)
    for row in evidence.rows.values():
        found[row.mass_reply] += sum(decision.send_again or decision.outcome == "sent" for decision in row.decisions)
        if DeliveryStatus.UNCERTAIN in published.get(row.id, ()):
            found[row.mass_reply] += sum(attempt.outcome in RETURNED for attempt in row.attempts)
    return found
