"""Postmark's webhooks, read into provider events. Facts and their sources: docs/channels/postmark.md."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.channels.callback_bodies import moment
from app.channels.provider_responses import ReportedFailure
from app.domain.provider_events import Inbound, MalformedWebhook, ProviderEvent, Receipt, ReceiptKind, Unrecognized
from app.domain.threads import answered, read_message_id, read_message_ids
from app.domain.words import ReasonCode
from app.mail.automatic import is_automatic
from app.mail.headers import Mailbox, decode_words, read_date, read_mailbox
from app.mail.html_text import html_to_text
from app.mail.message import REPLACED_SENDERS, senders_of

Body = Mapping[str, Any]

BOUNCES: Final[Mapping[str, ReportedFailure]] = {
    "HardBounce": ReportedFailure(ReasonCode.BOUNCED, "the recipient's server does not know this address"),
    "BadEmailAddress": ReportedFailure(ReasonCode.INVALID_RECIPIENT, "the address is not valid"),
    "SpamComplaint": ReportedFailure(ReasonCode.COMPLAINED, "the recipient reported the e-mail as spam"),
    "SpamNotification": ReportedFailure(ReasonCode.BLOCKED, "the recipient's server took the e-mail for spam"),
    "Blocked": ReportedFailure(ReasonCode.BLOCKED, "the recipient's provider blocks the sender"),
    "DMARCPolicy": ReportedFailure(
        ReasonCode.BLOCKED, "refused by the DMARC policy of the sender's domain", temporary=True
    ),
    "ManuallyDeactivated": ReportedFailure(ReasonCode.BLOCKED, "the address was deactivated at Postmark"),
    "VirusNotification": ReportedFailure(ReasonCode.CONTENT_REJECTED, "the recipient's server found a virus in it"),
    # Soft: final for this message, not for the address, so a person may send again.
    "SoftBounce": ReportedFailure(ReasonCode.UNREACHABLE, "the mailbox is full or out of service for now"),
    "DnsError": ReportedFailure(ReasonCode.UNREACHABLE, "the recipient's domain could not be found for now"),
    "Unknown": ReportedFailure(ReasonCode.BOUNCED, "it came back for a reason that could not be read"),
    "SMTPApiError": ReportedFailure(ReasonCode.PROVIDER_REJECTED, "Postmark could not send it", temporary=True),
    "TemplateRenderingFailed": ReportedFailure(
        ReasonCode.PROVIDER_REJECTED, "Postmark could not send it", temporary=True
    ),
}
"""Bounce types that end a message. The others do not: `Transient` is a delay and Postmark keeps trying, `Unsubscribe`
asks for no more mail, and `AutoResponder`, `AddressChange`, `Subscribe`, `OpenRelayTest`, `ChallengeVerification` and
the like are automatic replies to mail that did arrive.
"""

_DECODED: Final = frozenset({"subject", "message-id", "in-reply-to", "references"})
"""Headers that hold no mailboxes. Some programs encode their ids too."""

_NO_MESSAGE: Final = "00000000-0000-0000-0000-000000000000"
"""The MessageID of events about an address instead of a message."""


def read(body: Body, domain: str) -> ProviderEvent:
    """Read one webhook. Postmark posts one event per call. `domain` is that of our own Message-IDs."""
    kind = body.get("RecordType", "Inbound" if "FromFull" in body else "")
    match kind:
        case "Delivery":
            return _receipt(body, ReceiptKind.DELIVERED, "DeliveredAt")
        case "Open" | "Click":
            return _receipt(body, ReceiptKind.READ, "ReceivedAt")
        case "Bounce" | "SpamComplaint" if (failure := BOUNCES.get(_text(body, "Type") or kind)) is not None:
            return _bounce(body, failure)
        case "Bounce" if _text(body, "Type") == "Unsubscribe" and _text(body, "Email"):
            return _choice(body, _required(body, "Email"), "BouncedAt", domain, opted_out=True)
        case "SubscriptionChange":
            return _subscription(body, domain)
        case "Inbound":
            return _inbound(body)
        case _:
            return Unrecognized(_key(body), body)


def _receipt(body: Body, kind: ReceiptKind, time_member: str) -> Receipt:
    return Receipt(
        kind=kind,
        event_key=_key(body),
        correlation=_correlation(body),
        provider_message_id=_message_id(body),
        occurred_at=moment(body.get(time_member)),
        raw=body,
    )


def _bounce(body: Body, failure: ReportedFailure) -> Receipt:
    return Receipt(
        kind=ReceiptKind.FAILED,
        event_key=_key(body),
        correlation=_correlation(body),
        provider_message_id=_message_id(body),
        occurred_at=moment(body.get("BouncedAt")),
        code=failure.code,
        detail=f"Postmark {body.get('Type', 'SpamComplaint')}: {failure.words}",
        temporary=failure.temporary,
        # Inactive is Postmark's word for an address that it no longer sends to.
        bad_address=_text(body, "Email") if body.get("Inactive") is True else None,
        raw=body,
    )


def _subscription(body: Body, domain: str) -> ProviderEvent:
    """Read a suppression that a person chose. Those after a bounce or complaint come with that event."""
    suppressed = body.get("SuppressSending")
    if not isinstance(suppressed, bool) or body.get("SuppressionReason") in ("HardBounce", "SpamComplaint"):
        return Unrecognized(_key(body), body)
    return _choice(body, _required(body, "Recipient"), "ChangedAt", domain, opted_out=suppressed)


def _choice(body: Body, sender: str, time_member: str, domain: str, *, opted_out: bool) -> Inbound:
    """Read an unsubscription as an automatic message from the person, which needs no reply.

    Somebody who unsubscribes after reading has not made the delivery fail, so this is not a receipt.
    """
    correlation = _correlation(body)
    return Inbound(
        event_key=_key(body),
        provider_message_id=None,
        sender=sender,
        text="Unsubscribed from this sender." if opted_out else "Subscribed to this sender again.",
        sent_at=moment(body.get(time_member)),
        automatic=True,
        opted_out=opted_out,
        in_reply_to=(f"<{correlation.partition('.')[0]}@{domain}>",) if correlation else (),
        raw=body,
    )


def _inbound(body: Body) -> Inbound:
    headers, senders = _headers(body), _senders(body)
    in_reply_to = read_message_ids(headers.get("in-reply-to", ""))
    references = read_message_ids(headers.get("references", ""))
    return Inbound(
        event_key=_key(body),
        provider_message_id=read_message_id(headers.get("message-id", "")),
        sender=senders[0],
        text=_words(body),
        sent_at=read_date(_text(body, "Date") or ""),
        automatic=is_automatic(headers),
        conversation_id=_conversation(body),
        in_reply_to=answered(in_reply_to, references),
        references=references,
        attachment_names=_attachment_names(body),
        other_senders=senders[1:],
        raw=body,
    )


def _senders(body: Body) -> tuple[str, ...]:
    """Return who may have written it. As everywhere, Reply-To goes before From."""
    match body.get("FromFull"):
        case {"Email": str(address)} if address:
            author = Mailbox(address, None)
        case _:
            raise MalformedWebhook("The e-mail has no sender.")
    headers = _headers(body)
    reply_to = read_mailbox(_text(body, "ReplyTo") or headers.get("reply-to", ""))
    replaced = [found for name in REPLACED_SENDERS if (found := read_mailbox(headers.get(name, "")))]
    named = [reply_to, author] if reply_to else [author]
    return tuple(each.address for each in senders_of(named, replaced))


def _attachment_names(body: Body) -> tuple[str, ...]:
    listed = body.get("Attachments")
    names = [_text(each, "Name") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return tuple(name or "unnamed" for name in names)


def _words(body: Body) -> str:
    """Return what the person wrote: without the quoted mail if Postmark could tell, from the HTML as a last resort."""
    text = _text(body, "StrippedTextReply") or _text(body, "TextBody")
    return text or html_to_text(_text(body, "HtmlBody") or "")


def _conversation(body: Body) -> UUID | None:
    """Return the conversation's id from the `+token` of our reply address."""
    try:
        return UUID(hex=_text(body, "MailboxHash") or "")
    except ValueError:
        return None


def _headers(body: Body) -> dict[str, str]:
    """Return header values by lower-case name. Of repeated headers, return the first, which is the outermost."""
    found = {"subject": _text(body, "Subject") or "", "from": _text(body, "From") or ""}
    listed = dict[str, str]()
    headers = body.get("Headers")
    for header in headers if isinstance(headers, list) else ():
        match header:
            case {"Name": str(name), "Value": str(value)}:
                listed.setdefault(name.lower(), decode_words(value) if name.lower() in _DECODED else value)
    return found | listed


def _correlation(body: Body) -> str | None:
    match body.get("Metadata"):
        case {"delivery": str(correlation)}:
            return correlation
        case _:
            return None


def _message_id(body: Body) -> str | None:
    message_id = _text(body, "MessageID")
    return None if message_id == _NO_MESSAGE else message_id


def _key(body: Body) -> str:
    """Return the same key when an event is sent again: a bounce's id, else message, person and time."""
    kind = body.get("RecordType", "Inbound")
    if "ID" in body:
        return f"{kind}:{body['ID']}"
    time = next((body[name] for name in ("DeliveredAt", "ReceivedAt", "ChangedAt") if name in body), "")
    return f"{kind}:{body.get('MessageID')}:{body.get('Recipient', '')}:{time}"


def _required(body: Body, name: str) -> str:
    value = _text(body, name)
    if value is None:
        raise MalformedWebhook(f"There is no {name}.")
    return value


def _text(body: Body, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None
