"""Carry a POST over aiohttp's connections without aiohttp's client.

aiohttp keeps the connections, connects, and parses the answers. Its client would also make a request and a response of
its own for each call, which takes as long as all the rest of the call. Here the request is written in one piece.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
import httpx
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.streams import StreamReader
from httpx_aiohttp.transport import AiohttpTransport, map_aiohttp_exceptions
from yarl import URL

from app.process.recently_used import RecentlyUsed

Signal = Callable[[], Awaitable[None]]

_SWITCHING: Final = 101
_MOST_PLACES: Final = 1024
"""Servers whose connection settings are kept."""


class Carrier(httpx.AsyncBaseTransport):
    """Sends a POST whose body is known. Leaves every other request to aiohttp's client."""

    def __init__(self, session: aiohttp.ClientSession, otherwise: AiohttpTransport, begins: Signal, leaves: Signal):
        """`begins` is called before there is a connection, `leaves` right before the first byte is written."""
        assert session.connector is not None  # noqa: S101 - narrows for mypy: it is open
        self._connector = session.connector
        self._otherwise = otherwise
        self._begins = begins
        self._leaves = leaves
        self._places = RecentlyUsed[str, ClientRequest](_MOST_PLACES)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        place, data = self._place(request), _in_one_piece(request)
        if place is None or data is None:
            return await self._otherwise.handle_async_request(request)
        seconds = request.extensions.get("timeout", {})
        with map_aiohttp_exceptions():
            await self._begins()
            connection = await self._connector.connect(place, [], _limits(seconds))
            try:
                message, body = await self._exchange(connection, data, seconds.get("read"))
            except BaseException:
                connection.close()
                raise
        return httpx.Response(message.code, headers=message.raw_headers, stream=_Body(connection, body))

    async def _exchange(self, connection: Connection, data: bytes, seconds: float | None) -> tuple[Any, StreamReader]:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:
            raise aiohttp.ClientConnectionError("The connection was closed.")
        protocol.set_response_params(auto_decompress=False, read_timeout=seconds)
        await self._leaves()
        transport.write(data)
        protocol.start_timeout()
        message, body = await protocol.read()
        while 100 <= message.code < 200 and message.code != _SWITCHING:
            message, body = await protocol.read()
        return message, body

    def _place(self, request: httpx.Request) -> ClientRequest | None:
        """Return what aiohttp needs to know of a server to connect to it, or None if it is for its client to judge."""
        url = request.url
        if url.scheme not in ("http", "https") or "sni_hostname" in request.extensions:
            return None
        server = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if server not in self._places:
            try:
                self._places[server] = ClientRequest("POST", URL(server), loop=asyncio.get_running_loop())
            except (ValueError, aiohttp.InvalidURL):
                return None
        return self._places[server]

    async def aclose(self) -> None:
        await self._otherwise.aclose()


def _limits(seconds: Mapping[str, float | None]) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=seconds.get("pool"), sock_connect=seconds.get("connect"))


def _in_one_piece(request: httpx.Request) -> bytes | None:
    """Return the request as bytes; None unless it is a POST whose body is known and whose headers are lines."""
    if request.method != "POST" or not isinstance(request.stream, httpx.ByteStream):
        return None
    named = [b"%b: %b" % (name, value) for name, value in request.headers.raw]
    head = b"\r\n".join((b"POST %b HTTP/1.1" % request.url.raw_path, *named, b"\r\n"))
    if not head.count(b"\r") == head.count(b"\n") == len(named) + 2 or b"\0" in head:
        return None
    return head + request.content


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: Connection, body: StreamReader) -> None:
        self._connection = connection
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with map_aiohttp_exceptions():
            while piece := await self._body.readany():
                yield piece

    async def aclose(self) -> None:
        """Give the connection back. It is closed unless the body was read to its end."""
        self._connection.release()
