"""What a settled group of deliveries tells others: one line in the outbox for each kind of news and mass reply."""

from collections.abc import Iterable, Sequence

from app.delivery.sql.settlements import Change
from app.delivery.sql.timeline import WrittenReply
from app.domain.delivery import DeliveryStatus
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, EventType, MessageCreated, OutboxEntry, Subject
from app.domain.words import MassReplyId

Published = tuple[EventType, MassReplyId, Subject]


def entries_of(changes: Sequence[Change], replies: Sequence[WrittenReply]) -> list[OutboxEntry]:
    """Gather what these changes and the replies that they put on timelines are to others."""
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
    """All but what waits again: it is under way still, for all that others know."""
    for change in changes:
        if change.move.to is not DeliveryStatus.QUEUED:
            reason = None if change.move.reason is None else change.move.reason.code
            updated = DeliveryUpdated(change.row.id, change.row.conversation_id, change.move.to, reason)
            yield EventType.DELIVERIES_UPDATED, change.row.mass_reply_id, updated
