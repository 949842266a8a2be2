"""WhatsApp through Meta's Cloud API. Facts and their sources: docs/channels/whatsapp_cloud.md."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, Self

import httpx
from pydantic import BaseModel, Field

from app.channels.account_config import AccountModel, AccountSetup, BaseUrl
from app.channels.callback_bodies import json_object
from app.channels.meta_graph import (
    DEFAULT_VERSION,
    SIGNATURE,
    ApiVersion,
    Credentials,
    Graph,
    ObjectId,
    answer_challenge,
    check_sender,
    is_signed,
    read_upload,
    send_files,
)
from app.channels.provider_responses import ProviderResponse
from app.channels.whatsapp_cloud import webhooks as events
from app.channels.whatsapp_cloud.errors import ERRORS
from app.domain.account_check import CheckResult
from app.domain.addresses import Address
from app.domain.channel_port import AddressKind, Limits, UploadResult
from app.domain.outbound import (
    Accepted,
    AttachmentFile,
    DroppedAttachment,
    FilledTemplate,
    Outbound,
    Rejected,
    SendResult,
)
from app.domain.provider_events import ProviderEvent, Webhook
from app.domain.words import Channel, ReasonCode

API: Final = "https://graph.facebook.com"

_MB: Final = 1_000_000
_IMAGES: Final = ("image/jpeg", "image/png")
_VIDEOS: Final = ("video/3gpp", "video/mp4")
_AUDIO: Final = ("audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg")
_DOCUMENTS: Final = (
    "application/msword",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
)
KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(_IMAGES, "image"),
    **dict.fromkeys(_VIDEOS, "video"),
    **dict.fromkeys(_AUDIO, "audio"),
    **dict.fromkeys(_DOCUMENTS, "document"),
}
"""The type of message that carries a file, by content type."""

_LARGEST: Final[Mapping[str, int]] = {"image": 5 * _MB, "video": 16 * _MB, "audio": 16 * _MB, "document": 100 * _MB}

_NO_FILES_WITH_TEMPLATE: Final = "Outside the reply window only the template is sent, without files."
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_NUMBER: Final = re.compile(r"\+?[1-9]\d{6,14}", re.ASCII)
_RECIPIENT: Final = re.compile(rf"{_USER_ID.pattern}|{_NUMBER.pattern}", re.ASCII)
"""A phone number, or the id of a person who hides it."""
_LINK: Final = re.compile(r"https?://\S", re.IGNORECASE)


class FallbackTemplate(AccountModel):
    """The approved template for conversations outside the reply window. A mass reply's own template goes before it."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")
    body_parameters: tuple[str, ...] = ()


class Config(AccountModel):
    phone_number_id: ObjectId
    api_version: ApiVersion = DEFAULT_VERSION
    fallback_template: FallbackTemplate | None = None
    base_url: BaseUrl = API


@dataclass(frozen=True, slots=True)
class WhatsAppCloudAdapter:
    name: ClassVar[str] = "whatsapp_cloud"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.WHATSAPP})
    limits: ClassVar[Limits] = Limits(
        address=AddressKind.PHONE,
        address_form=_RECIPIENT,
        max_characters=4_096,
        reply_window=timedelta(hours=24),
        template_outside_window=True,
        attachments=True,
        attachment_bytes={content_type: _LARGEST[kind] for content_type, kind in KINDS.items()},
    )
    signs_webhooks: ClassVar[bool] = True
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
    callback_bytes: ClassVar[int] = 3_000_000
    identity_keys: ClassVar[tuple[str, ...]] = ("phone_number_id",)
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    graph: Graph
    credentials: Credentials

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:
        config = Config.model_validate(setup.config)
        credentials = Credentials.model_validate(setup.credentials)
        address = f"{config.base_url}/{config.api_version}/{config.phone_number_id}"
        return cls(Graph(http, address, credentials.access_token), credentials)

    @classmethod
    def identity_of(cls, channel: Channel, config: Mapping[str, Any]) -> str | None:  # noqa: ARG003 - one channel only
        return config.get("phone_number_id")

    async def send(self, outbound: Outbound) -> SendResult:
        recipient = recipient_of(outbound.address)
        if recipient is None:
            return Rejected(
                ReasonCode.ADDRESS_INVALID, "The address is neither a phone number nor a WhatsApp user id.", own=True
            )
        result = await self._send(_first_message(outbound, recipient))
        if not isinstance(result, Accepted):
            return result
        return Accepted(result.provider_message_id, await self._send_files(outbound, recipient))

    async def _send(self, payload: Mapping[str, Any]) -> SendResult:
        response = await self.graph.post("messages", payload)
        return _read(response) if isinstance(response, ProviderResponse) else response

    async def _send_files(self, outbound: Outbound, recipient: Mapping[str, str]) -> tuple[DroppedAttachment, ...]:
        if outbound.template is not None:
            return tuple(DroppedAttachment(file.filename, _NO_FILES_WITH_TEMPLATE) for file in outbound.attachments)

        async def send(file: AttachmentFile, number: int, seconds: float) -> str | None:
            payload = _file_message(outbound, recipient, file, number)
            response = await self.graph.post("messages", payload, seconds)
            result = _read(response) if isinstance(response, ProviderResponse) else response
            return None if isinstance(result, Accepted) else result.detail

        return await send_files(outbound.attachments, self.limits, send)

    async def upload(self, channel: Channel, file: AttachmentFile) -> UploadResult:  # noqa: ARG002 - one channel only
        """Upload a file, which WhatsApp keeps for 30 days
        (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media).
        """
        why = self.limits.why_dropped(file)
        if why is not None:
            return Rejected(ReasonCode.CONTENT_REJECTED, why)
        fields = {"messaging_product": "whatsapp", "type": file.content_type}
        return read_upload(await self.graph.upload("media", fields, "file", file), "id", ERRORS)

    async def check(self) -> CheckResult:
        return await check_sender(self.graph, ERRORS, "display_phone_number")

    def admits(self, head: Webhook) -> bool:
        return SIGNATURE in head.headers

    def verify(self, webhook: Webhook) -> bool:
        return is_signed(webhook, self.credentials.app_secret)

    def challenge(self, webhook: Webhook) -> str | None:
        return answer_challenge(webhook, self.credentials.verify_token)

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        return events.read(json_object(webhook.body))


def recipient_of(address: str) -> Mapping[str, str] | None:
    """Name a recipient as the API does: `to` for a phone number, `recipient` for a business-scoped user id."""
    wire = Address.read(Channel.WHATSAPP, address).wire or ""
    if _USER_ID.fullmatch(wire):
        return {"recipient": wire}
    return {"to": wire} if _NUMBER.fullmatch(wire) else None


def _first_message(outbound: Outbound, recipient: Mapping[str, str]) -> Mapping[str, Any]:
    if outbound.template is not None:
        content: tuple[str, Mapping[str, Any]] = ("template", _template(outbound.template))
    else:
        content = ("text", {"body": outbound.text, "preview_url": bool(_LINK.search(outbound.text))})
    return _message(outbound, recipient, content, outbound.correlation)


def _file_message(
    outbound: Outbound, recipient: Mapping[str, str], file: AttachmentFile, number: int
) -> Mapping[str, Any]:
    kind = KINDS[file.content_type]
    name = {"filename": file.filename} if kind == "document" else {}
    mark = events.file_mark(outbound.correlation, number)
    return _message(outbound, recipient, (kind, {"id": file.media_id, **name}), mark)


def _message(
    outbound: Outbound, recipient: Mapping[str, str], content: tuple[str, Mapping[str, Any]], mark: str
) -> Mapping[str, Any]:
    kind, body = content
    parent = outbound.in_reply_to or ""
    # Only WhatsApp's own ids can be replied to. An imported message may have any id.
    thread = {"context": {"message_id": parent}} if parent.startswith("wamid.") else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **recipient,
        **thread,
        "type": kind,
        kind: body,
        "biz_opaque_callback_data": mark,
    }


def _template(template: FilledTemplate) -> Mapping[str, Any]:
    # WhatsApp refuses a parameter with a line break, a tab or several spaces in a row.
    parameters = [{"type": "text", "text": " ".join(value.split())} for value in template.body_parameters]
    components = {"components": [{"type": "body", "parameters": parameters}]} if parameters else {}
    return {"name": template.name, "language": {"code": template.language}, **components}


def _read(response: ProviderResponse) -> SendResult:
    """Read what became of a message. One that is held for a quality check has an id too, and reports later."""
    match response.json:
        case {"messages": [{"id": str(message_id)}, *_]} if response.ok and message_id:
            return Accepted(message_id)
        case _:
            return ERRORS.judge(response)
