"""A POST of our own JSON to an address that a tenant typed, signed as Standard Webhooks requires.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the signature covers the id,
the time and the body. While a secret is being replaced, the header carries one signature for each secret.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Final

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from app.channels.account_config import endpoint, web_port
from app.channels.http import look_up
from app.channels.provider_calls import exchange
from app.channels.provider_responses import ProviderResponse, retry_after
from app.channels.public_addresses import is_public
from app.domain.outbound import Deferred, Unknown

SECONDS: Final = 15.0
"""The longest that a call may take, as the specification recommends (15 to 30 s)."""
LONGEST_WAIT: Final = timedelta(days=1)
"""A longer Retry-After is cut to this."""
LOOK_UP_SECONDS: Final = 3.0
_BUSY: Final = frozenset({429, 503})
_PRIVATE: Final = "leads to a private network, which this installation does not allow"


@dataclass(frozen=True, slots=True)
class SignedPost:
    id: str
    """The same for every retry, so that the receiver can recognise it."""
    url: str
    """A URL that `check_url` accepted."""
    body: str = field(repr=False)
    """JSON."""
    secrets: Sequence[str] = field(repr=False)
    """`whsec_…`. Each of them signs."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver answered 2xx."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    detail: str
    """Why, in words for the receiver's administrator. Neither the address nor the response's body is in it."""
    retry_after: timedelta | None = None
    """How long the receiver asked us to wait, with HTTP 429 or 503."""
    gone: bool = False
    """The receiver answered 410: it is permanently gone."""


async def post_signed(http: httpx.AsyncClient, post: SignedPost) -> Delivered | NotDelivered:
    """Make the call once. Redirects are not followed, and the client refuses private addresses."""
    now = datetime.now(UTC)
    signers = [Signer(secret) for secret in post.secrets]
    headers = signed_headers(signers, post.id, now, post.body)
    request = http.build_request("POST", post.url, content=post.body.encode(), headers=headers, timeout=SECONDS)
    response = await exchange(http, request, seconds=SECONDS)
    return _judged(response) if isinstance(response, ProviderResponse) else NotDelivered(_words(response))


def signed_headers(signers: Sequence[Signer], id_: str, now: datetime, body: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signer.sign(id_, now, body) for signer in signers),
    }


async def check_url(url: str, *, allow_private: bool) -> str:
    """Check an http or https URL that a tenant typed. Raise ValueError, whose message does not repeat it.

    Names are resolved, so a private address is refused when it is typed. An unknown name is accepted: its address is
    checked again at every connection.
    """
    checked = endpoint(url)
    if not allow_private:
        web_port(checked)
    host = httpx.URL(checked).host
    if not allow_private and not all(is_public(address) for address in await _addresses(host)):
        raise ValueError(_PRIVATE)
    return checked


async def _addresses(host: str) -> Sequence[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await look_up(host, None)
    except (OSError, TimeoutError, UnicodeError):  # UnicodeError: a label that IDNA does not know
        return []
    return [str(entry[4][0]) for entry in found]


def _judged(response: ProviderResponse) -> Delivered | NotDelivered:
    if response.ok:
        return Delivered()
    asked = response.headers.get("Retry-After") if response.status in _BUSY else None
    wait = retry_after(asked, response.said_at, longest=LONGEST_WAIT) if asked else None
    redirect = ", and redirects are not followed" if 300 <= response.status < 400 else ""
    return NotDelivered(f"It answered HTTP {response.status}{redirect}.", wait, gone=response.status == 410)


def _words(failure: Deferred | Unknown) -> str:
    match failure:
        case Deferred(code="private_address"):
            return f"The address {_PRIVATE}."
        case Deferred():
            return "No connection could be made."
        case Unknown():
            return f"It did not answer within {SECONDS:.0f} s, or broke off."
