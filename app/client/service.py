"""Calls to a mass-reply server, by its address and a key. The key is never shown.

Every call of the client may be repeated: a read changes nothing, an action that is done already gives the same result,
and what creates something carries an `Idempotency-Key` (a file uploaded twice is stored twice and used once). So a call
whose response is lost is retried.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from app.client.exit_codes import NotUsable, RequestFault, ServerRefusal, Unreachable, reading
from app.domain.failure_texts import in_words

Json = dict[str, Any]

SECONDS = 30.0
"""For one call."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before a call is retried."""
LONGEST_WAIT = 60.0
"""The most seconds that `Retry-After` may ask for."""
PAGE = 500
PROXY_TROUBLE = frozenset({502, 503, 504})
_AGAIN = frozenset({"rate_limited", "overloaded", "idempotency_in_progress"})
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Poll:
    """A response, and the seconds after which to poll again."""

    body: Json
    wait: float | None


class Service:
    """A server, called with one key. Calls raise ServerRefusal or Unreachable."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        say: Callable[[str], None] = lambda _: None,
        transport: httpx.BaseTransport | None = None,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        """`say` tells a waiting person why. Raise NotUsable if the address or the key cannot be one."""
        _check(url, key)
        self._url = url
        self._pauses = pauses
        self._say = say
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=SECONDS, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int | None) -> Json:
        return self.poll(path, **query).body

    def poll(self, path: str, **query: str | int | None) -> Poll:
        answer = self._call("GET", path, params=_given(query))
        return Poll(_json(answer), _retry_after(answer))

    def listing(self, path: str, **query: str | None) -> Iterator[Json]:
        """Yield every item of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit=PAGE, cursor=cursor, **query)
            with reading():
                items, cursor = list(page["items"]), page["next_cursor"]
            yield from items
            if cursor is None:
                return

    def post(self, path: str, body: Mapping[str, Any], *, idempotency_key: str | None = None) -> Json:
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return _json(self._call("POST", path, json=body, headers=headers))

    def upload(self, path: str, file: Path) -> Json:
        return _json(self._call("POST", path, files={"file": (file.name, file.read_bytes())}))

    @contextmanager
    def download(self, path: str, media_type: str, **query: str | int | None) -> Iterator[Iterator[bytes]]:
        """Stream a response."""
        headers = {"Accept": media_type}
        try:
            with self._http.stream("GET", path, params=_given(query), headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _refusal(answer)
                yield answer.iter_bytes()
        except httpx.RequestError as error:
            raise self._unreachable(error) from error

    def _call(self, method: str, path: str, **content: Any) -> httpx.Response:
        for tries, pause in enumerate(self._pauses):
            try:
                answer = self._http.request(method, path, **content)
            except httpx.RequestError as error:
                if tries == 0:
                    self._say(f"{self._unreachable(error)} Trying again for {sum(self._pauses):.0f} seconds …")
                time.sleep(pause)
                continue
            if not _is_worth_asking_again(answer):
                return _success(answer)
            time.sleep(_retry_after(answer) or pause)
        try:
            return _success(self._http.request(method, path, **content))
        except httpx.RequestError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.RequestError) -> Unreachable:
        why = "its answer cannot be read" if isinstance(error, httpx.DecodingError) else in_words(error)
        return Unreachable(f"{self._url} does not answer: {why}.")


def _check(url: str, key: str) -> None:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL()
    if parts.scheme not in ("http", "https") or not parts.host:
        raise NotUsable("The server's address has to begin with http:// or https:// (--url or MASS_REPLY_URL).")
    if not key.isascii() or not key.isprintable():
        raise NotUsable("The key holds invalid characters (--key or MASS_REPLY_KEY).")


def _given(query: Mapping[str, str | int | None]) -> dict[str, str | int]:
    return {name: value for name, value in query.items() if value is not None}


def _is_worth_asking_again(answer: httpx.Response) -> bool:
    problem = _problem(answer)
    return answer.status_code in PROXY_TROUBLE if problem is None else problem.get("code") in _AGAIN


def _retry_after(answer: httpx.Response) -> float | None:
    """Read it as seconds only: this service sends no date."""
    header = answer.headers.get("Retry-After", "")
    return min(float(header), LONGEST_WAIT) if header.isdecimal() else None


def _success(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise _refusal(answer)
    return answer


def _refusal(answer: httpx.Response) -> ServerRefusal | Unreachable:
    problem = _problem(answer)
    if problem is None:
        return Unreachable(f"The server answered {answer.status_code}, which is not a response of mass-reply.")
    return ServerRefusal(str(problem.get("detail", "")), str(problem.get("code", answer.status_code)), _faults(problem))


def _faults(problem: Json) -> list[RequestFault]:
    """Read the faults. Other servers' problems may hold anything there."""
    errors = problem.get("errors")
    named = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return [RequestFault(str(each.get("pointer", "")), str(each.get("detail", ""))) for each in named]


def _problem(answer: httpx.Response) -> Json | None:
    """Return a response's problem document (RFC 9457); None if it is not one."""
    if answer.headers.get("Content-Type", "").partition(";")[0] != PROBLEM:
        return None
    return _json(answer)


def _json(answer: httpx.Response) -> Json:
    with reading():
        return dict(answer.json())
