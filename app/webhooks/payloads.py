"""The calls of an event, the order in which they may be made, and their bodies."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from app.domain.json_reader import write_time
from app.domain.mass_reply import MassReply
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, Event, EventType, MessageCreated, Subject
from app.webhooks.sql.event_contents import Contents, ConversationContent, MessageContent

DELIVERIES: Final = 500
"""Deliveries in one call. Webhook ids depend on this number: if it changes, half-posted events are posted again."""


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One call to make."""

    id: str
    """The `webhook-id`: the same for every retry."""
    event: Event
    subjects: Sequence[Subject]

    @property
    def about(self) -> Iterator[UUID]:
        """The ids of its subjects: messages, conversations, deliveries, or the mass reply."""
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
    """Return for each call the indexes of the calls that must be delivered before it.

    Events about one mass reply, or about one conversation, are delivered in the order in which they happened. The calls
    of one event about several conversations may be made at once.
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


def progress(events: Iterable[Event], done: Collection[str], position: int, end: int) -> tuple[int, set[str]]:
    """Return the position up to which every call is done, and the ids of the calls that are done after it.

    `end` is the position once all of these events are done.
    """
    ahead: set[str] = set()
    complete = True
    for event in events:
        ids = {outgoing.id for outgoing in messages_of(event)}
        complete = complete and ids <= set(done)
        if complete:
            position = event.position
        else:
            ahead |= ids & set(done)
    return end if complete else position, ahead


class EventUnwritable(Exception):
    """An event cannot be rendered. The message is the error's name alone, without contents."""


def render(outgoing: WebhookMessage, contents: Contents) -> str | None:
    """Return the body of a call as JSON; None if its subject has been deleted. Raise EventUnwritable."""
    for id_ in outgoing.about:
        if id_ in contents.unreadable:
            raise EventUnwritable(contents.unreadable[id_])
    try:
        payload = _payload(outgoing, contents)
        return None if payload is None else json.dumps(payload)
    except Exception as error:  # noqa: BLE001 - any error would occur again at the next try
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
            deliveries = [_delivery(s, contents) for s in outgoing.subjects if isinstance(s, DeliveryUpdated)]
            return {"mass_reply_id": _text(outgoing.event.entry.mass_reply_id), "deliveries": deliveries}


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


def _message(message: MessageContent) -> Mapping[str, Any]:
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


def _updated(conversation: ConversationContent, subject: ConversationUpdated, event: Event) -> Mapping[str, Any]:
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
    """Return a delivery as the event has it. Other fields are as they are now, and null if it has been deleted."""
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
