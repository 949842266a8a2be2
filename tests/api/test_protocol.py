"""The server's connections: a slow head or a refused body ends one, and one in use is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.api import protocol
from app.api.protocol import PunctualProtocol
from app.dev.ports import free_port
from app.domain.permissions import Role
from tests.api.conftest import MakeKey, bearer
from tests.patience import patience


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Run the application behind the server that `mass-reply api` runs. Yield its address."""
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


@asynccontextmanager
async def dripping(app: FastAPI, begun: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Begin a request, and send the lines of a head so slowly that it never ends. Yield what the server responds."""
    async with served(app) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        writer.write(begun)
        sending = asyncio.create_task(_drip(writer))
        try:
            async with asyncio.timeout(10):
                yield reader
        finally:
            sending.cancel()
            writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    for number in range(1000):
        writer.write(f"X-{number}: a\r\n".encode())
        await asyncio.sleep(0.01)


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """What comes until the connection ends. It is reset when the server had not read everything as it closed."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_a_head_that_does_not_arrive_in_time_ends_the_connection(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    async with dripping(app, b"GET /me HTTP/1.1\r\n") as reader:
        assert await _rest(reader) == b""


async def test_what_is_left_of_a_refused_body_does_not_hold_the_connection(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    refused = b"POST /api-keys HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
    async with dripping(app, refused + b"GET /me HTTP/1.1\r\n") as reader:
        assert await reader.readuntil(b" 401 ")
        await _rest(reader)


async def test_a_connection_in_use_is_kept(app: FastAPI, make_key: MakeKey) -> None:
    headers = bearer(await make_key(Role.VIEWER))
    async with served(app) as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        for _ in range(3):
            assert (await client.get("/me")).status_code == 200
            assert (await client.post("/conversations/search", json={"filter": {}})).status_code == 200
