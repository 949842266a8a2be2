"""A provider that takes every message and does as little as possible about it: `python -m bench.stub PORT [SECONDS]`.

It answers at once, or after as many seconds. One body answers for Twilio, Postmark, WhatsApp, Meta and a helpdesk's
endpoint; Postmark's batch call is answered with one part for each of its messages.
"""

import asyncio
import itertools
import sys
from collections.abc import Callable

import uvloop

BATCH = b"/email/batch "
_OF_EACH_MAIL = b'"MessageStream":'
_NUMBERS = itertools.count()
_BODY = (
    b'{"sid": "SM%(id)032x", "status": "queued", "num_segments": "1", "error_code": null,'
    b' "ErrorCode": 0, "Message": "OK", "MessageID": "%(id)032x",'
    b' "messages": [{"id": "wamid.%(id)032x"}], "message_id": "%(id)x"}'
)


class Provider(asyncio.Protocol):
    """Answers each POST with 201; a body may come in pieces."""

    def __init__(self, seconds: float, seen: Callable[[], None] = lambda: None) -> None:
        self._read = bytearray()
        self._seconds = seconds
        self._seen = seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = transport.write  # type: ignore[attr-defined]  # uvloop's own class, beside asyncio's hierarchy

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._read[:end])
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._read) < end + 4 + length:
                return
            messages = (
                self._read.count(_OF_EACH_MAIL, end, end + 4 + length) if BATCH in head.split(b"\r\n", 1)[0] else None
            )
            del self._read[: end + 4 + length]
            self._seen()
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._answer, messages)
            else:
                self._answer(messages)

    def _answer(self, messages: int | None) -> None:
        body = _one() if messages is None else b"[%s]" % b",".join(_one() for _ in range(messages))
        head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._write(head + body)


def _one() -> bytes:
    return _BODY % {b"id": next(_NUMBERS)}


async def main(port: int, seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Provider(seconds), "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
