"""Messenger's and Instagram's webhooks, read into provider events. Facts and their sources: docs/channels/meta.md.

One call can carry many events, for several pages and accounts. What cannot be read is kept as unrecognized, so that the
other events of the call are not lost.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

from app.channels.meta_graph import Json, fingerprint, instant, member, number, objects, text
from app.domain.provider_events import Amended, Inbound, ProviderEvent, Receipt, ReceiptKind, Unrecognized, Watermark

_MILLISECONDS: Final = 1000

_OURS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d+")
"""Our correlation. Other apps of the page write what they like into the metadata of their own messages."""


def read(body: Json) -> Sequence[ProviderEvent]:
    events = [event for entry in objects(body.get("entry")) for event in _entry(entry)]
    return events or [Unrecognized(fingerprint(body), body)]


def _entry(entry: Json) -> Iterator[ProviderEvent]:
    account = text(entry, "id")
    # `standby` events are meant for another app of the page; the customer did the same thing all the same.
    for item in (*objects(entry.get("messaging")), *objects(entry.get("standby"))):
        yield from _item(item, account) or [Unrecognized(fingerprint(item), item, account)]
    for change in objects(entry.get("changes")):
        yield Unrecognized(fingerprint(change), change, account)


def _item(item: Json, account: str | None) -> Sequence[ProviderEvent]:
    """Yield the events of one item; nothing if its kind is unknown."""
    message = member(item, "message")
    if message.get("is_echo") is True:
        return _one(_echo(item, message, account))
    if message.get("is_deleted") is True:
        return _one(_unsent(item, message, account))
    if message:
        return _one(_message(item, message, account))
    if "message_edit" in item:
        return _one(_edited(item, account))
    if "postback" in item:
        return _one(_postback(item, account))
    if "reaction" in item:
        return _one(_reaction(item, account))
    if "delivery" in item:
        return _deliveries(item, account)
    return _one(_read(item, account)) if "read" in item else []


def _one(event: ProviderEvent | None) -> Sequence[ProviderEvent]:
    return [] if event is None else [event]


def _echo(item: Json, message: Json, account: str | None) -> Receipt | None:
    """Read the echo of our own message: proof that it was sent. Files carry no metadata, so they are not reported."""
    message_id, correlation = text(message, "mid"), text(message, "metadata")
    if message_id is None or correlation is None or not _OURS.fullmatch(correlation):
        return None
    return Receipt(
        kind=ReceiptKind.SENT,
        event_key=f"{message_id}:sent",
        correlation=correlation,
        provider_message_id=message_id,
        occurred_at=_time(item),
        raw=item,
        account_identity=account,
    )


def _unsent(item: Json, message: Json, account: str | None) -> Amended | None:
    message_id = text(message, "mid")
    return Amended(f"{message_id}:unsent", message_id, None, item, account) if message_id else None


def _edited(item: Json, account: str | None) -> Amended | None:
    edit = member(item, "message_edit")
    message_id, words = text(edit, "mid"), text(edit, "text")
    if message_id is None or words is None:
        return None
    times = edit.get("num_edit")
    return Amended(f"{message_id}:edited:{times}", message_id, words, item, account, number(times))


def _message(item: Json, message: Json, account: str | None) -> Inbound | None:
    words = _words(message)
    if words is None:
        return None
    answered = text(member(message, "reply_to"), "mid")
    kinds = tuple(text(attachment, "type") or "attachment" for attachment in objects(message.get("attachments")))
    return _inbound(item, account, text(message, "mid"), "received", words, answered, attachment_names=kinds)


def _words(message: Json) -> str | None:
    """Return the text, or a bracketed word for each attachment; None if there is neither."""
    written = text(message, "text")
    if written is not None:
        return written
    kinds = [text(attachment, "type") or "attachment" for attachment in objects(message.get("attachments"))]
    if not kinds and message.get("is_unsupported") is True:
        kinds = ["a message that Meta does not pass on"]
    return " ".join(f"[{kind}]" for kind in kinds) or None


def _postback(item: Json, account: str | None) -> Inbound | None:
    postback = member(item, "postback")
    words = text(postback, "title") or text(postback, "payload")
    return _inbound(item, account, text(postback, "mid"), "postback", words, None) if words else None


def _reaction(item: Json, account: str | None) -> Inbound | None:
    """Put a reaction on the timeline; it needs no reply. A reaction that is taken back is ignored."""
    reaction = member(item, "reaction")
    emoji = text(reaction, "emoji") or text(reaction, "reaction")
    if reaction.get("action") != "react" or emoji is None:
        return None
    answered = text(reaction, "mid")
    return _inbound(item, account, None, f"reaction:{answered}", f"[reaction: {emoji}]", answered, automatic=True)


def _inbound(
    item: Json,
    account: str | None,
    message_id: str | None,
    what: str,
    words: str,
    answered: str | None,
    *,
    automatic: bool = False,
    attachment_names: tuple[str, ...] = (),
) -> Inbound | None:
    sender = text(member(item, "sender"), "id")
    if sender is None:
        return None
    return Inbound(
        event_key=f"{message_id or sender}:{what}" if message_id else f"{sender}:{item.get('timestamp')}:{what}",
        provider_message_id=message_id,
        sender=sender,
        text=words,
        sent_at=_time(item),
        automatic=automatic,
        in_reply_to=(answered,) if answered else (),
        attachment_names=attachment_names,
        raw=item,
        account_identity=account,
    )


def _deliveries(item: Json, account: str | None) -> Sequence[ProviderEvent]:
    """Read which messages were delivered: by their ids or, if Meta leaves them out, by time."""
    delivery = member(item, "delivery")
    listed = delivery.get("mids")
    until = instant(delivery.get("watermark"), per_second=_MILLISECONDS)
    message_ids = [mid for mid in listed if isinstance(mid, str) and mid] if isinstance(listed, list) else []
    if message_ids:
        return [_by_id(ReceiptKind.DELIVERED, mid, until, item, account) for mid in message_ids]
    return _one(_watermark(ReceiptKind.DELIVERED, until, item, account))


def _read(item: Json, account: str | None) -> ProviderEvent | None:
    """Messenger says until when everything was read; Instagram names the message."""
    seen = member(item, "read")
    message_id = text(seen, "mid")
    if message_id is not None:
        return _by_id(ReceiptKind.READ, message_id, _time(item), item, account)
    until = instant(seen.get("watermark"), per_second=_MILLISECONDS)
    return _watermark(ReceiptKind.READ, until, item, account)


def _by_id(kind: ReceiptKind, message_id: str, at: datetime | None, item: Json, account: str | None) -> Receipt:
    return Receipt(
        kind=kind,
        event_key=f"{message_id}:{kind}",
        correlation=None,
        provider_message_id=message_id,
        occurred_at=at,
        raw=item,
        account_identity=account,
    )


def _watermark(
    kind: Literal[ReceiptKind.DELIVERED, ReceiptKind.READ], until: datetime | None, item: Json, account: str | None
) -> Watermark | None:
    recipient = text(member(item, "sender"), "id")
    if recipient is None or until is None:
        return None
    return Watermark(kind, f"{recipient}:{kind}:{until.timestamp():.3f}", recipient, until, item, account)


def _time(item: Json) -> datetime | None:
    return instant(item.get("timestamp"), per_second=_MILLISECONDS)
