"""How long an event loop answers nobody, told without a clock that others' work would disturb."""

import asyncio
import gc
import time
from asyncio.events import Handle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch


@asynccontextmanager
async def gaps_of_the_loop() -> AsyncIterator[list[float]]:
    """Collect what the process computes between two turns of the loop, in seconds of its own time.

    On a machine with nothing else to do somebody else would wait as long.
    """
    gaps: list[float] = []
    watching = asyncio.create_task(_watch(gaps))
    try:
        yield gaps
    finally:
        watching.cancel()


async def _watch(gaps: list[float]) -> None:
    before = time.process_time()
    while True:
        await asyncio.sleep(0.002)
        now = time.process_time()
        gaps.append(now - before)
        before = now


@asynccontextmanager
async def stretches_of_the_loop() -> AsyncIterator[list[float]]:
    """Collect what the loop's own thread computes in each of its turns, in seconds: nobody is answered meanwhile."""
    stretches: list[float] = []
    run = Handle._run

    def timed(handle: Handle) -> None:
        began = time.thread_time()
        run(handle)
        stretches.append(time.thread_time() - began)

    gc.disable()  # when it looks for cycles is chance, and `app/process/garbage.py` bounds what it takes
    try:
        with patch.object(Handle, "_run", timed):
            await asyncio.sleep(0)  # the turn that has begun is not timed
            yield stretches
            await asyncio.sleep(0)
    finally:
        gc.enable()
