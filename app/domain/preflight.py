"""What will happen to each recipient, decided before anyone confirms, and checked again just before sending.

One function decides both times, so that sending refuses what the preflight promised only if something has changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.accounts import region_of
from app.domain.addresses import Address
from app.domain.channel_port import AddressKind, Limits
from app.domain.guards import NO_GUARDS, Guards, Inactive
from app.domain.outbound import Attachment, Author, DroppedAttachment, FilledTemplate
from app.domain.text import sms_segments
from app.domain.text.approved_templates import ApprovedTemplate, as_text, fallback_of
from app.domain.text.message import CompiledMessage, FrozenMessage, OnUnresolved, Rendered, Unresolved
from app.domain.words import Channel, ConversationStatus, Reason, ReasonCode

CARRY_HTML = frozenset({Channel.EMAIL, Channel.CHAT, Channel.OTHER})
"""Channels without HTML get the text alone, and what only the HTML needs is not required for them."""


class PreflightWarning(StrEnum):
    ATTACHMENT_DROPPED = "attachment_dropped"
    SENT_AS_TEMPLATE = "sent_as_template"
    INACTIVE_CONVERSATION = "inactive_conversation"
    DUPLICATE_CONTACT = "duplicate_contact"
    RECENT_MASS_REPLY = "recent_mass_reply"
    MULTIPLE_SEGMENTS = "multiple_segments"
    UNKNOWN_SNIPPET = "unknown_snippet"


@dataclass(slots=True)
class Recipient:
    """A conversation with everything that decides whether and how a reply is sent on it."""

    conversation_id: UUID
    external_id: str | None
    human_id: str | None
    channel: Channel
    status: ConversationStatus
    subject: str | None = field(repr=False)
    custom_fields: Mapping[str, Any] = field(repr=False)
    address: str | None = field(repr=False)
    reply_to_message_id: str | None
    reply_references: tuple[str, ...]
    created_at: datetime
    last_customer_message_at: datetime | None
    contact_id: UUID
    contact_name: str | None = field(repr=False)
    contact_first_name: str | None = field(repr=False)
    contact_email: str | None = field(repr=False)
    contact_custom_fields: Mapping[str, Any] = field(repr=False)
    contact_opted_out: bool
    blocked: ReasonCode | None
    """Why this address must not be written to: opted_out, complained or bounced."""
    account_id: UUID | None
    provider: str | None
    account_config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    recently_replied: bool = False
    repeated_contact: bool = False
    reached: int = 0
    """Messages of mass replies that the contact got within the last 24 hours, or may have got. Counted only if the
    tenant limits them."""
    address_key: str | None = field(default=None, repr=False)
    """The key that every spelling of the address shares."""
    ours: bool = False
    """Whether the address is that of a channel account of the tenant."""
    frozen: bool = False
    """Whether the address is the one that the preflight has checked and frozen."""
    changed_hands: bool = False
    """Whether the frozen address belongs to another contact than the conversation, or to another channel."""


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """The message of a mass reply, and how to send it."""

    message: CompiledMessage | FrozenMessage
    on_unresolved: OnUnresolved
    author: Author
    tenant_name: str
    unknown_snippets: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    template: ApprovedTemplate | None = None
    guards: Guards = NO_GUARDS

    def render(self, recipient: Recipient) -> Rendered | Reason:
        with_html = recipient.channel in CARRY_HTML
        rendered = self.message.render(self._values(recipient), self.on_unresolved, with_html=with_html)
        return rendered if isinstance(rendered, Rendered) else _unresolved(rendered)

    def fill_template(self, recipient: Recipient) -> FilledTemplate | Reason | None:
        """Return the template for this conversation, filled in, or None if neither the request nor the account names
        one."""
        template = self.template or fallback_of(recipient.account_config)
        if template is None:
            return None
        filled = template.fill(self._values(recipient), self.on_unresolved)
        return filled if isinstance(filled, FilledTemplate) else _unresolved(filled)

    def _values(self, recipient: Recipient) -> Mapping[str, Any]:
        return merge_values(recipient, self.author, self.tenant_name)


def _unresolved(unresolved: Unresolved) -> Reason:
    return Reason(ReasonCode.MERGE_TAG_UNRESOLVED, unresolved.detail, retryable=True)


def merge_values(recipient: Recipient, author: Author, tenant_name: str) -> Mapping[str, Any]:
    return {
        "contact": {
            "name": recipient.contact_name,
            "first_name": recipient.contact_first_name,
            "email": recipient.contact_email,
            "custom_fields": recipient.contact_custom_fields,
        },
        "conversation": {
            "human_id": recipient.human_id,
            "subject": recipient.subject,
            "custom_fields": recipient.custom_fields,
        },
        "agent": {"name": author.name, "email": author.email},
        "tenant": {"name": tenant_name},
    }


@dataclass(slots=True)
class ReadyToSend:
    """Nothing prevents it."""

    address: str = field(repr=False)
    rendered: Rendered = field(repr=False)
    template: FilledTemplate | None = None
    """Sent in place of the text. Then only the timeline shows `rendered`."""


def judge(recipient: Recipient, plan: MessagePlan, limits: Limits | None, now: datetime) -> ReadyToSend | Reason:
    """Return the reply for this conversation, or the reason why none can be sent now."""
    reason = _unreachable(recipient, limits) or _reached_often(recipient, plan.guards)
    if reason is not None:
        return reason
    assert limits is not None  # noqa: S101 - _unreachable refuses a conversation without a channel account
    address = recipient.address if recipient.frozen else _taken_address(recipient, limits)
    if address is None:
        return Reason(ReasonCode.ADDRESS_INVALID, f"The conversation's address is not valid on {recipient.channel}.")
    if recipient.ours:
        return Reason(ReasonCode.ADDRESS_INVALID, "The address is one of your own channel accounts, and no customer's.")
    if _window_closed(recipient, limits, now):
        return _by_template(recipient, plan, limits, address)
    rendered = plan.render(recipient)
    if isinstance(rendered, Reason):
        return rendered
    return _too_long(rendered.text, limits) or ReadyToSend(address, rendered)


def _unreachable(recipient: Recipient, limits: Limits | None) -> Reason | None:
    if recipient.changed_hands:
        # The person whose name the text would say may not be the one who reads it.
        detail = "The conversation went to another contact or channel after this was prepared; nothing was sent."
        return Reason(ReasonCode.ADDRESS_INVALID, detail)
    if recipient.channel is Channel.VOICE:
        return Reason(ReasonCode.VOICE_NOT_SUPPORTED, "A call cannot be answered with a text.")
    if recipient.status is ConversationStatus.ARCHIVED:
        return Reason(ReasonCode.CONVERSATION_ARCHIVED, "The conversation is archived.")
    if limits is None:
        return Reason(
            ReasonCode.NO_CHANNEL_ACCOUNT,
            f"No enabled channel account carries {recipient.channel}.",
            retryable=True,
        )
    if recipient.contact_opted_out or recipient.blocked in (ReasonCode.OPTED_OUT, ReasonCode.COMPLAINED):
        return Reason(ReasonCode.OPTED_OUT, "The contact does not want to be written to.")
    if recipient.blocked is not None:
        return Reason(ReasonCode.ADDRESS_INVALID, "An earlier message to this address bounced.")
    if not recipient.address:
        return Reason(ReasonCode.NO_ADDRESS, f"The contact has no address on {recipient.channel}.")
    return None


def _reached_often(recipient: Recipient, guards: Guards) -> Reason | None:
    limit = guards.max_per_contact_per_day
    return contact_limit(limit) if limit is not None and recipient.reached >= limit else None


def contact_limit(limit: int) -> Reason:
    detail = f"The contact has had as many messages of mass replies within 24 hours as the settings allow: {limit}."
    return Reason(ReasonCode.CONTACT_LIMIT, detail)


def _taken_address(recipient: Recipient, limits: Limits) -> str | None:
    """Return the address in the form that the provider takes, or None if it takes none like it."""
    region, private = region_of(recipient.account_config), limits.private_domains
    address = Address.read(recipient.channel, recipient.address or "", region, private=private)
    if limits.address is AddressKind.OPAQUE:
        wire = address.stored if address.stored.isprintable() else None
    else:
        wire = address.wire
    return wire if wire is None or limits.address_form is None or limits.address_form.fullmatch(wire) else None


def _window_closed(recipient: Recipient, limits: Limits, now: datetime) -> bool:
    if limits.reply_window is None:
        return False
    last = recipient.last_customer_message_at
    return last is None or now - last >= limits.reply_window


def _by_template(recipient: Recipient, plan: MessagePlan, limits: Limits, address: str) -> ReadyToSend | Reason:
    template = plan.fill_template(recipient) if limits.template_outside_window else None
    if template is None:
        why = "The time in which this channel allows a reply has passed"
        missing = ", and there is no approved template to send instead." if limits.template_outside_window else "."
        return Reason(ReasonCode.WINDOW_CLOSED, why + missing, retryable=True)
    if isinstance(template, Reason):
        return template
    return ReadyToSend(address, Rendered(as_text(template), None), template)


def _too_long(text: str, limits: Limits) -> Reason | None:
    if limits.max_characters is not None and len(text) > limits.max_characters:
        return Reason(ReasonCode.MESSAGE_TOO_LONG, f"{len(text)} characters; the limit is {limits.max_characters}.")
    size = len(text.encode())
    if limits.max_bytes is not None and size > limits.max_bytes:
        return Reason(ReasonCode.MESSAGE_TOO_LONG, f"{size} bytes; the limit is {limits.max_bytes}.")
    return None


def _segments(ready: ReadyToSend, limits: Limits) -> int:
    """Count the parts of an SMS. For the preflight alone: a claim does not need them."""
    counted = limits.counts_segments and ready.template is None
    return sms_segments.count(ready.rendered.text).segments if counted else 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the preflight says about one conversation."""

    recipient: Recipient
    refusal: Reason | None
    address: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    segments: int = 0
    warnings: tuple[PreflightWarning, ...] = ()
    dropped: tuple[DroppedAttachment, ...] = ()
    used_template: bool = False
    files: int = 0
    """Files that go with the text. On WhatsApp each is a message of its own, which is charged."""


def preflight(recipient: Recipient, plan: MessagePlan, limits: Limits | None, now: datetime) -> Verdict:
    """Decide what will happen to one conversation. Whatever is refused here is skipped, with the reason."""
    judged = judge(recipient, plan, limits, now)
    refusal = judged if isinstance(judged, Reason) else _too_inactive(recipient, plan.guards, now)
    if isinstance(judged, Reason) or refusal is not None:
        return Verdict(recipient, refusal, recipient.address)
    assert limits is not None  # noqa: S101 - `judge` refuses a conversation without a channel account
    dropped, segments = _left_out(plan, limits, judged), _segments(judged, limits)
    return Verdict(
        recipient=recipient,
        refusal=None,
        address=judged.address,
        text=judged.rendered.text,
        segments=segments,
        warnings=tuple(_warnings(recipient, plan, judged, now, segments=segments, dropped=bool(dropped))),
        dropped=dropped,
        used_template=judged.template is not None,
        files=len(plan.attachments) - len(dropped),
    )


def repeated(verdict: Verdict) -> Verdict:
    """Return the verdict on another conversation of a contact who gets the message already."""
    warnings = {*verdict.warnings, PreflightWarning.DUPLICATE_CONTACT}
    return replace(verdict, warnings=tuple(warning for warning in PreflightWarning if warning in warnings))


def _too_inactive(recipient: Recipient, guards: Guards, now: datetime) -> Reason | None:
    """Checked before anyone confirms, never again: what was allowed then does not fail because it waited."""
    if guards.inactive is Inactive.WARN or not _inactive(recipient, guards, now):
        return None
    days = guards.inactive_after_days
    return Reason(ReasonCode.INACTIVE_CONVERSATION, f"The customer has not written for {days} days or more.")


def _inactive(recipient: Recipient, guards: Guards, now: datetime) -> bool:
    if guards.inactive_after_days is None:
        return False
    last_seen = recipient.last_customer_message_at or recipient.created_at
    return now - last_seen >= timedelta(days=guards.inactive_after_days)


def _left_out(plan: MessagePlan, limits: Limits, ready: ReadyToSend) -> tuple[DroppedAttachment, ...]:
    if ready.template is None:
        return limits.split(plan.attachments)[1]
    why = "Outside the reply window only the approved template is sent."
    return tuple(DroppedAttachment(file.filename, why) for file in plan.attachments)


def _warnings(
    recipient: Recipient, plan: MessagePlan, ready: ReadyToSend, now: datetime, *, segments: int, dropped: bool
) -> Iterable[PreflightWarning]:
    repeated = recipient.repeated_contact and not plan.guards.once_per_contact
    conditions = (
        (PreflightWarning.ATTACHMENT_DROPPED, dropped),
        (PreflightWarning.SENT_AS_TEMPLATE, ready.template is not None),
        (PreflightWarning.INACTIVE_CONVERSATION, _inactive(recipient, plan.guards, now)),
        (PreflightWarning.DUPLICATE_CONTACT, repeated),
        (PreflightWarning.RECENT_MASS_REPLY, recipient.recently_replied),
        (PreflightWarning.MULTIPLE_SEGMENTS, segments > 1),
        (PreflightWarning.UNKNOWN_SNIPPET, bool(plan.unknown_snippets)),
    )
    return (warning for warning, holds in conditions if holds)
