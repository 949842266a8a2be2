"""Server-sent events, read as the standard says: what a browser's `EventSource` would make of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class StreamEvent:
    name: str
    data: Any
    id: str
    retry: str | None = None

    @property
    def place(self) -> tuple[int, ...]:
        return tuple(map(int, self.id.split(".")))


@dataclass(frozen=True, slots=True)
class Comment:
    text: str


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[StreamEvent | Comment]:
    fields: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(":")
        if line and not name:
            yield Comment(value.strip())
        elif line:
            fields[name] = value.removeprefix(" ")
        elif fields:
            yield StreamEvent(fields["event"], json.loads(fields["data"]), fields["id"], fields.get("retry"))
            fields = {}


@asynccontextmanager
async def following(
    http: httpx.AsyncClient, address: str, seen: str | None = None, **params: Any
) -> AsyncIterator[AsyncIterator[StreamEvent | Comment]]:
    """Open a stream, as a reader does who has seen the event of that id."""
    headers = {} if seen is None else {"Last-Event-ID": seen}
    async with http.stream("GET", address, headers=headers, params=params) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield read_events(answer.aiter_lines())


async def told_until_the_end(
    http: httpx.AsyncClient, address: str, seen: str | None = None, **params: Any
) -> list[StreamEvent]:
    """All events of a stream that ends by itself."""
    async with following(http, address, seen, **params) as events:
        return [event async for event in events if isinstance(event, StreamEvent)]
