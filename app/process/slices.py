"""Computing on the event loop, a few milliseconds at a time."""

import asyncio
from time import perf_counter
from typing import Final

SLICE: Final = 0.005
"""Seconds after which others have their turn."""


class Slices:
    """Long work that could be in everybody's way, and asks between its steps whether to let others on."""

    def __init__(self) -> None:
        self._began = perf_counter()

    async def pause(self) -> None:
        """Let others on if this slice is over."""
        if perf_counter() - self._began >= SLICE:
            await asyncio.sleep(0)
            self._began = perf_counter()
