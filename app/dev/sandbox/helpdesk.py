"""A helpdesk behind our own `webhook` provider: https://www.standardwebhooks.com"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.http_call import HttpCall
from app.dev.sandbox.journal import JournalEntry, ProviderError, ReceivedMessage
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.provider import CallRefused, InboundMessage, ParsedCall, Post, Reading, headers_of_interest

FAILURES: Mapping[InjectedFault, tuple[str, str]] = {
    InjectedFault.BOUNCE: ("bounced", "The recipient does not exist."),
    InjectedFault.COMPLAINT: ("complained", "The recipient reported the message as spam."),
    InjectedFault.UNDELIVERED: ("unreachable", "The recipient could not be reached."),
}


class Helpdesk:
    name: ClassVar[str] = "webhook"
    mount: ClassVar[str] = "/helpdesk/messages"
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(422, "invalid_recipient", "The recipient does not exist."),
        InjectedFault.OPTED_OUT: ProviderError(422, "opted_out", "The recipient has opted out."),
        InjectedFault.THROTTLED: ProviderError(429, "rate_limited", "Too many messages.", retry_after=1),
        InjectedFault.BUSY: ProviderError(429, "rate_limited", "Too many messages."),
        InjectedFault.BAD_TOKEN: ProviderError(401, "unauthenticated", "The signature is not valid."),
        InjectedFault.ERROR_BEFORE: ProviderError(500, "internal_error", "Something went wrong."),
        InjectedFault.ERROR_AFTER: ProviderError(500, "internal_error", "Something went wrong."),
    }

    def __init__(self, exchange: MessageBus) -> None:
        self._exchange = exchange

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.post(self.mount, self.send)

    async def send(self, request: web.Request) -> web.StreamResponse:
        return await HttpCall(self._exchange, request, self).serve(self._read, self._answer)

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        """Return the account of `?key=`, or the only registered one if there is no key."""
        key = request.query.get("key", "")
        accounts = self._exchange.accounts
        return accounts.admit(self.name, key) or (None if key else accounts.only(self.name))

    def refusal(self, problem: ProviderError) -> web.Response:
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
        return web.json_response({"code": problem.code, "detail": problem.text}, status=problem.status, headers=headers)

    def new_id(self) -> str:
        return f"msg_{uuid4().hex}"

    def story(self, entry: JournalEntry) -> Sequence[str]:
        account = entry.message.account
        if not (account.callback_url and account.secret):
            return ()
        match entry.fault:
            case InjectedFault.BOUNCE | InjectedFault.UNDELIVERED:
                return ("message.sent", "message.failed")
            case InjectedFault.COMPLAINT:
                return ("message.sent", "message.delivered", "message.failed")
            case _:
                return ("message.sent", "message.delivered")

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post:
        data = {"correlation": entry.message.correlation, "message_id": entry.message_id}
        if kind == "message.failed" and entry.fault:
            data["code"], data["detail"] = FAILURES[entry.fault]
        event = {"type": kind, "timestamp": happened_at.isoformat(), "data": data}
        return _signed(entry.message.account, f"{entry.message_id}.{kind}", event)

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post:
        """Our own contract: docs/channels/webhook.md. It has no field for `in_reply_to`."""
        message = {"id": message_id, "text": inbound.text, "sent_at": inbound.at.isoformat()}
        data = {"sender": inbound.sender, "message": message}
        event = {"type": "message.received", "timestamp": inbound.at.isoformat(), "data": data}
        return _signed(inbound.account, message_id, event)

    def reading(self, message: ReceivedMessage) -> Reading:
        fields: Mapping[str, Any] = message.fields
        conversation, author = fields.get("conversation") or {}, fields.get("author") or {}
        return Reading(
            sender=str(author.get("name", "")),
            text=str(fields["message"].get("text", "")) if fields else "",
            subject=conversation.get("subject"),
            threading=[("Conversation", str(conversation.get("external_id") or conversation.get("id") or ""))],
        )

    def _read(self, request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
        if account.secret:
            self._verify(request, account, body)
        try:
            data = json.loads(body)["data"]
            conversation, correlation = data["conversation"], data["correlation"]
            fields = {**data, "message": _without_content(data["message"])}
            message = ReceivedMessage(
                account,
                str(conversation["channel"]),
                str(conversation["address"]),
                str(correlation),
                fields,
                headers_of_interest(request),
            )
            empty = not data["message"]["text"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CallRefused(ProviderError(400, "invalid_request", "This is not a message.send event.")) from None
        return (
            ParsedCall(message, ProviderError(422, "message_empty", "The message has no text.") if empty else None),
        )

    def _verify(self, request: web.Request, account: ProviderAccount, body: bytes) -> None:
        try:
            Webhook(account.secret).verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise CallRefused(self.problems[InjectedFault.BAD_TOKEN]) from None

    def _answer(self, entries: Sequence[JournalEntry]) -> web.Response:
        entry = entries[0]
        return self.refusal(entry.problem) if entry.problem else web.json_response({"message_id": entry.message_id})


def _signed(account: ProviderAccount, event_id: str, event: Mapping[str, Any]) -> Post:
    body, now = json.dumps(event), datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(account.secret).sign(event_id, now, body),
    }
    return Post(account.callback_url, body.encode(), headers)


def _without_content(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave contents out: attachments can be megabytes each, and the journal is in memory."""
    attachments = message.get("attachments") or ()
    return {**message, "attachments": [{k: v for k, v in a.items() if k != "content"} for a in attachments]}
