"""The helpdesk itself as provider: our own signed JSON to the tenant's URL, so that it can carry any channel.

Both directions are signed with one secret as Standard Webhooks specifies (https://www.standardwebhooks.com).
docs/channels/webhook.md describes what is posted and what may come back.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from uuid import UUID

import httpx
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, TypeAdapter, ValidationError
from standardwebhooks.webhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from app.channels.account_config import AccountModel, AccountSetup, Endpoint, Region
from app.channels.callback_bodies import json_object
from app.channels.provider_calls import post
from app.channels.provider_responses import CodeMeaning, Meaning, ProviderResponse, one_line, refusal, throttled
from app.channels.signed_post import signed_headers
from app.domain.channel_port import AddressKind, Limits
from app.domain.fault_texts import fault_text
from app.domain.json_reader import read_time
from app.domain.outbound import Accepted, Outbound, Rejected, SendResult, Unknown
from app.domain.provider_events import (
    Inbound,
    MalformedWebhook,
    ProviderEvent,
    Receipt,
    ReceiptKind,
    Unrecognized,
    Webhook,
)
from app.domain.words import Channel, ReasonCode

_SHORTEST_SECRET: Final = 24
"""Bytes. The specification asks for 24 to 64."""

_REFUSED: Final = frozenset({400, 404, 410, 422})
_CLOSED: Final = Meaning(CodeMeaning.ACCOUNT, "the endpoint does not accept our signature; check the secret")

_FAILURES: Final = frozenset(
    {
        ReasonCode.ADDRESS_INVALID,
        ReasonCode.OPTED_OUT,
        ReasonCode.WINDOW_CLOSED,
        ReasonCode.MESSAGE_TOO_LONG,
        ReasonCode.CONVERSATION_ARCHIVED,
        ReasonCode.INVALID_RECIPIENT,
        ReasonCode.BLOCKED,
        ReasonCode.BOUNCED,
        ReasonCode.COMPLAINED,
        ReasonCode.UNREACHABLE,
        ReasonCode.CONTENT_REJECTED,
        ReasonCode.TEMPLATE_REJECTED,
        ReasonCode.PROVIDER_REJECTED,
    }
)
"""The reason codes that the helpdesk may give. Any other word becomes `provider_rejected`."""

_NO_MORE: Final = frozenset(
    {ReasonCode.OPTED_OUT, ReasonCode.BOUNCED, ReasonCode.COMPLAINED, ReasonCode.INVALID_RECIPIENT}
)
"""Reasons after which the address may not be written to again."""


def _signing_secret(value: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(value.get_secret_value().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must be base64, with or without whsec_ in front") from None
    if len(key) < _SHORTEST_SECRET:
        raise ValueError(f"must hold at least {_SHORTEST_SECRET} bytes")
    return value


def _time(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be a time, written as text")
    return read_time(value)


Moment = Annotated[datetime, BeforeValidator(_time)]
"""RFC 3339, as everywhere in our own contracts."""


class Config(AccountModel):
    url: Endpoint
    region: Region | None = None
    """The country in which numbers without a `+` are read."""


class Credentials(AccountModel):
    secret: Annotated[SecretStr, AfterValidator(_signing_secret)]


class _Report(BaseModel):
    """`data` of message.sent, .delivered, .read and .failed."""

    correlation: str
    message_id: str | None = None
    code: str | None = None
    detail: str | None = None
    address: str | None = None


class _Conversation(BaseModel):
    id: UUID | None = None
    external_id: str | None = None


class _File(BaseModel):
    filename: str


class _Message(BaseModel):
    id: str | None = None
    text: str
    sent_at: Moment | None = None
    automatic: bool = False
    attachments: list[_File] = []
    """Named on the timeline. The files stay with the helpdesk."""


class _Received(BaseModel):
    """`data` of message.received."""

    conversation: _Conversation = _Conversation()
    sender: str = ""
    message: _Message
    opted_out: bool | None = None


class _Reported(BaseModel):
    type: Literal["message.sent", "message.delivered", "message.read", "message.failed"]
    timestamp: Moment | None = None
    data: _Report


class _Incoming(BaseModel):
    type: Literal["message.received"]
    timestamp: Moment | None = None
    data: _Received


_KNOWN: Final = {"message.sent", "message.delivered", "message.read", "message.failed", "message.received"}
_EVENT: Final[TypeAdapter[_Reported | _Incoming]] = TypeAdapter(
    Annotated[_Reported | _Incoming, Field(discriminator="type")]
)


@dataclass(frozen=True, slots=True)
class WebhookAdapter:
    name: ClassVar[str] = "webhook"
    channels: ClassVar[frozenset[Channel]] = frozenset(Channel) - {Channel.VOICE}
    limits: ClassVar[Limits] = Limits(address=AddressKind.OPAQUE, attachments=True)
    signs_webhooks: ClassVar[bool] = True
    # Our own choice: one event, whose text may be as long as a mail.
    callback_bytes: ClassVar[int] = 2_000_000
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    http: httpx.AsyncClient
    url: str
    signer: Signer

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:
        config = Config.model_validate(setup.config)
        credentials = Credentials.model_validate(setup.credentials)
        return cls(http, config.url, Signer(credentials.secret.get_secret_value()))

    async def send(self, outbound: Outbound) -> SendResult:
        now = datetime.now(UTC)
        body = json.dumps(_payload(outbound, now))
        headers = signed_headers([self.signer], outbound.correlation, now, body)
        response = await post(self.http, self.url, content=body.encode(), headers=headers)
        return _read(response, outbound.address) if isinstance(response, ProviderResponse) else response

    def admits(self, head: Webhook) -> bool:
        return "webhook-signature" in head.headers

    def verify(self, webhook: Webhook) -> bool:
        try:
            self.signer.verify(webhook.body, dict(webhook.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: not base64, or no list of signatures
            return False
        return True

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        body = json_object(webhook.body)
        # The specification keeps webhook-id the same when an event is sent again.
        key = webhook.headers.get("webhook-id", "")
        kind = body.get("type")
        if not isinstance(kind, str) or kind not in _KNOWN:
            return [Unrecognized(key, body)]
        try:
            event = _EVENT.validate_python(body)
        except ValidationError as error:
            raise MalformedWebhook(_places(error)) from None
        return [_inbound(event, key, body) if isinstance(event, _Incoming) else _receipt(event, key, body)]


def _payload(outbound: Outbound, now: datetime) -> dict[str, Any]:
    attachments = [
        {
            "filename": file.filename,
            "content_type": file.content_type,
            "content": base64.b64encode(file.content).decode("ascii"),
        }
        for file in outbound.attachments
    ]
    author = outbound.author
    return {
        "type": "message.send",
        "timestamp": now.isoformat(),
        "data": {
            "correlation": outbound.correlation,
            "conversation": {
                "id": str(outbound.conversation_id),
                "external_id": outbound.conversation_external_id,
                "channel": outbound.channel.value,
                "address": outbound.address,
                "subject": outbound.subject,
            },
            "message": {"text": outbound.text, "html": outbound.html, "attachments": attachments},
            "author": {"id": author.id, "name": author.name, "email": author.email},
        },
    }


def _read(response: ProviderResponse, address: str) -> SendResult:
    message_id = response.text_member("message_id")
    if response.ok and message_id:
        return Accepted(message_id)
    if response.status in (401, 403):
        return refusal(_CLOSED, f"HTTP {response.status}")
    if response.status in _REFUSED:
        detail = one_line(response.text_member("detail") or "no detail given")
        code = _reason(response.text_member("code"))
        ends_address = code in _NO_MORE and response.text_member("address") == address
        # Without a code of ours, the response may not come from the helpdesk at all.
        temporary = response.text_member("code") not in _FAILURES
        return Rejected(code, f"HTTP {response.status}: {detail}", temporary, ends_address)
    if response.status == 429:
        return throttled(response)
    return Unknown(f"The endpoint answered HTTP {response.status}, which says neither yes nor no.")


def _reason(code: str | None) -> ReasonCode:
    return ReasonCode(code) if code in _FAILURES else ReasonCode.PROVIDER_REJECTED


def _receipt(event: _Reported, key: str, raw: dict[str, Any]) -> Receipt:
    kind = ReceiptKind(event.type.removeprefix("message."))
    failed = kind is ReceiptKind.FAILED
    code = _reason(event.data.code) if failed else None
    return Receipt(
        kind=kind,
        event_key=key,
        correlation=event.data.correlation,
        provider_message_id=event.data.message_id,
        occurred_at=event.timestamp,
        code=code,
        detail=one_line(event.data.detail or "The helpdesk reported a failure.") if failed else None,
        bad_address=event.data.address if code in _NO_MORE else None,
        raw=raw,
    )


def _inbound(event: _Incoming, key: str, raw: dict[str, Any]) -> Inbound:
    received = event.data
    return Inbound(
        event_key=key,
        provider_message_id=received.message.id,
        sender=received.sender,
        text=received.message.text,
        sent_at=received.message.sent_at or event.timestamp,
        automatic=received.message.automatic,
        opted_out=received.opted_out,
        conversation_id=received.conversation.id,
        conversation_external_id=received.conversation.external_id,
        attachment_names=tuple(each.filename for each in received.message.attachments if each.filename),
        vouched=True,
        raw=raw,
    )


def _places(error: ValidationError) -> str:
    """Return where a body departs from the contract, never what it holds there."""
    return " ".join(
        f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault_text(fault['type'], fault['msg'])}"
        for fault in error.errors(include_input=False, include_url=False)
    )
