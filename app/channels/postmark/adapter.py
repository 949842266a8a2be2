"""E-mail through Postmark's HTTP API. Facts and their sources: docs/channels/postmark.md."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import httpx
from pydantic import BaseModel, Field

from app.channels.account_config import AccountModel, AccountSetup, BaseUrl, CallbackTokens, HeaderSecret, email_address
from app.channels.callback_bodies import json_object
from app.channels.credential_checks import judge_check
from app.channels.mail_rules import BAD_ADDRESS, MailSettings, header_text, own_addresses, reply_headers
from app.channels.postmark import webhooks as events
from app.channels.postmark.errors import ERRORS, INVALID_REQUEST, TOO_LARGE, about_request
from app.channels.provider_calls import get, post
from app.channels.provider_responses import ProviderResponse, asked_to_wait, by_status, refusal
from app.domain.account_check import CheckResult
from app.domain.channel_port import Absent, AddressKind, Found, Limits, LookUp
from app.domain.outbound import Accepted, AttachmentFile, Outbound, Rejected, SendResult, Unknown
from app.domain.provider_events import ProviderEvent, ReceiptKind, Webhook
from app.domain.words import Channel, ReasonCode

API: Final = "https://api.postmarkapp.com"
SUBJECT_CHARACTERS: Final = 2_000
"""The longest name and subject that Postmark takes (https://postmarkapp.com/developer/api/email-api). Longer ones are
cut.
"""
BATCH_MESSAGES: Final = 500
BATCH_BYTES: Final = 45_000_000
"""Postmark takes 50 MB per call. The rest is room for differences in counting."""


class Config(MailSettings):
    message_stream: str = Field(default="outbound", pattern=r"^[a-z0-9][a-z0-9-]*$")
    base_url: BaseUrl = API


class Credentials(AccountModel):
    server_token: HeaderSecret


@dataclass(frozen=True, slots=True)
class PostmarkAdapter:
    name: ClassVar[str] = "postmark"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.EMAIL})
    limits: ClassVar[Limits] = Limits(
        address=AddressKind.EMAIL,
        max_bytes=5_000_000,
        attachments=True,
        # A message may hold 10 MB; base64 turns three bytes into four.
        attachment_bytes_in_all=7_000_000,
    )
    signs_webhooks: ClassVar[bool] = False
    # A mail comes as one call, with its attachments (at most 35 MB) in base64.
    # https://postmarkapp.com/developer/user-guide/inbound/parse-an-email
    callback_bytes: ClassVar[int] = 50_000_000
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    http: httpx.AsyncClient
    config: Config
    credentials: Credentials
    callback_tokens: CallbackTokens

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:
        config = Config.model_validate(setup.config)
        return cls(http, config, Credentials.model_validate(setup.credentials), setup.callback_tokens)

    @classmethod
    def own_addresses(cls, config: Mapping[str, Any]) -> Iterable[str]:
        return own_addresses(config)

    async def send(self, outbound: Outbound) -> SendResult:
        payload = _payload(outbound, self.config)
        if payload is None:
            return BAD_ADDRESS
        response = await post(self.http, f"{self.config.base_url}/email", json=payload, headers=self._headers)
        return _read(response) if isinstance(response, ProviderResponse) else response

    async def send_many(self, outbounds: Sequence[Outbound]) -> Sequence[SendResult]:
        """Send in as few calls as Postmark's limits allow. If a response is lost, every message of that call is
        unknown.
        """
        payloads = [_payload(outbound, self.config) for outbound in outbounds]
        results: list[SendResult] = []
        for batch in _batches([json.dumps(payload).encode() for payload in payloads if payload is not None]):
            results += await self._send_batch(batch)
        sent = iter(results)
        return [BAD_ADDRESS if payload is None else next(sent) for payload in payloads]

    async def _send_batch(self, batch: Sequence[bytes]) -> Sequence[SendResult]:
        headers = {**self._headers, "Content-Type": "application/json"}
        content = b"[" + b",".join(batch) + b"]"
        response = await post(self.http, f"{self.config.base_url}/email/batch", content=content, headers=headers)
        if not isinstance(response, ProviderResponse):
            return [response] * len(batch)
        items = response.json
        if not response.ok:
            return [_read(response)] * len(batch)
        if not isinstance(items, list) or len(items) != len(batch):
            return [Unknown("Postmark's answer does not say what became of each message.")] * len(batch)
        return [_read(ProviderResponse(response.status, response.headers, item)) for item in items]

    async def look_up(self, correlation: str) -> LookUp:
        """Search by the metadata that every message carries: in the account's stream, and in the default one.

        Absence is believed only if both agree: Postmark documents the filter, but not what leaving it out means.
        """
        found = await self._search({"metadata_delivery": correlation})
        if isinstance(found, Absent):
            stream = self.config.message_stream
            found = await self._search({"metadata_delivery": correlation, "messagestream": stream})
        return found

    async def _search(self, query: Mapping[str, str]) -> LookUp:
        url = f"{self.config.base_url}/messages/outbound"
        response = await get(self.http, url, params={"count": "1", "offset": "0", **query}, headers=self._headers)
        return _found(response) if isinstance(response, ProviderResponse) else Unknown(response.detail)

    async def check(self) -> CheckResult:
        """Read the server that the token belongs to (https://postmarkapp.com/developer/api/server-api)."""
        response = await get(self.http, f"{self.config.base_url}/server", params={}, headers=self._headers)
        return judge_check(response, "Postmark")

    def admits(self, head: Webhook) -> bool:
        """Postmark signs nothing: the secret in the callback URL is the only check."""
        return self.callback_tokens.accept(head.query)

    def verify(self, webhook: Webhook) -> bool:
        return self.admits(webhook)

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        return [events.read(json_object(webhook.body), self.config.domain)]

    @property
    def _headers(self) -> dict[str, str]:
        token = self.credentials.server_token.get_secret_value()
        return {"Accept": "application/json", "X-Postmark-Server-Token": token}


def _payload(outbound: Outbound, config: Config) -> dict[str, Any] | None:
    """Return the message in Postmark's form; None if the address is not exactly one, since `To` takes a list."""
    try:
        recipient = email_address(outbound.address)
    except ValueError:
        return None
    payload: dict[str, Any] = {
        "From": header_text(config.sender),
        "To": recipient,
        "Subject": header_text(outbound.subject, SUBJECT_CHARACTERS),
        "TextBody": outbound.text,
        "MessageStream": config.message_stream,
        "Headers": [{"Name": name, "Value": value} for name, value in reply_headers(outbound, config.domain)]
        # Without it Postmark replaces our Message-ID with its own, and the customer's reply names that one.
        + [{"Name": "X-PM-KeepID", "Value": "true"}],
        "Metadata": {"delivery": outbound.correlation},
        "Attachments": [_attachment(file) for file in outbound.attachments],
    }
    if outbound.html is not None:
        payload["HtmlBody"] = outbound.html
    if (answers_to := config.answers_to(outbound.conversation_id)) is not None:
        payload["ReplyTo"] = header_text(answers_to)
    return payload


def _attachment(file: AttachmentFile) -> dict[str, str]:
    content = base64.b64encode(file.content).decode("ascii")
    return {"Name": header_text(file.filename), "ContentType": file.content_type, "Content": content}


def _batches(messages: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    batch: list[bytes] = []
    size = 0
    for message in messages:
        if batch and (len(batch) == BATCH_MESSAGES or size + len(message) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += len(message) + 1
    if batch:
        yield batch


def _read(response: ProviderResponse) -> SendResult:
    """Judge the response for one message. HTTP 500 is unknown: "usually lost" (Postmark) is not "never sent"."""
    code = response.member("ErrorCode")
    message_id = response.text_member("MessageID")
    if response.ok and code == 0 and message_id:
        return Accepted(message_id)
    if response.status != 500 and isinstance(code, int) and code in ERRORS:
        meaning = about_request(response.text_member("Message")) if code == INVALID_REQUEST else ERRORS[code]
        return refusal(meaning, f"Postmark {code}", asked_to_wait(response))
    if response.status == 413:
        return refusal(TOO_LARGE, "Postmark")
    if response.ok and isinstance(code, int) and code > 0:
        return Rejected(ReasonCode.PROVIDER_REJECTED, f"Postmark {code}: not sent", temporary=True)
    return by_status(response, f"Postmark {code}" if code else "Postmark", coded=isinstance(code, int))


def _found(response: ProviderResponse) -> LookUp:
    messages = response.member("Messages")
    if response.status != 200 or not isinstance(messages, list):
        return Unknown(f"Postmark's search answered HTTP {response.status}.")
    if not messages:
        return Absent() if response.member("TotalCount") == 0 else Unknown("Postmark's search contradicts itself.")
    match messages[0]:
        case {"MessageID": str(message_id)}:
            return Found(message_id, ReceiptKind.SENT)
        case _:
            return Unknown("Postmark's search found a message without an id.")
