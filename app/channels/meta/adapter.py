"""Messenger and Instagram through Meta's Send API. Facts and their sources: docs/channels/meta.md."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Self

import httpx
from pydantic import BaseModel, model_validator

from app.channels.account_config import AccountModel, AccountSetup, BaseUrl
from app.channels.callback_bodies import json_object
from app.channels.meta import webhooks as events
from app.channels.meta.errors import ERRORS
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
from app.domain.account_check import CheckResult
from app.domain.channel_port import AddressKind, Limits, UploadResult
from app.domain.outbound import Accepted, AttachmentFile, Deferred, Outbound, Rejected, SendResult
from app.domain.provider_events import ProviderEvent, Webhook
from app.domain.words import Channel, ReasonCode

PAGES_API: Final = "https://graph.facebook.com"
INSTAGRAM_API: Final = "https://graph.instagram.com"
"""For Instagram accounts that are not connected through a page."""

REPLY_WINDOW: Final = timedelta(hours=24)
HUMAN_AGENT_WINDOW: Final = timedelta(days=7)

_MB: Final = 1_000_000
_AUDIO: Final = ("audio/aac", "audio/m4a", "audio/mp4", "audio/wav", "audio/x-m4a", "audio/x-wav")
_VIDEO: Final = ("video/mp4", "video/ogg", "video/quicktime", "video/webm", "video/x-msvideo")

_PERSON: Final = re.compile(r"[0-9]{5,32}", re.ASCII)

MESSENGER: Final = Limits(
    address=AddressKind.OPAQUE,
    address_form=_PERSON,
    max_characters=2_000,
    reply_window=REPLY_WINDOW,
    attachments=True,
    attachment_bytes={"*/*": 25 * _MB},
)
INSTAGRAM: Final = Limits(
    address=AddressKind.OPAQUE,
    address_form=_PERSON,
    max_bytes=1_000,
    reply_window=REPLY_WINDOW,
    attachments=True,
    attachment_bytes={
        **dict.fromkeys(("image/jpeg", "image/png"), 8 * _MB),
        **dict.fromkeys((*_AUDIO, *_VIDEO, "application/pdf"), 25 * _MB),
    },
)
_NO_PAGE: Final = "An Instagram account without a page carries no attachments; the text is sent without them."


class Config(AccountModel):
    page_id: ObjectId | None = None
    instagram_id: ObjectId | None = None
    api_version: ApiVersion = DEFAULT_VERSION
    human_agent: bool = False
    """The tenant has Meta's approval for the Human Agent feature, and people write these replies."""
    base_url: BaseUrl | None = None

    @model_validator(mode="after")
    def _sender(self) -> Self:
        if self.page_id is None and self.instagram_id is None:
            raise ValueError("must hold page_id, or instagram_id for an Instagram account")
        return self

    @property
    def address(self) -> str:
        """The sender's URL: the page's, or the Instagram account's if there is no page."""
        base_url = self.base_url or (PAGES_API if self.page_id else INSTAGRAM_API)
        return f"{base_url}/{self.api_version}/{self.page_id or self.instagram_id}"


@dataclass(frozen=True, slots=True)
class MetaAdapter:
    name: ClassVar[str] = "meta"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.FACEBOOK, Channel.INSTAGRAM})
    limits: ClassVar[Limits] = MESSENGER
    signs_webhooks: ClassVar[bool] = True
    # At most a thousand updates, mostly ids and times.
    # https://developers.facebook.com/docs/graph-api/webhooks/getting-started
    callback_bytes: ClassVar[int] = 1_000_000
    identity_keys: ClassVar[tuple[str, ...]] = ("page_id", "instagram_id")
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    graph: Graph
    config: Config
    credentials: Credentials

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:
        config = Config.model_validate(setup.config)
        credentials = Credentials.model_validate(setup.credentials)
        return cls(Graph(http, config.address, credentials.access_token), config, credentials)

    @classmethod
    def identity_of(cls, channel: Channel, config: Mapping[str, Any]) -> str | None:
        """Events on Instagram name the Instagram account, even if its page sends the messages."""
        return config.get("instagram_id" if channel is Channel.INSTAGRAM else "page_id")

    @classmethod
    def limits_for(cls, channel: Channel, config: Mapping[str, Any]) -> Limits:
        limits = INSTAGRAM if channel is Channel.INSTAGRAM else MESSENGER
        if not config.get("page_id"):
            limits = replace(limits, attachments=False, why_no_attachments=_NO_PAGE)
        return replace(limits, reply_window=HUMAN_AGENT_WINDOW) if config.get("human_agent") is True else limits

    async def send(self, outbound: Outbound) -> SendResult:
        if not _PERSON.fullmatch(outbound.address):
            return Rejected(ReasonCode.ADDRESS_INVALID, "The address is not the id that Meta gives a person.", own=True)
        if outbound.channel is Channel.FACEBOOK and self.config.page_id is None:
            return Deferred("account", "A Facebook account needs a page_id.", scope="account")
        result = await self._send(outbound, {"text": outbound.text, "metadata": outbound.correlation})
        if not isinstance(result, Accepted):
            return result

        async def send(file: AttachmentFile, _: int, seconds: float) -> str | None:
            sent = await self._send(outbound, _attachment(file, {"attachment_id": file.media_id}), seconds)
            return None if isinstance(sent, Accepted) else sent.detail

        dropped = await send_files(outbound.attachments, self._limits(outbound.channel), send)
        return Accepted(result.provider_message_id, dropped)

    async def _send(self, outbound: Outbound, message: Mapping[str, Any], seconds: float | None = None) -> SendResult:
        standing = _standing(outbound, datetime.now(UTC), human_agent=self.config.human_agent)
        payload = {"recipient": {"id": outbound.address}, **standing, "message": message}
        response = await self.graph.post("messages", payload, seconds)
        return _read(response) if isinstance(response, ProviderResponse) else response

    async def upload(self, channel: Channel, file: AttachmentFile) -> UploadResult:
        """Upload a file, which Meta keeps for 90 days.

        https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
        """
        why = self._limits(channel).why_dropped(file)
        if why is not None:
            return Rejected(ReasonCode.CONTENT_REJECTED, why)
        fields = {"message": json.dumps(_attachment(file, {"is_reusable": True}))}
        if channel is Channel.INSTAGRAM:
            fields["platform"] = "instagram"
        response = await self.graph.upload("message_attachments", fields, "filedata", file)
        return read_upload(response, "attachment_id", ERRORS)

    def _limits(self, channel: Channel) -> Limits:
        return self.limits_for(channel, self.config.model_dump())

    async def check(self) -> CheckResult:
        return await check_sender(self.graph, ERRORS)

    def admits(self, head: Webhook) -> bool:
        return SIGNATURE in head.headers

    def verify(self, webhook: Webhook) -> bool:
        return is_signed(webhook, self.credentials.app_secret)

    def challenge(self, webhook: Webhook) -> str | None:
        return answer_challenge(webhook, self.credentials.verify_token)

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        return events.read(json_object(webhook.body))


def _standing(outbound: Outbound, now: datetime, *, human_agent: bool) -> Mapping[str, str]:
    """On what grounds we write: as a reply within a day or, if the account opted in, as a person within a week."""
    last = outbound.last_customer_message_at
    if human_agent and last is not None and REPLY_WINDOW <= now - last < HUMAN_AGENT_WINDOW:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}


def _attachment(file: AttachmentFile, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = file.content_type.partition("/")[0]
    known = kind if kind in ("audio", "image", "video") else "file"
    return {"attachment": {"type": known, "payload": payload}}


def _read(response: ProviderResponse) -> SendResult:
    message_id = response.text_member("message_id")
    return Accepted(message_id) if response.ok and message_id else ERRORS.judge(response)
