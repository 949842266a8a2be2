"""WhatsApp's webhooks, read into provider events. Facts and their sources: docs/channels/whatsapp_cloud.md.

One call can carry many events, for several phone numbers. What cannot be read is kept as unrecognized, so that the
other events of the call are not lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from app.channels.meta_graph import GraphError, Json, fingerprint, instant, member, objects, text
from app.channels.meta_graph import number as seconds
from app.channels.whatsapp_cloud.errors import ERRORS
from app.domain.charges import FILE_MARK, Charge
from app.domain.provider_events import (
    Amended,
    Inbound,
    Moved,
    Priced,
    ProviderEvent,
    Receipt,
    ReceiptKind,
    Unrecognized,
)

_MEDIA: Final = frozenset({"image", "video", "document", "audio", "sticker"})

STATUSES: Final[Mapping[str, ReceiptKind]] = {
    "sent": ReceiptKind.SENT,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.READ,
    "failed": ReceiptKind.FAILED,
}

_KINDS_OF_CHARGE: Final = {
    "service": Charge.IN_WINDOW,
    "user_initiated": Charge.IN_WINDOW,
    "referral_conversion": Charge.IN_WINDOW,
    **dict.fromkeys(("marketing", "marketing_lite", "utility"), Charge.TEMPLATE),
    **dict.fromkeys(("authentication", "authentication_international"), Charge.TEMPLATE),
}
_NUMBER_CHANGED: Final = frozenset({"user_changed_number", "customer_changed_number"})


def file_mark(correlation: str, number: int) -> str:
    """Return the correlation of a file's own message: its fate is not that of the text."""
    return f"{correlation}{FILE_MARK}{number}"


def read(body: Json) -> Sequence[ProviderEvent]:
    changes = [change for entry in objects(body.get("entry")) for change in objects(entry.get("changes"))]
    if not changes:
        return [Unrecognized(fingerprint(body), body)]
    return [event for change in changes for event in _change(change)]


def _change(change: Json) -> Sequence[ProviderEvent]:
    value = member(change, "value")
    metadata = member(value, "metadata")
    number, own = text(metadata, "phone_number_id"), text(metadata, "display_phone_number")
    found = list(_events(value, number)) if change.get("field") == "messages" else []
    found = [replace(each, account_address=own) if isinstance(each, Inbound | Receipt) else each for each in found]
    return found or [Unrecognized(fingerprint(change), change, number)]


def _events(value: Json, number: str | None) -> Iterator[ProviderEvent]:
    contacts = tuple(objects(value.get("contacts")))
    for status in objects(value.get("statuses")):
        yield _status(status, contacts, number)
    for message in objects(value.get("messages")):
        yield _message(message, contacts, number)
    for error in objects(value.get("errors")):
        yield Unrecognized(fingerprint(error), error, number)


def _status(status: Json, contacts: Sequence[Json], number: str | None) -> ProviderEvent:
    message_id, kind = text(status, "id"), STATUSES.get(str(status.get("status")))
    correlation, charge = text(status, "biz_opaque_callback_data"), _charge(member(status, "pricing"))
    if kind is ReceiptKind.FAILED and charge is not Charge.FREE:
        charge = None  # a message that did not arrive is not charged
    attempt, is_file, file = (correlation or "").partition(FILE_MARK)
    if message_id is not None and is_file and charge is not None:
        return Priced(f"{message_id}:priced", attempt, file, charge, status, number)
    if message_id is None or kind is None or is_file:
        return Unrecognized(fingerprint(status), status, number)
    error = _error(status) if kind is ReceiptKind.FAILED else None
    failure = ERRORS.failure(error) if kind is ReceiptKind.FAILED else None
    recipient, alias = _recipient(status, contacts)
    return Receipt(
        kind=kind,
        event_key=f"{message_id}:{kind}",
        correlation=correlation,
        provider_message_id=message_id,
        occurred_at=instant(status.get("timestamp")),
        code=failure.code if failure else None,
        detail=failure.words if failure else None,
        temporary=failure is not None and failure.temporary,
        account_fault=ERRORS.account_fault(error),
        charge=charge,
        recipient=recipient,
        recipient_alias=alias,
        raw=status,
        account_identity=number,
    )


def _recipient(status: Json, contacts: Sequence[Json]) -> tuple[str | None, str | None]:
    """Return the recipient's number, and their business-scoped user id if it is given."""
    number, alias = text(status, "recipient_id"), text(status, "recipient_user_id")
    if "group_id" in status or status.get("recipient_type") == "group":
        return None, None
    matching = [each for each in contacts if number in (None, text(each, "wa_id"), text(each, "user_id"))]
    if len(matching) == 1:
        number, alias = text(matching[0], "wa_id") or number, alias or text(matching[0], "user_id")
    return number, None if number is None or alias == number else alias


def _charge(pricing: Json) -> Charge | None:
    """Return what is charged for a message, as far as WhatsApp says it."""
    kind, billable = str(pricing.get("type") or ""), pricing.get("billable")
    if billable is False or (billable is None and kind.startswith("free_")):
        return Charge.FREE
    known = _KINDS_OF_CHARGE.get(str(pricing.get("category") or "").lower().replace("-", "_"))
    return known or (Charge.CHARGED if billable is True else None)


def _error(status: Json) -> GraphError | None:
    return next((GraphError.read(error) for error in objects(status.get("errors"))), None)


def _message(message: Json, contacts: Sequence[Json], number: str | None) -> ProviderEvent:
    if message.get("type") == "system":
        return _moved(message, number)
    if message.get("type") in ("revoke", "edit"):
        return _amended(message, number)
    message_id, sender, words = text(message, "id"), _sender(message, contacts), _words(message)
    if message_id is None or sender is None or words is None or "group_id" in message:
        return Unrecognized(fingerprint(message), message, number)
    reaction = member(message, "reaction")
    answered = text(member(message, "context"), "id") or text(reaction, "message_id")
    return Inbound(
        event_key=f"{message_id}:received",
        provider_message_id=message_id,
        sender=sender,
        sender_alias=_alias(message, contacts, sender),
        text=words,
        sent_at=instant(message.get("timestamp")),
        # A reaction needs no reply.
        automatic=bool(reaction),
        in_reply_to=(answered,) if answered else (),
        attachment_names=_attachment_names(message),
        raw=message,
        account_identity=number,
    )


def _sender(message: Json, contacts: Sequence[Json]) -> str | None:
    """Return the sender's number, or the business-scoped user id if the number is hidden."""
    known = text(message, "from") or text(message, "from_user_id")
    if known is not None or len(contacts) != 1:
        return known
    return text(contacts[0], "wa_id") or text(contacts[0], "user_id")


def _alias(message: Json, contacts: Sequence[Json], sender: str) -> str | None:
    """Return the business-scoped user id of a sender whose number is also known."""
    known = text(message, "from_user_id") or (text(contacts[0], "user_id") if len(contacts) == 1 else None)
    return None if known == sender else known


def _amended(message: Json, number: str | None) -> ProviderEvent:
    """Read that a customer deleted or edited a message. An edit without text is ignored."""
    kind = str(message.get("type"))
    change, event_id = member(message, kind), text(message, "id")
    original = text(change, "original_message_id")
    words = _words(member(change, "message")) if kind == "edit" else None
    if original is None or event_id is None or (kind == "edit" and words is None):
        return Unrecognized(fingerprint(message), message, number)
    key = f"{original}:unsent" if kind == "revoke" else f"{original}:edited:{event_id}"
    return Amended(key, original, words, message, number, order=seconds(message.get("timestamp")))


def _moved(message: Json, number: str | None) -> ProviderEvent:
    """Read that a customer's number or user id changed. The id can change alone."""
    system, kind = member(message, "system"), str(member(message, "system").get("type"))
    new = text(system, "wa_id") or text(system, "new_wa_id") if kind in _NUMBER_CHANGED else None
    user_id = text(system, "user_id")
    names = (text(message, "from") if new else None, text(system, "previous_user_id"))
    before = tuple(name for name in names if name is not None)
    message_id, after = text(message, "id"), new or (user_id if kind == "user_changed_user_id" else None)
    if message_id is None or after is None or not before:
        return Unrecognized(fingerprint(message), message, number)
    alias = user_id if user_id != after else None
    return Moved(f"{message_id}:moved", before, after, alias, message, number)


def _words(message: Json) -> str | None:
    """Return what the customer wrote, or a bracketed word for what is not text; None if a customer did not send it."""
    kind = str(message.get("type"))
    content = member(message, kind)
    match kind:
        case "text":
            return text(content, "body")
        case _ if kind in _MEDIA:
            return text(content, "caption") or _bracketed(kind, text(content, "filename"))
        case "button":
            return text(content, "text")
        case "interactive":
            return _choice(content)
        case "location":
            return _bracketed(kind, text(content, "name") or text(content, "address"))
        case "contacts":
            return _bracketed(kind, ", ".join(map(_contact, objects(message.get("contacts")))))
        case "order":
            items = ", ".join(map(_product, objects(content.get("product_items"))))
            note = text(content, "text")
            return "\n".join(filter(None, (note, _bracketed(kind, items))))
        case "reaction":
            emoji = text(content, "emoji")
            return emoji and _bracketed(kind, emoji)
        case "unsupported":
            return "[a message that WhatsApp does not pass on]"
        case _:
            return None


def _contact(card: Json) -> str:
    name = text(member(card, "name"), "formatted_name") or text(member(card, "name"), "first_name")
    numbers = (text(phone, "phone") or text(phone, "wa_id") for phone in objects(card.get("phones")))
    return " ".join(filter(None, (name, *numbers))) or "somebody"


def _product(item: Json) -> str:
    name, price = text(item, "product_retailer_id") or "a product", item.get("item_price")
    cost = f" at {price} {item.get('currency') or ''}".rstrip() if price is not None else ""
    return f"{item.get('quantity', 1)} × {name}{cost}"


def _attachment_names(message: Json) -> tuple[str, ...]:
    kind = str(message.get("type"))
    if kind not in _MEDIA:
        return ()
    content = member(message, kind)
    ending = (text(content, "mime_type") or "").partition(";")[0].partition("/")[2]
    return (text(content, "filename") or (f"{kind}.{ending}" if ending else kind),)


def _choice(interactive: Mapping[str, Any]) -> str | None:
    """Return what was chosen from buttons or a list. A form that was filled in has no text of its own."""
    for reply in ("button_reply", "list_reply"):
        title = text(member(interactive, reply), "title")
        if title is not None:
            return title
    return text(member(interactive, "nfm_reply"), "body") or _bracketed("form", None)


def _bracketed(kind: str, name: str | None) -> str:
    return f"[{kind}: {name}]" if name else f"[{kind}]"
