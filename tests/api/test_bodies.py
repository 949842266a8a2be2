"""What a body may cost: its bytes, the bytes of all of them, and time."""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import Receive

from app.api import bodies, protocol
from app.api.protocol import PunctualProtocol
from app.delivery import callbacks
from app.dev.ports import free_port
from app.domain.permissions import Role
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer, stored_rows
from tests.api.test_problems import assert_problem
from tests.patience import patience
from tests.scene import (
    META_SECRETS,
    SENDGRID_PRIVATE,
    Account,
    add_account,
    messenger,
    postmark,
    sendgrid,
    twilio,
    whatsapp,
)
from tests.siege.attacks import sendgrid_call

API = "https://api.example.com"


BODIES_OF_NOBODY = {
    ("POST", "/chat/sessions"),  # whoever opens a page: held by the limit of visitors, its body by 100 kB
}
"""Routes that read what nobody in particular says."""


def writing_routes(app: FastAPI) -> list[tuple[str, str]]:
    found = [
        (method, str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.methods or ())
        if method not in ("GET", "HEAD", "OPTIONS")
    ]
    assert len(found) > 20
    return found


async def asked(app: FastAPI, method: str, path: str, key: str, receive: Receive) -> int:
    """Ask as a server does, and return the status."""
    statuses = list[int]()

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    kind = KINDS.get(path, "application/json")
    headers = {"content-type": kind, "transfer-encoding": "chunked", "authorization": f"Bearer {key}"}
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


KINDS = {"/conversations/import": "application/x-ndjson", "/attachments": "multipart/form-data; boundary=x"}


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
        status = await asked(app, method, path, "mr_x", body.receive)
        if body.is_read:
            reading[method, path] = status
        else:
            assert status in (401, 404), (method, path)
    assert reading == dict.fromkeys(BODIES_OF_NOBODY, 408 if make is Dripping else 413)


async def test_every_route_ends_a_body_that_never_does(
    app: FastAPI, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.02)
    key = await make_key(Role.ADMIN)
    reading = dict[tuple[str, str], int]()
    for method, path in writing_routes(app):
        body = Dripping()
        status = await asked(app, method, path, key, body.receive)
        if body.is_read:
            reading[method, path] = status
    assert reading.pop(("POST", "/attachments")) == 422, "no form begins like this"
    assert len(reading) > 20
    assert set(reading.values()) == {408}, reading


class Counted:
    """A body without a length, which counts what of it was asked for."""

    def __init__(self, size: int) -> None:
        self.left, self.read = size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.left > 0:
            part = b"x" * min(self.left, 50_000)
            self.left -= len(part)
            self.read += len(part)
            yield part


@pytest.mark.parametrize(
    ("account", "headers", "limit"),
    [
        (twilio(API), {"X-Twilio-Signature": "bm8="}, 64_000),
        (messenger(API), {"X-Hub-Signature-256": "sha256=00"}, 1_000_000),
        (whatsapp(API), {"X-Hub-Signature-256": "sha256=00"}, 3_000_000),
    ],
    ids=["twilio", "meta", "whatsapp"],
)
async def test_a_callback_is_read_as_far_as_its_provider_s_are_long(
    account: Account,
    headers: dict[str, str],
    limit: int,
    anonymous: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
) -> None:
    address = f"/callbacks/{await add_account(runtime, tenant, account)}"

    problem = assert_problem(
        await anonymous.post(address, content=b"x" * (limit + 1), headers=headers), 413, "body_too_large"
    )
    assert f"{limit:,}" in problem["detail"]
    assert (await anonymous.post(address, content=b"x" * limit, headers=headers)).status_code == 401


@pytest.mark.parametrize("account", [twilio(API), messenger(API), postmark(API), sendgrid(API)], ids=lambda a: a.key)
async def test_of_a_callback_without_signature_or_secret_no_byte_is_read(
    account: Account, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    id_ = await add_account(runtime, tenant, account)
    for address, status in ((f"/callbacks/{id_}?token=guess", 401), (f"/callbacks/{uuid4()}", 404)):
        body = Counted(40_000_000)
        answer = await anonymous.post(address, content=body)
        assert (answer.status_code, body.read) == (status, 0)


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

    for path, kind in (("/api-keys", "application/json"), ("/conversations/import", "application/x-ndjson")):
        answer = await client.post(path, content=dripping(), headers={"Content-Type": kind})
        assert_problem(answer, 408, "body_too_slow")


@pytest.fixture
async def running(app: FastAPI) -> AsyncIterator[str]:
    """The address of the application behind the server that `mass-reply api` runs."""
    async with served(app) as url:
        yield url


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    port = free_port()
    config = uvicorn.Config(
        app, port=port, http=PunctualProtocol, lifespan="off", log_config=None, access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    async with patience("the server has started"):
        while not server.started:
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def test_a_head_that_does_not_arrive_in_time_ends_the_connection(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    async with served(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        dripping = asyncio.create_task(_drip(writer))
        async with asyncio.timeout(10):
            assert await _rest(reader) == b""
        dripping.cancel()
        writer.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """What comes until the connection ends. It is reset when the server had not read everything as it closed."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /me HTTP/1.1\r\n")
    for number in range(1000):
        writer.write(f"X-{number}: a\r\n".encode())
        await asyncio.sleep(0.01)


async def test_what_is_left_of_a_refused_body_does_not_hold_the_connection(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    async with served(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        writer.write(b"POST /api-keys HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        dripping = asyncio.create_task(_drip(writer))
        async with asyncio.timeout(10):
            assert await reader.readuntil(b" 401 ")
            await _rest(reader)
        dripping.cancel()
        writer.close()


async def test_a_connection_in_use_is_kept(running: str, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch) -> None:
    async with httpx.AsyncClient(base_url=running, headers=bearer(await make_key(Role.VIEWER))) as client:
        for _ in range(3):
            assert (await client.get("/me")).status_code == 200
            assert (await client.post("/conversations/search", json={"filter": {}})).status_code == 200


UNSTORABLE = ["NUL \x00 in it", "half \ud83d of a character"]


@pytest.mark.parametrize("said", UNSTORABLE, ids=["nul", "surrogate"])
async def test_what_a_database_cannot_hold_is_left_out_of_a_callback(
    said: str, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, messenger(API))
    message = {
        "sender": {"id": f"12345{said}"},
        "recipient": {"id": said},
        "timestamp": 1777626000000,
        "message": {"mid": f"m_{said}", "text": said, "reply_to": {"mid": said}},
        "limit": float("inf"),
        said: said,
    }
    body = {"object": "page", "entry": [{"id": said, "time": 1777626000000, "messaging": [message, {said: said}]}]}
    content = json.dumps(body).encode()
    signature = hmac.new(META_SECRETS["app_secret"].encode(), content, sha256).hexdigest()
    answer = await anonymous.post(
        f"/callbacks/{account}", content=content, headers={"X-Hub-Signature-256": f"sha256={signature}"}
    )
    assert answer.status_code == 204, answer.text
    assert "in it" in (kept := await stored_rows(runtime.database, tenant, "receipts")) or "of a character" in kept


async def test_a_body_of_more_values_than_are_read_is_refused(client: httpx.AsyncClient) -> None:
    many = b'{"filter": {"channel": [' + b"[]," * 60_000 + b"[]]}}"
    problem = assert_problem(await client.post("/conversations/search", content=many), 413, "body_too_large")
    assert "50,000 values" in problem["detail"]
    imported = await client.post(
        "/conversations/import", content=many + b"\n" + many, headers={"Content-Type": "application/x-ndjson"}
    )
    assert [error["code"] for error in imported.json()["errors"]] == ["too_many"] * 2


async def test_a_callback_of_more_values_than_are_read_is_refused(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.channels.provider_responses.MOST_CALLBACK_VALUES", 100)
    account = await add_account(runtime, tenant, messenger(API))
    content = b'{"object": "page", "entry": [' + b"[]," * 100 + b"[]]}"
    signature = hmac.new(META_SECRETS["app_secret"].encode(), content, sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    problem = assert_problem(
        await anonymous.post(f"/callbacks/{account}", content=content, headers=headers), 422, "invalid_request"
    )
    assert "100 values" in problem["detail"]


async def test_the_events_of_a_callback_are_taken_in_groups_and_too_many_are_refused(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, really = list[int](), callbacks._take_group

    async def take(*arguments: Any) -> None:
        taken.append(len(arguments[5]))
        await really(*arguments)

    monkeypatch.setattr(callbacks, "_take_group", take)
    monkeypatch.setattr(callbacks, "MOST_EVENTS", 45)
    account = str(await add_account(runtime, tenant, sendgrid(API)))
    assert (await sendgrid_call(account, SENDGRID_PRIVATE, 45).made(anonymous)).status_code == 204
    assert taken == [20, 20, 5]
    problem = assert_problem(await sendgrid_call(account, SENDGRID_PRIVATE, 46).made(anonymous), 422, "invalid_request")
    assert "at most 45 are accepted" in problem["detail"]
    assert taken == [20, 20, 5]


async def test_a_callback_nested_without_end_is_refused(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, messenger(API))
    content = b'{"object": "page", "entry": [{"messaging": [{"a":' + b'{"a":' * 700 + b"1" + b"}" * 700 + b"}]}]}"
    signature = hmac.new(META_SECRETS["app_secret"].encode(), content, sha256).hexdigest()
    answer = await anonymous.post(
        f"/callbacks/{account}", content=content, headers={"X-Hub-Signature-256": f"sha256={signature}"}
    )
    assert answer.status_code in (204, 422), answer.text
