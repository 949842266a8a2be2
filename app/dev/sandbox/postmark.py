"""Postmark's e-mail API: https://postmarkapp.com/developer/api/email-api

A batch gets 200 whatever happens to its messages, and each message has an `ErrorCode` of its own. An `ErrorCode` is
never an HTTP status, even if the numbers are equal.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.http_call import HttpCall
from app.dev.sandbox.journal import JournalEntry, ProviderError, ReceivedMessage
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.postmark_checks import MEGABYTE, Payload, addresses, objection, well_formed_headers
from app.dev.sandbox.provider import (
    THREADING,
    CallRefused,
    InboundMessage,
    ParsedCall,
    Post,
    Reading,
    headers_of_interest,
)

CORRELATION_KEY = "delivery"
"""The metadata key that holds our messages' correlation."""
MAX_BATCH = 500
MAX_MESSAGE, MAX_BATCH_BYTES = 10 * MEGABYTE, 50 * MEGABYTE
SERVER_ID = 8025
SUBJECT = "Re: Payment failed"
"""The subject of customers' messages."""


@dataclass(frozen=True, slots=True)
class BounceType:
    """https://postmarkapp.com/developer/api/bounce-api#bounce-types"""

    type: str
    code: int
    name: str
    description: str
    details: str
    inactive: bool
    can_activate: bool


BOUNCES: Mapping[InjectedFault, BounceType] = {
    InjectedFault.BOUNCE: BounceType(
        "HardBounce",
        1,
        "Hard bounce",
        "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "smtp;550 5.1.1 The email account does not exist.",
        inactive=True,
        can_activate=True,
    ),
    InjectedFault.UNDELIVERED: BounceType(
        "SoftBounce",
        4096,
        "Soft bounce",
        "Unable to temporarily deliver message (i.e. mailbox full, account disabled, exceeds quota).",
        "smtp;452 4.2.2 Mailbox full",
        inactive=False,
        can_activate=False,
    ),
    InjectedFault.COMPLAINT: BounceType(
        "SpamComplaint", 512, "Spam complaint", "", "Abuse report", inactive=True, can_activate=False
    ),
}


class Postmark:
    name: ClassVar[str] = "postmark"
    mount: ClassVar[str] = "/postmark"
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(422, 300, "Invalid 'To' address: the recipient does not exist."),
        InjectedFault.OPTED_OUT: ProviderError(
            422,
            406,
            "You tried to send to recipient(s) that have been marked as inactive. Inactive recipients are ones that "
            "have generated a hard bounce, a spam complaint, or a manual suppression.",
        ),
        InjectedFault.THROTTLED: ProviderError(429, 429, "Rate limit exceeded.", retry_after=1),
        InjectedFault.BUSY: ProviderError(429, 429, "Rate limit exceeded."),
        InjectedFault.BAD_TOKEN: ProviderError(401, 10, "Request does not contain a valid Server token."),
        InjectedFault.ERROR_BEFORE: ProviderError(500, 500, "Internal server error."),
        InjectedFault.ERROR_AFTER: ProviderError(500, 500, "Internal server error."),
    }

    def __init__(self, exchange: MessageBus) -> None:
        self._exchange = exchange

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.post(f"{self.mount}/email", self.send)
        yield web.post(f"{self.mount}/email/batch", self.send_batch)
        yield web.get(f"{self.mount}/messages/outbound", self.search)
        yield web.get(f"{self.mount}/server", self.server)

    async def server(self, request: web.Request) -> web.Response:
        if self.authenticate(request) is None:
            return self.refusal(self.problems[InjectedFault.BAD_TOKEN])
        return web.json_response({"ID": SERVER_ID, "Name": "Sandbox"})

    async def send(self, request: web.Request) -> web.StreamResponse:
        return await HttpCall(self._exchange, request, self).serve(_read_one, _answer_one)

    async def send_batch(self, request: web.Request) -> web.StreamResponse:
        return await HttpCall(self._exchange, request, self).serve(_read_batch, _answer_batch)

    async def search(self, request: web.Request) -> web.Response:
        """Search by one metadata key: https://postmarkapp.com/developer/api/messages-api#outbound-message-search"""
        account = self.authenticate(request)
        if account is None:
            return self.refusal(self.problems[InjectedFault.BAD_TOKEN])
        wanted = [(k.removeprefix("metadata_"), v) for k, v in request.query.items() if k.startswith("metadata_")]
        if len(wanted) > 1:
            return self.refusal(ProviderError(422, 403, "Only one metadata filter can be used."))
        try:
            first, size = int(request.query.get("offset", 0)), int(request.query.get("count", MAX_BATCH))
        except ValueError:
            return self.refusal(ProviderError(422, 403, "'count' and 'offset' must be numbers."))
        found = [_found(entry) for entry in self._matching(account, wanted)]
        return web.json_response({"TotalCount": len(found), "Messages": found[first : first + min(size, MAX_BATCH)]})

    def _matching(self, account: ProviderAccount, wanted: Sequence[tuple[str, str]]) -> Iterable[JournalEntry]:
        journal = self._exchange.journal
        by_correlation = [value for key, value in wanted if key == CORRELATION_KEY]
        # Asked for each lost response, so our own key must not walk through the whole journal.
        entries = journal.accepted_as(by_correlation[0]) if by_correlation else journal
        for entry in reversed(list(entries)):
            mine = entry.accepted and entry.message.account.identity == account.identity
            if mine and entry.message.account.provider == self.name and _has(entry, wanted):
                yield entry

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        token = request.headers.get("X-Postmark-Server-Token")
        return self._exchange.accounts.admit(self.name, token) if token else None

    def refusal(self, problem: ProviderError) -> web.Response:
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
        return web.json_response(_error(problem), status=problem.status, headers=headers)

    def new_id(self) -> str:
        return str(uuid4())

    def story(self, entry: JournalEntry) -> Sequence[str]:
        if not entry.message.account.callback_url:
            return ()
        match entry.fault:
            case InjectedFault.BOUNCE | InjectedFault.UNDELIVERED:
                return ("Bounce",)
            case InjectedFault.COMPLAINT:
                return ("Delivery", "SpamComplaint")
            case _:
                return ("Delivery",)

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post:
        """https://postmarkapp.com/developer/webhooks/webhooks-overview. Nothing is signed: the URL is the secret."""
        tell = _delivery if kind == "Delivery" else _bounce
        event = {"RecordType": kind, **_about(entry), **tell(entry, _timestamp(happened_at))}
        return _callback(entry.message.account, event)

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post:
        """https://postmarkapp.com/developer/webhooks/inbound-webhook"""
        threading = {"Message-ID": f"<{message_id}@mail.example.com>", "In-Reply-To": inbound.in_reply_to}
        mail = {
            "From": inbound.sender,
            "FromFull": {"Email": inbound.sender, "Name": "", "MailboxHash": ""},
            "Subject": SUBJECT,
            "MessageID": message_id,
            "MailboxHash": "",
            "Date": format_datetime(inbound.at),
            "TextBody": inbound.text,
            "Headers": [{"Name": name, "Value": value} for name, value in threading.items() if value],
        }
        return _callback(inbound.account, mail)

    def reading(self, message: ReceivedMessage) -> Reading:
        fields: Payload = message.fields
        headers = fields.get("Headers") if well_formed_headers(fields) else ()
        return Reading(
            sender=str(fields.get("From", "")),
            text=str(fields.get("TextBody") or fields.get("HtmlBody") or ""),
            subject=str(fields.get("Subject") or ""),
            threading=[(h["Name"], h["Value"]) for h in headers or () if h["Name"] in THREADING],
        )


def _callback(account: ProviderAccount, event: Payload) -> Post:
    headers = {"Content-Type": "application/json", "User-Agent": "Postmark"}
    return Post(account.callback_url, json.dumps(event).encode(), headers)


def _read_one(request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
    if len(body) > MAX_MESSAGE:
        raise CallRefused(ProviderError(413, 300, "The message is larger than 10 MB."))
    return (_draft(request, account, _json(request, body)),)


def _read_batch(request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
    if len(body) > MAX_BATCH_BYTES:
        raise CallRefused(ProviderError(413, 300, "The batch is larger than 50 MB."))
    payloads = _json(request, body)
    if not isinstance(payloads, list):
        raise CallRefused(ProviderError(422, 402, "A batch is a JSON array of messages."))
    if len(payloads) > MAX_BATCH:
        raise CallRefused(ProviderError(422, 410, f"A batch holds at most {MAX_BATCH} messages."))
    return [_draft(request, account, payload) for payload in payloads]


def _json(request: web.Request, body: bytes) -> Any:
    if request.content_type != "application/json":
        raise CallRefused(ProviderError(422, 409, "The Content-Type must be application/json."))
    try:
        return json.loads(body)
    except ValueError:
        raise CallRefused(ProviderError(422, 402, "Received invalid JSON input.")) from None


def _draft(request: web.Request, account: ProviderAccount, payload: object) -> ParsedCall:
    if not isinstance(payload, dict):
        raise CallRefused(ProviderError(422, 402, "A message is a JSON object."))
    metadata = payload.get("Metadata")
    correlation = str(metadata[CORRELATION_KEY]) if isinstance(metadata, dict) and CORRELATION_KEY in metadata else None
    recipient = next(iter(addresses(payload.get("To"))), "")
    message = ReceivedMessage(
        account, "email", recipient, correlation, _without_content(payload), headers_of_interest(request)
    )
    against = objection(payload)
    return ParsedCall(message, ProviderError(422, 300, against) if against else None)


def _without_content(payload: Payload) -> Payload:
    """Leave contents out: attachments can be megabytes each, and the journal is in memory."""
    attachments = payload.get("Attachments")
    if not isinstance(attachments, list):
        return payload
    kept = [{**a, "Content": f"{len(str(a.get('Content')))} characters"} for a in attachments if isinstance(a, dict)]
    return {**payload, "Attachments": kept}


def _answer_one(entries: Sequence[JournalEntry]) -> web.Response:
    entry = entries[0]
    return web.json_response(_result(entry), status=entry.problem.status if entry.problem else 200)


def _answer_batch(entries: Sequence[JournalEntry]) -> web.Response:
    return web.json_response([_result(entry) for entry in entries])


def _result(entry: JournalEntry) -> Mapping[str, object]:
    if entry.problem:
        return _error(entry.problem)
    return {
        "To": entry.message.fields["To"],
        "SubmittedAt": _timestamp(entry.at),
        "MessageID": entry.message_id,
        "ErrorCode": 0,
        "Message": "OK",
    }


def _error(problem: ProviderError) -> Mapping[str, object]:
    return {"ErrorCode": problem.code, "Message": problem.text}


def _timestamp(when: datetime) -> str:
    """Postmark writes seven decimals, one more than most parsers expect."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _has(entry: JournalEntry, wanted: Sequence[tuple[str, str]]) -> bool:
    fields: Payload = entry.message.fields
    metadata = fields.get("Metadata") or {}
    return all(metadata.get(key) == value for key, value in wanted)


def _found(entry: JournalEntry) -> Mapping[str, object]:
    fields: Payload = entry.message.fields
    return {
        "Tag": fields.get("Tag"),
        "MessageID": entry.message_id,
        "To": [{"Email": address, "Name": None} for address in addresses(fields["To"])],
        "Cc": [],
        "Bcc": [],
        "Recipients": list(addresses(fields["To"])),
        "ReceivedAt": _timestamp(entry.at),
        "From": fields["From"],
        "Subject": fields.get("Subject"),
        "Attachments": [attachment.get("Name") for attachment in fields.get("Attachments") or ()],
        "Status": "Sent",
        "MessageStream": fields.get("MessageStream", "outbound"),
        "Metadata": fields.get("Metadata") or {},
    }


def _about(entry: JournalEntry) -> Mapping[str, object]:
    fields: Payload = entry.message.fields
    return {
        "ServerID": SERVER_ID,
        "MessageStream": fields.get("MessageStream", "outbound"),
        "MessageID": entry.message_id,
        "Tag": fields.get("Tag") or "",
        "Metadata": fields.get("Metadata") or {},
    }


def _delivery(entry: JournalEntry, at: str) -> Mapping[str, object]:
    return {"Recipient": entry.message.recipient, "DeliveredAt": at, "Details": "smtp;250 2.0.0 OK"}


def _bounce(entry: JournalEntry, at: str) -> Mapping[str, object]:
    bounce = BOUNCES[entry.fault or InjectedFault.BOUNCE]
    fields: Payload = entry.message.fields
    return {
        "ID": UUID(entry.message_id).int >> 76,  # 52 bits: the same for a repeated receipt, new after a restart
        "Type": bounce.type,
        "TypeCode": bounce.code,
        "Name": bounce.name,
        "Description": bounce.description,
        "Details": bounce.details,
        "Email": entry.message.recipient,
        "From": fields["From"],
        "BouncedAt": at,
        "DumpAvailable": False,
        "Inactive": bounce.inactive,
        "CanActivate": bounce.can_activate,
        "Subject": fields.get("Subject") or "",
    }
