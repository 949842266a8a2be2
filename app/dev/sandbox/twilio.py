"""Twilio's Messages resource: https://www.twilio.com/docs/messaging/api/message-resource"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from email.utils import format_datetime
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import uuid4

from aiohttp import web

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.http_call import HttpCall
from app.dev.sandbox.journal import JournalEntry, ProviderError, ReceivedMessage
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.provider import InboundMessage, ParsedCall, Post, Reading, headers_of_interest

API_VERSION = "2010-04-01"
OWN_NUMBER = "+12125550199"
"""The account's own number in a customer's message. The sandbox does not know the real one."""
CORRELATION_PARAMETER = "d"
"""The query parameter of our status callback URL that holds the correlation."""
MAX_BODY = 1600
E164 = re.compile(r"\+[1-9]\d{6,14}")

DOCUMENTED_NUMBERS: Mapping[str, ProviderError] = {
    "+15005550002": ProviderError(400, 21612, "The 'To' phone number is not currently reachable via SMS."),
    "+15005550003": ProviderError(400, 21408, "Permission to send an SMS has not been enabled for the region."),
    "+15005550009": ProviderError(400, 21614, "'To' number is not a valid mobile number."),
}
"""https://www.twilio.com/docs/iam/test-credentials.

Numbers that mean the same as a fault are in the table of faults.
"""

FAILURES: Mapping[InjectedFault, int] = {
    InjectedFault.BOUNCE: 30005,
    InjectedFault.COMPLAINT: 30007,
    InjectedFault.UNDELIVERED: 30003,
}
"""The codes of messages that fail after they were accepted: https://www.twilio.com/docs/api/errors"""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")

Form = Mapping[str, str]


class Twilio:
    name: ClassVar[str] = "twilio"
    mount: ClassVar[str] = "/twilio"
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(400, 21211, "Invalid 'To' Phone Number."),
        InjectedFault.OPTED_OUT: ProviderError(400, 21610, "Attempt to send to unsubscribed recipient."),
        InjectedFault.THROTTLED: ProviderError(429, 20429, "Too Many Requests.", retry_after=1),
        InjectedFault.BUSY: ProviderError(429, 20429, "Too Many Requests."),
        InjectedFault.BAD_TOKEN: ProviderError(401, 20003, "Authenticate"),
        InjectedFault.ERROR_BEFORE: ProviderError(500, 20500, "Internal Server Error."),
        InjectedFault.ERROR_AFTER: ProviderError(500, 20500, "Internal Server Error."),
    }

    def __init__(self, exchange: MessageBus) -> None:
        self._exchange = exchange

    def routes(self) -> Iterable[web.RouteDef]:
        path = f"{self.mount}/{API_VERSION}/Accounts/{{sid}}/Messages.json"
        yield web.post(path, self.send)
        yield web.get(path, self.search, allow_head=False)
        yield web.get(f"{self.mount}/{API_VERSION}/Accounts/{{sid}}.json", self.account)

    async def account(self, request: web.Request) -> web.Response:
        account = self.authenticate(request)
        if account is None:
            return self.refusal(self.problems[InjectedFault.BAD_TOKEN])
        return web.json_response({"sid": account.identity, "status": "active"})

    async def send(self, request: web.Request) -> web.StreamResponse:
        return await HttpCall(self._exchange, request, self).serve(_read, self._answer)

    async def search(self, request: web.Request) -> web.Response:
        account = self.authenticate(request)
        if account is None:
            return self.refusal(self.problems[InjectedFault.BAD_TOKEN])
        try:
            size, page = min(int(request.query.get("PageSize", 50)), 1000), int(request.query.get("Page", 0))
            found = [self._resource(entry) for entry in self._matching(account, request.query)]
        except ValueError:
            return self.refusal(
                ProviderError(400, 20001, "'PageSize', 'Page' and 'DateSent' must be numbers and dates.")
            )
        return web.json_response(_page(request, found, page, size))

    def _matching(self, account: ProviderAccount, query: Mapping[str, str]) -> Iterable[JournalEntry]:
        exact = {name: query[name] for name in ("To", "From") if name in query}
        for entry in reversed(self._exchange.journal):
            message = entry.message
            mine = message.account.provider == self.name and message.account.identity == account.identity
            if not (mine and entry.accepted and _sent_on(entry.at.date(), query)):
                continue
            if all(message.fields.get(name) == value for name, value in exact.items()):
                yield entry

    def authenticate(self, request: web.Request) -> ProviderAccount | None:
        sid = request.match_info["sid"]
        user, password = _basic(request)
        account = self._exchange.accounts.admit(self.name, sid, password)
        if not password or account is None or user != sid:
            return None
        return account if hmac.compare_digest(account.secret.encode(), password.encode()) else None

    def refusal(self, problem: ProviderError) -> web.Response:
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
        body = {
            "code": problem.code,
            "message": problem.text,
            "more_info": f"https://www.twilio.com/docs/errors/{problem.code}",
            "status": problem.status,
        }
        return web.json_response(body, status=problem.status, headers=headers)

    def new_id(self) -> str:
        return f"SM{uuid4().hex}"

    def story(self, entry: JournalEntry) -> Sequence[str]:
        if not entry.message.fields.get("StatusCallback"):
            return ()
        return ("queued", "sent", "undelivered" if entry.fault in FAILURES else "delivered")

    def receipt(self, entry: JournalEntry, kind: str, happened_at: datetime) -> Post:
        """https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks"""
        url = str(entry.message.fields["StatusCallback"])
        return _signed(entry.message.account, url, _status(entry, kind, happened_at))

    def inbound(self, inbound: InboundMessage, message_id: str) -> Post:
        """https://www.twilio.com/docs/messaging/guides/webhook-request; it names no time."""
        parameters = {
            "MessageSid": message_id,
            "SmsSid": message_id,
            "AccountSid": inbound.account.identity,
            "From": inbound.sender,
            "To": OWN_NUMBER,
            "Body": inbound.text,
            "NumMedia": "0",
            "ApiVersion": API_VERSION,
        }
        return _signed(inbound.account, inbound.account.callback_url, parameters)

    def reading(self, message: ReceivedMessage) -> Reading:
        fields = message.fields
        sender = fields.get("From") or fields.get("MessagingServiceSid") or ""
        return Reading(sender=str(sender), text=str(fields.get("Body", "")))

    def _answer(self, entries: Sequence[JournalEntry]) -> web.Response:
        entry = entries[0]
        return self.refusal(entry.problem) if entry.problem else web.json_response(self._resource(entry), status=201)

    def _resource(self, entry: JournalEntry) -> Mapping[str, object]:
        fields, reports = entry.message.fields, self._exchange.journal.reports(entry)
        status = reports[-1].kind if reports else "queued"
        account, at = entry.message.account.identity, format_datetime(entry.at)
        path = f"/{API_VERSION}/Accounts/{account}/Messages/{entry.message_id}"
        service = fields.get("MessagingServiceSid")
        failure = FAILURES.get(entry.fault) if entry.fault and status == "undelivered" else None
        return {
            "account_sid": account,
            "api_version": API_VERSION,
            "body": fields["Body"],
            "date_created": at,
            "date_sent": None if status == "queued" else at,
            "date_updated": at,
            "direction": "outbound-api",
            "error_code": failure,
            "error_message": None,
            "from": fields.get("From"),
            "messaging_service_sid": service,
            "num_media": "0",
            # A Messaging Service picks the sender later, and only then are the segments counted.
            "num_segments": "0" if service else str(count_segments(str(fields["Body"]))),
            "price": None,
            "price_unit": "USD",
            "sid": entry.message_id,
            "status": status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": entry.message.recipient,
            "uri": f"{path}.json",
        }


def _basic(request: web.Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _read(request: web.Request, account: ProviderAccount, body: bytes) -> Sequence[ParsedCall]:
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    recipient = form.get("To", "")
    correlation = parse_qs(urlsplit(form.get("StatusCallback", "")).query).get(CORRELATION_PARAMETER)
    message = ReceivedMessage(
        account, "sms", recipient, correlation[0] if correlation else None, form, headers_of_interest(request)
    )
    return (ParsedCall(message, _objection(form) or DOCUMENTED_NUMBERS.get(recipient)),)


def _objection(form: Form) -> ProviderError | None:
    if not form.get("To"):
        return ProviderError(400, 21604, "A 'To' phone number is required.")
    if not E164.fullmatch(form["To"]):
        return ProviderError(400, 21211, "Invalid 'To' Phone Number.")
    if not (form.get("From") or form.get("MessagingServiceSid")):
        return ProviderError(400, 21603, "A 'From' or 'MessagingServiceSid' parameter is required to send a message.")
    if not form.get("Body"):
        return ProviderError(400, 21602, "Message body is required.")
    if len(form["Body"]) > MAX_BODY:
        return ProviderError(400, 21617, f"The concatenated message body exceeds the {MAX_BODY} character limit.")
    if not form.get("StatusCallback", "http").startswith("http"):
        return ProviderError(400, 21609, "The 'StatusCallback' URL is not a valid URL.")
    return None


def count_segments(text: str) -> int:
    """Count the segments of an SMS (3GPP TS 23.038): 160 septets or 70 UTF-16 units in one, 153 or 67 in each of
    several.

    An estimate: it ignores that no character may be split between two segments.
    """
    letters = set(text)
    if letters <= GSM_BASIC | GSM_EXTENDED:
        size, single, part = len(text) + sum(text.count(c) for c in letters & GSM_EXTENDED), 160, 153
    else:
        size, single, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if size <= single else -(-size // part)


def _sent_on(day: date, query: Mapping[str, str]) -> bool:
    """`DateSent<` and `DateSent>` mean <= and >=: the second `=` separates name and value."""
    exact, until, since = (
        date.fromisoformat(query[name][:10]) if name in query else None
        for name in ("DateSent", "DateSent<", "DateSent>")
    )
    return (not exact or day == exact) and (not until or day <= until) and (not since or day >= since)


def _page(request: web.Request, found: Sequence[Mapping[str, object]], page: int, size: int) -> Mapping[str, object]:
    first = page * size
    messages = found[first : first + size]

    def uri(number: int) -> str:
        query = urlencode({**request.query, "PageSize": size, "Page": number})
        return f"{request.path.removeprefix(Twilio.mount)}?{query}"

    return {
        "messages": messages,
        "page": page,
        "page_size": size,
        "start": first,
        "end": max(first + len(messages) - 1, 0),
        "uri": uri(page),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(page - 1) if page else None,
        "next_page_uri": uri(page + 1) if first + size < len(found) else None,
    }


def _status(entry: JournalEntry, kind: str, happened_at: datetime) -> Mapping[str, str]:
    fields = entry.message.fields
    known = {
        "MessageSid": entry.message_id or "",
        "SmsSid": entry.message_id or "",
        "AccountSid": entry.message.account.identity,
        "MessageStatus": kind,
        "SmsStatus": kind,
        "To": entry.message.recipient,
        "ApiVersion": API_VERSION,
    }
    sender = {name: str(fields[name]) for name in ("From", "MessagingServiceSid") if fields.get(name)}
    if kind in ("queued", "sent"):
        return {**known, **sender}
    error = {"ErrorCode": str(FAILURES[entry.fault])} if kind == "undelivered" and entry.fault else {}
    return {**known, **sender, **error, "RawDlrDoneDate": happened_at.strftime("%y%m%d%H%M")}


def _signed(account: ProviderAccount, url: str, parameters: Mapping[str, str]) -> Post:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": _sign(account.secret, url, parameters),
    }
    return Post(url, urlencode(parameters).encode(), headers)


def _sign(token: str, url: str, parameters: Mapping[str, str]) -> str:
    """https://www.twilio.com/docs/usage/security#validating-requests"""
    signed = url + "".join(name + parameters[name] for name in sorted(parameters))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
