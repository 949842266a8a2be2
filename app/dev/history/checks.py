"""What must be true of every delivery of a run. Each check yields the violations, each with the id concerned."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from app.dev.history.evidence import UNFINISHED, Call, Evidence, Row
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus

ENDED: Final = (MassReplyStatus.COMPLETED, MassReplyStatus.CANCELLED, MassReplyStatus.EXPIRED)
MOST_FILES: Final = 10
"""Files that one message of a mass reply may have that is not judged here."""
NOT_SENT: Final = frozenset({DeliveryStatus.FAILED, DeliveryStatus.CANCELLED, DeliveryStatus.SKIPPED})
SILENT_PROVIDER: Final = "webchat"
"""Carries nothing: its message is the reply on the timeline, so that no journal has it."""
STAYED_HERE: Final = frozenset({"given_back", "deferred", "refused"})
"""Outcomes of an attempt that say that no message of it left."""


def lost(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Confirmed, and without a final state."""
    known = {batch.id for batch in evidence.mass_replies}
    for each in evidence.confirmed:
        if each.mass_reply not in known:
            yield each.mass_reply, "It was confirmed, and the API does not know this mass reply."
    for id_ in evidence.conversations:
        said = evidence.reported.get(id_)
        if said is None:
            yield id_, "It was confirmed, and the API does not know it."
        elif said.status in UNFINISHED:
            yield id_, f"It was confirmed, and still is {said.status}."


def duplicated(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Providers accepted it more than once, and no person allowed that."""
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
    """A provider was called for a message that was never confirmed."""
    confirmed = evidence.conversations.keys() | evidence.others.keys()
    for id_ in {call.delivery for call in evidence.journal if call.accepted and call.delivery} - confirmed:
        yield id_, "A provider took it, and nobody had confirmed it."
    yield from _unnamed(evidence)
    for each in evidence.confirmed:
        batch = next((batch for batch in evidence.mass_replies if batch.id == each.mass_reply), None)
        if batch is not None and batch.recipients != len(each.deliveries):
            yield batch.id, f"{len(each.deliveries)} recipients were confirmed; the API says {batch.recipients}."


def _unnamed(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """A message that names no delivery, and is no file that came after a text to the same recipient.

    Whether it had files only the database knows.
    """
    if not evidence.rows:
        return
    files: Counter[str] = Counter()
    for call in evidence.journal:
        if call.delivery in evidence.others:
            files[call.recipient] += MOST_FILES
        elif (row := evidence.rows.get(call.delivery or "")) and row.mass_reply in evidence.frozen:
            files[call.recipient] += evidence.frozen[row.mass_reply].files
        elif call.accepted and call.delivery is None:
            files[call.recipient] -= 1
            if files[call.recipient] < 0:
                yield call.recipient, "A provider took a message that names no delivery."


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
    yield from _false_ends(evidence)


def _needs_no_provider(row: Row) -> bool:
    by_person = any(attempt.outcome == "marked_sent" for attempt in row.attempts)
    return row.provider == SILENT_PROVIDER or by_person


def _known_to_bounce(row: Row) -> bool:
    decided_by_person = any(decision.outcome == "not_sent" for decision in row.decisions)
    return decided_by_person or any(attempt.outcome == "reported_failed" for attempt in row.attempts)


def _false_attempts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """An attempt that is reported as not sent, although a provider accepted its message."""
    for call in evidence.journal:
        row = evidence.rows.get(call.delivery or "")
        if row is None or not call.accepted:
            continue
        for attempt in row.attempts:
            if attempt.epoch == call.epoch and attempt.outcome in STAYED_HERE:
                yield row.id, f"Attempt {attempt.epoch} is {attempt.outcome}, and a provider took it."


def _false_ends(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """A mass reply that is not over although all its messages are, or the other way round."""
    for batch in evidence.mass_replies:
        over = not any(batch.counts.get(status) for status in UNFINISHED)
        if batch.finished is not over:
            yield batch.id, f"It is {'' if batch.finished else 'not '}over, and the API counts {dict(batch.counts)}."
        if batch.finished is not (batch.status in ENDED):
            yield batch.id, f"The API says {batch.status}, and that it is {'' if batch.finished else 'not '}over."
