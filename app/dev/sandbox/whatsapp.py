"""WhatsApp's Cloud API: https://developers.facebook.com/documentation/business-messaging/whatsapp"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.graph import (
    BAD_TOKEN,
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

MAX_TEXT = 4096
MEDIA = frozenset({"audio", "document", "image", "video"})
FREE_OF_WINDOW = frozenset({InjectedFault.WINDOW, InjectedFault.WINDOW_LATER})

CLOSED = ProviderError(400, 131047, "Re-engagement message")
MISSING = ProviderError(400, 131008, "Required parameter is missing.")
INVALID = ProviderError(400, 131009, "Parameter value is not valid.")
PARAMETERS = ProviderError(400, 132000, "Number of parameters does not match the expected number of params")
UNKNOWN_FILE = ProviderError(400, 131053, "Media upload error.")

TEMPLATES: Mapping[str, int] = {"incident_update": 1}
"""Approved templates, each with the number of its parameters. Any other name accepts any parameters."""

FAILURES: Mapping[InjectedFault, tuple[int, str]] = {
    InjectedFault.BOUNCE: (131026, "Message undeliverable"),
    InjectedFault.COMPLAINT: (131049, "This message was not delivered to maintain healthy ecosystem engagement."),
    InjectedFault.UNDELIVERED: (131016, "Service unavailable"),
    InjectedFault.WINDOW_LATER: (131047, "Re-engagement message"),
}


class WhatsApp:
    name: ClassVar[str] = "whatsapp_cloud"
    mount: ClassVar[str] = "/whatsapp"
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(400, 131026, "Message undeliverable."),
        InjectedFault.OPTED_OUT: ProviderError(400, 131050, "User has stopped receiving marketing messages."),
        InjectedFault.THROTTLED: ProviderError(429, 130429, "Rate limit hit.", retry_after=1),
        InjectedFault.BUSY: ProviderError(429, 131056, "(Business Account, Consumer Account) pair rate limit hit."),
        InjectedFault.BAD_TOKEN: BAD_TOKEN,
        InjectedFault.ERROR_BEFORE: ProviderError(500, 131000, "Something went wrong."),
        InjectedFault.ERROR_AFTER: ProviderError(500, 131000, "Something went wrong."),
        InjectedFault.WINDOW: CLOSED,
        InjectedFault.TEMPLATE: PARAMETERS,
    }

    def __init__(self, exchange: MessageBus) -> None:
        self._exchange = exchange
        self._windows = Windows()
        self._files = UploadedFiles()

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.get(f"{self.mount}/{{version}}/{{sender}}", self.sender)
        yield web.post(f"{self.mount}/{{version}}/{{sender}}/messages", self.send)
        yield web.post(f"{self.mount}/{{version}}/{{sender}}/media", self.upload)

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
        if file is None or file.fields.get("messaging_product") != "whatsapp":
            return refusal(MISSING)
        return web.json_response({"id": self._files.keep(account, file)})

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        return admit(self._exchange.accounts, self.name, request)

    def refusal(self, problem: ProviderError) -> web.Response:
        return refusal(problem)

    def new_id(self) -> str:
        return f"wamid.HBgL{uuid4().hex.upper()}"

    def story(self, entry: JournalEntry) -> Sequence[str]:
        return reports(entry, ("failed",) if entry.fault in FAILURES else ("sent", "delivered", "read"))

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post:
        return self.receipts([Receipt(entry, kind, happened_at)])

    def receipts(self, receipts: Sequence[Receipt]) -> Post:
        statuses = [self._status(each.entry, each.kind, each.happened_at) for each in receipts]
        return _callback(receipts[0].entry.message.account, {"statuses": statuses})

    def _status(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Mapping[str, Any]:
        """https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status"""
        status: dict[str, Any] = {
            "id": entry.message_id,
            "status": kind,
            "timestamp": str(int(happened_at.timestamp())),
            "recipient_id": entry.message.recipient.removeprefix("+"),
        }
        if kind == "failed" and entry.fault:
            code, title = FAILURES[entry.fault]
            status["errors"] = [{"code": code, "title": title, "message": title, "error_data": {"details": title}}]
        elif kind != "read":
            category = "utility" if entry.message.fields.get("type") == "template" else "service"
            status["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
        mark = entry.message.fields.get("biz_opaque_callback_data")
        return {**status, "biz_opaque_callback_data": mark}

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post:
        sender = inbound.sender.removeprefix("+")
        named = {"from_user_id": sender} if "." in sender else {"from": sender}
        message = {
            **named,
            "id": message_id,
            "timestamp": str(int(inbound.at.timestamp())),
            "type": "text",
            "text": {"body": inbound.text},
        }
        context = {"context": {"id": inbound.in_reply_to}} if inbound.in_reply_to else {}
        contact = {"profile": {"name": "Customer"}, "user_id" if "." in sender else "wa_id": sender}
        self._windows.note(InboundMessage(inbound.account, sender, inbound.text, inbound.at))
        return _callback(inbound.account, {"contacts": [contact], "messages": [{**message, **context}]})

    def reading(self, message: ReceivedMessage) -> Reading:
        fields = message.fields
        parent = member(fields, "context").get("message_id")
        return Reading(message.account.identity, _words(fields), threading=[("In reply to", str(parent or ""))])

    def _read(self, request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
        fields = json_body(body)
        recipient = str(fields.get("to") or fields.get("recipient") or "")
        kind = fields.get("type")
        # A file is a message of its own that belongs to the same delivery. The journal counts deliveries.
        correlation = None if kind in MEDIA else fields.get("biz_opaque_callback_data")
        message = ReceivedMessage(account, "whatsapp", recipient, correlation, fields, headers_of_interest(request))
        spared = FREE_OF_WINDOW if kind == "template" else frozenset[InjectedFault]()
        return (ParsedCall(message, self._objection(account, recipient, fields), spared),)

    def _objection(self, account: ProviderAccount, recipient: str, fields: Mapping[str, Any]) -> ProviderError | None:
        kind = str(fields.get("type", "text"))
        content = member(fields, kind)
        if fields.get("messaging_product") != "whatsapp" or not recipient or not content:
            return MISSING
        if kind == "template":
            return _template_objection(content)
        if self._windows.is_closed(account, recipient.removeprefix("+")):
            return CLOSED
        if kind in MEDIA:
            return None if self._files.has(account, content.get("id")) else UNKNOWN_FILE
        return None if 0 < len(str(content.get("body", ""))) <= MAX_TEXT else INVALID


def _answer(entries: Sequence[JournalEntry]) -> web.Response:
    entry = entries[0]
    if entry.problem:
        return refusal(entry.problem)
    recipient = entry.message.recipient
    contact = {"input": recipient, "wa_id": recipient.removeprefix("+")}
    message = {"id": entry.message_id, "message_status": "accepted"}
    return web.json_response({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def _callback(account: ProviderAccount, value: Mapping[str, Any]) -> Post:
    metadata = {"display_phone_number": "15550783881", "phone_number_id": account.identity}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    entry = {"id": "102290129340398", "changes": [change]}
    return signed_post(account, {"object": "whatsapp_business_account", "entry": [entry]})


def _template_objection(template: Mapping[str, Any]) -> ProviderError | None:
    if not template.get("name") or not member(template, "language").get("code"):
        return MISSING
    wanted = TEMPLATES.get(str(template["name"]))
    return None if wanted in (None, len(_parameters(template))) else PARAMETERS


def _parameters(template: Mapping[str, Any]) -> Sequence[str]:
    return [
        str(parameter.get("text", ""))
        for component in template.get("components") or ()
        for parameter in component.get("parameters", ())
    ]


def _words(fields: Mapping[str, Any]) -> str:
    kind = str(fields.get("type", ""))
    content = member(fields, kind)
    if kind == "text":
        return str(content.get("body", ""))
    if kind != "template":
        return f"[{kind} {content.get('filename') or content.get('id', '')}]"
    parameters = " | ".join(_parameters(content))
    return f"[template {content.get('name')}, {member(content, 'language').get('code')}] {parameters}"
