"""Rate limits counted in this process: a guard against runaway scripts, not an exact quota."""

import time
from collections.abc import Hashable
from datetime import timedelta
from typing import Final

from app.domain.errors import RateLimited
from app.process.recently_used import RecentlyUsed

NANOSECONDS: Final = 1_000_000_000

REMEMBERED: Final = 10_000
"""Callers remembered at once. Those inactive for longest are forgotten first."""


class RateLimit:
    """Allows each caller `burst` requests at once, and one every `interval` seconds after that."""

    def __init__(self, burst: int, interval: float) -> None:
        # Whole nanoseconds: sums of fractions would be a request short now and then.
        self._interval = round(interval * NANOSECONDS)
        self._slack = (burst - 1) * self._interval
        self._free_at = RecentlyUsed[Hashable, int](REMEMBERED)

    def take(self, caller: Hashable) -> int:
        """Count one request. Return how many more may follow at once.

        Raise RateLimited, with the time to wait, if the limit is reached.
        """
        now = time.monotonic_ns()
        free_at = max(self._free_at.get(caller, now), now)
        if free_at - now > self._slack:
            raise RateLimited(wait=timedelta(seconds=(free_at - now - self._slack) / NANOSECONDS))
        self._free_at[caller] = free_at + self._interval
        return (self._slack - (free_at - now)) // self._interval
