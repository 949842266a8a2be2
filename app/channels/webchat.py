"""The built-in web chat: no provider is behind it, and nothing leaves this installation.

The transaction that records a delivery as sent puts the reply on the conversation's timeline, once. The visitor reads
it there: at once in an open page, otherwise at the next visit (`app/webchat/sessions.py`). So there is nothing to call
here, and an attempt that was never recorded was provably not sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import httpx
from pydantic import BaseModel

from app.channels.account_config import AccountModel, AccountSetup
from app.domain.account_check import CheckResult, CredentialsState
from app.domain.channel_port import Absent, AddressKind, Limits, LookUp
from app.domain.outbound import Accepted, Outbound, SendResult
from app.domain.provider_events import MalformedWebhook, ProviderEvent, Webhook
from app.domain.words import Channel


class Config(AccountModel):
    pass


class Credentials(AccountModel):
    pass


@dataclass(frozen=True, slots=True)
class WebChatAdapter:
    name: ClassVar[str] = "webchat"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.CHAT})
    limits: ClassVar[Limits] = Limits(address=AddressKind.OPAQUE, attachments=True, from_timeline=True)
    # Nobody calls back, so a secret in the callback URL would protect nothing.
    signs_webhooks: ClassVar[bool] = True
    callback_bytes: ClassVar[int] = 0
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:  # noqa: ARG003 - the registry's
        return cls()

    async def send(self, outbound: Outbound) -> SendResult:
        return Accepted(outbound.correlation)

    async def look_up(self, correlation: str) -> LookUp:  # noqa: ARG002 - the answer is the same for all
        """An attempt that is still uncertain was never recorded, and only the record puts a reply into the chat."""
        return Absent()

    async def check(self) -> CheckResult:
        return CheckResult(CredentialsState.OK, "The web chat is built in: there is no provider to ask.")

    def admits(self, head: Webhook) -> bool:  # noqa: ARG002 - nobody calls
        return False

    def verify(self, webhook: Webhook) -> bool:  # noqa: ARG002 - nobody calls
        return False

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:  # noqa: ARG002 - nobody calls
        raise MalformedWebhook("The web chat has no provider, so nobody may call it.")
