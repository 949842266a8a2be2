"""A network between the service and its providers that does what networks do: delay, cut, swallow."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Self

CHUNK: Final = 65_536
_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What the relay does to what passes; the default is nothing."""

    latency: float = 0.0
    """Seconds, each way."""
    refuses: bool = False
    """Whether a new connection is reset at once."""
    swallows: bool = False
    """Whether bytes vanish without a word."""
    cuts_after: int | None = None
    """How many bytes of a request pass before the connection is reset."""
    ends_answers: bool = False
    """Whether the side that answers is closed as soon as a request has passed."""
    ends_requests: bool = False
    """Whether the side that asks is closed towards the provider after its first bytes."""


CLEAR: Final = Weather()


class Relay:
    """Carries bytes from a loopback port of its own to another one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._links: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.weather = CLEAR
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            if self._carrying:
                await asyncio.wait(self._carrying)

    def cut(self) -> None:
        """Reset every connection that is open."""
        for link in list(self._links):
            _reset(link)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.refuses:
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            _reset(writer)
            return
        links = {writer, far_writer}
        self._links |= links
        try:
            await asyncio.gather(self._requests(reader, far_writer), self._answers(far_reader, writer))
        finally:
            self._links -= links
            for link in links:
                link.close()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        with suppress(OSError):
            while part := await reader.read(CHUNK):
                weather = self.weather
                await asyncio.sleep(weather.latency)
                if weather.swallows:
                    continue
                if weather.cuts_after is not None and passed + len(part) > weather.cuts_after:
                    writer.write(part[: weather.cuts_after - passed])
                    await writer.drain()
                    self.cut()
                    return
                writer.write(part)
                await writer.drain()
                passed += len(part)
                if weather.ends_requests:
                    break
            if writer.can_write_eof():
                writer.write_eof()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(CHUNK):
                weather = self.weather
                await asyncio.sleep(weather.latency)
                if weather.ends_answers:
                    break
                if not weather.swallows:
                    writer.write(part)
                    await writer.drain()
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
