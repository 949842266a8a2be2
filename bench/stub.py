"""A provider that takes every SMS and does as little as possible about it: `python -m bench.stub PORT [SECONDS]`.

It answers at once, or after as many seconds.
"""

import asyncio
import itertools
import sys

import uvloop

_SIDS = itertools.count()


class Twilio(asyncio.Protocol):
    """Answers each POST with Twilio's 201, which is a helpdesk's too; a body may come in pieces."""

    def __init__(self, seconds: float) -> None:
        self._seen = bytearray()
        self._seconds = seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = transport.write  # type: ignore[attr-defined]  # uvloop's own class, beside asyncio's hierarchy

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._seen[:end]).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._seen) < end + 4 + length:
                return
            del self._seen[: end + 4 + length]
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        self._write(_answer())


def _answer() -> bytes:
    number = next(_SIDS)
    body = b'{"sid": "SM%032x", "status": "queued", "num_segments": "1", "error_code": null, "message_id": "%x"}'
    body %= number, number
    return b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def main(port: int, seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Twilio(seconds), "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
