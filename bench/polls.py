"""The status poll while a batch is sent at full speed, and what a 304 costs beside a 200."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Final

from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import cpu_ms, provider
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = 18_000
IN_FLIGHT: Final = 64
POLLERS: Final = 2
EVERY: Final = 0.02
REQUESTS: Final = 300
TURNS: Final = 5
NOTHING: Final[Mapping[str, str]] = {}


async def measure(run: Run) -> list[Figure]:
    async with run.stack.service() as service:
        with provider() as port:
            await user.save_account(service.client, "sms", account("sms", port, IN_FLIGHT))
            lines = conversations("sms", run.fewer(DELIVERIES), seed=run.seed)
            await user.import_conversations(service.client, lines)
            path, count = await user.create(service.client, "sms")
            started = time.perf_counter()
            await user.confirm(service.client, path, count)
            polls = await asyncio.gather(*(_while_sending(service, path, count) for _ in range(POLLERS)))
            sending = count / (time.perf_counter() - started)
            await user.until(service.client, path, lambda batch: batch["status"] == "completed")
        async with _connected(service, path) as poll:
            turns = [await _turn(service, poll) for _ in range(TURNS)]
    busy = [milliseconds for each in polls for milliseconds in each]
    p99, known, whole = quantiles(busy, n=100)[98], median(k for k, _ in turns), median(w for _, w in turns)
    share = median(known / whole for known, whole in turns)
    return [
        Figure(
            f"status poll while sending at full speed, p99 of {len(busy)}",
            p99,
            "ms",
            {"median": median(busy), "slowest": max(busy), "deliveries/s meanwhile": sending},
            (Goal("ms", p99, at_most=25),),
        ),
        Figure(
            "304 to a poll, CPU of the API for 1,000",
            known,
            "ms",
            {"200": whole},
            (Goal("to 200", share, at_most=0.9),),
        ),
    ]


@dataclass(frozen=True, slots=True)
class Poll:
    """One connection that asks for one thing. A whole HTTP client would take as long as the service."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: str

    async def ask(self, headers: Mapping[str, str] = NOTHING) -> tuple[int, Mapping[str, str], bytes]:
        """Return the status, the headers and the body."""
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.writer.write(f"{self.head}{more}\r\n".encode())
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().rstrip().split("\r\n")
        found = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return int(first.split()[1]), found, await self.reader.readexactly(int(found.get("content-length", 0)))


@asynccontextmanager
async def _connected(service: Service, path: str) -> AsyncIterator[Poll]:
    url = service.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    key = service.client.headers["Authorization"]
    try:
        yield Poll(reader, writer, f"GET {path} HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: {key}\r\n")
    finally:
        writer.close()


async def _while_sending(service: Service, path: str, count: int) -> list[float]:
    """Poll until all are sent; return how many milliseconds each poll took."""
    took, sent = list[float](), 0
    async with _connected(service, path) as poll:
        while sent < count:
            started = time.perf_counter()
            _, _, body = await poll.ask()
            took.append((time.perf_counter() - started) * 1000)
            batch: dict[str, Any] = json.loads(body)
            sent = batch["counts"]["sent"]
            await asyncio.sleep(EVERY)
    return took


async def _turn(service: Service, poll: Poll) -> tuple[float, float]:
    """Return the CPU time of the API for 1,000 polls: answered by 304, and by 200."""
    _, headers, _ = await poll.ask()
    return await _cost(service, poll, {"If-None-Match": headers["etag"]}, 304), await _cost(service, poll, NOTHING, 200)


async def _cost(service: Service, poll: Poll, headers: Mapping[str, str], expected: int) -> float:
    before = cpu_ms(service.api.process.pid)
    for _ in range(REQUESTS):
        status, _, _ = await poll.ask(headers)
        assert status == expected
    return (cpu_ms(service.api.process.pid) - before) / REQUESTS * 1000
