"""How soon after the confirmation the first call reaches the provider, with nothing else to do."""

import asyncio
import time
from statistics import median
from typing import Final

from app.dev.ports import free_port
from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.run import Run
from bench.stub import Provider

TIMES: Final = 15
RECIPIENTS: Final = 20
PAUSE: Final = 0.7
"""Seconds between two, so that every process is idle and no tick is met each time."""


async def measure(run: Run) -> list[Figure]:
    calls = asyncio.Queue[float]()
    port = free_port()
    stub = await asyncio.get_running_loop().create_server(
        lambda: Provider(0.0, seen=lambda: calls.put_nowait(time.perf_counter())), "127.0.0.1", port
    )
    async with stub, run.stack.service() as service:
        await user.save_account(service.client, "sms", account("sms", port))
        await user.import_conversations(service.client, conversations("sms", RECIPIENTS, seed=run.seed))
        waits = []
        for _ in range(TIMES):
            path, count = await user.create(service.client, "sms")
            await asyncio.sleep(PAUSE)
            started = time.perf_counter()
            await user.confirm(service.client, path, count)
            waits.append((await calls.get() - started) * 1000)
            await user.until_sent(service, path, count)
            while not calls.empty():
                calls.get_nowait()
    goals = (Goal("ms", median(waits), at_most=100),)
    slowest = {"slowest": max(waits)}
    return [Figure("first call after confirm, from the request on, idle, median", median(waits), "ms", slowest, goals)]
