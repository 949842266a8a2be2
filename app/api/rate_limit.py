"""How often one caller may ask, counted in this process: a hedge against scripts, not an account of anything."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from datetime import timedelta
from typing import Final

from app.domain.errors import RateLimited

NANOSECONDS: Final = 1_000_000_000

REMEMBERED: Final = 10_000
"""Callers; the ones longest unheard of are forgotten."""


class RateLimit:
    """Lets a caller ask `burst` times at once, and once every `interval` seconds after that."""

    def __init__(self, burst: int, interval: float) -> None:
        # Whole nanoseconds, for sums of fractions would now and then be a request short.
        self._interval = round(interval * NANOSECONDS)
        self._slack = (burst - 1) * self._interval
        self._free_at: OrderedDict[Hashable, int] = OrderedDict()

    def take(self, caller: Hashable) -> int:
        """Count one request; answers how many more may follow at once.

        Raises RateLimited, which says how long to wait.
        """
        now = time.monotonic_ns()
        free_at = max(self._free_at.get(caller, now), now)
        if free_at - now > self._slack:
            raise RateLimited(wait=timedelta(seconds=(free_at - now - self._slack) / NANOSECONDS))
        self._free_at[caller] = free_at + self._interval
        self._free_at.move_to_end(caller)
        if len(self._free_at) > REMEMBERED:
            self._free_at.popitem(last=False)
        return (self._slack - (free_at - now)) // self._interval
