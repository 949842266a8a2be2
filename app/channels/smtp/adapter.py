"""E-mail through the tenant's own mail server (RFC 5321). Facts and their sources: docs/channels/smtp.md.

SMTP brings its own evidence. The server has taken a message when it answers 250 to the final dot, and nothing of the
message is written before DATA. So a failure before DATA means not sent, and so does a refusal. Silence after DATA is
unknown (RFC 5321 section 6.1).
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from typing import Any, ClassVar, Final, Self, cast

import aiosmtplib
import httpx
from pydantic import BaseModel, Field, SecretStr, model_validator

from app.channels.account_config import (
    AccountModel,
    AccountSetup,
    Host,
    MailPort,
    OwnMailbox,
    OwnReplyAddress,
    email_address,
)
from app.channels.http import CallRecord, call_deadline, deadline_passed, open_socket, recorded
from app.channels.mail_rules import BAD_ADDRESS, MailSettings, message_id, own_addresses
from app.channels.smtp.mime import compose
from app.channels.smtp.replies import Step, judge
from app.domain.account_check import CheckResult, accepted, refused, unknown
from app.domain.channel_port import AddressKind, Limits
from app.domain.failure_texts import in_words
from app.domain.outbound import DEADLINE_PASSED, Accepted, Deferred, Outbound, Rejected, SendResult, Unknown
from app.domain.provider_events import MalformedWebhook, ProviderEvent, Webhook
from app.domain.words import Channel, ReasonCode

GOODBYE_SECONDS: Final = 1.0
"""How long the server may take to answer QUIT. By then the message is settled, whatever it says."""

_TOO_LATE: Final = Deferred(DEADLINE_PASSED, "The time for this attempt was over before the message was started.")


class Tls(StrEnum):
    STARTTLS = "starttls"
    """Encrypted by a command before anything else is said; usually port 587."""
    IMPLICIT = "implicit"
    """Encrypted from the first byte; usually port 465 (RFC 8314)."""
    NONE = "none"
    """For a relay in the same network. No password is ever sent this way."""


class Config(MailSettings):
    sender: OwnMailbox = Field(alias="from")
    reply_to: OwnReplyAddress | None = None
    host: Host
    port: MailPort
    tls: Tls = Tls.STARTTLS


class Credentials(AccountModel):
    """Both or neither: a relay may know its clients by their addresses."""

    username: str | None = Field(default=None, min_length=1)
    password: SecretStr | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("must hold both username and password, or neither")
        return self


@dataclass(frozen=True, slots=True)
class SmtpAdapter:
    name: ClassVar[str] = "smtp"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.EMAIL})
    limits: ClassVar[Limits] = Limits(address=AddressKind.EMAIL, private_domains=True, attachments=True)
    # Nothing calls back, so there is nothing for a secret in the callback URL to protect.
    signs_webhooks: ClassVar[bool] = True
    callback_bytes: ClassVar[int] = 0
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    config: Config
    credentials: Credentials
    allow_private: bool
    tls: ssl.SSLContext = field(repr=False)

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:  # noqa: ARG003 - this is not HTTP
        config = Config.model_validate(setup.config)
        credentials = Credentials.model_validate(setup.credentials)
        return cls(config, credentials, setup.allow_private, ssl.create_default_context())

    @classmethod
    def own_addresses(cls, config: Mapping[str, Any]) -> Iterable[str]:
        return own_addresses(config)

    async def send(self, outbound: Outbound) -> SendResult:
        try:
            recipient = email_address(outbound.address, private=True)
        except ValueError:
            return BAD_ADDRESS
        if self.credentials.username is not None and self.config.tls is Tls.NONE:
            return _at_fault("A password is only sent over an encrypted connection, and this account has none.")
        if deadline_passed():
            return _TOO_LATE
        conversation = _SmtpConversation(self, recipient, compose(outbound, recipient, self.config))
        return await conversation.hold() or Accepted(message_id(outbound, self.config.domain))

    async def check(self) -> CheckResult:
        """Connect, log in, and quit before sending a message."""
        if self.credentials.username is not None and self.config.tls is Tls.NONE:
            return refused("A password is only sent over an encrypted connection, and this account has none.")
        failed = await _SmtpConversation(self, "", b"").greet()
        if failed is None:
            return accepted("The mail server")
        return (refused if isinstance(failed, Deferred) and failed.scope == "account" else unknown)(failed.detail)

    def admits(self, head: Webhook) -> bool:  # noqa: ARG002 - nobody calls
        return False

    def verify(self, webhook: Webhook) -> bool:  # noqa: ARG002 - a mail server makes no calls
        return False

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:  # noqa: ARG002
        raise MalformedWebhook("A mail server reports nothing by webhook; its bounces are e-mails.")


class _SmtpConversation:
    """One connection for one message, and the evidence of how far it got."""

    def __init__(self, adapter: SmtpAdapter, recipient: str, content: bytes) -> None:
        self._config = adapter.config
        self._credentials = adapter.credentials
        self._allow_private = adapter.allow_private
        self._tls = adapter.tls
        self._recipient = recipient
        self._content = content
        self._step = Step.CONNECT
        self._client: aiosmtplib.SMTP | None = None

    async def hold(self) -> SendResult | None:
        """Send the message. Return None if the server took it."""
        return await self._converse(self._speak)

    async def greet(self) -> Rejected | Deferred | Unknown | None:
        """Log in and send nothing. Return None if the server accepts this account."""
        result = await self._converse(self._enter)
        return None if isinstance(result, Accepted) else result

    async def _enter(self) -> None:
        await self._log_in(await self._connect())

    async def _converse(self, speak: Callable[[], Awaitable[SendResult | None]]) -> SendResult | None:
        with recorded() as record:
            try:
                async with asyncio.timeout_at(call_deadline()):
                    result = await speak()
            except aiosmtplib.SMTPResponseException as reply:
                result = _outcome(self._step, reply, record, self._recipient)
            except Exception as error:  # noqa: BLE001 - the step decides, the error only says why
                self._cut()
                return _outcome(self._step, error, record, self._recipient)
            except BaseException:
                self._cut()
                raise
        await self._leave()
        return result

    async def _speak(self) -> SendResult | None:
        client = await self._connect()
        await self._log_in(client)
        self._step = Step.SENDER
        # RFC 1870: a server that knows the size refuses a message that is too large before it reads it.
        size = [f"SIZE={len(self._content)}"] if client.supports_extension("size") else []
        await client.mail(parseaddr(self._config.sender)[1], options=size)
        self._step = Step.RECIPIENT
        await client.rcpt(self._recipient)
        if deadline_passed():
            return _TOO_LATE
        self._step = Step.CONTENT
        await client.data(self._content)
        return None

    async def _connect(self) -> aiosmtplib.SMTP:
        sock = await open_socket(self._config.host, self._config.port, allow_private=self._allow_private)
        client = self._client = aiosmtplib.SMTP(
            hostname=self._config.host,
            sock=sock,
            local_hostname=self._config.domain,
            timeout=None,  # one deadline for the whole conversation
            use_tls=self._config.tls is Tls.IMPLICIT,
            start_tls=False,
            tls_context=self._tls,
        )
        await client.connect()
        await client.ehlo()
        if self._config.tls is Tls.STARTTLS:
            self._step = Step.TLS
            await client.starttls()
            await client.ehlo()
        return client

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        username, password = self._credentials.username, self._credentials.password
        if username is not None and password is not None:
            self._step = Step.LOGIN
            await client.login(username, password.get_secret_value())

    async def _leave(self) -> None:
        """Quit if there is time: the message is settled, and a time-out now must not change that."""
        ends = asyncio.get_running_loop().time() + GOODBYE_SECONDS
        if self._client is not None and call_deadline(GOODBYE_SECONDS) >= ends:
            with suppress(Exception):
                async with asyncio.timeout_at(ends):
                    await self._client.quit()
        self._cut()

    def _cut(self) -> None:
        """Close the connection at once. A normal close would first write what is still in a buffer, however long that
        takes.
        """
        if self._client is not None and self._client.transport is not None:
            cast(asyncio.WriteTransport, self._client.transport).abort()


def _outcome(step: Step, error: Exception, record: CallRecord, recipient: str) -> SendResult:
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        return judge(step, error.code, error.message, recipient)
    if step is Step.CONTENT:
        return Unknown(f"The server's answer to the message was lost: {in_words(error)}.")
    if record.private_address_refused:
        return _at_fault(
            "The server's address is private, or its port belongs to another service. This installation allows neither."
        )
    if isinstance(error.__cause__ or error, ssl.SSLCertVerificationError):
        return _at_fault("The server's certificate is not valid for its name.")
    if type(error) is aiosmtplib.SMTPException:  # the server does not offer STARTTLS or a way to log in
        return _at_fault(f"The server does not offer what the account asks for {step.value}.")
    return Deferred(ReasonCode.UNREACHABLE, f"There was no connection to the server: {in_words(error)}.")


def _at_fault(detail: str) -> Deferred:
    return Deferred("account", detail, scope="account")
