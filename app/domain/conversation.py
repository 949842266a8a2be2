"""A conversation, its contact, and what a customer's message changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.addresses import PHONE_CHANNELS
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbox import Changed, ConversationUpdated
from app.domain.threads import in_brackets
from app.domain.words import Channel, ConversationId, ConversationStatus, Engagement, TimelineKind

REOPENED = frozenset({ConversationStatus.DONE, ConversationStatus.SNOOZED})
"""The statuses that a customer's message makes active again. A snooze waits for the customer; an archived conversation
stays archived."""


# These three are not frozen: an import makes several of them for each line, and a frozen one takes five times as long
# to make. Nobody changes one that is made.
@dataclass(slots=True)
class Contact:
    external_id: str
    name: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    opted_out: bool = False
    custom_fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    unnamed: bool = False
    """The helpdesk gave it no id. Its external id is made from its address."""

    def address_on(self, channel: Channel) -> str | None:
        """Return the address where a reply on this channel reaches the contact."""
        if channel is Channel.EMAIL:
            return self.email
        return self.phone if channel in PHONE_CHANNELS else None


@dataclass(slots=True)
class Conversation:
    channel: Channel
    contact: str
    """The contact's external id."""
    created_at: datetime
    external_id: str | None = None
    id: ConversationId | None = None
    """None if it is not stored yet."""
    channel_account: str | None = None
    """Its key."""
    address: str | None = field(default=None, repr=False)
    """As an import gave it. None: a reply goes to the contact's address at the time of sending."""
    address_key: str | None = field(default=None, repr=False)
    """The key that all spellings of the address share."""
    status: ConversationStatus = ConversationStatus.ACTIVE
    engagement: Engagement = Engagement.PENDING
    subject: str | None = field(default=None, repr=False)
    human_id: str | None = None
    team: str | None = None
    assignee: str | None = None
    tags: tuple[str, ...] = ()
    """Sorted."""
    custom_fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    last_customer_message_at: datetime | None = None
    """Of the customer's own messages. Automatic answers do not count."""
    reply_to_message_id: str | None = None
    """The message that a reply answers."""
    reply_references: tuple[str, ...] = ()


@dataclass(slots=True)
class CustomerMessage:
    text: str = field(repr=False)
    provider_message_id: str | None = None
    sent_at: datetime | None = None
    """By the sender's clock, or None if it is not known."""
    automatic: bool = False
    """Whether it needs no answer: an out-of-office mail, a bounce, or a STOP that the provider answers."""
    references: tuple[str, ...] = ()
    """For e-mail: the thread up to this message, oldest first, without it."""
    sender: str | None = field(default=None, repr=False)
    """An address in any spelling. None means the customer at the conversation's own address."""
    believed: bool = True
    """False if only the sender claims that it belongs to the conversation. Then it is logged and changes nothing."""
    attachment_names: tuple[str, ...] = field(default=(), repr=False)
    live: bool = False
    """It arrives now, and `sent_at` is only what the sender's clock says, as in an e-mail's Date."""

    def at(self, now: datetime) -> datetime:
        """When it was written. A clock that is ahead would keep reply windows open and hold back every flip."""
        return now if self.sent_at is None else min(self.sent_at, now)


UNSENT = "[unsent by its author]"
"""The placeholder for a text that its author has unsent."""
EDITED = "[edited]"


def amended_text(text: str | None) -> str:
    """Return what the timeline shows of a message that its author unsent (None) or edited."""
    return UNSENT if text is None else f"{text}\n{EDITED}"


def spelled(message: CustomerMessage, channel: Channel) -> CustomerMessage:
    """Return a message with its ids as its channel writes them: those of e-mail in angle brackets."""
    if channel is not Channel.EMAIL:
        return message
    id_ = message.provider_message_id
    return replace(
        message,
        provider_message_id=None if id_ is None else in_brackets(id_),
        references=tuple(map(in_brackets, message.references)),
    )


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The customer's last message, without automatic ones."""

    text: str = field(repr=False)
    provider_message_id: str | None
    references: tuple[str, ...]
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation with its contact and its latest message."""

    conversation: Conversation
    contact: Contact
    updated_at: datetime
    last_message: LastMessage | None

    @property
    def address(self) -> str | None:
        """Where a reply goes."""
        return self.conversation.address or self.contact.address_on(self.conversation.channel)


@dataclass(frozen=True, slots=True)
class TimelineItem:
    id: UUID
    kind: TimelineKind
    text: str = field(repr=False)
    author_id: str | None
    author_name: str | None
    mass_reply_id: UUID | None
    delivery_id: UUID | None
    delivery_status: DeliveryStatus | None
    """As it is now, for a reply that a mass reply sent."""
    attachments: Sequence[Mapping[str, object]] = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MessageKey:
    """What makes two messages of one conversation equal: the provider's id, else the text and its time."""

    provider_message_id: str | None
    text: str | None = field(default=None, repr=False)
    sent_at: datetime | None = None
    """None matches any time: the time of writing is not known."""


def message_key(message: CustomerMessage) -> MessageKey:
    if message.provider_message_id is not None:
        return MessageKey(message.provider_message_id)
    return MessageKey(None, message.text, message.sent_at)


def receive(conversation: Conversation, message: CustomerMessage, now: datetime) -> Conversation:
    """Return the conversation after a new message.

    The customer's own message sets it to pending, unless a later one is known: that one was answered or is waiting, and
    imported history changes neither. A message that arrives now is no history, whatever its sender's clock says. An
    automatic one is only logged. But a reply needs a parent: it becomes the thread's parent if there is none.
    """
    if not message.believed:
        return conversation
    if message.automatic:
        return conversation if conversation.reply_to_message_id else replace(conversation, **_as_parent(message))
    last, at = conversation.last_customer_message_at, now if message.live else message.at(now)
    if last is not None and at < last:
        return conversation
    awake = ConversationStatus.ACTIVE if conversation.status in REOPENED else conversation.status
    parent = _as_parent(message)
    return replace(conversation, engagement=Engagement.PENDING, status=awake, last_customer_message_at=at, **parent)


def differences(before: Conversation, after: Conversation) -> dict[str, Changed]:
    """Return the fields, of those that agents work with, in which two states of a conversation differ.

    Not the subject: a customer wrote it, and in the outbox it would outlive their erasure.
    """
    fields = ("status", "engagement", "team", "assignee")
    both = {field: (getattr(before, field), getattr(after, field)) for field in fields}
    return {field: change for field, change in both.items() if change[0] != change[1]}


def updated(id_: ConversationId, before: Conversation, after: Conversation) -> ConversationUpdated | None:
    """Return the event of a change to a conversation, or None if nothing changed that is published."""
    changed = differences(before, after)
    added, removed = sorted({*after.tags} - {*before.tags}), sorted({*before.tags} - {*after.tags})
    return ConversationUpdated(id_, changed, tuple(added), tuple(removed)) if changed or added or removed else None


def _as_parent(message: CustomerMessage) -> dict[str, Any]:
    """Return what changes if a reply answers this message."""
    if message.provider_message_id is None:
        return {}
    return {"reply_to_message_id": message.provider_message_id, "reply_references": message.references}
