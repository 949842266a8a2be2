"""The cases of the providers behind Meta's Graph API, and how their webhooks are signed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]

from app.domain.outbound import AttachmentFile
from app.domain.provider_events import ReceiptKind, Webhook
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CORRELATION, ProviderCase, Reply, outbound, sample, webhook
from tests.channels.raw_server import Line, Request, Script

APP_SECRET: Final = "app-secret-1"
ACCESS_TOKEN: Final = "access-token-1"
VERIFY_TOKEN: Final = "verify-token-1"
CREDENTIALS: Final = {"access_token": ACCESS_TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}

PHONE_NUMBER_ID: Final = "106540352242922"
PAGE_ID: Final = "106540352242900"
INSTAGRAM_ID: Final = "17841400000000001"
PERSON: Final = "7300123456789012"

WAMID: Final = sample("whatsapp_cloud", "sent")["messages"][0]["id"]
MID: Final = sample("meta", "sent")["message_id"]
REQUEST_SCHEMA: Final = sample("whatsapp_cloud", "messages.patched.schema")


PICTURE: Final = AttachmentFile("a.png", "image/png", b"png", "media-1")


def graph_signature(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(body: bytes) -> Webhook:
    return webhook(body, {"content-type": "application/json", "x-hub-signature-256": graph_signature(body)})


def graph_webhook(body: Any) -> Webhook:
    """As Meta writes it: what is not ASCII is escaped before it is signed."""
    return signed(json.dumps(body, ensure_ascii=True).encode())


def tampered(call: Webhook) -> Webhook:
    return replace(call, body=call.body.replace(b".1", b".2"))


def question(**changes: str) -> Webhook:
    """The GET with which Meta checks a callback address."""
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    return replace(webhook(b"", {}), method="GET", query={**query, **changes})


def graph_error(code: int, subcode: int | None = None, **more: Any) -> Mapping[str, Any]:
    error = {"message": f"(#{code}) Something", "type": "OAuthException", "code": code, "fbtrace_id": "AbC", **more}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


def check_graph_head(request: Request, sender: str, edge: str = "messages") -> None:
    assert (request.method, request.target) == ("POST", f"/v25.0/{sender}/{edge}")
    assert request.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"


def check_whatsapp_request(request: Request) -> None:
    """Hold a request against Meta's own description (mended, see PATCHES.md beside it)."""
    check_graph_head(request, PHONE_NUMBER_ID)
    body = json.loads(request.body)
    jsonschema.validate(body, REQUEST_SCHEMA)
    assert body["biz_opaque_callback_data"] == CORRELATION


def check_meta_request(request: Request) -> None:
    check_graph_head(request, PAGE_ID)
    body = json.loads(request.body)
    assert body["recipient"] == {"id": PERSON}
    assert body["message"]["metadata"] == CORRELATION


WHATSAPP: Final = ProviderCase(
    name="whatsapp_cloud",
    config={"phone_number_id": PHONE_NUMBER_ID},
    credentials=CREDENTIALS,
    address_key="base_url",
    message=outbound(Channel.WHATSAPP, "+1 415-555-0123"),
    accepted=Reply(200, sample("whatsapp_cloud", "sent")),
    message_id=WAMID,
    refused=Reply(400, graph_error(131026), ReasonCode.INVALID_RECIPIENT),
    account_at_fault=Reply(401, graph_error(190)),
    receipt=graph_webhook(sample("whatsapp_cloud", "status_delivered")),
    inbound=graph_webhook(sample("whatsapp_cloud", "inbound_text")),
    unknown=graph_webhook(sample("whatsapp_cloud", "account_alert")),
    tampered=tampered(graph_webhook(sample("whatsapp_cloud", "status_delivered"))),
    check_request=check_whatsapp_request,
    secrets=tuple(CREDENTIALS.values()),
)

META: Final = ProviderCase(
    name="meta",
    config={"page_id": PAGE_ID},
    credentials=CREDENTIALS,
    address_key="base_url",
    message=outbound(Channel.FACEBOOK, PERSON),
    accepted=Reply(200, sample("meta", "sent")),
    message_id=MID,
    refused=Reply(400, graph_error(100, 2018001), ReasonCode.INVALID_RECIPIENT),
    account_at_fault=Reply(401, graph_error(190)),
    receipt=graph_webhook(sample("meta", "echo")),
    receipt_kind=ReceiptKind.SENT,
    inbound=graph_webhook(sample("meta", "inbound")),
    unknown=graph_webhook(sample("meta", "optin")),
    tampered=tampered(graph_webhook(sample("meta", "echo"))),
    check_request=check_meta_request,
    secrets=tuple(CREDENTIALS.values()),
)


def answering_in_turn(*replies: tuple[int, Any]) -> Script:
    """Answer the first request with the first reply, and so on, over however many connections."""
    waiting = iter(replies)

    async def script(line: Line) -> None:
        while await line.read_request() is not None:
            status, body = next(waiting)
            content = json.dumps(body).encode()
            await line.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)

    return script
