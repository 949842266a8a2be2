"""A channel account's settings, and the validated types that each adapter's `Config` and `Credentials` are built from.

No message here repeats a value: it may be a secret or a person's address.
"""

import hmac
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import getaddresses
from typing import Annotated, Any, Final

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationInfo

from app.channels.public_addresses import is_mail_port, is_web_port
from app.domain.addresses import Address as Recipient
from app.domain.own_addresses import TOKEN
from app.domain.phone_numbers import regions
from app.domain.words import Channel

PUBLIC_ONLY: Final = {"public_only": True}
"""The validation context for an installation whose accounts may not use private addresses."""


@dataclass(frozen=True, slots=True)
class AccountSetup:
    """A channel account's settings as stored, already validated by the adapter's own models."""

    config: Mapping[str, Any]
    credentials: Mapping[str, Any] = field(repr=False)
    callback_secret: str = field(repr=False)
    """The `token` in the query of the account's callback URL, if the provider signs nothing itself."""
    allow_private: bool = False
    """Whether this installation lets accounts use private addresses. The HTTP client enforces it for every call."""
    former_callback_secrets: Sequence[str] = field(default=(), repr=False)
    """Secrets that were replaced within the last day."""

    @property
    def callback_tokens(self) -> "CallbackTokens":
        return CallbackTokens((self.callback_secret, *self.former_callback_secrets))


@dataclass(frozen=True, slots=True)
class CallbackTokens:
    """The secrets that an account's callback URL may carry."""

    tokens: Sequence[str] = field(repr=False)

    def accept(self, query: Mapping[str, str]) -> bool:
        given = query.get("token", "").encode()
        return any(bool(token) and hmac.compare_digest(given, token.encode()) for token in self.tokens)


class AccountModel(BaseModel):
    """The parent of every `Config` and `Credentials`: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


_HOST_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*(?=.*[a-z])[a-z0-9_-]{1,63}", re.IGNORECASE
)
"""Networks of containers know names with `_`."""
_LAST_PORT = 65_535
_NUMERIC_LABEL = re.compile(r"(^|\.)(0[xX][0-9a-fA-F]*|[0-9]+)\.?$")


def endpoint(value: str) -> str:
    """Return the URL if it is a valid http or https URL. Raise ValueError if not.

    A host that ends in a number must be an ordinary IPv4 address: some resolvers read `2130706433` and `127.1` as
    127.0.0.1, which is a way around address rules.
    """
    try:
        url = httpx.URL(value)
        host = url.raw_host.decode("ascii").removesuffix(".")
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError("is not a valid URL") from None
    if url.scheme not in ("http", "https") or not host:
        raise ValueError("must be an http or https URL with a host")
    if url.userinfo or url.fragment:
        raise ValueError("must hold neither a user name nor a fragment")
    is_number = _NUMERIC_LABEL.search(url.host) and ":" not in url.host
    if (is_number and not _is_ipv4(url.host)) or not (_HOST_NAME.fullmatch(host) or _is_ip(host)):
        raise ValueError("must name its host by name or by an ordinary IP address")
    if url.port is not None and not 1 <= url.port <= _LAST_PORT:
        raise ValueError(f"must name a port from 1 to {_LAST_PORT}")
    return value


def web_port(url: str) -> None:
    """Raise ValueError if the URL names a port that another kind of service uses."""
    port = httpx.URL(url).port
    if port is not None and not is_web_port(port):
        raise ValueError("must name port 80, 443, or one above 1023 that no other service is known by")


def _endpoint(value: str, info: ValidationInfo) -> str:
    checked = endpoint(value)
    if _public_only(info):
        web_port(checked)
    return checked


def _base_url(value: str) -> str:
    if httpx.URL(value).query:
        raise ValueError("must not hold a query")
    return value.rstrip("/")


def _public_only(info: ValidationInfo) -> bool:
    """Whether ports are checked now, as the tenant types them. Every connection checks them again."""
    return info.context == PUBLIC_ONLY


def _host(value: str) -> str:
    """Return the name or IP address of a server that is not reached over HTTP. Raise ValueError if it is neither."""
    if not _HOST_NAME.fullmatch(value) and not _is_ip(value):
        raise ValueError("must be a host name or an IP address")
    return value.lower()


def _mail_port(value: int, info: ValidationInfo) -> int:
    if _public_only(info) and not is_mail_port(value):
        raise ValueError("must be 25, 465, 587, or one above 1023 that no other service is known by")
    return value


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host  # a zone names a network card of this machine


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _header_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("must be printable ASCII without spaces")
    return value


def _mailbox(value: str) -> str:
    """Return `Name <address>`, or a bare address, in the form that is safe in a header. Raise ValueError if it is
    neither.
    """
    return _named(value, private=False)


def _own_mailbox(value: str) -> str:
    return _named(value, private=True)


def _named(value: str, *, private: bool) -> str:
    if any(not c.isprintable() for c in value):
        raise ValueError("must be one line of printable text")
    found = getaddresses([value])
    if len(found) != 1:
        raise ValueError("must be one address")
    name, address = found[0]
    return str(Address(display_name=name, addr_spec=email_address(address, private=private)))


def email_address(value: str, *, private: bool = False) -> str:
    """Return a bare e-mail address in ASCII, without asking the DNS. Raise ValueError if it is not one.

    `private` allows domains that only the tenant's own mail server knows, such as `.local`.
    """
    address = Recipient.read(Channel.EMAIL, value, private=private)
    if address.wire is None or address.stored.lower() != value.lower():
        raise ValueError("is not an e-mail address")
    return address.wire


def _region(value: str) -> str:
    if value.upper() not in regions():
        raise ValueError("must be the code of a country with two letters (ISO 3166), such as US")
    return value.upper()


REPLY_PLACEHOLDER: Final = TOKEN


def _reply_address(value: str) -> str:
    """Return a Reply-To address. Its `{token}` is replaced with the conversation's id: 32 hexadecimal digits."""
    _mailbox(value.replace(REPLY_PLACEHOLDER, "0" * 32))
    return value


def _own_reply_address(value: str) -> str:
    _own_mailbox(value.replace(REPLY_PLACEHOLDER, "0" * 32))
    return value


Endpoint = Annotated[str, AfterValidator(_endpoint)]
"""A URL to post to. It may have a query."""

BaseUrl = Annotated[str, AfterValidator(_endpoint), AfterValidator(_base_url)]
"""The start of a provider's API address, without a slash at its end."""

Host = Annotated[str, AfterValidator(_host)]
MailPort = Annotated[int, Field(ge=1, le=65535), AfterValidator(_mail_port)]
HeaderSecret = Annotated[SecretStr, AfterValidator(_header_secret)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
ReplyAddress = Annotated[str, AfterValidator(_reply_address)]

OwnMailbox = Annotated[str, AfterValidator(_own_mailbox)]
OwnReplyAddress = Annotated[str, AfterValidator(_own_reply_address)]
"""For an account on the tenant's own mail server, whose domain may be known to nobody else."""

Region = Annotated[str, AfterValidator(_region)]
"""The country in which an account's national numbers are read."""
