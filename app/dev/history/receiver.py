"""A webhook endpoint that stores every call it takes before it answers, and fails as often as it is told to."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, TextIO

from aiohttp import web


class Receiver:
    """Takes calls of one endpoint."""

    def __init__(self, file: TextIO, failures: float, seed: int) -> None:
        """`failures` is the share of calls that are refused, or stored and not answered."""
        self._file, self._failures, self._dice = file, failures, Random(seed)  # noqa: S311 - it deals out failures

    async def take(self, request: web.Request) -> web.Response:
        luck = self._dice.random() / self._failures if self._failures else 1.0
        if luck < 0.5:
            return web.Response(status=503)
        self._store(request.headers["webhook-id"], await request.json())
        return web.Response(status=500 if luck < 1 else 204)

    def _store(self, id_: str, event: dict[str, Any]) -> None:
        self._file.write(json.dumps({"id": id_, **event}) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@asynccontextmanager
async def receiving(journal: Path, *, failures: float = 0.0, seed: int = 0) -> AsyncIterator[str]:
    """Serve until the block ends; yields the URL to which an endpoint is to lead."""
    with journal.open("a", encoding="utf-8") as file:
        application = web.Application()
        application.add_routes([web.post("/", Receiver(file, failures, seed).take)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
        finally:
            await runner.cleanup()
