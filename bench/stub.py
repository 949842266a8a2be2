"""A provider that takes every SMS at once and does as little as possible about it: `python -m bench.stub PORT`."""

import asyncio
import itertools
import sys

import uvloop

_SIDS = itertools.count()


class Twilio(asyncio.Protocol):
    """Answers each POST with Twilio's 201; a body may come in pieces."""

    def __init__(self) -> None:
        self._seen = bytearray()

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
            self._write(_answer())


def _answer() -> bytes:
    body = b'{"sid": "SM%032x", "status": "queued", "num_segments": "1", "error_code": null}' % next(_SIDS)
    return b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Twilio, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
