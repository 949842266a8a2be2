"""One call of an HTTP adapter to its provider, and what is known of it afterwards.

the call proves that no byte left     → Deferred
any other transport error, time-out   → Unknown
a response, HTTP 429 included         → ProviderResponse, which the adapter reads
"""

import asyncio
import json as jsonlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote_plus
from weakref import WeakKeyDictionary

import httpx

from app.channels.http import CALL_SECONDS, CallRecord, call_deadline, deadline_passed, recorded
from app.channels.provider_responses import ProviderResponse, throttled
from app.channels.response_bodies import read_response
from app.domain.failure_texts import in_words
from app.domain.json_values import MOST_VALUES, read_json, values_in
from app.domain.outbound import DEADLINE_PASSED, Deferred, Unknown
from app.domain.words import ReasonCode

MAX_RESPONSE_BYTES: Final = 1_000_000


async def post(
    http: httpx.AsyncClient,
    url: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = CALL_SECONDS,  # noqa: ASYNC109 - the record must be read after the time-out, so it is handled here
) -> ProviderResponse | Deferred | Unknown:
    """Make one POST, once, and return its outcome within `timeout` seconds and the task's own deadline."""
    given, (kind, body) = _given(http), _body(json, form, content)
    names = {**given.headers, **kind, **{name.lower(): value for name, value in (headers or {}).items()}}
    return await exchange(http, _request(_parsed(url), names, body, given.extensions), timeout)


def _request(url: httpx.URL, names: Mapping[str, str], body: bytes, extensions: Mapping[str, Any]) -> httpx.Request:
    """Make the request that `http.build_request` makes.

    That one also merges cookies and parameters, which nobody sets, and goes through the headers four times. It takes
    longer than all other preparation of the call.
    """
    whole = {"host": url.netloc.decode("ascii"), **names, "content-length": str(len(body))}
    request = httpx.Request("POST", url, headers=whole, stream=httpx.ByteStream(body), extensions=extensions)
    request.read()
    return request


def _body(json: Any, form: Mapping[str, str] | None, content: bytes | None) -> tuple[Mapping[str, str], bytes]:
    if form is not None:
        return _FORM, "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in form.items()).encode()
    if json is not None:
        return _JSON, jsonlib.dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return {}, content or b""


def _quoted(text: str) -> str:
    """Return what `quote_plus` returns, in a fraction of its time."""
    if text.isalnum() and text.isascii():
        return text
    if not text.isascii():
        return text.encode().decode("latin-1").translate(_QUOTED)
    parts = _RESERVED.split(text)
    parts[1::2] = [_QUOTED[ord(character)] for character in parts[1::2]]
    return "".join(parts).replace(" ", "+")


_QUOTED: Final = {number: quote_plus(bytes([number])) for number in range(256)}
_RESERVED: Final = re.compile(r"([^A-Za-z0-9_.~ -])")
"""A space is left out: texts have more of them than of all others, and each becomes a plus."""
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class _Given:
    """What a client adds to each of its calls."""

    headers: Mapping[str, str]
    extensions: Mapping[str, Any]


_clients = WeakKeyDictionary[httpx.AsyncClient, _Given]()


def _given(http: httpx.AsyncClient) -> _Given:
    given = _clients.get(http)
    if given is None:
        # No time-out of its own for reading: `exchange` limits the whole call.
        given = _clients[http] = _Given(dict(http.headers), {"timeout": {**http.timeout.as_dict(), "read": None}})
    return given


async def get(
    http: httpx.AsyncClient, url: str, *, params: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> ProviderResponse | Deferred | Unknown:
    response = await exchange(http, http.build_request("GET", url, params=params, headers=headers))
    return throttled(response) if isinstance(response, ProviderResponse) and response.status == 429 else response


@lru_cache(maxsize=1024)
def _parsed(url: str) -> httpx.URL:
    """Parse an account's URL once: it is the same for every message, and parsing it costs as much as rendering the
    text.
    """
    return httpx.URL(url)


async def exchange(
    http: httpx.AsyncClient, request: httpx.Request, seconds: float = CALL_SECONDS
) -> ProviderResponse | Deferred | Unknown:
    """Make one call, once. HTTP 429 is a response like any other, because some providers' own codes say more."""
    if deadline_passed():
        return Deferred(DEADLINE_PASSED, "The time for this attempt was over before it began.")
    with recorded() as record:
        try:
            async with asyncio.timeout_at(call_deadline(seconds)):
                return await _round_trip(http, request)
        except Exception as error:  # noqa: BLE001 - the record decides, never the exception's class (see http.py)
            return _without_response(record, error)


async def _round_trip(http: httpx.AsyncClient, request: httpx.Request) -> ProviderResponse:
    response = await http.send(request, stream=True)
    try:
        body = await read_response(response, MAX_RESPONSE_BYTES)
    finally:
        await response.aclose()
    # Reading more values than a request may hold would hold the process up.
    json = None if body is None or values_in(body) > MOST_VALUES else read_json(body)
    return ProviderResponse(response.status_code, response.headers, json)


def _without_response(record: CallRecord, error: Exception) -> Deferred | Unknown:
    if not record.proves_not_sent:
        return Unknown(f"The provider's answer was lost: {in_words(error)}.")
    if record.private_address_refused:
        return Deferred(
            "private_address",
            "The account's address is private, or its port belongs to another service. "
            "This installation allows neither.",
            scope="account",
        )
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Deferred("invalid_url", "The account's address is not a valid URL.", scope="account")
    return Deferred(ReasonCode.UNREACHABLE, f"There was no connection to the provider: {in_words(error)}.")
