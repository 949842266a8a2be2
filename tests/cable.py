"""A network cable between a browser and a server, that can be pulled out and plugged in again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self


class Cable:
    """Carries bytes from a port of its own to another one, both on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plugged_in = True
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

    def plug_in(self) -> None:
        self._plugged_in = True

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Self]:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self._server.close()
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
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            self._ends -= ends


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    writer.close()
