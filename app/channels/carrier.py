"""Carry a POST over aiohttp's connections without aiohttp's client.

aiohttp keeps the connections, connects, and parses the answers. Its client would also make a request and a response of
its own for each call, which takes as long as all the rest of the call. Here the request is written in one piece.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache
from typing import Any, Final, NoReturn

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
_MOST_TARGETS: Final = 1024
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
        self._targets = RecentlyUsed[str, ClientRequest](_MOST_TARGETS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target, data = self._target(request), _in_one_piece(request)
        if target is None or data is None:
            return await self._otherwise.handle_async_request(request)
        seconds = request.extensions.get("timeout", {})
        try:
            await self._begins()
            connection = await self._connector.connect(target, [], _limits(seconds.get("pool"), seconds.get("connect")))
            try:
                message, body = await self._exchange(connection, data, seconds.get("read"))
            except BaseException:
                connection.close()
                raise
        except Exception as error:  # noqa: BLE001 - it is raised again
            _raise_mapped(error)
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

    def _target(self, request: httpx.Request) -> ClientRequest | None:
        """Return what aiohttp needs to know of a server to connect to it, or None if it is for its client to judge."""
        url = request.url
        if url.scheme not in ("http", "https") or "sni_hostname" in request.extensions:
            return None
        server = f"{url.scheme}://{url.netloc.decode('ascii')}"
        target = self._targets.get(server)
        if target is None:
            try:
                target = self._targets[server] = ClientRequest("POST", URL(server), loop=asyncio.get_running_loop())
            except (ValueError, aiohttp.InvalidURL):
                return None
        return target

    async def aclose(self) -> None:
        await self._otherwise.aclose()


@lru_cache(maxsize=64)
def _limits(pool: float | None, connect: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=pool, sock_connect=connect)


def _raise_mapped(error: Exception) -> NoReturn:
    """Raise what httpx raises for an error of aiohttp. Entering its block only now spares each call the time."""
    with map_aiohttp_exceptions():
        raise error
    raise error


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
    """Reads the answer piece by piece. Not a generator: the event loop registers each of those, and forgets it again,
    which takes longer than to read a short answer.
    """

    def __init__(self, connection: Connection, body: StreamReader) -> None:
        self._connection = connection
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = b"" if self._body.at_eof() else await self._body.readany()
        except Exception as error:  # noqa: BLE001 - it is raised again
            _raise_mapped(error)
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Give the connection back. It is closed unless the body was read to its end."""
        self._connection.release()
