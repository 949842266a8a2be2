"""A network cable between a browser and a server, that can be pulled out and plugged in again."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal, Self

Where = Literal["headers", "body", "silence"]
Through = Callable[[bytes], tuple[bytes, bool]]
"""Returns what goes on of a part, and whether more follows."""

_REQUEST = re.compile(rb"[A-Z]+ /")


class Cable:
    """Carries bytes from a port of its own to another one, both on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plugged_in = True
        self._sounds = asyncio.Event()
        self._sounds.set()
        self._cut: tuple[re.Pattern[bytes], Where] | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def pull_out(self) -> None:
        """Cut every connection, and every one that comes until the cable is plugged in."""
        self._plugged_in = False
        for end in self._ends:
            end.transport.abort()

    def cut(self, requests: str, where: Where) -> None:
        """Lose the responses to these: whole, or all but the first byte of the body, after which the connection ends or
        falls silent. Ended by `plug_in`."""
        self._cut = (re.compile(requests.encode()), where)

    def fall_silent(self) -> None:
        """Carry nothing, and tell neither side, until the cable is plugged in."""
        self._sounds.clear()

    def plug_in(self) -> None:
        self._plugged_in, self._cut = True, None
        self._sounds.set()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Self]:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self._server.close()
            self.plug_in()
            self.pull_out()
            await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._plugged_in:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            ask, answer = self._one_request_at_a_time()
            await asyncio.gather(self._pass_on(reader, far_writer, ask), self._pass_on(far_reader, writer, answer))
        finally:
            self._ends -= ends

    def _one_request_at_a_time(self) -> tuple[Through, Through]:
        """Return what is done to requests, and to the response to the last of them."""
        request = b""

        def ask(part: bytes) -> tuple[bytes, bool]:
            nonlocal request
            if _REQUEST.match(part):
                request = part
            return part, True

        def answer(part: bytes) -> tuple[bytes, bool]:
            if self._cut is None or not self._cut[0].match(request):
                return part, True
            where = self._cut[1]
            kept = 0 if where == "headers" else part.find(b"\r\n\r\n") + 5
            if where == "silence":
                self.fall_silent()
            return part[:kept], where == "silence"

        return ask, answer

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, through: Through) -> None:
        more = True
        with suppress(OSError):
            while more and (part := await reader.read(65_536)):
                await self._sounds.wait()
                kept, more = through(part)
                writer.write(kept)
                await writer.drain()
        writer.close()
