"""One case per provider: an account, the provider's end of the wire, and signed webhooks. The contract test asks for
no more. A case of an HTTP provider says what its API answers; for another protocol a case brings its own wire.

Signatures are made here with `hmac` alone, independently of the code under test.
"""

import base64
import hashlib
import hmac
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]

from app.channels.registry import AccountSetup
from app.domain.outbound import Author, Outbound
from app.domain.provider_events import ReceiptKind, Webhook
from app.domain.words import Channel, ReasonCode
from tests.channels.raw_server import LOST_ANSWERS, Request, Script, answering, hang_after_reading

SAMPLES = Path(__file__).parent / "samples"
CALLBACK_URL = "https://reply.example.com/callbacks/0197-account"
CORRELATION = "01975b3e-1111-7000-8000-000000000001.1"
CONVERSATION = UUID("01975b3e-2222-7000-8000-000000000002")
CALLBACK_SECRET = "callback-secret"


def sample(provider: str, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLES / provider / f"{name}.json").read_text())
    return loaded


def outbound(channel: Channel, address: str, **changes: Any) -> Outbound:
    plain = Outbound(
        delivery_id=UUID("01975b3e-1111-7000-8000-000000000001"),
        epoch=1,
        channel=channel,
        address=address,
        text="Hi Ann, our payments provider is back up – € 5 off!",
        conversation_id=CONVERSATION,
        conversation_external_id="c-1",
        callback_url=CALLBACK_URL,
        author=Author("agent-7", "Kim", "kim@example.com"),
        subject="Re: Payment failed",
    )
    return replace(plain, **changes)


@dataclass(frozen=True)
class Wire:
    """The provider's end of the line: a script for each thing that it may do."""

    accept: Script
    throttle: Script
    throttled_for: float
    """Seconds that it asks for."""
    refuse: Script
    find_fault: Script
    """With the account, not with the message."""
    hang: Script
    lose: Mapping[str, Script]
    """Ends without an answer at once; `hang` does so when the time is over."""
    mumble: Mapping[str, Script]
    """Answers that say neither yes nor no."""


@dataclass(frozen=True, kw_only=True)
class SendingCase(ABC):
    """What the sending half of the contract asks for."""

    name: str
    config: Mapping[str, Any]
    credentials: Mapping[str, Any]
    message: Outbound
    message_id: str
    check_request: Callable[[Request], None]
    secrets: tuple[str, ...] = field(default=())

    @property
    @abstractmethod
    def wire(self) -> Wire: ...

    @property
    @abstractmethod
    def refusal_code(self) -> ReasonCode | None: ...

    @abstractmethod
    def place(self, url: str) -> Mapping[str, Any]:
        """The config keys that make the account talk to this address."""

    def setup(self, url: str) -> AccountSetup:
        return AccountSetup({**self.config, **self.place(url)}, self.credentials, CALLBACK_SECRET, allow_private=True)


@dataclass(frozen=True)
class Reply:
    """What the provider's API answers; `code` is what an error comes out as."""

    status: int
    body: Any
    code: ReasonCode | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def script(self) -> Script:
        return answering(self.status, self.body, self.headers)


UNREADABLE = (b"", b"OK", b"<html>", b"null", b"[]", b"{}", b'{"MessageID": 7, "sid": []}', b"\xff")
UNCLEAR_STATUSES = (301, 408, 500, 502, 503)
HTTP_MUMBLES: Mapping[str, Script] = {
    **{f"200 {body!r}": answering(200, body) for body in UNREADABLE},
    **{str(status): answering(status, b"<html>", {"Location": "/elsewhere"}) for status in UNCLEAR_STATUSES},
}


@dataclass(frozen=True, kw_only=True)
class ProviderCase(SendingCase):
    """A provider that is called by HTTP and calls back."""

    address_key: str
    """The config key that says where to talk to."""
    accepted: Reply
    refused: Reply
    account_at_fault: Reply
    receipt: Webhook
    inbound: Webhook
    unknown: Webhook
    tampered: Webhook
    receipt_kind: ReceiptKind = ReceiptKind.DELIVERED
    """What `receipt` reports. Messenger gives our correlation back only where it says that it sent the message."""

    @property
    def wire(self) -> Wire:
        return Wire(
            accept=self.accepted.script,
            throttle=answering(429, {}, {"Retry-After": "9"}),
            throttled_for=9,
            refuse=self.refused.script,
            find_fault=self.account_at_fault.script,
            hang=hang_after_reading,
            lose=LOST_ANSWERS,
            mumble=HTTP_MUMBLES,
        )

    @property
    def refusal_code(self) -> ReasonCode | None:
        return self.refused.code

    def place(self, url: str) -> Mapping[str, Any]:
        return {self.address_key: url}


def webhook(body: bytes, headers: Mapping[str, str], query: str = "") -> Webhook:
    url = f"{CALLBACK_URL}?{query}" if query else CALLBACK_URL
    return Webhook("POST", url, headers, dict(parse_qsl(query)), body)


# Postmark


def postmark_webhook(body: Any, token: str = CALLBACK_SECRET) -> Webhook:
    return webhook(json.dumps(body).encode(), {"content-type": "application/json"}, f"token={token}")


def check_postmark_request(request: Request) -> None:
    assert (request.method, request.target) == ("POST", "/email")
    assert request.headers["x-postmark-server-token"] == "server-token-1"
    body = json.loads(request.body)
    assert body["To"] == "ann@example.com"
    assert body["Metadata"] == {"delivery": CORRELATION}


POSTMARK = ProviderCase(
    name="postmark",
    config={"from": "Support <support@example.com>", "reply_to": "reply+{token}@in.example.com"},
    credentials={"server_token": "server-token-1"},
    address_key="base_url",
    message=outbound(Channel.EMAIL, "ann@example.com"),
    accepted=Reply(200, {"To": "ann@example.com", "MessageID": "pm-1", "ErrorCode": 0, "Message": "OK"}),
    message_id="pm-1",
    refused=Reply(422, {"ErrorCode": 406, "Message": "inactive"}, ReasonCode.BLOCKED),
    account_at_fault=Reply(401, {"ErrorCode": 10, "Message": "bad token"}),
    receipt=postmark_webhook(sample("postmark", "delivery")),
    inbound=postmark_webhook(sample("postmark", "inbound")),
    unknown=postmark_webhook({"RecordType": "Comet", "MessageID": "pm-1"}),
    tampered=postmark_webhook(sample("postmark", "delivery"), token="callback-secreT"),
    check_request=check_postmark_request,
    secrets=("server-token-1", CALLBACK_SECRET),
)


# Twilio

TWILIO_TOKEN = "twilio-auth-token"
_CREATE = sample("twilio", "create_message")


def twilio_signature(url: str, fields: Mapping[str, str]) -> str:
    text = url
    for name in sorted(fields):
        text += name + fields[name]
    return base64.b64encode(hmac.digest(TWILIO_TOKEN.encode(), text.encode(), hashlib.sha1)).decode()


def twilio_webhook(fields: Mapping[str, str], query: str = "") -> Webhook:
    unsigned = webhook(urlencode(fields).encode(), {}, query)
    return replace(unsigned, headers={"x-twilio-signature": twilio_signature(unsigned.url, fields)})


def check_twilio_request(request: Request) -> None:
    """Hold a request against Twilio's own description: required fields, patterns, and no field unknown to it."""
    account = urlsplit(request.target).path.split("/")[3]
    jsonschema.validate(account, _CREATE["pathParameter"])
    assert request.target == f"/2010-04-01/Accounts/{account}/Messages.json"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    fields = parse_qs(request.body.decode(), strict_parsing=True)
    assert all(len(values) == 1 for values in fields.values())
    schema = {**_CREATE["request"], "additionalProperties": False, "components": _CREATE["components"]}
    form = {name: values[0] for name, values in fields.items()}
    jsonschema.validate(form, schema, format_checker=jsonschema.FormatChecker())
    assert form["StatusCallback"].endswith(f"d={CORRELATION}")


TWILIO = ProviderCase(
    name="twilio",
    config={"account_sid": "AC" + "b" * 32, "from": "+14155550100"},
    credentials={"auth_token": TWILIO_TOKEN},
    address_key="base_url",
    message=outbound(Channel.SMS, "+1 415-555-0123"),
    accepted=Reply(201, sample("twilio", "created")),
    message_id="SM" + "a" * 32,
    refused=Reply(400, {"code": 21211, "message": "Invalid 'To'", "status": 400}, ReasonCode.INVALID_RECIPIENT),
    account_at_fault=Reply(401, {"code": 20003, "message": "Authenticate", "status": 401}),
    receipt=twilio_webhook(sample("twilio", "status_delivered"), f"d={CORRELATION}"),
    inbound=twilio_webhook(sample("twilio", "inbound")),
    unknown=twilio_webhook({"MessageSid": "SM" + "a" * 32, "MessageStatus": "teleported"}),
    tampered=replace(
        twilio_webhook(sample("twilio", "status_delivered"), f"d={CORRELATION}"),
        body=urlencode(sample("twilio", "status_undelivered")).encode(),
    ),
    check_request=check_twilio_request,
    secrets=(TWILIO_TOKEN,),
)


# Webhook

WEBHOOK_KEY = b"0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(WEBHOOK_KEY).decode()


def standard_signature(message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(WEBHOOK_KEY, signed, hashlib.sha256)).decode()


def signed_webhook(body: Any, *, event: str = "evt-1", age: float = 0) -> Webhook:
    content = json.dumps(body).encode()
    timestamp = str(int(time.time() - age))
    headers = {
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": standard_signature(event, timestamp, content),
    }
    return webhook(content, headers)


def check_webhook_request(request: Request) -> None:
    head = request.headers
    assert head["webhook-id"] == CORRELATION
    assert head["webhook-signature"] == standard_signature(CORRELATION, head["webhook-timestamp"], request.body)
    assert abs(int(head["webhook-timestamp"]) - time.time()) < 60
    assert json.loads(request.body)["data"]["correlation"] == CORRELATION


def webhook_case() -> ProviderCase:
    """Made when asked for: its signatures are good for five minutes."""
    return ProviderCase(
        name="webhook",
        config={},
        credentials={"secret": WEBHOOK_SECRET},
        address_key="url",
        message=outbound(Channel.OTHER, "U-17"),
        accepted=Reply(202, {"message_id": "hd-1"}),
        message_id="hd-1",
        refused=Reply(422, {"code": "opted_out", "detail": "The person left."}, ReasonCode.OPTED_OUT),
        account_at_fault=Reply(401, {}),
        receipt=signed_webhook(sample("webhook", "delivered")),
        inbound=signed_webhook(sample("webhook", "received")),
        unknown=signed_webhook({"type": "message.teleported", "data": {}}),
        tampered=replace(signed_webhook(sample("webhook", "delivered")), body=b'{"type": "message.failed"}'),
        check_request=check_webhook_request,
        secrets=(WEBHOOK_SECRET,),
    )


CASES: Mapping[str, Callable[[], ProviderCase]] = {
    "postmark": lambda: POSTMARK,
    "twilio": lambda: TWILIO,
    "webhook": webhook_case,
}
