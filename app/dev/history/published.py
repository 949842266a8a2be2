"""What a run has published, in the outbox and by webhooks: everything, once it is known, in its order."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.dev.history.evidence import UNFINISHED, Event, Evidence, Row
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus
from app.domain.outbox import EventType


def published_replies(evidence: Evidence) -> Counter[str]:
    created = (event for event in evidence.events if event.type == EventType.MESSAGE_CREATED)
    subjects = (subject for event in created for subject in event.subjects)
    return Counter(str(subject["delivery_id"]) for subject in subjects if subject.get("delivery_id"))


def published_statuses(evidence: Evidence) -> dict[str, list[DeliveryStatus]]:
    """Return each delivery's published statuses in their order."""
    published: dict[str, list[DeliveryStatus]] = defaultdict(list)
    for event in sorted(evidence.events, key=lambda event: event.place):
        for subject in event.subjects if event.type == EventType.DELIVERIES_UPDATED else ():
            published[str(subject["delivery_id"])].append(DeliveryStatus(str(subject["status"])))
    return published


def times_sent(row: Row, published: Sequence[DeliveryStatus]) -> int:
    """Return how often a delivery came to count as sent.

    What a person called sent may go back to the queue. That is not published, so "sent" is published twice in a row.
    """
    before = (DeliveryStatus.QUEUED, *published)
    changes = sum(was not in ACCEPTED and now in ACCEPTED for was, now in pairwise(before))
    again = sum(was in ACCEPTED and now is DeliveryStatus.SENT for was, now in pairwise(before))
    by_person = sum(decision.outcome == "sent" for decision in row.decisions)
    return changes + min(again, by_person)


def order(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Check that the events of a mass reply come in the order in which they happened."""
    unconfirmed = {batch.id for batch in evidence.mass_replies if not batch.confirmed}
    for id_, events in _by_mass_reply(evidence.events).items():
        if events[0].type != EventType.MASS_REPLY_CONFIRMED and id_ not in unconfirmed:
            yield id_, f"The first that is told of it is {events[0].type}, and not that it was confirmed."
        yield from _replies_come_first(events)
        yield from _work_between_ends(id_, events)
        yield from _completed_comes_last(evidence, id_, events)
    yield from _hooks_in_order(evidence)


def _by_mass_reply(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.place):
        if event.mass_reply is not None:
            found[event.mass_reply].append(event)
    return found


def _replies_come_first(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Check that a reply is published before the status that says that it was sent."""
    written: set[str] = set()
    for event in events:
        ids = [(str(s.get("delivery_id", "")), str(s.get("status", ""))) for s in event.subjects]
        if event.type == EventType.MESSAGE_CREATED:
            written |= {id_ for id_, _ in ids}
        if event.type == EventType.DELIVERIES_UPDATED:
            for id_, status in ids:
                if status in ACCEPTED and id_ not in written:
                    yield id_, f"Others were told that it is {status} before they were told of the reply."


def _completed_comes_last(evidence: Evidence, id_: str, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Check that the end of each delivery is published before the mass reply is completed."""
    mine = {d for each in evidence.confirmed if each.mass_reply == id_ for d in each.deliveries}
    published: set[str] = set()
    for event in events:
        if event.type == EventType.DELIVERIES_UPDATED:
            published |= {str(subject["delivery_id"]) for subject in event.subjects}
        if event.type == EventType.MASS_REPLY_COMPLETED:
            for delivery in sorted(mine - published):
                yield delivery, "Others were told that the mass reply is completed before they were told of this."
            return


def _work_between_ends(id_: str, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Check that a mass reply which completed twice has sent something in between."""
    idle = False
    for event in events:
        if event.type == EventType.MASS_REPLY_COMPLETED and idle:
            yield id_, "Others were told twice that it is completed, and of no delivery in between."
        if event.type in (EventType.MASS_REPLY_COMPLETED, EventType.DELIVERIES_UPDATED):
            idle = event.type == EventType.MASS_REPLY_COMPLETED


def _hooks_in_order(evidence: Evidence) -> Iterator[tuple[str, str]]:
    places = {event.id.replace("-", ""): event.place for event in evidence.events}
    furthest: dict[str, tuple[bool, int]] = {}
    seen: set[str] = set()
    for hook in evidence.hooks or ():
        place = places.get(hook.event)
        if place is None or hook.id in seen or hook.mass_reply is None:
            continue
        seen.add(hook.id)
        if place < furthest.get(hook.mass_reply, place):
            yield hook.mass_reply, f"The webhook {hook.id} ({hook.type}) came after one that happened later."
        furthest[hook.mass_reply] = max(place, furthest.get(hook.mass_reply, place))


def unpublished(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield events that are in the outbox and were not delivered by a webhook, or the other way round."""
    by_delivery = published_statuses(evidence)
    for id_, published in by_delivery.items():
        said = evidence.reported.get(id_)
        if said is not None and said.status not in UNFINISHED and published[-1] is not said.status:
            yield id_, f"The last status that others were told is {published[-1]}; it is {said.status}."
    if evidence.events:
        for id_, said in evidence.reported.items():
            if id_ in evidence.conversations and said.status not in UNFINISHED and id_ not in by_delivery:
                yield id_, f"Nobody was told that it is {said.status}."
    yield from _hooks(evidence)


def _hooks(evidence: Evidence) -> Iterator[tuple[str, str]]:
    if evidence.hooks is None or not evidence.events:
        return
    came, known = {hook.event for hook in evidence.hooks}, {event.id.replace("-", "") for event in evidence.events}
    for event in evidence.events:
        wanted = evidence.hook_types is None or event.type in evidence.hook_types
        if wanted and event.mass_reply is not None and event.id.replace("-", "") not in came:
            yield event.mass_reply, f"No webhook told of {event.type}, which is in the outbox."
    judged = {batch.id for batch in evidence.mass_replies}
    for hook in evidence.hooks:
        if hook.mass_reply in judged and hook.event not in known:
            yield hook.mass_reply, f"The webhook {hook.id} ({hook.type}) tells of what is not in the outbox."
