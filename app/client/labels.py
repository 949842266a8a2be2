"""Codes in words, for people who do not know the codes."""

from collections.abc import Mapping

from app.client.models import Counts
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.words import ReasonCode

_R, _M = ReasonCode, MassReplyStatus

REASONS: Mapping[str, str] = {
    _R.VOICE_NOT_SUPPORTED: "voice takes no text",
    _R.NO_ADDRESS: "no address is known",
    _R.ADDRESS_INVALID: "the address does not fit the channel",
    _R.OPTED_OUT: "the customer has opted out",
    _R.WINDOW_CLOSED: "the channel's reply window is closed",
    _R.MERGE_TAG_UNRESOLVED: "a merge tag has no value",
    _R.MESSAGE_TOO_LONG: "the message is too long for the channel",
    _R.NO_CHANNEL_ACCOUNT: "no enabled channel account",
    _R.CONVERSATION_ARCHIVED: "the conversation is archived or gone",
    _R.DUPLICATE_CONTACT: "the contact gets it on another conversation",
    _R.INACTIVE_CONVERSATION: "the customer has long been silent",
    _R.CONTACT_LIMIT: "the contact has reached the daily limit of messages",
    _R.CONTACT_ERASED: "the contact's data was erased",
    _R.INVALID_RECIPIENT: "the provider knows no such recipient",
    _R.BLOCKED: "the recipient blocks messages",
    _R.BOUNCED: "it bounced",
    _R.COMPLAINED: "the recipient reported it as spam",
    _R.UNREACHABLE: "the recipient could not be reached",
    _R.CONTENT_REJECTED: "the provider refused the content",
    _R.TEMPLATE_REJECTED: "the provider refused the template",
    _R.PROVIDER_REJECTED: "the provider refused it",
    _R.TOO_LATE: "its latest time had passed",
    _R.MARKED_NOT_SENT: "a person found that it was not sent",
    _R.ANSWER_LOST: "the provider's answer was lost",
    _R.WORKER_LOST: "the worker was lost while sending",
    _R.CANCELLED: "the mass reply was cancelled",
    _R.EXPIRED: "the mass reply was not confirmed in time",
    _R.REJECTED: "the mass reply was rejected",
}

STATUSES: Mapping[str, str] = {
    _M.PREPARING: "is being prepared",
    _M.AWAITING_CONFIRMATION: "awaits its confirmation",
    _M.AWAITING_APPROVAL: "awaits the approval of a second person",
    _M.SCHEDULED: "is scheduled; until it starts, cancelling means that nothing was sent",
    _M.SENDING: "is being sent",
    _M.PAUSED: "is paused",
    _M.COMPLETED: "is completed",
    _M.CANCELLED: "is cancelled",
    _M.EXPIRED: "was not confirmed in time; nothing was sent",
}

PAUSES: Mapping[str, str] = {
    PauseReason.PERSON: "a person has paused it",
    PauseReason.SAMPLE_SENT: "the sample is sent",
    PauseReason.FAILURE_SHARE: "too many failed",
    PauseReason.ACCOUNT: "a channel account needs attention",
}

BILLED: Mapping[str, str] = {
    "sms_segments": "SMS segments",
    "whatsapp_in_window": "WhatsApp messages inside the window",
    "whatsapp_templates": "WhatsApp templates",
}
BILLED_ONCE: Mapping[str, str] = {
    "sms_segments": "SMS segment",
    "whatsapp_in_window": "WhatsApp message inside the window",
    "whatsapp_templates": "WhatsApp template",
}


def said(words: Mapping[str, str], code: str) -> str:
    """Return a code's words. An unknown code stands for itself."""
    return words.get(code, code.replace("_", " "))


def bill(units: Counts) -> str:
    """Return what providers charge for; empty if nothing."""
    return ", ".join(
        f"{count:,} {said(BILLED_ONCE if count == 1 else BILLED, unit)}" for unit, count in units.items() if count
    )
