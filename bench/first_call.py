"""How soon after the confirmation the first call reaches the provider, with nothing else to do.

A status poll just before each confirmation says how fast the machine is at this moment.
"""

import asyncio
import time
from statistics import median
from typing import Final

from app.dev.ports import free_port
from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.run import Run
from bench.stack import Service
from bench.stub import Provider

TIMES: Final = 15
QUICK_TIMES: Final = 9
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
        waits, polls = list[float](), list[float]()
        for _ in range(QUICK_TIMES if run.quick else TIMES):
            path, count = await user.create(service.client, "sms")
            await asyncio.sleep(PAUSE)
            polls.append(await _polled(service, path))
            started = time.perf_counter()
            await user.confirm(service.client, path, count)
            waits.append((await calls.get() - started) * 1000)
            await user.until_sent(service, path, count)
            while not calls.empty():
                calls.get_nowait()
    first, poll = median(waits), median(polls)
    beside = {"slowest": max(waits), "a status poll": poll}
    goals = (Goal("ms", first, at_most=100), Goal("a poll to that", poll / first))
    return [Figure("first call after confirm, from the request on, idle, median", first, "ms", beside, goals)]


async def _polled(service: Service, path: str) -> float:
    """Return the milliseconds of the second of two polls: after the pause the first is slower."""
    for _ in range(2):
        started = time.perf_counter()
        (await service.client.get(path)).raise_for_status()
    return (time.perf_counter() - started) * 1000
