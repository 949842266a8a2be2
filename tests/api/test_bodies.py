"""What a body may cost: its bytes, the bytes of all of them, and time."""

import asyncio
import re
from collections.abc import AsyncIterator, MutableMapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import Receive

from app.api import bodies
from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.api.test_problems import assert_problem

CONTENT_TYPES = {"/conversations/import": "application/x-ndjson", "/attachments": "multipart/form-data; boundary=x"}
BODIES_OF_STRANGERS = {
    ("POST", "/chat/sessions"),  # whoever opens a page: held by the limit of visitors, its body by 100 kB
}
"""Routes that read a body before they know the caller."""


def writing_routes(app: FastAPI) -> list[tuple[str, str]]:
    found = [
        (method, str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.methods or ())
        if method not in ("GET", "HEAD", "OPTIONS")
    ]
    assert len(found) > 20
    return found


async def status_of(app: FastAPI, method: str, path: str, key: str, receive: Receive) -> int:
    """Call the application as a server does. Return the status of its response."""
    statuses = list[int]()

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    content_type = CONTENT_TYPES.get(path, "application/json")
    headers = {"content-type": content_type, "transfer-encoding": "chunked", "authorization": f"Bearer {key}"}
    scope = {
        "type": "http",
        "method": method,
        "path": re.sub(r"\{[^}]+\}", str(UUID(int=7)), path),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "client": ("10.0.0.1", 1),
    }
    await app(scope, receive, send)
    return statuses[0]


class Dripping:
    """A body that comes a byte at a time, and never ends."""

    def __init__(self) -> None:
        self.is_read = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self.is_read:
            await asyncio.sleep(0.001)
        self.is_read = True
        return {"type": "http.request", "body": b" ", "more_body": True}


class Large:
    """A body of two megabytes in one piece."""

    def __init__(self) -> None:
        self.is_read = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self.is_read:
            await asyncio.Event().wait()
        self.is_read = True
        return {"type": "http.request", "body": b"x" * 2_000_000, "more_body": False}


@pytest.mark.parametrize("make", [Dripping, Large])
async def test_no_route_reads_a_body_before_it_knows_the_caller(
    app: FastAPI, make: type[Dripping | Large], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.02)
    reading = dict[tuple[str, str], int]()
    for method, path in writing_routes(app):
        body = make()
        status = await status_of(app, method, path, "mr_x", body.receive)
        if body.is_read:
            reading[method, path] = status
        else:
            assert status in (401, 404), (method, path)
    assert reading == dict.fromkeys(BODIES_OF_STRANGERS, 408 if make is Dripping else 413)


async def test_every_route_ends_a_body_that_never_does(
    app: FastAPI, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.02)
    key = await make_key(Role.ADMIN)
    reading = dict[tuple[str, str], int]()
    for method, path in writing_routes(app):
        body = Dripping()
        status = await status_of(app, method, path, key, body.receive)
        if body.is_read:
            reading[method, path] = status
    assert reading.pop(("POST", "/attachments")) == 422, "no form begins like this"
    assert len(reading) > 20
    assert set(reading.values()) == {408}, reading


async def test_bodies_beyond_what_is_held_at_once_are_refused_and_forgotten(
    client: httpx.AsyncClient, other_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "HELD_BYTES_EACH", 150_000)
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b" " * 100_000
        arrived.set()
        await go_on.wait()
        yield b"{}"

    json_body = {"Content-Type": "application/json"}
    first = asyncio.create_task(client.post("/conversations/search", content=slow(), headers=json_body))
    await arrived.wait()
    large = b" " * 100_000 + b"{}"
    refused = await client.post("/conversations/search", content=large, headers=json_body)
    assert_problem(refused, 503, "overloaded")
    assert refused.headers["Retry-After"]
    others = await other_client.post("/conversations/search", content=large, headers=json_body)
    assert others.status_code != 503, "another tenant has a share of its own"
    go_on.set()
    await first
    assert (await client.post("/conversations/search", content=large, headers=json_body)).status_code != 503


async def test_a_body_that_does_not_arrive_in_time_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.05)
    never = asyncio.Event()

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    for path, content_type in (("/api-keys", "application/json"), ("/conversations/import", "application/x-ndjson")):
        response = await client.post(path, content=dripping(), headers={"Content-Type": content_type})
        assert_problem(response, 408, "body_too_slow")


async def test_a_body_of_more_values_than_are_read_is_refused(client: httpx.AsyncClient) -> None:
    many = b'{"filter": {"channel": [' + b"[]," * 60_000 + b"[]]}}"
    problem = assert_problem(await client.post("/conversations/search", content=many), 413, "body_too_large")
    assert "50,000 values" in problem["detail"]
    imported = await client.post(
        "/conversations/import", content=many + b"\n" + many, headers={"Content-Type": "application/x-ndjson"}
    )
    assert [error["code"] for error in imported.json()["errors"]] == ["too_many"] * 2
