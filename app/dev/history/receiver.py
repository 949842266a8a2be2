"""A webhook endpoint that stores every call before it answers, and fails as often as it is set to."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, TextIO

from aiohttp import web


class Receiver:
    """Takes calls of one endpoint."""

    def __init__(self, file: TextIO, seed: int) -> None:
        self._file, self._dice = file, Random(seed)  # noqa: S311 - it deals out failures
        self.failures = 0.0
        """The share of calls that are refused, or stored and answered with an error."""
        self.failed = 0
        """How many calls were."""
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        luck = self._dice.random() / self.failures if self.failures else 1.0
        self.failed += luck < 1
        if luck < 0.5:
            return web.Response(status=503)
        self._store(request.headers["webhook-id"], await request.json())
        return web.Response(status=500 if luck < 1 else 204)

    def _store(self, id_: str, event: dict[str, Any]) -> None:
        self._file.write(json.dumps({"id": id_, **event}) + "\n")
        self._file.flush()  # to the kernel, as the sandbox's journal


@asynccontextmanager
async def receiving(journal: Path, types: Sequence[str], *, seed: int = 0) -> AsyncIterator[Receiver]:
    """Serve until the block ends. The journal begins with the types of event that the endpoint is to hear of."""
    with journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"types": list(types)}) + "\n")
        receiver, application = Receiver(file, seed), web.Application(client_max_size=64 * 1024 * 1024)
        application.add_routes([web.post("/", receiver.take)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            yield receiver
        finally:
            await runner.cleanup()
