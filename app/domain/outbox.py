"""What the service publishes. Readers take it from the outbox, after the transaction that did it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import MassReplyId, ReasonCode


class EventType(StrEnum):
    MASS_REPLY_CONFIRMED = "mass_reply.confirmed"
    MASS_REPLY_PAUSED = "mass_reply.paused"
    MASS_REPLY_COMPLETED = "mass_reply.completed"
    MASS_REPLY_CANCELLED = "mass_reply.cancelled"
    MESSAGE_CREATED = "message.created"
    """A customer's message or a reply was added to a timeline."""
    CONVERSATION_UPDATED = "conversation.updated"
    DELIVERIES_UPDATED = "deliveries.updated"


REACHED: Mapping[MassReplyStatus, EventType] = {
    MassReplyStatus.PAUSED: EventType.MASS_REPLY_PAUSED,
    MassReplyStatus.COMPLETED: EventType.MASS_REPLY_COMPLETED,
    MassReplyStatus.CANCELLED: EventType.MASS_REPLY_CANCELLED,
}
"""The event to publish when a mass reply reaches a status."""

Changed = tuple[str | None, str | None]
"""A field's value before and after."""


@dataclass(slots=True)
class MessageCreated:
    message_id: UUID
    conversation_id: UUID
    delivery_id: UUID | None = None


@dataclass(slots=True)
class ConversationUpdated:
    conversation_id: UUID
    changed: Mapping[str, Changed] = field(default_factory=dict)
    """By the name of the field. A new conversation has none."""
    tags_added: Sequence[str] = ()
    tags_removed: Sequence[str] = ()


@dataclass(slots=True)
class DeliveryUpdated:
    delivery_id: UUID
    conversation_id: UUID
    status: DeliveryStatus
    reason: ReasonCode | None = None


Subject = MessageCreated | ConversationUpdated | DeliveryUpdated


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """The events of one transaction that have one type, and are about one mass reply or about none.

    An entry holds ids and codes, and nothing that a customer wrote or is called: erased data is never in it.
    """

    type: EventType
    mass_reply_id: MassReplyId | None = None
    subjects: Sequence[Subject] = ()
    """Every message, conversation or delivery that it is about. None if it is about the mass reply itself."""
    rules: Sequence[UUID] = ()
    """The automation rules that led here, each triggered by the one before."""


@dataclass(frozen=True, slots=True)
class Event:
    """An entry as the outbox stores it."""

    id: UUID
    position: int
    """Its place among the tenant's events: nothing that it depends on comes after it, and none is inserted before."""
    entry: OutboxEntry
    created_at: datetime


def write_subject(subject: Subject) -> dict[str, Any]:
    """Return a subject as JSON, without absent values."""
    named = {"conversation_id": str(subject.conversation_id), **_own(subject)}
    return {name: value for name, value in named.items() if value}


def _own(subject: Subject) -> dict[str, Any]:
    match subject:
        case MessageCreated():
            delivery = subject.delivery_id
            return {"message_id": str(subject.message_id), "delivery_id": delivery and str(delivery)}
        case ConversationUpdated():
            tags = {"tags_added": list(subject.tags_added), "tags_removed": list(subject.tags_removed)}
            return {"changed": {name: list(change) for name, change in subject.changed.items()}, **tags}
        case DeliveryUpdated():
            return {"delivery_id": str(subject.delivery_id), "status": subject.status, "reason": subject.reason}


def read_subject(type_: EventType, given: Mapping[str, Any]) -> Subject:
    """The reverse of `write_subject`."""
    conversation = UUID(given["conversation_id"])
    match type_:
        case EventType.MESSAGE_CREATED:
            delivery = given.get("delivery_id")
            return MessageCreated(UUID(given["message_id"]), conversation, UUID(delivery) if delivery else None)
        case EventType.CONVERSATION_UPDATED:
            changed = {name: (before, after) for name, (before, after) in given.get("changed", {}).items()}
            tags = tuple(given.get("tags_added", ())), tuple(given.get("tags_removed", ()))
            return ConversationUpdated(conversation, changed, *tags)
        case EventType.DELIVERIES_UPDATED:
            reason = given.get("reason")
            status = DeliveryStatus(given["status"])
            return DeliveryUpdated(UUID(given["delivery_id"]), conversation, status, reason and ReasonCode(reason))
        case _:
            raise ValueError(f"{type_} is about a mass reply and has no subjects.")
