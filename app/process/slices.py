"""Compute on the event loop, a few milliseconds at a time."""

import asyncio
from time import perf_counter
from typing import Final

SLICE: Final = 0.005
"""Seconds after which others get a turn."""


class Slices:
    """Long work that pauses between its steps, so that it delays nobody."""

    def __init__(self, seconds: float = SLICE) -> None:
        self._seconds = seconds
        self._began = perf_counter()

    async def pause(self) -> None:
        """Let others run if this slice is over."""
        if perf_counter() - self._began >= self._seconds:
            await asyncio.sleep(0)
            # uvloop looks at the sockets after the first turn: whoever got an answer has the turn between. (asyncio's
            # own loop would need a third.)
            await asyncio.sleep(0)
            self._began = perf_counter()
