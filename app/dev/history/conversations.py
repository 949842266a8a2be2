"""What a reply leaves on its conversation: an entry, a note, and one flip, each of which is published once.

A flip marks the conversation as engaged, and as done if that was asked, unless the customer has written meanwhile. It
remembers which version of a field it left. So the conversation's own values and versions say whether it took place, and
whether it was given back when the reply turned out not to have arrived. What was published of a conversation is a
chain: each change begins where the one before has ended, and the last one ends where the conversation stands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from app.dev.history.evidence import Evidence, Row, Standing
from app.dev.history.published import published_replies, published_statuses, times_sent
from app.domain.delivery_lifecycle import ACCEPTED
from app.domain.outbox import EventType

WANTED: Final = {"engagement": "engaged", "status": "done"}
"""The values that a flip sets."""
WITHHELD: Final = "skipped_customer_replied"
FLIPPED: Final = ("applied", WITHHELD)


class FieldChange(NamedTuple):
    """A published change of one field of a conversation."""

    place: tuple[bool, int]
    by: str | None
    """The mass reply that made it, or None for anybody else."""
    field: str
    before: str | None
    after: str | None


PublishedChanges = Mapping[str, list[FieldChange]]
"""By conversation, in their order."""


def timeline(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Sent without exactly one reply, one note, one flip and one event, or any of them for what was not sent."""
    written, statuses, published = (
        published_replies(evidence),
        published_statuses(evidence),
        _published_changes(evidence),
    )
    created = {
        subject.get("delivery_id"): event.place
        for event in evidence.events
        if event.type == EventType.MESSAGE_CREATED
        for subject in event.subjects
    }
    for id_, row in evidence.rows.items():
        sent = id_ in evidence.reported and evidence.reported[id_].counts_as_sent
        times = times_sent(row, statuses.get(id_, ()))
        wanted = 1 if sent else int(times > 0)
        if row.replies != wanted:
            yield id_, f"Its timeline has {row.replies} replies; it must have {wanted}."
        if evidence.events and written[id_] != wanted:
            yield id_, f"Others were told of {written[id_]} replies; there is {wanted}."
        if bool(row.notes) is not bool(wanted) or row.notes > max(times, wanted):
            yield id_, f"Its timeline says {row.notes} times that it was sent; it was {max(times, wanted)} times."
        yield from ((id_, what) for what in _flip(evidence, row, was_sent=bool(wanted)))
        yield from ((id_, what) for what in _flips_published(row, published, max(times, wanted)))
        if times == 1:
            yield from ((id_, what) for what in _found_alike(evidence, row, published, created.get(id_)))
    yield from _conversations(evidence, published)


def _flip(evidence: Evidence, row: Row, *, was_sent: bool) -> Iterator[str]:
    """Yield what is wrong with a delivery's changes of its conversation, apart from its present state."""
    if not was_sent:
        if row.flips:
            yield f"It was not sent, and its conversation was flipped: {row.flips}."
        return
    if row.flips not in FLIPPED and (row.flips != "restored" or row.status in ACCEPTED):
        yield f"Its conversation was {row.flips or 'not flipped'}, and it is {row.status}."
        return
    frozen, stands = evidence.frozen.get(row.mass_reply), evidence.conversations_now.get(row.conversation)
    if frozen is None or stands is None:
        yield "The database says nothing of its mass reply or of its conversation."
        return
    if row.flips == WITHHELD and (stands.wrote_at is None or stands.wrote_at <= frozen.at):
        yield "Its conversation was not flipped because the customer had written, and the customer has not."
    fields = ("engagement", "status") if frozen.mark_as_done else ("engagement",)
    if row.flips == "applied" and (missing := [field for field in fields if field not in row.reached]):
        yield f"Its flip did not set {' and '.join(missing)}."
    yield from _standing(evidence, row, stands)


def _standing(evidence: Evidence, row: Row, stands: Standing) -> Iterator[str]:
    """Return the state that a delivery's flip gives its conversation, unless somebody has changed it since."""
    for field, version in row.reached.items():
        value, now = stands.values[field], stands.versions[field]
        if now < version:
            yield f"Its flip left {field} at change {version}, and the conversation is at {now}."
        elif now == version and row.status in ACCEPTED and value != WANTED[field]:
            yield f"It flipped {field}, nobody has changed that since, and it is {value}."
        elif now == version and _should_be_restored(evidence, row, field):
            yield f"It did not arrive, and {field} is still as its flip left it: {value}."


def _should_be_restored(evidence: Evidence, row: Row, field: str) -> bool:
    """Return whether a delivery changed a field, no longer counts as sent, and no other delivery holds the field."""
    held = (
        each.status in ACCEPTED and each.reached.get(field) == row.reached[field] for each in _of_same(evidence, row)
    )
    return row.status not in ACCEPTED and field in row.restores and not any(held)


def _of_same(evidence: Evidence, row: Row) -> Sequence[Row]:
    return evidence.by_conversation[row.conversation]


def _published_changes(evidence: Evidence) -> PublishedChanges:
    found: PublishedChanges = defaultdict(list)
    for event in sorted(evidence.updates, key=lambda event: event.place):
        for subject in event.subjects:
            changed = subject.get("changed", {})
            for field in changed.keys() & WANTED.keys():
                found[str(subject["conversation_id"])].append(
                    FieldChange(event.place, event.mass_reply, field, *changed[field])
                )
    return found


def _flips_published(row: Row, published: PublishedChanges, times: int) -> Iterator[str]:
    """Check that each flip that changed something was published once."""
    ours = Counter(
        change.field
        for change in published.get(row.conversation, ())
        if change.by == row.mass_reply and change.after == WANTED[change.field] != change.before
    )
    for field in WANTED:
        if ours[field] > times:
            yield f"Others were told {ours[field]} times that it flipped {field}; it was sent {times} times."
        if field in row.restores and not ours[field]:
            yield f"It flipped {field}, and nobody was told."


def _found_alike(
    evidence: Evidence, row: Row, published: PublishedChanges, place: tuple[bool, int] | None
) -> Iterator[str]:
    """A flip that changed nothing has found the field as it wanted it."""
    stands = evidence.conversations_now.get(row.conversation)
    if place is None or stands is None:
        return
    for field in row.reached.keys() - row.restores.keys():
        changes = [change for change in published.get(row.conversation, ()) if change.field == field]
        earlier = [change.after for change in changes if change.place < place]
        later = [change.before for change in changes if change.place > place]
        value = (*earlier[-1:], *later[:1], stands.values[field])[0]
        if value != WANTED[field]:
            yield f"Its flip has not changed {field}, and that was {value}."


def _conversations(evidence: Evidence, published: PublishedChanges) -> Iterator[tuple[str, str]]:
    """Check that each published change follows from the one before, up to where the conversation stands."""
    first = {row.conversation: id_ for id_, row in evidence.rows.items()}
    for conversation, stands in evidence.conversations_now.items():
        last: dict[str, str | None] = {}
        for change in published.get(conversation, ()):
            yield from ((first[conversation], what) for what in _follows(last, change.field, change.before))
            last[change.field] = change.after
        for field in WANTED:
            yield from ((first[conversation], what) for what in _follows(last, field, stands.values[field]))


def _follows(last: Mapping[str, str | None], field: str, value: str | None) -> Iterator[str]:
    if last.get(field, value) != value:
        yield f"Others were told that its conversation's {field} is {last[field]}, and then it was {value}."
