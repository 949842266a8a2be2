"""What every HTTP adapter shares: one call, one reading of its outcome, and the words of error tables.

the call proves that no byte left     → Deferred
any other transport error, time-out   → Unknown
a response, HTTP 429 included         → ProviderResponse, which the adapter reads; `by_status` judges a
                                        response that its provider does not document

What an outcome means for the delivery and for the account is decided in `delivery/outcomes.py`.
"""

import asyncio
import json as jsonlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote_plus
from weakref import WeakKeyDictionary

import httpx

from app.channels.http import CALL_SECONDS, CallRecord, call_deadline, deadline_passed, recorded
from app.channels.response_bodies import read_answer
from app.domain.failure_texts import in_words
from app.domain.json_values import MOST_VALUES, values_in
from app.domain.outbound import DEADLINE_PASSED, Deferred, Rejected, SendResult, Unknown
from app.domain.provider_events import MalformedWebhook
from app.domain.words import ReasonCode

MAX_ANSWER_BYTES: Final = 1_000_000
MOST_CALLBACK_VALUES: Final = 400_000
"""20,000 events, or the text of the longest mail. Reading that many blocks the process for a twelfth of a second."""
DEFAULT_RETRY_AFTER: Final = timedelta(seconds=5)
QUOTA_WAIT: Final = timedelta(hours=1)
"""How long an account waits after it has used up its day. Few providers say when the day ends."""
_SHORTEST_RETRY: Final = timedelta(seconds=1)
_LONGEST_RETRY: Final = timedelta(hours=1)
_A_MOMENT: Final = 1_000_000_000
"""From this number on (31 years, or September 2001) seconds mean a time of day, not a pause."""


@dataclass(slots=True)
class ProviderResponse:
    """A provider's response. `json` is None if the body is not JSON. Neither body nor text is ever logged."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    json: Any = field(repr=False)

    @property
    def said_at(self) -> datetime:
        """When it was made, by the clock of whoever made it: times in it are by that clock too. Ours may be wrong."""
        return _date(self.headers.get("Date", "")) or datetime.now(UTC)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def member(self, name: str) -> Any:
        """Return a member of the JSON object, or None."""
        return self.json.get(name) if isinstance(self.json, dict) else None

    def text_member(self, name: str) -> str | None:
        value = self.member(name)
        return value if isinstance(value, str) and value else None


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
    answer = await exchange(http, http.build_request("GET", url, params=params, headers=headers))
    return throttled(answer) if isinstance(answer, ProviderResponse) and answer.status == 429 else answer


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
            return _without_answer(record, error)


async def _round_trip(http: httpx.AsyncClient, request: httpx.Request) -> ProviderResponse:
    response = await http.send(request, stream=True)
    try:
        body = await read_answer(response, MAX_ANSWER_BYTES)
    finally:
        await response.aclose()
    # Reading more values than a request may hold would hold the process up.
    json = None if body is None or values_in(body) > MOST_VALUES else _json(body)
    return ProviderResponse(response.status_code, response.headers, json)


def _json(body: bytes) -> Any:
    try:
        return jsonlib.loads(body)
    except (ValueError, RecursionError):
        return None


def _without_answer(record: CallRecord, error: Exception) -> Deferred | Unknown:
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


def throttled(answer: ProviderResponse) -> Deferred:
    """Make the account wait for as long as an HTTP 429 asks."""
    wait = asked_to_wait(answer) or DEFAULT_RETRY_AFTER
    return Deferred("throttled", "The provider asks to send more slowly.", wait, "account")


def asked_to_wait(answer: ProviderResponse) -> timedelta | None:
    """Return how long a response asks to wait; None if it does not say."""
    asked = answer.headers.get("Retry-After") or answer.headers.get("X-RateLimit-Reset")
    return retry_after(asked, answer.said_at) if asked else None


def retry_after(value: str | None, now: datetime, *, longest: timedelta = _LONGEST_RETRY) -> timedelta:
    """Read how long to wait, kept between a second and `longest`, which is usually an hour.

    `value` is a Retry-After header (RFC 9110 section 10.2.3: seconds or a date). From a provider that sends none it is
    X-RateLimit-Reset: seconds since 1970.
    """
    wait = _wait(value.strip(), now) if value else None
    if wait is None:
        return DEFAULT_RETRY_AFTER
    return min(max(wait, _SHORTEST_RETRY), longest)


def _wait(value: str, now: datetime) -> timedelta | None:
    if value.isascii() and value.isdecimal():
        number = int(value[:10])  # enough to be a year, too few to overflow
        return timedelta(seconds=number if number < _A_MOMENT else number - now.timestamp())
    date = _date(value)
    return None if date is None else date - now


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


class CodeMeaning(Enum):
    """What a provider's error code means, unless it finally refuses this one message."""

    ACCOUNT = "the account is at fault, until somebody fixes it"
    QUOTA = "the account has used up what it may send, for hours"
    THROTTLED = "the account sends too fast"
    BUSY = "only this message has to wait"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of a provider's error table: what happens to the delivery, and what an agent reads."""

    verdict: ReasonCode | CodeMeaning
    words: str
    retry_after: timedelta = DEFAULT_RETRY_AFTER
    ends_address: bool = False
    """Whether the address may not be written to again. Set it only if the provider's webhooks also say when that ends:
    nobody else ever lifts it.
    """
    temporary: bool = False
    """Whether a person may send the same again, because somebody other than the recipient can end this refusal."""


@dataclass(frozen=True, slots=True)
class ReportedFailure:
    """One row of a provider's table for messages that it had accepted."""

    code: ReasonCode
    words: str
    temporary: bool = False
    """Whether a person may send the same again: the account was at fault, and the customer did not get the message."""


def refusal(meaning: Meaning, label: str, asked: timedelta | None = None) -> Rejected | Deferred:
    """Turn a documented error into a result. `label` names the provider and the code for the reader.

    `asked` is how long the response itself asks to wait.
    """
    detail = f"{label}: {meaning.words}"
    match meaning.verdict:
        case CodeMeaning.ACCOUNT:
            return Deferred("account", detail, scope="account")
        case CodeMeaning.QUOTA:
            return Deferred("quota", detail, max(asked or QUOTA_WAIT, QUOTA_WAIT), "account")
        case CodeMeaning.THROTTLED:
            return Deferred("throttled", detail, asked or meaning.retry_after, "account")
        case CodeMeaning.BUSY:
            return Deferred(ReasonCode.UNREACHABLE, detail, meaning.retry_after)
        case code:
            return Rejected(code, detail, meaning.temporary, meaning.ends_address)


def fault_of(meaning: Meaning, label: str) -> Deferred | None:
    """Return what a row says about the account; None if it is about one message only."""
    judged = refusal(meaning, label)
    return judged if isinstance(judged, Deferred) and judged.scope == "account" else None


_PERHAPS_DONE: Final = frozenset({408, 409, 425})
"""408: the server stopped waiting for the rest. 409: something with that name exists. 425: it may be done later."""

_LOCKED_OUT: Final = frozenset({401, 402, 407})
"""The account's secret is wrong, or it has not paid, whoever the recipient is."""

_WRONG_DOOR: Final = frozenset({403, 404, 405})
"""At a fixed endpoint, the account's address or permission is wrong, unless the provider adds a code of its own."""


def by_status(answer: ProviderResponse, provider: str, *, coded: bool = False) -> SendResult:
    """Judge a response by its HTTP status. A success that cannot be read is unknown, like anything odd.

    A response is `coded` if it holds a code that no table has. The code may be about one recipient, so it pauses no
    account unless the status says that nobody gets in. It may also be about the account, so a person may retry.
    """
    if answer.status == 429:
        return replace(throttled(answer), detail=f"{provider} asks to send more slowly.")
    detail = f"{provider} answered HTTP {answer.status} without an explanation that we know."
    if answer.status in _LOCKED_OUT or (answer.status in _WRONG_DOOR and not coded):
        return Deferred("account", detail, scope="account")
    if 400 <= answer.status < 500 and answer.status not in _PERHAPS_DONE:
        return Rejected(ReasonCode.PROVIDER_REJECTED, detail, temporary=coded)
    return Unknown(detail)


def callback_json(body: bytes) -> Any:
    """Read a webhook's body; None if it is not JSON. Raise MalformedWebhook if it holds too many values."""
    if values_in(body) > MOST_CALLBACK_VALUES:
        raise MalformedWebhook(f"The body holds more than the {MOST_CALLBACK_VALUES:,} values that are read.")
    return _json(body)


def json_object(body: bytes) -> dict[str, Any]:
    """Read a webhook's body. Raise MalformedWebhook if it is not a JSON object."""
    parsed = callback_json(body)
    if not isinstance(parsed, dict):
        raise MalformedWebhook("The body is not a JSON object.")
    return parsed


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time in UTC; None for anything else. A time without a zone is read as UTC."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
        return parsed and (parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC))
    except (ValueError, OverflowError):  # OverflowError: there is no such moment in UTC
        return None


def one_line(text: str, limit: int = 300) -> str:
    """Return text from outside as one line: no line breaks or control characters, at most `limit` characters."""
    shown = text[: 10 * limit]  # the rest would only take time
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())[:limit]
