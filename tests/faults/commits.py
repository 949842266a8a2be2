"""A way to PostgreSQL on which some commits get no answer: the request is lost, or the answer is."""

import asyncio
import itertools
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT"
CHUNK = 65_536


Lost = Literal["request", "answer"]


@dataclass
class Cuts:
    """Which commits are cut: each `every`-th one, by turns before it arrives and before its answer does, or one that
    is aimed at."""

    url: str
    every: int
    server: Path
    """The socket where it leads to."""
    lost_requests: int = 0
    lost_answers: int = 0
    _seen: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _aim: "tuple[int, Lost] | None" = None

    def aim(self, number: int, lost: Lost) -> None:
        """Cut the commit with this number, counted from now on, and no other."""
        self._seen, self._aim = itertools.count(1), (number, lost)

    def of(self, part: bytes) -> Lost | None:
        lost = self._next() if COMMIT in part else None
        self.lost_requests += lost == "request"
        self.lost_answers += lost == "answer"
        return lost

    def _next(self) -> Lost | None:
        number = next(self._seen)
        if self._aim is not None:
            aimed, lost = self._aim
            return lost if number == aimed else None
        if number % self.every:
            return None
        return "request" if self.lost_requests <= self.lost_answers else "answer"


@asynccontextmanager
async def cutting(database_url: str, *, every: int = sys.maxsize) -> AsyncIterator[Cuts]:
    """Open a socket beside the server's own. What connects there is cut off at some commits."""
    [real] = parse_qs(urlsplit(database_url).query)["host"]
    with tempfile.TemporaryDirectory() as folder:
        cuts = Cuts(database_url.replace(real, folder), every, Path(real, SOCKET))

        server = await asyncio.start_unix_server(partial(_carry, cuts), Path(folder, SOCKET))
        try:
            yield cuts
        finally:
            server.close()


async def _carry(cuts: Cuts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        far_reader, far_writer = await asyncio.open_unix_connection(cuts.server)
    except OSError:  # nobody is there any more
        writer.transport.abort()
        return
    answers = asyncio.create_task(pass_on(far_reader, writer))
    try:
        while part := await reader.read(CHUNK):
            cut = cuts.of(part)
            if cut == "request":
                return
            if cut == "answer":
                answers.cancel()
                await asyncio.wait({answers})
                far_writer.write(part)
                await far_reader.read(CHUNK)
                return
            far_writer.write(part)
            await far_writer.drain()
    except OSError:
        return
    finally:
        answers.cancel()
        for each in (writer, far_writer):
            each.transport.abort()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(CHUNK):
            writer.write(part)
            await writer.drain()
    writer.close()
