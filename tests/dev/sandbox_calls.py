"""Calls to the sandbox as a sender makes them, and a receiver for what it reports back."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, ClassVar, Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from aiohttp import web

from app.dev.sandbox import Sandbox, SandboxOptions, Timing, run_sandbox
from app.dev.sandbox.faults import Magic
from app.domain.provider_events import Webhook

TOKEN = "server-token"
SID = "AC" + "0" * 32
AUTH_TOKEN = "auth-token"
APP_SECRET = "app-secret"
PHONE_NUMBER_ID = "106540352242922"
PAGE_ID = "106540352242900"
INSTAGRAM_ID = "17841400000000001"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes....").decode()


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    body: bytes
    headers: Mapping[str, str]


class Sender(Protocol):
    """One provider from its customer's side."""

    name: ClassVar[str]
    accepted_status: ClassVar[int]

    def reporting_to(self, callback_url: str) -> Self: ...

    def register(self, sandbox: Sandbox) -> None: ...

    def recipient(self, magic: Magic) -> str: ...

    def call(self, recipient: str, correlation: str = "d-1.1") -> Call: ...

    def error_code(self, answer: Mapping[str, Any]) -> object: ...


@dataclass(frozen=True, slots=True)
class PostmarkSender:
    name: ClassVar[str] = "postmark"
    accepted_status: ClassVar[int] = 200
    callback_url: str = ""

    def reporting_to(self, callback_url: str) -> Self:
        return replace(self, callback_url=callback_url)

    def register(self, sandbox: Sandbox) -> None:
        sandbox.register(self.name, TOKEN, callback_url=self.callback_url)

    def recipient(self, magic: Magic) -> str:
        return magic.example_email

    def call(self, recipient: str, correlation: str = "d-1.1", **changes: object) -> Call:
        return postmark_call("/postmark/email", email(recipient, correlation, **changes))

    def error_code(self, answer: Mapping[str, Any]) -> object:
        return answer["ErrorCode"]


@dataclass(frozen=True, slots=True)
class TwilioSender:
    name: ClassVar[str] = "twilio"
    accepted_status: ClassVar[int] = 201
    callback_url: str = ""

    def reporting_to(self, callback_url: str) -> Self:
        return replace(self, callback_url=callback_url)

    def register(self, sandbox: Sandbox) -> None:
        sandbox.register(self.name, SID, AUTH_TOKEN)

    def recipient(self, magic: Magic) -> str:
        return magic.example_phone

    def call(self, recipient: str, correlation: str = "d-1.1", **changes: str) -> Call:
        form = {"To": recipient, "From": "+14155550199", "Body": "Hello"}
        callback = {"StatusCallback": f"{self.callback_url or 'http://127.0.0.1:9/'}?d={correlation}"}
        body = urlencode({**form, **callback, **changes}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": basic(SID, AUTH_TOKEN)}
        return Call(f"/twilio/2010-04-01/Accounts/{SID}/Messages.json", body, headers)

    def error_code(self, answer: Mapping[str, Any]) -> object:
        return answer["code"]


@dataclass(frozen=True, slots=True)
class HelpdeskSender:
    name: ClassVar[str] = "webhook"
    accepted_status: ClassVar[int] = 200
    callback_url: str = ""

    def reporting_to(self, callback_url: str) -> Self:
        return replace(self, callback_url=callback_url)

    def register(self, sandbox: Sandbox) -> None:
        sandbox.register(self.name, "acme", WEBHOOK_SECRET, self.callback_url)

    def recipient(self, magic: Magic) -> str:
        return magic.example_email

    def call(self, recipient: str, correlation: str = "d-1.1", text: str = "Hello") -> Call:
        conversation = {"id": "c-1", "external_id": "x-1", "channel": "other", "address": recipient, "subject": "Hi"}
        data = {"correlation": correlation, "conversation": conversation, "author": {"name": "Agent"}}
        message: Mapping[str, object] = {"text": text, "html": None, "attachments": []}
        event = {"type": "message.send", "timestamp": "2026-05-01T10:00:00Z", "data": {**data, "message": message}}
        body = json.dumps(event).encode()
        return Call("/helpdesk/messages?key=acme", body, standard_webhook_headers(correlation, body))

    def error_code(self, answer: Mapping[str, Any]) -> object:
        return answer["code"]


@dataclass(frozen=True, slots=True)
class WhatsAppSender:
    name: ClassVar[str] = "whatsapp_cloud"
    accepted_status: ClassVar[int] = 200
    callback_url: str = ""

    def reporting_to(self, callback_url: str) -> Self:
        return replace(self, callback_url=callback_url)

    def register(self, sandbox: Sandbox) -> None:
        sandbox.register(self.name, PHONE_NUMBER_ID, APP_SECRET, self.callback_url, access_token=TOKEN)

    def recipient(self, magic: Magic) -> str:
        return magic.example_phone

    def call(self, recipient: str, correlation: str = "d-1.1", **changes: object) -> Call:
        named = {"to" if recipient[:1] in "+0123456789" else "recipient": recipient}
        text = {"messaging_product": "whatsapp", **named, "type": "text", "text": {"body": "Hello"}}
        mark = {"biz_opaque_callback_data": correlation}
        return graph_call(f"/whatsapp/v25.0/{PHONE_NUMBER_ID}/messages", {**text, **mark, **changes})

    def error_code(self, answer: Mapping[str, Any]) -> object:
        return answer["error"]["code"]


@dataclass(frozen=True, slots=True)
class MetaSender:
    name: ClassVar[str] = "meta"
    accepted_status: ClassVar[int] = 200
    callback_url: str = ""
    identity: str = PAGE_ID

    def reporting_to(self, callback_url: str) -> Self:
        return replace(self, callback_url=callback_url)

    def register(self, sandbox: Sandbox) -> None:
        sandbox.register(self.name, self.identity, APP_SECRET, self.callback_url, access_token=TOKEN)

    def recipient(self, magic: Magic) -> str:
        return magic.example_id

    def call(self, recipient: str, correlation: str | None = "d-1.1", **changes: object) -> Call:
        message = {"text": "Hello", "metadata": correlation}
        body = {"recipient": {"id": recipient}, "messaging_type": "RESPONSE", "message": message, **changes}
        return graph_call(f"/meta/v25.0/{self.identity}/messages", body)

    def error_code(self, answer: Mapping[str, Any]) -> object:
        error = answer["error"]
        return (error["code"], error["error_subcode"]) if "error_subcode" in error else error["code"]


SENDERS: tuple[Sender, ...] = (PostmarkSender(), TwilioSender(), HelpdeskSender(), WhatsAppSender(), MetaSender())


def email(recipient: str, correlation: str = "d-1.1", **changes: object) -> Mapping[str, object]:
    return {
        "From": "Support <support@example.com>",
        "To": recipient,
        "Subject": "Re: Payment failed",
        "TextBody": "Hello",
        "Headers": [{"Name": "In-Reply-To", "Value": "<abc@mail.example.test>"}],
        "Metadata": {"delivery": correlation},
        "MessageStream": "outbound",
        "Tag": "mass-reply",
        **changes,
    }


def postmark_call(path: str, payload: object, token: str = TOKEN) -> Call:
    headers = {"Content-Type": "application/json", "X-Postmark-Server-Token": token}
    return Call(path, json.dumps(payload).encode(), headers)


def graph_call(path: str, payload: object, token: str = TOKEN) -> Call:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return Call(path, json.dumps(payload).encode(), headers)


def graph_signature(body: bytes) -> str:
    return "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def standard_webhook_headers(event_id: str, body: bytes, secret: str = WEBHOOK_SECRET) -> Mapping[str, str]:
    """Sign by the specification, with no library: HMAC-SHA256 over `id.timestamp.body`."""
    timestamp = str(int(datetime.now(UTC).timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }


def twilio_signature(url: str, parameters: Mapping[str, str]) -> str:
    text = url + "".join(f"{name}{value}" for name, value in sorted(parameters.items()))
    return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def post(client: aiohttp.ClientSession, sandbox: Sandbox, call: Call) -> Answered:
    async with client.post(sandbox.url + call.path, data=BytesIO(call.body), headers=call.headers) as response:
        return Answered(response.status, response.headers, await response.read())


async def get(client: aiohttp.ClientSession, sandbox: Sandbox, path: str, **headers: str) -> Answered:
    async with client.get(sandbox.url + path, headers=headers) as response:
        return Answered(response.status, response.headers, await response.read())


@dataclass(frozen=True, slots=True)
class Received:
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def webhook(self) -> Webhook:
        """The call as an adapter gets it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Webhook("POST", self.url, headers, {}, self.body)

    @property
    def query(self) -> str:
        return urlsplit(self.url).query


@dataclass(slots=True)
class Receiver:
    """Takes receipts; refuses the first `failures` of them with 503."""

    url: str = ""
    failures: int = 0
    received: list[Received] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.received.append(Received(str(request.url), dict(request.headers), await request.read()))
        return web.Response(status=503 if len(self.received) <= self.failures else 204)


@asynccontextmanager
async def run_receiver(failures: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver(failures=failures)
    application = web.Application()
    application.router.add_post("/callbacks", receiver.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/callbacks"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def within(seconds: float, sandbox: Sandbox) -> None:
    async with asyncio.timeout(seconds):
        await sandbox.receipts_settled()


QUICK = SandboxOptions(timing=Timing(receipt_delay=0.0, retry_pauses=(0.0, 0.0), hold=0.05, drip=0.001))


@asynccontextmanager
async def quick_sandbox(settings: SandboxOptions = QUICK) -> AsyncIterator[tuple[Sandbox, aiohttp.ClientSession]]:
    async with run_sandbox(settings) as sandbox, aiohttp.ClientSession() as client:
        yield sandbox, client
