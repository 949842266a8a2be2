"""SendGrid's event webhook and Inbound Parse, read into provider events. Facts: docs/channels/sendgrid.md."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.channels.account_config import REPLY_PLACEHOLDER
from app.channels.callback_bodies import callback_json
from app.channels.provider_responses import CodeMeaning, Meaning, ReportedFailure, fault_of
from app.domain.json_values import read_json
from app.domain.provider_events import Inbound, MalformedWebhook, ProviderEvent, Receipt, ReceiptKind, Unrecognized
from app.domain.text.plain_text import decode
from app.domain.words import ReasonCode
from app.mail.html_text import html_to_text
from app.mail.message import Mail, UnreadableMail, parse_mail, thread_ids

Event = Mapping[str, Any]
Form = Mapping[str, bytes]

PROGRESS: Final[Mapping[str, ReceiptKind]] = {
    "processed": ReceiptKind.SENT,
    "delivered": ReceiptKind.DELIVERED,
    "open": ReceiptKind.READ,
    "click": ReceiptKind.READ,
}

_BOUNCED: Final = ReportedFailure(ReasonCode.BOUNCED, "the recipient's server refused it for good")
_BLOCKED: Final = ReportedFailure(ReasonCode.BLOCKED, "the recipient's server refused it, this time")

BLOCKS: Final[Mapping[str, ReportedFailure]] = {
    "Content": ReportedFailure(ReasonCode.CONTENT_REJECTED, "the recipient's server took offence at its content"),
    "Frequency or Volume Too High": ReportedFailure(
        ReasonCode.UNREACHABLE, "the recipient's server takes no more for now"
    ),
    "Invalid Address": ReportedFailure(
        ReasonCode.INVALID_RECIPIENT, "the recipient's server does not know the address"
    ),
    "Mailbox Unavailable": ReportedFailure(ReasonCode.UNREACHABLE, "the mailbox is full or out of service for now"),
    "Technical": ReportedFailure(ReasonCode.UNREACHABLE, "the recipient's server could not be reached"),
}
"""`bounce` events of type `blocked`, by `bounce_classification`. They are final for the message, not for the address:
SendGrid keeps writing to it. Reputation and unclassified ones are a plain block.
"""

_OVER_QUOTA: Final = "recipient list over package quota"

DROPS: Final[Mapping[str, ReportedFailure]] = {
    "bounced address": ReportedFailure(ReasonCode.BOUNCED, "the address bounced before"),
    "invalid": ReportedFailure(ReasonCode.INVALID_RECIPIENT, "the address is not valid"),
    _OVER_QUOTA: ReportedFailure(ReasonCode.UNREACHABLE, "the SendGrid account had sent as many mails as it may"),
    "spam content": ReportedFailure(ReasonCode.CONTENT_REJECTED, "SendGrid took it for spam"),
    "spam reporting address": ReportedFailure(
        ReasonCode.COMPLAINED, "the recipient reported an earlier e-mail as spam"
    ),
    "unsubscribed address": ReportedFailure(ReasonCode.OPTED_OUT, "the recipient has unsubscribed"),
}
"""`dropped` events by the start of their `reason`: SendGrid took the message and never sent it."""

_QUOTA: Final = Meaning(CodeMeaning.QUOTA, "the SendGrid account has sent as many mails as it may")

_NOT_AGAIN: Final = frozenset(
    {ReasonCode.BOUNCED, ReasonCode.COMPLAINED, ReasonCode.INVALID_RECIPIENT, ReasonCode.OPTED_OUT}
)
"""The reasons for which SendGrid itself no longer writes to an address."""

_CHOICES: Final[Mapping[str, bool]] = {"unsubscribe": True, "group_unsubscribe": True, "group_resubscribe": False}

_KEPT_FIELDS: Final = ("from", "to", "subject", "envelope", "SPF", "dkim", "spam_score", "sender_ip")
"""What is stored of an inbound mail besides its text."""


def read(body: bytes, domain: str) -> Sequence[ProviderEvent]:
    """Read the events of one call. `domain` is that of our own Message-IDs. Raise MalformedWebhook if the body is no
    list.
    """
    found = callback_json(body)
    if not isinstance(found, list) or not all(isinstance(event, dict) for event in found):
        raise MalformedWebhook("The body is not a list of events.")
    return [_read(event, domain) for event in found]


def _read(event: Event, domain: str) -> ProviderEvent:
    """Read one event. The SendGrid account may carry other mail too, which is no receipt of ours."""
    kind = _text(event, "event")
    if kind in _CHOICES and _text(event, "email"):
        return _choice(event, opted_out=_CHOICES[kind], domain=domain)
    if _text(event, "delivery"):
        if kind in PROGRESS and event.get("sg_machine_open") is not True:
            return _receipt(event, PROGRESS[kind])
        if (failure := _failure(kind, event)) is not None:
            return _receipt(event, ReceiptKind.FAILED, failure, ends_address=_ends_address(event, failure))
    return Unrecognized(_key(event), event)


def _failure(kind: str, event: Event) -> ReportedFailure | None:
    match kind:
        case "bounce" if event.get("type") == "blocked":
            return BLOCKS.get(_text(event, "bounce_classification"), _BLOCKED)
        case "bounce":
            return _BOUNCED
        case "dropped":
            reason = _text(event, "reason").lower()
            known = (failure for start, failure in DROPS.items() if reason.startswith(start))
            return next(
                known, ReportedFailure(ReasonCode.PROVIDER_REJECTED, "SendGrid did not send it", temporary=True)
            )
        case "spamreport":
            return ReportedFailure(ReasonCode.COMPLAINED, "the recipient reported the e-mail as spam")
        case _:
            return None


def _over_quota(event: Event) -> bool:
    return event.get("event") == "dropped" and _text(event, "reason").lower().startswith(_OVER_QUOTA)


def _ends_address(event: Event, failure: ReportedFailure) -> bool:
    return failure.code in _NOT_AGAIN and event.get("type") != "blocked"


def _receipt(
    event: Event, kind: ReceiptKind, failure: ReportedFailure | None = None, *, ends_address: bool = False
) -> Receipt:
    return Receipt(
        kind=kind,
        event_key=_key(event),
        correlation=_text(event, "delivery"),
        # The API returns the part before the first dot.
        provider_message_id=_text(event, "sg_message_id").partition(".")[0] or None,
        occurred_at=_moment(event),
        code=failure.code if failure else None,
        detail=f"SendGrid {event['event']}: {failure.words}" if failure else None,
        temporary=failure is not None and failure.temporary,
        account_fault=fault_of(_QUOTA, "SendGrid") if _over_quota(event) else None,
        bad_address=_text(event, "email") or None if ends_address else None,
        raw=event,
    )


def _choice(event: Event, *, opted_out: bool, domain: str) -> Inbound:
    """Read an unsubscription as an automatic message. Somebody who unsubscribes has not made the delivery fail."""
    correlation = _text(event, "delivery")
    return Inbound(
        event_key=_key(event),
        provider_message_id=None,
        sender=_text(event, "email"),
        text="Unsubscribed from this sender." if opted_out else "Subscribed to this sender again.",
        sent_at=_moment(event),
        automatic=True,
        opted_out=opted_out,
        in_reply_to=(f"<{correlation.partition('.')[0]}@{domain}>",) if correlation else (),
        raw=event,
    )


def read_inbound(form: Form, reply_to: str | None) -> Inbound:
    """Read a mail from Inbound Parse: raw if "send raw" is on, else from its parts. Raise MalformedWebhook if it has
    neither.
    """
    mail, text = _mail(form)
    return Inbound(
        event_key=f"inbound:{mail.digest}",
        provider_message_id=mail.message_id,
        sender=mail.sender,
        text=text,
        sent_at=mail.sent_at,
        automatic=mail.automatic,
        conversation_id=_conversation(form, reply_to),
        in_reply_to=thread_ids(mail),
        references=mail.references,
        attachment_names=mail.attachment_names or _attachment_names(form),
        other_senders=tuple(each.address for each in mail.senders[1:]),
        raw={name: form[name].decode(errors="replace") for name in _KEPT_FIELDS if name in form},
    )


def _mail(form: Form) -> tuple[Mail, str]:
    try:
        if "email" in form:
            mail = parse_mail(form["email"])
            return mail, mail.text
        if "headers" in form:
            return parse_mail(form["headers"].strip() + b"\r\n\r\n"), _words(form)
    except UnreadableMail as error:
        raise MalformedWebhook(error.reason) from None
    raise MalformedWebhook("The form holds neither a raw e-mail nor its headers.")


def _words(form: Form) -> str:
    charsets = _object(form.get("charsets", b""))
    text, html = (decode(form.get(name, b""), _text(charsets, name) or "utf-8") for name in ("text", "html"))
    return text.strip() or html_to_text(html)


def _attachment_names(form: Form) -> tuple[str, ...]:
    """Return the names of the uploaded files, which the form lists by field."""
    listed = [each for each in _object(form.get("attachment-info", b"")).values() if isinstance(each, dict)]
    return tuple(_text(each, "filename") or _text(each, "name") or "unnamed" for each in listed)


def _conversation(form: Form, reply_to: str | None) -> UUID | None:
    """Return the conversation whose token is in an address that the mail was sent to."""
    if reply_to is None or REPLY_PLACEHOLDER not in reply_to:
        return None
    envelope, to = (form.get(name, b"").decode(errors="replace") for name in ("envelope", "to"))
    before, after = map(re.escape, reply_to.rpartition("<")[2].rstrip(">").split(REPLY_PLACEHOLDER, 1))
    found = re.search(rf"{before}([0-9a-f]{{32}}){after}", f"{envelope} {to}", re.IGNORECASE)
    return UUID(hex=found[1]) if found else None


def _object(text: bytes) -> Event:
    found = read_json(text)
    return found if isinstance(found, dict) else {}


def _moment(event: Event) -> datetime | None:
    """Read `timestamp`, whole seconds since 1970."""
    value = event.get("timestamp")
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _key(event: Event) -> str:
    """Return the same key when an event is sent again: its id or, for the few without one, what identifies it."""
    parts = (event.get(name, "") for name in ("event", "sg_message_id", "email", "timestamp"))
    return _text(event, "sg_event_id") or ":".join(str(part) for part in parts)


def _text(event: Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""
