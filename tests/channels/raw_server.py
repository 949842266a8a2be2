"""A server of bare sockets, because what a provider's end of the line does must be real: resets, silence, rubbish."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Line"], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    target: str
    method: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class RawServer:
    url: str = ""
    connections: int = 0
    bytes_received: int = 0
    requests: list[Request] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """A whole request has come in."""
    spoke: asyncio.Event = field(default_factory=asyncio.Event)
    """A script has written something."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A script has ended, and its connection with it."""


class Line:
    """One connection, as a script sees it."""

    def __init__(self, server: RawServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer

    async def read_request(self) -> Request | None:
        """Read one whole request; None where the client leaves instead."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            self.server.bytes_received += len(error.partial)
            return None
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:-2])}
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        self.server.bytes_received += len(head) + len(body)
        method, target, _ = lines[0].split(" ")
        request = Request(target, method, headers, body)
        self.server.requests.append(request)
        self.server.asked.set()
        return request

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        self.server.spoke.set()

    def reset(self) -> None:
        """Answer with RST: a linger time of zero throws away whatever is still under way."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[RawServer]:
    """Play the script on every connection that comes in on a loopback port."""
    server = RawServer()
    lines: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        lines.add(task)
        server.connections += 1
        try:
            await script(Line(server, reader, writer))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            lines.discard(task)
            server.left.set()

    listener = await asyncio.start_server(play, "127.0.0.1", 0)
    host, port = listener.sockets[0].getsockname()
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        listener.close()
        for task in list(lines):
            task.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


def answering(status: int, body: Any = b"", headers: Mapping[str, str] | None = None) -> Script:
    """Answer every request of a connection alike, and keep it open as HTTP/1.1 does."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    reply = f"HTTP/1.1 {status} Whatever\r\n{extra}Content-Length: {len(content)}\r\n\r\n".encode() + content

    async def script(line: Line) -> None:
        while await line.read_request() is not None:
            await line.write(reply)

    return script


async def reset_on_accept(line: Line) -> None:
    line.reset()


async def reset_after_reading(line: Line) -> None:
    await line.read_request()
    line.reset()


async def close_after_reading(line: Line) -> None:
    await line.read_request()


async def hang_after_reading(line: Line) -> None:
    await line.read_request()
    await line.reader.read()  # returns when the client has gone


async def answer_garbage(line: Line) -> None:
    await line.read_request()
    await line.write(b"\x00\x01 this is no HTTP \xff\r\n\r\n")


async def stop_in_the_body(line: Line) -> None:
    await line.read_request()
    await line.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"cut": ')


LOST_ANSWERS: Mapping[str, Script] = {
    "reset on accept": reset_on_accept,
    "reset after reading": reset_after_reading,
    "close after reading": close_after_reading,
    "garbage": answer_garbage,
    "stop in the body": stop_in_the_body,
}
"""What ends a call without an answer at once; `hang_after_reading` does so when the time is over."""


def refusing_url() -> str:
    """An address on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"
