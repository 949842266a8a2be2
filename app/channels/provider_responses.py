"""What every HTTP adapter shares: how a provider's response is read, and the words of error tables.

`provider_calls.py` makes the call, and returns the response if there is one, HTTP 429 included. The adapter reads it;
`by_status` judges a response that its provider does not document. What a result means for the delivery and for the
account is decided in `delivery/outcomes.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Final

from app.domain.outbound import Deferred, Rejected, SendResult, Unknown
from app.domain.words import ReasonCode

DEFAULT_RETRY_AFTER: Final = timedelta(seconds=5)
QUOTA_WAIT: Final = timedelta(hours=1)
"""How long an account waits after it has used up its day. Few providers say when the day ends."""
SLOWER: Final = "The provider asks to send more slowly."
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


def throttled(response: ProviderResponse) -> Deferred:
    """Make the account wait for as long as an HTTP 429 asks."""
    wait = asked_to_wait(response) or DEFAULT_RETRY_AFTER
    return Deferred("throttled", SLOWER, wait, "account")


def asked_to_wait(response: ProviderResponse) -> timedelta | None:
    """Return how long a response asks to wait; None if it does not say."""
    asked = response.headers.get("Retry-After") or response.headers.get("X-RateLimit-Reset")
    return retry_after(asked, response.said_at) if asked else None


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


def by_status(response: ProviderResponse, provider: str, *, coded: bool = False) -> SendResult:
    """Judge a response by its HTTP status. A success that cannot be read is unknown, like anything odd.

    A response is `coded` if it holds a code that no table has. The code may be about one recipient, so it pauses no
    account unless the status says that nobody gets in. It may also be about the account, so a person may retry.
    """
    if response.status == 429:
        return replace(throttled(response), detail=f"{provider} asks to send more slowly.")
    detail = f"{provider} answered HTTP {response.status} without an explanation that we know."
    if response.status in _LOCKED_OUT or (response.status in _WRONG_DOOR and not coded):
        return Deferred("account", detail, scope="account")
    if 400 <= response.status < 500 and response.status not in _PERHAPS_DONE:
        return Rejected(ReasonCode.PROVIDER_REJECTED, detail, temporary=coded)
    return Unknown(detail)


def one_line(text: str, limit: int = 300) -> str:
    """Return text from outside as one line: no line breaks or control characters, at most `limit` characters."""
    shown = text[: 10 * limit]  # the rest would only take time
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())[:limit]
