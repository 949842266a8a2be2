"""SMS through Twilio Programmable Messaging. Facts and their sources: docs/channels/twilio.md."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Self
from urllib.parse import SplitResult, parse_qs, urlsplit

import httpx
from pydantic import AfterValidator, BaseModel, Field, model_validator

from app.channels.account_config import AccountModel, AccountSetup, BaseUrl, HeaderSecret, Region
from app.channels.credential_checks import judge_check
from app.channels.provider_calls import get, post
from app.channels.provider_responses import (
    ProviderResponse,
    ReportedFailure,
    asked_to_wait,
    by_status,
    fault_of,
    refusal,
)
from app.channels.twilio.errors import DEAD_NUMBERS, ERROR_PAGE, FAILURES, REFUSALS
from app.domain.account_check import CheckResult, refused
from app.domain.addresses import Address
from app.domain.channel_port import AddressKind, Limits
from app.domain.outbound import Accepted, Deferred, Outbound, Rejected, SendResult
from app.domain.phone_numbers import INTERNATIONAL, region_of_number
from app.domain.provider_events import (
    Inbound,
    MalformedWebhook,
    ProviderEvent,
    Receipt,
    ReceiptKind,
    Unrecognized,
    Webhook,
)
from app.domain.stop_words import opted_out
from app.domain.words import Channel, ReasonCode

API: Final = "https://api.twilio.com"
SIGNATURE: Final = "x-twilio-signature"
MOST_DIGITS: Final = 9
"""Of an error's code. Its codes have five."""

STATUSES: Final[Mapping[str, ReceiptKind]] = {
    # The first four say that Twilio has the message, which is all that "sent" means here.
    "accepted": ReceiptKind.SENT,
    "scheduled": ReceiptKind.SENT,
    "queued": ReceiptKind.SENT,
    "sending": ReceiptKind.SENT,
    "sent": ReceiptKind.SENT,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.READ,
    "undelivered": ReceiptKind.FAILED,
    "failed": ReceiptKind.FAILED,
    "canceled": ReceiptKind.FAILED,
}


def _sender(value: str) -> str:
    if re.fullmatch(r"\+[1-9]\d{6,14}|\d{3,8}", value, re.ASCII):
        return value
    if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", value):
        return value
    raise ValueError("must be a number in E.164 form, a short code, or a sender id of at most 11 letters and digits")


class Config(AccountModel):
    account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    sender: Annotated[str, AfterValidator(_sender)] | None = Field(default=None, alias="from")
    messaging_service_sid: str | None = Field(default=None, pattern=r"^MG[0-9a-fA-F]{32}$")
    region: Region | None = None
    """The country in which numbers without a `+` are read, and whose words for STOP count."""
    base_url: BaseUrl = API

    @model_validator(mode="after")
    def _one_sender(self) -> Self:
        if (self.sender is None) == (self.messaging_service_sid is None):
            raise ValueError("must hold either from or messaging_service_sid")
        return self


class Credentials(AccountModel):
    auth_token: HeaderSecret


@dataclass(frozen=True, slots=True)
class TwilioAdapter:
    name: ClassVar[str] = "twilio"
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.SMS})
    limits: ClassVar[Limits] = Limits(
        address=AddressKind.PHONE,
        max_characters=1_600,
        counts_segments=True,
        why_no_attachments="SMS carries no attachments; the text is sent without them.",
    )
    signs_webhooks: ClassVar[bool] = True
    # A form of some dozens of short fields, and a text of 1,600 characters.
    callback_bytes: ClassVar[int] = 64_000
    config_model: ClassVar[type[BaseModel]] = Config
    credentials_model: ClassVar[type[BaseModel]] = Credentials

    http: httpx.AsyncClient
    config: Config
    credentials: Credentials

    @classmethod
    def from_config(cls, setup: AccountSetup, http: httpx.AsyncClient) -> Self:
        return cls(http, Config.model_validate(setup.config), Credentials.model_validate(setup.credentials))

    @classmethod
    def own_addresses(cls, config: Mapping[str, Any]) -> Iterable[str]:
        sender = config.get("from")
        return [sender] if isinstance(sender, str) else []

    async def send(self, outbound: Outbound) -> SendResult:
        number = self._number(outbound)
        if number is None:
            return Rejected(
                ReasonCode.ADDRESS_INVALID, "The address is not a phone number in international form.", own=True
            )
        url = f"{self.config.base_url}/2010-04-01/Accounts/{self.config.account_sid}/Messages.json"
        response = await post(self.http, url, form=self._form(outbound, number), headers=self._headers)
        return _read(response) if isinstance(response, ProviderResponse) else response

    def _number(self, outbound: Outbound) -> str | None:
        """Cache checked numbers: parsing one takes longer than anything else here."""
        if outbound.checked and INTERNATIONAL.fullmatch(outbound.address):
            return outbound.address
        return Address.read(outbound.channel, outbound.address, self.config.region).wire

    async def check(self) -> CheckResult:
        """Read the account itself (https://www.twilio.com/docs/iam/api/account)."""
        url = f"{self.config.base_url}/2010-04-01/Accounts/{self.config.account_sid}.json"
        response = await get(self.http, url, params={}, headers=self._headers)
        status = response.text_member("status") if isinstance(response, ProviderResponse) and response.ok else None
        if status in ("suspended", "closed"):
            return refused(f"Twilio accepts the credentials, but the account is {status}.")
        return judge_check(response, "Twilio")

    @property
    def _headers(self) -> dict[str, str]:
        """HTTP Basic (RFC 7617), with the account as the user."""
        credentials = f"{self.config.account_sid}:{self._token}".encode()
        return {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}

    def _form(self, outbound: Outbound, number: str) -> dict[str, str]:
        config = self.config
        sender = (
            {"From": config.sender} if config.sender else {"MessagingServiceSid": config.messaging_service_sid or ""}
        )
        return {
            "To": number,
            **sender,
            "Body": outbound.text,
            "StatusCallback": _with_correlation(outbound.callback_url, outbound.correlation),
        }

    def admits(self, head: Webhook) -> bool:
        return SIGNATURE in head.headers

    def verify(self, webhook: Webhook) -> bool:
        given = webhook.headers.get(SIGNATURE, "").encode()
        digest = webhook.query.get("bodySHA256")
        if digest is not None and not _equal(hashlib.sha256(webhook.body).hexdigest(), digest):
            return False
        fields = {} if digest is not None else _form(webhook.body)
        expected = [signature(self._token, url, fields).encode() for url in _spellings(webhook.url)]
        return any([hmac.compare_digest(one, given) for one in expected])  # noqa: C419 - all, in constant time

    def parse(self, webhook: Webhook) -> Sequence[ProviderEvent]:
        fields = {name: values[-1] for name, values in _form(webhook.body).items()}
        sid = fields.get("MessageSid") or fields.get("SmsSid")
        if sid is None:
            raise MalformedWebhook("There is no MessageSid.")
        status = fields.get("MessageStatus", "")
        if status in STATUSES:
            return [_receipt(sid, status, fields, webhook.query.get("d"))]
        if not status and "Body" in fields:
            return [_inbound(sid, fields, self._country)]
        return [Unrecognized(f"{sid}:{status}", fields)]

    @property
    def _country(self) -> str | None:
        """Return the country whose words for STOP count: the account's, else that of its number."""
        return self.config.region or region_of_number(self.config.sender or "")

    @property
    def _token(self) -> str:
        return self.credentials.auth_token.get_secret_value()


def _with_correlation(callback_url: str, correlation: str) -> str:
    return f"{callback_url}{'&' if '?' in callback_url else '?'}d={correlation}"


def signature(auth_token: str, url: str, fields: Mapping[str, Iterable[str]]) -> str:
    """Return the value of X-Twilio-Signature: each name with each of its distinct values, sorted, after the URL."""
    signed = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode("ascii")


def _spellings(url: str) -> Iterator[str]:
    """Yield the URL as called, without its port, and with it: Twilio has signed each of these."""
    yield url
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    yield _with_netloc(parts, host)
    yield _with_netloc(parts, f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}")


def _with_netloc(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()


def _form(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode(errors="replace"), keep_blank_values=True)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _read(response: ProviderResponse) -> SendResult:
    sid = response.text_member("sid")
    if response.ok and sid:
        return Accepted(sid)
    code = response.member("code")
    if not isinstance(code, int):
        return by_status(response, "Twilio")
    if 400 <= response.status < 500 and code in REFUSALS:
        return refusal(REFUSALS[code], f"Twilio {code}", asked_to_wait(response))
    return by_status(response, f"Twilio {code} ({ERROR_PAGE}/{code})", coded=True)


def _receipt(sid: str, status: str, fields: Mapping[str, str], correlation: str | None) -> Receipt:
    kind = STATUSES[status]
    failed = kind is ReceiptKind.FAILED
    written = fields.get("ErrorCode", "")
    code = int(written) if written.isdecimal() and len(written) <= MOST_DIGITS else None
    failure = _why(status, code) if failed else None
    return Receipt(
        kind=kind,
        event_key=f"{sid}:{status}",
        correlation=correlation,
        provider_message_id=sid,
        occurred_at=_done_date(fields.get("RawDlrDoneDate")),
        code=failure.code if failure else None,
        detail=failure.words if failure else None,
        temporary=failure is not None and failure.temporary,
        account_fault=_fault(code) if failed else None,
        bad_address=fields.get("To") if failed and code in DEAD_NUMBERS else None,
        raw=fields,
    )


def _why(status: str, code: int | None) -> ReportedFailure:
    failure = FAILURES.get(code) if code is not None else None
    if failure is not None:
        return replace(failure, words=f"Twilio {code}: {failure.words}")
    about = f"Twilio {code} ({ERROR_PAGE}/{code})" if code else "Twilio"
    return ReportedFailure(ReasonCode.PROVIDER_REJECTED, f"{about}: the message was {status}")


def _fault(code: int | None) -> Deferred | None:
    """Return what a failed message says about the account, as if the response to the send had carried its code."""
    meaning = None if code is None else REFUSALS.get(code)
    return None if meaning is None else fault_of(meaning, f"Twilio {code}")


def _done_date(value: str | None) -> datetime | None:
    """Read RawDlrDoneDate, the carrier's YYMMDDhhmm. It names no zone; UTC is the common case."""
    try:
        return datetime.strptime(value or "", "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _inbound(sid: str, fields: Mapping[str, str], region: str | None) -> Inbound:
    media = fields.get("NumMedia", "0")
    choice = _choice(fields.get("OptOutType", ""), fields["Body"], region)
    return Inbound(
        event_key=f"{sid}:received",
        provider_message_id=sid,
        sender=fields.get("From", ""),
        text=fields["Body"] or (f"[{media} media files]" if media != "0" else ""),
        # Twilio answers its own words (https://help.twilio.com/articles/223134027), and nobody waits for a reply to any
        # of the others.
        automatic=choice is not None and not _is_yes(fields["Body"]),
        opted_out=choice,
        raw=fields,
    )


def _choice(kind: str, text: str, region: str | None) -> bool | None:
    """Read whether the sender opted out. Without Advanced Opt-Out, a text that is one of the words counts."""
    choice = opted_out(kind or text, region)
    return False if choice is None and _is_yes(kind or text) else choice


def _is_yes(text: str) -> bool:
    """Twilio reads YES as START. For an agent who asked a question it is a reply."""
    return text.strip().rstrip(".!").upper() == "YES"
