"""Somebody who has webhooks posted to them: a server that checks every call with the standardwebhooks library."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiohttp import web
from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class Received:
    id: str
    said: Mapping[str, Any]

    @property
    def event(self) -> UUID:
        """The entry of the outbox that it came from."""
        return UUID(self.id.split("_")[1])

    @property
    def type(self) -> str:
        return str(self.said["type"])

    @property
    def data(self) -> Mapping[str, Any]:
        return dict(self.said["data"])


@dataclass
class Consumer:
    url: str = ""
    secret: str = ""
    """Set, every call must verify with it."""
    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    refused_ids: frozenset[str] = frozenset()
    """Calls that are answered 500, whatever the status."""
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    """Not set, calls come in and get no answer."""
    taken: list[Received] = field(default_factory=list)
    calls: list[Received] = field(default_factory=list)
    most_at_once: int = 0

    _under_way: int = 0

    async def hear(self, request: web.Request) -> web.Response:
        said = self._verified(await request.read(), dict(request.headers))
        received = Received(request.headers["webhook-id"], said)
        self.calls.append(received)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            await self.answering.wait()
            await asyncio.sleep(0)
        finally:
            self._under_way -= 1
        return self._answer(received)

    def _verified(self, body: bytes, headers: dict[str, str]) -> Mapping[str, Any]:
        said: Mapping[str, Any] = Webhook(self.secret).verify(body, headers) if self.secret else json.loads(body)
        return said

    def _answer(self, received: Received) -> web.Response:
        if received.id in self.refused_ids:
            return web.Response(status=500)
        if self.status // 100 == 2:
            self.taken.append(received)
        return web.Response(status=self.status, headers=dict(self.headers))

    def answer(self, status: int, **headers: str) -> None:
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}

    async def heard(self, calls: int, seconds: float = 10) -> None:
        """Wait for so many calls to have come in."""
        async with asyncio.timeout(seconds):
            while len(self.calls) < calls:
                await asyncio.sleep(0.01)

    def types(self) -> list[str]:
        return [received.type for received in self.taken]

    def of_batch(self, id_: str) -> list[Received]:
        return [one for one in self.taken if id_ in (one.data.get("mass_reply_id"), one.data.get("id"))]

    def twice(self) -> list[str]:
        """The ids that were taken more than once."""
        return [id_ for id_, count in Counter(one.id for one in self.taken).items() if count > 1]


@asynccontextmanager
async def consuming() -> AsyncIterator[Consumer]:
    consumer = Consumer()
    consumer.answering.set()
    app = web.Application()
    app.router.add_post("/hooks", consumer.hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    consumer.url = f"http://{host}:{port}/hooks"
    try:
        yield consumer
    finally:
        consumer.answering.set()
        await runner.cleanup()
