"""Counts that must be the number of what they count, and bills that must be for what was sent."""

from collections import Counter
from collections.abc import Iterator, Mapping

from app.dev.history.evidence import Evidence, Row
from app.dev.history.published import published_statuses, times_sent
from app.domain.delivery_lifecycle import ACCEPTED


def miscounted(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Counts that are not the number of the deliveries in that state, and wrong bills."""
    yield from _by_api(evidence)
    yield from _by_lanes(evidence)
    published = published_statuses(evidence)
    for row in evidence.rows.values():
        yield from _billed(row, times_sent(row, published.get(row.id, ())))


def _by_api(evidence: Evidence) -> Iterator[tuple[str, str]]:
    ours = _mass_replies(evidence)
    for batch in evidence.mass_replies:
        states = Counter(said.status.value for id_, said in evidence.reported.items() if ours[id_] == batch.id)
        for name, count in batch.counts.items():
            if count != states[name]:
                yield batch.id, f"The API counts {count} {name}; {states[name]} are."
        if sum(batch.counts.values()) != batch.selected:
            yield batch.id, f"The counts sum to {sum(batch.counts.values())}; {batch.selected} were selected."


def _by_lanes(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The database's own counters, of every mass reply that has deliveries."""
    rows = Counter((row.mass_reply, row.status.value) for row in evidence.rows.values())
    counted = {(id_, name): count for id_, lane in evidence.lanes.items() for name, count in lane.items()}
    for id_, name in sorted(rows.keys() | counted.keys()):
        if rows[id_, name] != counted.get((id_, name), 0):
            yield id_, f"The lanes count {counted.get((id_, name), 0)} {name}; {rows[id_, name]} are."


def _billed(row: Row, times: int) -> Iterator[tuple[str, str]]:
    # A delivery that is sent again after a failure has been sent, although its time of sending is cleared.
    if row.times_billed and not (times or row.sent_at or row.status in ACCEPTED):
        yield row.id, "It is billed and was not sent."
    elif row.times_billed > max(times, 1):
        yield row.id, f"It is billed {row.times_billed} times, and was sent {times} times."
    if row.status in ACCEPTED and not row.times_billed:
        yield row.id, "It was sent and is not billed."


def _mass_replies(evidence: Evidence) -> Mapping[str, str]:
    """Which mass reply each reported delivery belongs to."""
    only = evidence.mass_replies[0].id if len(evidence.mass_replies) == 1 else ""
    known = {id_: row.mass_reply for id_, row in evidence.rows.items()}
    confirmed = {id_: each.mass_reply for each in evidence.confirmed for id_ in each.deliveries}
    return {id_: known.get(id_) or confirmed.get(id_) or only for id_ in evidence.reported}
