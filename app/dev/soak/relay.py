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
    cuts_requests_after: int | None = None
    """How many bytes of a request pass before its connection is reset."""
    cuts_answers_after: int | None = None
    """How many bytes of an answer pass before its connection is closed: none, a status line, half a body."""
    ends_requests: bool = False
    """Whether the side that asks is closed towards the provider after its first bytes."""


CLEAR: Final = Weather()


class Relay:
    """Forwards bytes from its own loopback port to another one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._links: set[_Link] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.weather = CLEAR
        self.felt = 0
        """How often the weather did something to what passed."""
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

    def cut(self) -> int:
        """Reset every connection that is open. Return how many were."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.refuses:
            self.felt += 1
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            _reset(writer)
            return
        link = _Link(self, writer, far_writer)
        self._links.add(link)
        try:
            await asyncio.gather(link.carry_requests(reader), link.carry_answers(far_reader))
        finally:
            self._links.discard(link)
            link.close()


class _Link:
    """One connection: the side that asks, and the one towards the provider."""

    def __init__(self, relay: Relay, asking: asyncio.StreamWriter, answering: asyncio.StreamWriter) -> None:
        self._relay, self._asking, self._answering = relay, asking, answering
        self._asked = self._answered = 0
        """Bytes of the request and of the answer that have passed. A connection that is kept carries several."""

    def reset(self) -> None:
        _reset(self._asking)
        _reset(self._answering)

    def close(self) -> None:
        self._asking.close()
        self._answering.close()

    async def carry_requests(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while part := await reader.read(CHUNK):
                weather = await self._weather()
                if weather.swallows:
                    continue
                kept = _kept(part, self._asked, weather.cuts_requests_after)
                await _write(self._answering, kept)
                self._asked, self._answered = self._asked + len(kept), 0
                if len(kept) < len(part):
                    self._relay.felt += 1
                    self.reset()
                    return
                if weather.ends_requests:
                    self._relay.felt += 1
                    break
            self._answering.write_eof()

    async def carry_answers(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while part := await reader.read(CHUNK):
                weather = await self._weather()
                if weather.swallows:
                    continue
                kept = _kept(part, self._answered, weather.cuts_answers_after)
                await _write(self._asking, kept)
                self._asked, self._answered = 0, self._answered + len(kept)
                if len(kept) < len(part):
                    self._relay.felt += 1
                    break
            self._asking.write_eof()

    async def _weather(self) -> Weather:
        """Return what is done to a part that has just come, as late as it is to pass."""
        weather = self._relay.weather
        self._relay.felt += bool(weather.latency) or weather.swallows
        await asyncio.sleep(weather.latency)
        return weather


def _kept(part: bytes, passed: int, limit: int | None) -> bytes:
    return part if limit is None else part[: max(0, limit - passed)]


async def _write(writer: asyncio.StreamWriter, part: bytes) -> None:
    writer.write(part)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
