"""The words of the domain: ids, channels, and the reasons why a message was not sent."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
AccountId = NewType("AccountId", UUID)
ConversationId = NewType("ConversationId", UUID)
MassReplyId = NewType("MassReplyId", UUID)
DeliveryId = NewType("DeliveryId", UUID)


class Channel(StrEnum):
    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    OTHER = "other"


class ConversationStatus(StrEnum):
    ACTIVE = "active"
    SNOOZED = "snoozed"
    DONE = "done"
    ARCHIVED = "archived"


class Engagement(StrEnum):
    PENDING = "pending"
    """We owe a reply."""
    ENGAGED = "engaged"
    """We have replied, and it is the customer's turn."""


class TimelineKind(StrEnum):
    CUSTOMER_MESSAGE = "customer_message"
    REPLY = "reply"
    SYSTEM_NOTE = "system_note"
    SYSTEM_ERROR = "system_error"


class ReasonCode(StrEnum):
    VOICE_NOT_SUPPORTED = "voice_not_supported"
    NO_ADDRESS = "no_address"
    ADDRESS_INVALID = "address_invalid"
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"
    MERGE_TAG_UNRESOLVED = "merge_tag_unresolved"
    MESSAGE_TOO_LONG = "message_too_long"
    NO_CHANNEL_ACCOUNT = "no_channel_account"
    CONVERSATION_ARCHIVED = "conversation_archived"
    DUPLICATE_CONTACT = "duplicate_contact"
    INACTIVE_CONVERSATION = "inactive_conversation"
    CONTACT_LIMIT = "contact_limit"
    INVALID_RECIPIENT = "invalid_recipient"
    BLOCKED = "blocked"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNREACHABLE = "unreachable"
    CONTENT_REJECTED = "content_rejected"
    TEMPLATE_REJECTED = "template_rejected"
    PROVIDER_REJECTED = "provider_rejected"
    TOO_LATE = "too_late"
    MARKED_NOT_SENT = "marked_not_sent"
    ANSWER_LOST = "answer_lost"
    WORKER_LOST = "worker_lost"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    CONTACT_ERASED = "contact_erased"


@dataclass(frozen=True, slots=True)
class Reason:
    code: ReasonCode
    detail: str
    retryable: bool = False
