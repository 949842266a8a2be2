"""E-mail through SendGrid's Web API v3. Facts and their sources: docs/channels/sendgrid.md."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Annotated, Any, ClassVar, Final, Self

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import AfterValidator, BaseModel

from app.channels.account_config import AccountModel, AccountSetup, BaseUrl, CallbackTokens, HeaderSecret, email_address
from app.channels.credential_checks import judge_check
from app.channels.mail_rules import BAD_ADDRESS, MailSettings, header_text, own_addresses, reply_headers
from app.channels.provider_calls import get, post
from app.channels.provider_responses import CodeMeaning, Meaning, ProviderResponse, by_status, refusal
from app.channels.sendgrid import webhooks as events
from app.channels.sendgrid.form_data import is_form, read_form
from app.domain.account_check import CheckResult, refused
from app.domain.channel_port import AddressKind, Limits
from app.domain.outbound import Accepted, AttachmentFile, Outbound, SendResult
from app.domain.provider_events import ProviderEvent, Webhook
from app.domain.threads import NO_SUBJECT
from app.domain.words import Channel, ReasonCode

API: Final = "https://api.sendgrid.com"
SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
MESSAGE_BYTES: Final = 30_000_000
"""The largest e-mail, with attachments. The call is measured, which is never smaller than the e-mail."""

_TOO_LARGE: Final = Meaning(ReasonCode.CONTENT_REJECTED, "the e-mail is larger than 30 MB")
_BAD_SENDER: Final = Meaning(CodeMeaning.ACCOUNT, "the account's sender or reply address is not valid")

STATUSES: Final[Mapping[int, Meaning]] = {
    401: Meaning(CodeMeaning.ACCOUNT, "the API key is not valid, or the SendGrid account has no credits left"),
    403: Meaning(CodeMeaning.ACCOUNT, "the API key may not send mail, or the sender is not a verified identity"),
    413: _TOO_LARGE,
}

FIELDS: Final[Mapping[str, Meaning]] = {
    "from": _BAD_SENDER,
    "reply_to": _BAD_SENDER,
    "personalizations": Meaning(ReasonCode.PROVIDER_REJECTED, "the request was not understood", temporary=True),
    "personalizations.to": Meaning(ReasonCode.INVALID_RECIPIENT, "the recipient's address is not valid"),
    "subject": Meaning(ReasonCode.CONTENT_REJECTED, "the subject is not accepted"),
    "content": Meaning(ReasonCode.CONTENT_REJECTED, "the text is not accepted"),
    "attachments": Meaning(ReasonCode.CONTENT_REJECTED, "an attachment is not accepted"),
}
"""What HTTP 400 complains about, by the start of `errors[].field` without list positions.

SendGrid gives no codes, and its messages are sentences that may change.
"""


def _public_key(value: str) -> str:
    try:
        _load_key(value)
    except (binascii.Error, ValueError):
        raise ValueError("must be the verification key as SendGrid shows it") from None
    return value


def _load_key(value: str) -> ec.EllipticCurvePublicKey:
    key = load_der_public_key(base64.b64decode(value, validate=True))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return key


PublicKey = Annotated[str, AfterValidator(_public_key)]


class Config(MailSettings):
    webhook_public_key: PublicKey | None = None
    """The key of the Signed Event Webhook, which SendGrid makes only when it knows the callback URL. Until it is set no
    event is believed; SendGrid repeats events for a day.
    """
    inbound_public_key: PublicKey | None = None
    """The key of the security policy on Inbound Parse. Without it, the secret in the callback URL is checked."""
    base_url: BaseUrl = API


class Credentials(AccountModel):
    api_key: HeaderSecret


@dataclass(frozen=True, slots=True)
class SendGridAdapter:
    name: ClassVar[str] = "sendgrid"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.EMAIL})
    # A message may hold 30 MB; base64 turns three bytes into four.
    limits: ClassVar[Limits] = Limits(address=AddressKind.EMAIL, attachments=True, attachment_bytes_in_all=22_000_000)
    signs_webhooks: ClassVar[bool] = False
    # Inbound Parse takes 30 MB; events come in batches of 768 kB.
    # https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
    callback_bytes: ClassVar[int] = 31_000_000
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
        try:
            recipient = email_address(outbound.address)
        except ValueError:
            return BAD_ADDRESS
        content = json.dumps(_payload(outbound, recipient, self.config)).encode()
        if len(content) > MESSAGE_BYTES:
            return refusal(_TOO_LARGE, "SendGrid")
        headers = {**self._headers, "Content-Type": "application/json"}
        response = await post(self.http, f"{self.config.base_url}/v3/mail/send", content=content, headers=headers)
        return _read(response) if isinstance(response, ProviderResponse) else response

    async def check(self) -> CheckResult:
        """Read what the key may do (https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions)."""
        response = await get(self.http, f"{self.config.base_url}/v3/scopes", params={}, headers=self._headers)
        scopes = response.member("scopes") if isinstance(response, ProviderResponse) else None
        if isinstance(scopes, list) and "mail.send" not in scopes:
            return refused("SendGrid accepts the API key, but the key lacks the permission mail.send.")
        return judge_check(response, "SendGrid")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credentials.api_key.get_secret_value()}"}

    def admits(self, head: Webhook) -> bool:
        """Inbound mail is signed only if the tenant set that up; otherwise the callback URL carries the secret."""
        if _is_inbound(head) and self.config.inbound_public_key is None:
            return self.callback_tokens.accept(head.query)
        return SIGNATURE in head.headers

    def verify(self, webhook: Webhook) -> bool:
        """Believe events by their signature alone. Inbound mail is signed only if the tenant set that up."""
        if not _is_inbound(webhook):
            return self.config.webhook_public_key is not None and _is_signed(webhook, self.config.webhook_public_key)
        if self.config.inbound_public_key is not None:
            return _is_signed(webhook, self.config.inbound_public_key)
        return self.admits(webhook)

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        if _is_inbound(webhook):
            form = read_form(webhook.headers["content-type"], webhook.body)
            return [events.read_inbound(form, self.config.reply_to)]
        return events.read(webhook.body, self.config.domain)


def _is_inbound(webhook: Webhook) -> bool:
    """Whether the body is events. Events are JSON; Inbound Parse posts a form."""
    return is_form(webhook.headers.get("content-type", ""))


def _is_signed(webhook: Webhook, public_key: str) -> bool:
    """Check ECDSA over the timestamp and the raw body. A repeated event is harmless: events are stored by id."""
    timestamp = webhook.headers.get("x-twilio-email-event-webhook-timestamp", "")
    try:
        signature = base64.b64decode(webhook.headers.get(SIGNATURE, ""), validate=True)
        signed = timestamp.encode() + webhook.body
        _load_key(public_key).verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):  # ValueError: it is not base64
        return False
    return bool(timestamp)


def _payload(outbound: Outbound, recipient: str, config: Config) -> dict[str, Any]:
    """Return the message in SendGrid's form. Text comes before HTML, and it refuses an empty subject or list."""
    bodies = [("text/plain", outbound.text), ("text/html", outbound.html)]
    payload: dict[str, Any] = {
        "personalizations": [{"to": [{"email": recipient}], "custom_args": {"delivery": outbound.correlation}}],
        "from": _mailbox(config.sender),
        "subject": header_text(outbound.subject) or NO_SUBJECT,
        "content": [{"type": kind, "value": value} for kind, value in bodies if value],
        "headers": dict(reply_headers(outbound, config.domain)),
    }
    if (answers_to := config.answers_to(outbound.conversation_id)) is not None:
        payload["reply_to"] = _mailbox(answers_to)
    if outbound.attachments:
        payload["attachments"] = [_attachment(file) for file in outbound.attachments]
    return payload


def _mailbox(written: str) -> dict[str, str]:
    name, address = parseaddr(header_text(written))
    return {"email": address, "name": name} if name else {"email": address}


def _attachment(file: AttachmentFile) -> dict[str, str]:
    content = base64.b64encode(file.content).decode("ascii")
    return {
        "content": content,
        "type": file.content_type,
        "filename": header_text(file.filename),
        "disposition": "attachment",
    }


def _read(response: ProviderResponse) -> SendResult:
    """Judge a response. Only 202 with a message id is a yes: SendGrid's sandbox mode says 200 and delivers nothing."""
    message_id = response.headers.get("X-Message-Id")
    if response.status == 202 and message_id:
        return Accepted(message_id)
    if response.status == 400 and (meaning := _complaint(response)) is not None:
        return refusal(meaning, "SendGrid")
    if response.status in STATUSES:
        return refusal(STATUSES[response.status], f"SendGrid {response.status}")
    return by_status(response, "SendGrid", coded=isinstance(response.member("errors"), list))


def _complaint(response: ProviderResponse) -> Meaning | None:
    errors = response.member("errors")
    fields = [error.get("field") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    found = [_meaning(field) for field in fields if isinstance(field, str)]
    return next((meaning for meaning in found if meaning is not None), None)


def _meaning(field_path: str) -> Meaning | None:
    """Return the longest start of a path such as `personalizations.0.to.0.email` that is in the table."""
    names = [name for name in field_path.split(".") if not name.isdecimal()]
    starts = [".".join(names[:size]) for size in range(len(names), 0, -1)]
    return next((FIELDS[start] for start in starts if start in FIELDS), None)
