"""The status poll while a batch is sent at full speed, and what a 304 costs beside a 200."""

import asyncio
import time
from statistics import median, quantiles
from typing import Final

import httpx

from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import cpu_ms, provider
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = 6_000
IN_FLIGHT: Final = 64
EVERY: Final = 0.02
REQUESTS: Final = 300
TURNS: Final = 5


async def measure(run: Run) -> list[Figure]:
    async with run.stack.service() as service:
        with provider() as port:
            await user.save_account(service.client, "sms", account("sms", port, IN_FLIGHT))
            lines = conversations("sms", run.fewer(DELIVERIES), seed=run.seed)
            await user.import_conversations(service.client, lines)
            path, count = await user.create(service.client, "sms")
            await user.confirm(service.client, path, count)
            busy = await _while_sending(service.client, path, count)
            await user.until(service.client, path, lambda batch: batch["status"] == "completed")
        turns = [await _turn(service, path) for _ in range(TURNS)]
    p99, known, whole = quantiles(busy, n=100)[98], median(k for k, _ in turns), median(w for _, w in turns)
    share = median(known / whole for known, whole in turns)
    return [
        Figure(
            f"status poll while sending at full speed, p99 of {len(busy)}",
            p99,
            "ms",
            {"median": median(busy)},
            (Goal("ms", p99, at_most=25),),
        ),
        Figure(
            "304 to a poll, CPU of the API for 1,000",
            known,
            "ms",
            {"200": whole},
            (Goal("to 200", share, at_most=1.0),),
        ),
    ]


async def _while_sending(client: httpx.AsyncClient, path: str, count: int) -> list[float]:
    """Poll until all are sent; return how many milliseconds each poll took."""
    took, sent = list[float](), 0
    while sent < count:
        started = time.perf_counter()
        sent = (await client.get(path)).json()["counts"]["sent"]
        took.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(EVERY)
    return took


async def _turn(service: Service, path: str) -> tuple[float, float]:
    """Return the CPU time of the API for 1,000 polls: answered by 304, and by 200."""
    etag = (await service.client.get(path)).headers["etag"]
    return (
        await _cost(service, path, {"If-None-Match": etag}, httpx.codes.NOT_MODIFIED),
        await _cost(service, path, {}, httpx.codes.OK),
    )


async def _cost(service: Service, path: str, headers: dict[str, str], expected: int) -> float:
    before = cpu_ms(service.api.process.pid)
    for _ in range(REQUESTS):
        assert (await service.client.get(path, headers=headers)).status_code == expected
    return (cpu_ms(service.api.process.pid) - before) / REQUESTS * 1000
