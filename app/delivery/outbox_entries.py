"""The outbox entries of a settled group of deliveries: one for each type of event and mass reply."""

from collections.abc import Iterable, Sequence

from app.delivery.sql.settlements import Change
from app.delivery.sql.timeline import WrittenReply
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, EventType, MessageCreated, OutboxEntry, Subject
from app.domain.words import MassReplyId

Published = tuple[EventType, MassReplyId, Subject]


def entries_of(changes: Sequence[Change], replies: Sequence[WrittenReply]) -> list[OutboxEntry]:
    """Return the entries for these changes and for the replies that they wrote on timelines."""
    grouped: dict[tuple[EventType, MassReplyId], list[Subject]] = {}
    for type_, mass_reply, subject in (*_replies(replies), *_conversations(changes), *_deliveries(changes)):
        grouped.setdefault((type_, mass_reply), []).append(subject)
    return [OutboxEntry(type_, mass_reply, subjects) for (type_, mass_reply), subjects in grouped.items()]


def _replies(replies: Iterable[WrittenReply]) -> Iterable[Published]:
    for reply in replies:
        created = MessageCreated(reply.message_id, reply.conversation_id, reply.delivery_id)
        yield EventType.MESSAGE_CREATED, reply.mass_reply_id, created


def _conversations(changes: Iterable[Change]) -> Iterable[Published]:
    for change in changes:
        if change.changed:
            updated = ConversationUpdated(change.row.conversation_id, change.changed)
            yield EventType.CONVERSATION_UPDATED, change.row.mass_reply_id, updated


def _deliveries(changes: Iterable[Change]) -> Iterable[Published]:
    """Yield every change except a return to the queue: to readers such a delivery is still under way."""
    for change in changes:
        if change.move.to is not DeliveryStatus.QUEUED:
            reason = None if change.move.reason is None else change.move.reason.code
            updated = DeliveryUpdated(change.row.id, change.row.conversation_id, change.move.to, reason)
            yield EventType.DELIVERIES_UPDATED, change.row.mass_reply_id, updated
