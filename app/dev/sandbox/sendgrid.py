"""SendGrid's mail API: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send

It responds with 202 and no body, and signs its events with a key whose public half the customer has. An account's
`secret` is the private half: `new_keys` makes both.
"""

import base64
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from functools import lru_cache
from typing import Any, ClassVar
from uuid import uuid4

import httpx
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.http_call import HttpCall
from app.dev.sandbox.journal import JournalEntry, ProviderError, ReceivedMessage
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.postmark_checks import ADDRESS
from app.dev.sandbox.provider import (
    THREADING,
    CallRefused,
    InboundMessage,
    ParsedCall,
    Post,
    Reading,
    Receipt,
    headers_of_interest,
)

Payload = Mapping[str, Any]

CORRELATION_KEY = "delivery"
"""The custom argument that holds our messages' correlation."""
MAX_MESSAGE = 30_000_000
MAX_CUSTOM_ARGUMENTS = 10_000
"""https://docs.sendgrid.com/api-reference/mail-send/limitations"""
RESERVED_HEADERS = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)
TO = "personalizations.0.to.0.email"
OWN_ADDRESS = "support@example.com"
"""The account's own address in a customer's mail. The sandbox does not know the real one."""

FAILURES: Mapping[InjectedFault, Mapping[str, str]] = {
    InjectedFault.BOUNCE: {
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 The email account does not exist.",
        "bounce_classification": "Invalid Address",
    },
    InjectedFault.UNDELIVERED: {
        "event": "bounce",
        "type": "blocked",
        "status": "4.2.2",
        "reason": "452 4.2.2 Mailbox full",
        "bounce_classification": "Mailbox Unavailable",
    },
    InjectedFault.COMPLAINT: {"event": "spamreport"},
}
"""https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"""


class SendGrid:
    name: ClassVar[str] = "sendgrid"
    mount: ClassVar[str] = "/sendgrid"
    # The code is the field at fault: SendGrid has no other.
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(400, TO, "Does not contain a valid address."),
        # SendGrid accepts such a message and drops it later. Here the table of faults holds for every provider.
        InjectedFault.OPTED_OUT: ProviderError(400, TO, "Unsubscribed Address"),
        InjectedFault.THROTTLED: ProviderError(429, "", "too many requests", retry_after=1),
        InjectedFault.BUSY: ProviderError(429, "", "too many requests"),
        InjectedFault.BAD_TOKEN: ProviderError(
            401, "", "The provided authorization grant is invalid, expired, or revoked"
        ),
        InjectedFault.ERROR_BEFORE: ProviderError(500, "", "Internal server error."),
        InjectedFault.ERROR_AFTER: ProviderError(500, "", "Internal server error."),
    }

    def __init__(self, exchange: MessageBus) -> None:
        self._exchange = exchange

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.post(f"{self.mount}/v3/mail/send", self.send)
        yield web.get(f"{self.mount}/v3/scopes", self.scopes)

    async def scopes(self, request: web.Request) -> web.Response:
        if self.authenticate(request) is None:
            return self.refusal(self.problems[InjectedFault.BAD_TOKEN])
        return web.json_response({"scopes": ["mail.send"]})

    async def send(self, request: web.Request) -> web.StreamResponse:
        return await HttpCall(self._exchange, request, self).serve(_read, self._answer)

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        return self._exchange.accounts.admit(self.name, key) if scheme == "Bearer" and key else None

    def refusal(self, problem: ProviderError) -> web.Response:
        body = {"errors": [{"message": problem.text, "field": problem.code or None, "help": None}]}
        wait = problem.retry_after
        headers = {"X-RateLimit-Reset": str(int(time.time()) + wait)} if wait else None
        return web.json_response(body, status=problem.status, headers=headers)

    def new_id(self) -> str:
        return base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")

    def story(self, entry: JournalEntry) -> Sequence[str]:
        account = entry.message.account
        if not (account.callback_url and account.secret):
            return ()
        match entry.fault:
            case InjectedFault.BOUNCE | InjectedFault.UNDELIVERED:
                return ("processed", "bounce")
            case InjectedFault.COMPLAINT:
                return ("processed", "delivered", "spamreport")
            case _:
                return ("processed", "delivered")

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post:
        return self.receipts([Receipt(entry, kind, happened_at)])

    def receipts(self, receipts: Sequence[Receipt]) -> Post:
        account, timestamp = receipts[0].entry.message.account, str(int(time.time()))
        events = [_event(each.entry, each.kind, each.happened_at) for each in receipts]
        body = json.dumps(events).encode() + b"\r\n"
        signature = _private_key(account.secret).sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "SendGrid Event API",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }
        return Post(account.callback_url, body, headers)

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post:
        """https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook

        The raw mail, unsigned: the secret in the address is what counts.
        """
        form = {"to": OWN_ADDRESS, "envelope": json.dumps({"to": [OWN_ADDRESS], "from": inbound.sender})}
        parts = {**form, "email": bytes(_mail(inbound, message_id)).decode()}
        files = {name: (None, value) for name, value in parts.items()}
        request = httpx.Request("POST", inbound.account.callback_url, files=files)
        return Post(inbound.account.callback_url, request.read(), {"Content-Type": request.headers["Content-Type"]})

    def reading(self, message: ReceivedMessage) -> Reading:
        fields: Payload = message.fields
        headers: Payload = fields.get("headers") or {}
        return Reading(
            sender=str((fields.get("from") or {}).get("email", "")),
            text=next((str(part.get("value", "")) for part in fields.get("content") or ()), ""),
            subject=str(fields.get("subject") or ""),
            threading=[(name, str(headers[name])) for name in THREADING if name in headers],
        )

    def _answer(self, entries: Sequence[JournalEntry]) -> web.Response:
        entry = entries[0]
        if entry.problem:
            return self.refusal(entry.problem)
        return web.Response(status=202, headers={"X-Message-Id": entry.message_id or ""})


def _mail(inbound: InboundMessage, message_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Date"] = inbound.sender, OWN_ADDRESS, inbound.at
    mail["Message-ID"] = f"<{message_id}@mail.example.com>"
    if inbound.in_reply_to:
        mail["In-Reply-To"] = inbound.in_reply_to
    mail.set_content(inbound.text, cte="base64")
    return mail


def new_keys() -> tuple[str, str]:
    """Return a private key for an account's `secret`, and its public half as SendGrid shows it to its customer."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(private).decode(), base64.b64encode(public).decode()


@lru_cache(maxsize=64)
def _private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    key = load_der_private_key(base64.b64decode(secret), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the secret of a SendGrid account is a key that new_keys made")
    return key


def _event(entry: JournalEntry, kind: str, happened_at: datetime) -> Payload:
    fields: Payload = entry.message.fields
    failure = FAILURES.get(entry.fault, {}) if entry.fault and kind in ("bounce", "spamreport") else {}
    return {
        "email": entry.message.recipient,
        "timestamp": int(happened_at.timestamp()),
        "event": kind,
        "smtp-id": (fields.get("headers") or {}).get("Message-ID", ""),
        "sg_event_id": base64.urlsafe_b64encode(f"{kind}-{entry.message_id}".encode()).decode(),
        "sg_message_id": f"{entry.message_id}.recvd-sandbox-1.0",
        **fields["personalizations"][0].get("custom_args", {}),
        **({"response": "250 OK"} if kind == "delivered" else {}),
        **failure,
    }


def _read(request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
    if len(body) > MAX_MESSAGE:
        raise CallRefused(ProviderError(413, "", "Payload too large"))
    try:
        payload = json.loads(body)
        recipient = payload["personalizations"][0]["to"][0]["email"]
        arguments = payload["personalizations"][0].get("custom_args") or {}
        correlation = arguments.get(CORRELATION_KEY)
        kept = _without_content(payload)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise CallRefused(ProviderError(400, "personalizations", "Bad Request")) from None
    message = ReceivedMessage(account, "email", str(recipient), correlation, kept, headers_of_interest(request))
    return (ParsedCall(message, _objection(payload)),)


def _without_content(payload: Payload) -> Payload:
    """Leave contents out: attachments can be megabytes each, and the journal is in memory."""
    attachments = payload.get("attachments") or ()
    kept = [{**a, "content": f"{len(str(a.get('content')))} characters"} for a in attachments]
    return {**payload, "attachments": kept} if kept else payload


def _objection(payload: Payload) -> ProviderError | None:
    """Return why SendGrid refuses a message: https://docs.sendgrid.com/api-reference/mail-send/errors"""
    to = payload["personalizations"][0]["to"]
    if not all(isinstance(one.get("email"), str) and ADDRESS.fullmatch(one["email"]) for one in to):
        return ProviderError(400, TO, "Does not contain a valid address.")
    if not ADDRESS.fullmatch(str((payload.get("from") or {}).get("email", ""))):
        return ProviderError(400, "from.email", "The from email does not contain a valid address.")
    if not payload.get("subject"):
        return ProviderError(400, "subject", "The subject is required.")
    return _against_content(payload.get("content")) or _against_extras(payload)


def _against_content(content: object) -> ProviderError | None:
    if not isinstance(content, list) or not content or not all(part.get("value") for part in content):
        return ProviderError(400, "content", "The content value must be a string at least one character in length.")
    kinds = [part.get("type") for part in content]
    if kinds not in (["text/plain"], ["text/html"], ["text/plain", "text/html"]):
        return ProviderError(400, "content", "If present, text/plain and text/html must be in this order.")
    return None


def _against_extras(payload: Payload) -> ProviderError | None:
    arguments = payload["personalizations"][0].get("custom_args") or {}
    if not all(isinstance(value, str) for value in arguments.values()):
        return ProviderError(400, "", "Bad Request")
    if len(json.dumps(arguments)) > MAX_CUSTOM_ARGUMENTS:
        return ProviderError(
            400, "personalizations.0.custom_args", "The custom arguments are larger than 10,000 bytes."
        )
    if any(name.lower() in RESERVED_HEADERS for name in payload.get("headers") or {}):
        return ProviderError(400, "headers", "A reserved header may not be overwritten.")
    if payload.get("attachments") == []:
        return ProviderError(400, "attachments", "The attachments must not be empty.")
    return None
