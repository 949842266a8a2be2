"""What must be true of every delivery of a run. Each check yields what is not, with the id that it is about."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from app.dev.history.evidence import UNFINISHED, Call, Evidence, Row
from app.dev.history.published import published_replies, published_statuses
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus

NOT_SENT: Final = frozenset({DeliveryStatus.FAILED, DeliveryStatus.CANCELLED, DeliveryStatus.SKIPPED})
SILENT_PROVIDER: Final = "webchat"
"""Carries nothing: its message is the reply on the timeline, so that no journal has it."""
STAYED_HERE: Final = frozenset({"given_back", "deferred", "refused"})
"""Outcomes of an attempt that say that no message of it left."""


def lost(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Confirmed, and without a final state."""
    for id_ in evidence.conversations:
        said = evidence.reported.get(id_)
        if said is None:
            yield id_, "It was confirmed, and the API does not know it."
        elif said.status in UNFINISHED:
            yield id_, f"It was confirmed, and still is {said.status}."


def duplicated(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Providers accepted it more often than once, and nobody allowed that."""
    for confirmed in evidence.confirmed:
        taken: dict[str, list[str]] = defaultdict(list)
        for call in evidence.journal:
            conversation = confirmed.deliveries.get(call.delivery or "")
            if call.accepted and call.delivery and conversation and not _bounced(evidence, call):
                taken[conversation].append(call.delivery)
        for deliveries in taken.values():
            allowed = 1 + sum(_copies_allowed(evidence.rows.get(id_)) for id_ in set(deliveries))
            if len(deliveries) > allowed:
                yield deliveries[0], f"Providers took it {len(deliveries)} times; {allowed} may be."


def _bounced(evidence: Evidence, call: Call) -> bool:
    """Whether the provider says that this very message did not arrive."""
    row = evidence.rows.get(call.delivery or "")
    return row is not None and any(a.epoch == call.epoch and a.outcome == "reported_failed" for a in row.attempts)


def _copies_allowed(row: Row | None) -> int:
    return sum(decision.risks_a_copy for decision in row.decisions) if row else 0


def unexpected(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """A provider was called for a message that nobody confirmed."""
    confirmed = evidence.conversations
    for id_ in {call.delivery for call in evidence.journal if call.accepted and call.delivery} - confirmed.keys():
        yield id_, "A provider took it, and nobody had confirmed it."
    for each in evidence.confirmed:
        batch = next((batch for batch in evidence.mass_replies if batch.id == each.mass_reply), None)
        if batch is not None and batch.recipients != len(each.deliveries):
            yield batch.id, f"{len(each.deliveries)} recipients were confirmed; the API says {batch.recipients}."


def false(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Said to be sent and no provider took it, or said not to be sent and one did; or two witnesses disagree."""
    taken = {call.delivery for call in evidence.journal if call.accepted}
    for id_, said in evidence.reported.items():
        row = evidence.rows.get(id_)
        if said.status in ACCEPTED and id_ not in taken and not (row and _needs_no_provider(row)):
            yield id_, f"The API says {said.status}, and no provider took it."
        if said.status in NOT_SENT and not said.was_sent and id_ in taken and not (row and _known_to_bounce(row)):
            yield id_, f"The API says {said.status}, and a provider took it."
        if row is not None and row.status is not said.status:
            yield id_, f"The API says {said.status}, the database {row.status}."
    yield from _false_attempts(evidence)


def _needs_no_provider(row: Row) -> bool:
    by_person = any(attempt.outcome == "marked_sent" for attempt in row.attempts)
    return row.provider == SILENT_PROVIDER or by_person


def _known_to_bounce(row: Row) -> bool:
    told_by_person = any(decision.outcome == "not_sent" for decision in row.decisions)
    return told_by_person or any(attempt.outcome == "reported_failed" for attempt in row.attempts)


def _false_attempts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """An attempt that is reported as not sent, although a provider accepted its message."""
    for call in evidence.journal:
        row = evidence.rows.get(call.delivery or "")
        if row is None or not call.accepted:
            continue
        for attempt in row.attempts:
            if attempt.epoch == call.epoch and attempt.outcome in STAYED_HERE:
                yield row.id, f"Attempt {attempt.epoch} is {attempt.outcome}, and a provider took it."


def miscounted(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Counts that are not the number of the deliveries in that state."""
    ours = _mass_replies(evidence)
    for batch in evidence.mass_replies:
        states = Counter(said.status.value for id_, said in evidence.reported.items() if ours[id_] == batch.id)
        for name, count in batch.counts.items():
            if count != states[name]:
                yield batch.id, f"The API counts {count} {name}; {states[name]} are."
        if sum(batch.counts.values()) != batch.selected:
            yield batch.id, f"The counts sum to {sum(batch.counts.values())}; {batch.selected} were selected."
    rows = Counter((row.mass_reply, row.status.value) for row in evidence.rows.values())
    for id_, counters in evidence.lanes.items():
        for name, count in counters.items():
            if count != rows[id_, name]:
                yield id_, f"The lanes count {count} {name}; {rows[id_, name]} are."
    for row in evidence.rows.values():
        if row.times_billed and not (row.sent_at or row.status in ACCEPTED):
            yield row.id, "It is billed and was not sent."
        if row.status in ACCEPTED and not row.times_billed:
            yield row.id, "It was sent and is not billed."


def _mass_replies(evidence: Evidence) -> Mapping[str, str]:
    """Which mass reply each reported delivery belongs to."""
    only = evidence.mass_replies[0].id if len(evidence.mass_replies) == 1 else ""
    known = {id_: row.mass_reply for id_, row in evidence.rows.items()}
    confirmed = {id_: each.mass_reply for each in evidence.confirmed for id_ in each.deliveries}
    return {id_: known.get(id_) or confirmed.get(id_) or only for id_ in evidence.reported}


def timeline(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Sent without exactly one reply, one note, one flip and one event, or any of them for what was not sent."""
    written, changes = published_replies(evidence), published_statuses(evidence)
    for id_, row in evidence.rows.items():
        sent = id_ in evidence.reported and evidence.reported[id_].counts_as_sent
        times = _times_sent(changes[id_])
        wanted = 1 if sent else int(times > 0)
        if row.replies != wanted:
            yield id_, f"Its timeline has {row.replies} replies; it must have {wanted}."
        if evidence.events and written[id_] != wanted:
            yield id_, f"Others were told of {written[id_]} replies; there is {wanted}."
        if bool(row.notes) is not bool(wanted) or row.notes > max(times, wanted):
            yield id_, f"Its timeline says {row.notes} times that it was sent; it was {max(times, wanted)} times."
        if bool(row.flips) is not bool(wanted):
            yield id_, f"Its conversation was {'' if row.flips else 'not '}flipped."


def _times_sent(published: Sequence[DeliveryStatus]) -> int:
    """How often it came to count as sent."""
    before = (DeliveryStatus.QUEUED, *published)
    return sum(was not in ACCEPTED and now in ACCEPTED for was, now in pairwise(before))
