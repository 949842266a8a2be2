"""Calls to the service's own HTTP interface and to the sandbox's, as a helpdesk's backend would make them."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from app.domain.failure_texts import in_words

Json = dict[str, Any]
SECONDS = 30
"""For one call."""


class CallFailed(Exception):
    """A call was not answered, or not as it should be; the message holds the answer."""


class Calls:
    """A client with one key. Every answer that is no success is an exception."""

    def __init__(self, url: str, key: str | None = None, *, timeout: float = SECONDS) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int | None) -> Json:
        return self._call("GET", path, params={name: value for name, value in query.items() if value})

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._call("PUT", path, json=body)

    def upload(self, path: str, body: bytes, content_type: str) -> Json:
        return self._call("POST", path, content=body, headers={"Content-Type": content_type})

    def attach(self, filename: str, content: bytes, content_type: str) -> str:
        """Upload a file for a mass reply. Return its id."""
        stored: str = self._call("POST", "/attachments", files={"file": (filename, content, content_type)})["id"]
        return stored

    def listing(self, path: str) -> Iterator[Json]:
        """Every item of a list, page after page."""
        cursor = None
        while True:
            page = self.get(path, limit=500, cursor=cursor)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, **content: Any) -> Json:
        try:
            answer = self._http.request(method, path, **content)
        except httpx.TransportError as error:
            raise CallFailed(f"{method} {path} was not answered: {in_words(error)}.") from error
        if not answer.is_success:
            raise CallFailed(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        read: Json = answer.json()
        return read
