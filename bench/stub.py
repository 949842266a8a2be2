"""A provider that takes every message and does as little as possible about it: `python -m bench.stub PORT [SECONDS]`.

It answers at once, or after as many seconds. One body answers for Twilio, Postmark, WhatsApp, Meta and a helpdesk's
endpoint; Postmark's batch call is answered with one part for each of its messages. A GET is answered with how many
text messages came, and for how many deliveries: a delivery that leaves twice is seen here.
"""

import asyncio
import itertools
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

BATCH = b"/email/batch "
_OF_EACH_MAIL = b'"MessageStream":'
_DELIVERY = re.compile(rb"d%3D([0-9a-f-]{36})\.")
"""In the address for reports that goes with a text message."""
_ANSWER = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_NUMBERS = itertools.count()
_BODY = (
    b'{"sid": "SM%(id)032x", "status": "queued", "num_segments": "1", "error_code": null,'
    b' "ErrorCode": 0, "Message": "OK", "MessageID": "%(id)032x",'
    b' "messages": [{"id": "wamid.%(id)032x"}], "message_id": "%(id)x"}'
)


@dataclass(slots=True)
class Came:
    """What has come so far."""

    messages: int = 0
    deliveries: set[bytes] = field(default_factory=set)

    def note(self, body: bytes) -> None:
        if found := _DELIVERY.search(body):
            self.messages += 1
            self.deliveries.add(found[1])

    def __str__(self) -> str:
        return json.dumps({"messages": self.messages, "deliveries": len(self.deliveries)})


class Provider(asyncio.Protocol):
    """Answers each POST with 201; a body may come in pieces."""

    def __init__(self, seconds: float, came: Came | None = None, seen: Callable[[], None] = lambda: None) -> None:
        self._read = bytearray()
        self._seconds = seconds
        self._came = came or Came()
        self._seen = seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = transport.write  # type: ignore[attr-defined]  # uvloop's own class, beside asyncio's hierarchy

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._read[:end])
            if head.startswith(b"GET "):
                self._read.clear()
                self._say(b"200 OK", str(self._came).encode())
                return
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._read) < end + 4 + length:
                return
            messages = (
                self._read.count(_OF_EACH_MAIL, end, end + 4 + length) if BATCH in head.split(b"\r\n", 1)[0] else None
            )
            self._came.note(bytes(self._read[end : end + 4 + length]))
            del self._read[: end + 4 + length]
            self._seen()
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._answer, messages)
            else:
                self._answer(messages)

    def _answer(self, messages: int | None) -> None:
        body = _one() if messages is None else b"[%s]" % b",".join(_one() for _ in range(messages))
        self._say(b"201 Created", body)

    def _say(self, status: bytes, body: bytes) -> None:
        self._write(_ANSWER % (status, len(body), body))


def _one() -> bytes:
    return _BODY % {b"id": next(_NUMBERS)}


async def main(port: int, seconds: float) -> None:
    came, loop = Came(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Provider(seconds, came), "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
