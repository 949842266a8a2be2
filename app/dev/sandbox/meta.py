"""Messenger's and Instagram's Send API: https://developers.facebook.com/documentation/business-messaging"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.graph import (
    BAD_TOKEN,
    REPLY_WINDOW,
    UploadedFiles,
    Windows,
    admit,
    json_body,
    member,
    read_upload,
    refusal,
    reports,
    signed_post,
)
from app.dev.sandbox.http_call import HttpCall
from app.dev.sandbox.journal import JournalEntry, ProviderError, ReceivedMessage
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.provider import InboundMessage, ParsedCall, Post, Reading, Receipt, headers_of_interest

HUMAN_AGENT_WINDOW = timedelta(days=7)
MAX_TEXT = 2000
MAX_INSTAGRAM_BYTES = 1000
INSTAGRAM_IDS = "17841"
"""How the ids of Instagram's professional accounts begin. Any other sender is a page."""

INVALID = ProviderError(400, 100, "Param is not valid.")
UNKNOWN_FILE = ProviderError(400, "100/2018047", "Upload attachment failure.")
CLOSED = ProviderError(400, "10/2018278", "This message is sent outside of allowed window.")
INSTAGRAM_CLOSED = ProviderError(403, "10/2534022", "This message is sent outside of allowed window.")

SILENT = frozenset({InjectedFault.BOUNCE, InjectedFault.COMPLAINT, InjectedFault.UNDELIVERED})
"""Meta reports no failures: when a message does not arrive, nothing more is heard of it."""


class Meta:
    name: ClassVar[str] = "meta"
    mount: ClassVar[str] = "/meta"
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(400, "100/2018001", "No matching user found."),
        InjectedFault.OPTED_OUT: ProviderError(400, "551/1545041", "This person isn't available right now."),
        InjectedFault.THROTTLED: ProviderError(
            429, 613, "Calls to this API have exceeded the rate limit.", retry_after=1
        ),
        InjectedFault.BUSY: ProviderError(429, 613, "Calls to this API have exceeded the rate limit."),
        InjectedFault.BAD_TOKEN: BAD_TOKEN,
        InjectedFault.ERROR_BEFORE: ProviderError(
            500, 2, "An unexpected error has occurred. Please retry your request later."
        ),
        InjectedFault.ERROR_AFTER: ProviderError(
            500, 2, "An unexpected error has occurred. Please retry your request later."
        ),
        InjectedFault.WINDOW: CLOSED,
    }

    def __init__(self, exchange: MessageBus) -> None:
        self._exchange = exchange
        self._windows = Windows()
        self._files = UploadedFiles()

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.get(f"{self.mount}/{{version}}/{{sender}}", self.sender)
        yield web.post(f"{self.mount}/{{version}}/{{sender}}/messages", self.send)
        yield web.post(f"{self.mount}/{{version}}/{{sender}}/message_attachments", self.upload)

    async def sender(self, request: web.Request) -> web.Response:
        account = self.authenticate(request)
        return self.refusal(BAD_TOKEN) if account is None else web.json_response({"id": account.identity})

    async def send(self, request: web.Request) -> web.StreamResponse:
        return await HttpCall(self._exchange, request, self).serve(self._read, _answer)

    async def upload(self, request: web.Request) -> web.Response:
        account = self.authenticate(request)
        if account is None:
            return refusal(BAD_TOKEN)
        file = await read_upload(request)
        if file is None or not _is_reusable(file.fields.get("message", "")):
            return refusal(INVALID)
        return web.json_response({"attachment_id": self._files.keep(account, file)})

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        return admit(self._exchange.accounts, self.name, request)

    def refusal(self, problem: ProviderError) -> web.Response:
        return refusal(problem)

    def new_id(self) -> str:
        return f"m_{uuid4().hex}"

    def story(self, entry: JournalEntry) -> Sequence[str]:
        if entry.fault in SILENT:
            return reports(entry, ("echo",))
        on_instagram = entry.message.channel == "instagram"
        return reports(entry, ("echo", "seen") if on_instagram else ("echo", "delivery", "read"))

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post:
        return self.receipts([Receipt(entry, kind, happened_at)])

    def receipts(self, receipts: Sequence[Receipt]) -> Post:
        """https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events"""
        account = receipts[0].entry.message.account
        return _callback(account, [self._receipt_event(each.entry, each.kind, each.happened_at) for each in receipts])

    def _receipt_event(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Mapping[str, Any]:
        ours, person = entry.message.account.identity, entry.message.recipient
        watermark = _milliseconds(happened_at)
        match kind:
            case "echo":
                echo = {**member(entry.message.fields, "message"), "mid": entry.message_id, "is_echo": True}
                return _event(ours, person, happened_at, {"message": echo})
            case "delivery":
                delivery = {"mids": [entry.message_id], "watermark": watermark}
                return _event(person, ours, happened_at, {"delivery": delivery})
            case "seen":
                return _event(person, ours, happened_at, {"read": {"mid": entry.message_id}})
            case _:
                return _event(person, ours, happened_at, {"read": {"watermark": watermark}})

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post:
        answered = {"reply_to": {"mid": inbound.in_reply_to}} if inbound.in_reply_to else {}
        message = {"mid": message_id, "text": inbound.text, **answered}
        self._windows.note(inbound)
        return _callback(
            inbound.account, [_event(inbound.sender, inbound.account.identity, inbound.at, {"message": message})]
        )

    def reading(self, message: ReceivedMessage) -> Reading:
        fields = message.fields
        content = member(fields, "message")
        attachment = member(content, "attachment")
        words = content.get("text") or f"[{attachment.get('type', '')}]"
        right = " ".join(str(fields.get(name, "")) for name in ("messaging_type", "tag")).strip()
        return Reading(message.account.identity, str(words), threading=[("Sent as", right)])

    def _read(self, request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
        fields = json_body(body)
        recipient = str(member(fields, "recipient").get("id", ""))
        channel = "instagram" if account.identity.startswith(INSTAGRAM_IDS) else "facebook"
        correlation = member(fields, "message").get("metadata")
        message = ReceivedMessage(account, channel, recipient, correlation, fields, headers_of_interest(request))
        spared = frozenset({InjectedFault.WINDOW}) if _by_a_person(fields) else frozenset[InjectedFault]()
        return (ParsedCall(message, self._objection(message), spared),)

    def _objection(self, message: ReceivedMessage) -> ProviderError | None:
        fields, on_instagram = message.fields, message.channel == "instagram"
        content = member(fields, "message")
        if not message.recipient or fields.get("messaging_type") not in ("RESPONSE", "MESSAGE_TAG"):
            return INVALID
        window = HUMAN_AGENT_WINDOW if _by_a_person(fields) else REPLY_WINDOW
        if self._windows.is_closed(message.account, message.recipient, window):
            return INSTAGRAM_CLOSED if on_instagram else CLOSED
        if "attachment" in content:
            media_id = member(member(content, "attachment"), "payload").get("attachment_id")
            return None if self._files.has(message.account, media_id) else UNKNOWN_FILE
        text = str(content.get("text", ""))
        too_long = len(text.encode()) > MAX_INSTAGRAM_BYTES if on_instagram else len(text) > MAX_TEXT
        return INVALID if too_long or not text else None


def _by_a_person(fields: Mapping[str, Any]) -> bool:
    return fields.get("messaging_type") == "MESSAGE_TAG" and fields.get("tag") == "HUMAN_AGENT"


def _is_reusable(message: str) -> bool:
    try:
        parsed = json.loads(message)
    except ValueError:
        return False
    return isinstance(parsed, dict) and member(member(parsed, "attachment"), "payload").get("is_reusable") is True


def _answer(entries: Sequence[JournalEntry]) -> web.Response:
    entry = entries[0]
    if entry.problem:
        return refusal(entry.problem)
    return web.json_response({"recipient_id": entry.message.recipient, "message_id": entry.message_id})


def _event(sender: str, recipient: str, at: datetime, event: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": _milliseconds(at), **event}


def _callback(account: ProviderAccount, events: Sequence[Mapping[str, Any]]) -> Post:
    """One entry for each event: Meta puts entries together, and never two events into one."""
    kind = "instagram" if account.identity.startswith(INSTAGRAM_IDS) else "page"
    entries = [{"id": account.identity, "time": each["timestamp"], "messaging": [each]} for each in events]
    return signed_post(account, {"object": kind, "entry": entries})


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
