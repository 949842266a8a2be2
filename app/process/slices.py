"""Compute on the event loop, a few milliseconds at a time."""

import asyncio
from time import perf_counter
from typing import Final

SLICE: Final = 0.005
"""Seconds after which other tasks get a turn."""


class Slices:
    """Lets long work pause between its steps, so that it does not hold up the event loop."""

    def __init__(self, seconds: float = SLICE) -> None:
        self._seconds = seconds
        self._began = perf_counter()

    async def pause(self) -> None:
        """Let other tasks run if this slice is over."""
        if perf_counter() - self._began >= self._seconds:
            await asyncio.sleep(0)
            # uvloop polls its sockets after the first turn, and runs what they woke before the second. (asyncio's own
            # loop would need a third.)
            await asyncio.sleep(0)
            self._began = perf_counter()
