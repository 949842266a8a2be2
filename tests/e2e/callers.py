"""Calls to an account's callback address, made and signed as its provider makes them."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
from standardwebhooks.webhooks import Webhook as Signer
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.domain.callback_urls import derived_token
from tests.conftest import SECRET_KEY
from tests.scene import META_SECRETS, STANDARD_SECRET


@dataclass(frozen=True)
class Callers:
    """All providers in one, calling a service that they know by `public_url`."""

    client: httpx.AsyncClient
    public_url: str

    async def postmark(self, account: UUID, event: Mapping[str, Any]) -> httpx.Response:
        return await self.client.post(_with_secret(account), json=event)

    async def sendgrid_mail(self, account: UUID, raw: bytes, to: str) -> httpx.Response:
        """Inbound Parse with "send raw" on, and no security policy: the secret in the address counts."""
        form: dict[str, tuple[None, str | bytes]] = {
            "to": (None, to),
            "envelope": (None, json.dumps({"to": [to]})),
            "email": (None, raw),
        }
        return await self.client.post(_with_secret(account), files=form)

    async def twilio(self, account: UUID, fields: Mapping[str, str], query: str = "") -> httpx.Response:
        path = f"/callbacks/{account}{query}"
        signature = RequestValidator("sandbox").compute_signature(f"{self.public_url}{path}", dict(fields))
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post(path, content=urlencode(fields), headers=headers)

    async def graph(self, account: UUID, body: object, app_secret: str = META_SECRETS["app_secret"]) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        digest = hmac.new(app_secret.encode(), content, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
        return await self.client.post(f"/callbacks/{account}", content=content, headers=headers)

    async def helpdesk(self, account: UUID, event: Mapping[str, Any]) -> httpx.Response:
        content, id_, now = json.dumps(event), f"event-{uuid4()}", datetime.now(UTC)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(STANDARD_SECRET).sign(id_, now, content),
        }
        return await self.client.post(f"/callbacks/{account}", content=content, headers=headers)


def _with_secret(account: UUID) -> str:
    return f"/callbacks/{account}?token={derived_token(SECRET_KEY, account)}"


def mail(sender: str, *, token: str = "", **headers: str) -> dict[str, Any]:
    """An e-mail as Postmark posts it; headers by their names with `_` for `-`."""
    return {
        "FromFull": {"Email": sender, "Name": "", "MailboxHash": ""},
        "MessageID": str(uuid4()),
        "MailboxHash": token,
        "Date": "Fri, 1 May 2026 14:30:00 +0200",
        "TextBody": "Still broken.",
        "Headers": [{"Name": name.replace("_", "-"), "Value": value} for name, value in headers.items()],
    }


def sms(sender: str, text: str) -> dict[str, str]:
    return {"MessageSid": f"SM{uuid4().hex}", "From": sender, "To": "+12025550100", "Body": text, "NumMedia": "0"}


def whatsapp_message(
    number_id: str, sender: str, text: str = "Still broken.", at: int = 1_777_638_601
) -> dict[str, Any]:
    message = {"from": sender, "id": f"wamid.{uuid4().hex}", "timestamp": str(at), "type": "text"}
    value = {"metadata": {"phone_number_id": number_id}, "messages": [{**message, "text": {"body": text}}]}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


def messenger_message(page_id: str, sender: str, kind: str = "page") -> dict[str, Any]:
    item = {"sender": {"id": sender}, "timestamp": 1777638600000, "message": {"mid": uuid4().hex, "text": "Hello?"}}
    return {"object": kind, "entry": [{"id": page_id, "messaging": [item]}]}
