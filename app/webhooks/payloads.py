"""What is posted: which calls an event makes, in which order they may go, and what each says."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from app.domain.json_reader import write_time
from app.domain.mass_reply import MassReply
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, Event, EventType, MessageCreated, Subject
from app.webhooks.sql.event_contents import Contents, ConversationTold, MessageTold

DELIVERIES: Final = 500
"""Deliveries that one call tells of. Ids depend on it: changed, what is half posted would be posted again."""


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One call to make."""

    id: str
    """The `webhook-id`: the same whenever it is made again."""
    event: Event
    subjects: Sequence[Subject]

    @property
    def about(self) -> Iterator[UUID]:
        """The ids of what is read for it: messages, conversations, deliveries, or the mass reply."""
        yield from map(_id, self.subjects)
        if not self.subjects and self.event.entry.mass_reply_id is not None:
            yield self.event.entry.mass_reply_id


def _id(subject: Subject) -> UUID:
    match subject:
        case MessageCreated():
            return subject.message_id
        case ConversationUpdated():
            return subject.conversation_id
        case DeliveryUpdated():
            return subject.delivery_id


def messages_of(event: Event) -> list[WebhookMessage]:
    parts = list(_parts(event))
    return [WebhookMessage(f"evt_{event.id.hex}_{number}", event, part) for number, part in enumerate(parts)]


def _parts(event: Event) -> Iterator[Sequence[Subject]]:
    subjects = event.entry.subjects
    match event.entry.type:
        case EventType.MESSAGE_CREATED | EventType.CONVERSATION_UPDATED:
            yield from ([subject] for subject in subjects)
        case EventType.DELIVERIES_UPDATED:
            yield from (subjects[start : start + DELIVERIES] for start in range(0, len(subjects), DELIVERIES))
        case _:
            yield ()


def predecessors(given: Sequence[WebhookMessage]) -> list[frozenset[int]]:
    """Say of each call which others, by index, must have been taken before it is made.

    What is told of one mass reply, and of one conversation, comes in the order in which it happened. What one event
    says of several conversations happened at once, and may be told at once.
    """
    waits: list[frozenset[int]] = []
    of_batch: dict[UUID, frozenset[int]] = {}
    of_conversation: dict[UUID, int] = {}
    for event, group in groupby(given, lambda outgoing: outgoing.event):
        first, batch = len(waits), event.entry.mass_reply_id
        earlier = of_batch.get(batch, frozenset()) if batch is not None else frozenset()
        for outgoing in group:
            conversations = {subject.conversation_id for subject in outgoing.subjects}
            waits.append(earlier | {of_conversation[id_] for id_ in conversations if id_ in of_conversation})
            of_conversation |= dict.fromkeys(conversations, len(waits) - 1)
        if batch is not None:
            of_batch[batch] = frozenset(range(first, len(waits)))
    return waits


def progress(events: Iterable[Event], taken: Collection[str], position: int, end: int) -> tuple[int, set[str]]:
    """Answer up to where everything has been taken, and what was taken of the events behind that.

    `end` is where one has come who has taken all of these events.
    """
    ahead: set[str] = set()
    complete = True
    for event in events:
        ids = {outgoing.id for outgoing in messages_of(event)}
        complete = complete and ids <= set(taken)
        if complete:
            position = event.position
        else:
            ahead |= ids & set(taken)
    return end if complete else position, ahead


class EventUnwritable(Exception):
    """What an event tells cannot be written out; says the name of the error, and nothing of what was to be told."""


def written(outgoing: WebhookMessage, contents: Contents) -> str | None:
    """Write what a call says, as JSON; None where what it is about has been deleted. Raises EventUnwritable."""
    for id_ in outgoing.about:
        if id_ in contents.unreadable:
            raise EventUnwritable(contents.unreadable[id_])
    try:
        said = _payload(outgoing, contents)
        return None if said is None else json.dumps(said)
    except Exception as error:  # noqa: BLE001 - whatever it was, the same would come of it at the next try
        raise EventUnwritable(type(error).__name__) from None


def _payload(outgoing: WebhookMessage, contents: Contents) -> Mapping[str, Any] | None:
    data = _data(outgoing, contents)
    if data is None:
        return None
    return {"type": outgoing.event.entry.type, "timestamp": write_time(outgoing.event.created_at), "data": data}


def _data(outgoing: WebhookMessage, contents: Contents) -> Mapping[str, Any] | None:
    match outgoing.subjects:
        case [MessageCreated(message_id=id_)]:
            message = contents.messages.get(id_)
            return None if message is None else _message(message)
        case [ConversationUpdated() as subject]:
            conversation = contents.conversations.get(subject.conversation_id)
            return None if conversation is None else _updated(conversation, subject, outgoing.event)
        case []:
            batch = contents.mass_replies.get(outgoing.event.entry.mass_reply_id or UUID(int=0))
            return None if batch is None else _mass_reply(batch)
        case _:
            told = [_delivery(s, contents) for s in outgoing.subjects if isinstance(s, DeliveryUpdated)]
            return {"mass_reply_id": _text(outgoing.event.entry.mass_reply_id), "deliveries": told}


def _mass_reply(batch: MassReply) -> Mapping[str, Any]:
    times = ("created_at", "confirmed_at", "dispatch_at", "started_at", "finished_at")
    moments = {name: getattr(batch, name) for name in times}
    return {
        "id": str(batch.id),
        "status": batch.status,
        "pause_reason": batch.halted_by,
        "mark_as_done": batch.mark_as_done,
        "selected_count": batch.selected_count,
        "recipient_count": batch.recipient_count,
        "counts": batch.progress.counts,
        "author": {"id": batch.author.id, "name": batch.author.name, "email": batch.author.email},
        **{name: moment and write_time(moment) for name, moment in moments.items()},
    }


def _message(message: MessageTold) -> Mapping[str, Any]:
    known = message.author_name is not None
    return {
        "id": str(message.id),
        "conversation_id": str(message.conversation_id),
        "external_id": message.external_id,
        "channel": message.channel,
        "kind": message.kind,
        "text": message.text,
        "automatic": message.automatic,
        "author": {"id": message.author_id, "name": message.author_name} if known else None,
        "mass_reply_id": _text(message.mass_reply_id),
        "delivery_id": _text(message.delivery_id),
        "created_at": write_time(message.created_at),
    }


def _updated(conversation: ConversationTold, subject: ConversationUpdated, event: Event) -> Mapping[str, Any]:
    return {
        "id": str(conversation.id),
        "external_id": conversation.external_id,
        "human_id": conversation.human_id,
        "channel": conversation.channel,
        "status": conversation.status,
        "engagement": conversation.engagement,
        "team": conversation.team,
        "assignee": conversation.assignee,
        "tags": list(conversation.tags),
        "changed": {name: {"from": before, "to": after} for name, (before, after) in subject.changed.items()},
        "tags_added": list(subject.tags_added),
        "tags_removed": list(subject.tags_removed),
        "mass_reply_id": _text(event.entry.mass_reply_id),
    }


def _delivery(subject: DeliveryUpdated, contents: Contents) -> Mapping[str, Any]:
    """A delivery as the event has it; what the event does not hold, as it is now, and null if it is deleted."""
    now = contents.deliveries.get(subject.delivery_id)
    detail = now.reason_detail if now is not None and now.reason_code == subject.reason else None
    return {
        "id": str(subject.delivery_id),
        "conversation_id": str(subject.conversation_id),
        "external_id": now and now.external_id,
        "channel": now and now.channel,
        "status": subject.status,
        "reason": {"code": subject.reason, "detail": detail} if subject.reason else None,
        "provider_message_id": now and now.provider_message_id,
    }


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
