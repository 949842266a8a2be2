"""Wait for what a test brings about, and say what did not come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

LONGEST: Final = 20.0
"""Seconds. What takes longer does not come any more, however busy the machine is."""


@asynccontextmanager
async def patience(what: str, seconds: float = LONGEST) -> AsyncIterator[None]:
    """Let the block wait for something. Raise AssertionError, which names it, if it does not come."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise AssertionError(f"Waited {seconds:g} seconds in vain until {what}.") from None
