"""Compute in a thread beside the event loop, a few milliseconds a turn.

One thread serves the whole process: several would compete for the interpreter's lock, and the loop would wait for each
of them. Long work queues again after each turn. A tenant has one place in the queue, however much work it has, and
pauses between turns once it has used more than its share of the process.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import partial
from time import perf_counter, thread_time
from typing import Final, Self, TypeVar
from weakref import WeakValueDictionary

from app.domain.words import TenantId
from app.process.tenant_time import PAUSE, Purse, TenantTime, TimeAccount

TURN: Final = 0.01
"""Seconds after which a turn begins no other item."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Aside:
    def __init__(self, time: TenantTime | None = None) -> None:
        self._time = time or TenantTime()
        self._account: TimeAccount | None = None
        self._thread = ThreadPoolExecutor(1, "aside")
        self._lines = WeakValueDictionary[TenantId, asyncio.Lock]()
        self._line = asyncio.Lock()

    def of(self, tenant: TenantId, purse: Purse = Purse.REQUESTS) -> Self:
        """Return the same thread, with one tenant's place in the queue."""
        self._time.note(tenant)
        other = copy(self)
        other._account = self._time.of(tenant, purse)
        other._line = self._lines.setdefault(tenant, asyncio.Lock())
        return other

    async def each(
        self, work: Callable[[Item], Result], items: Sequence[Item], *, until: float | None = None
    ) -> list[Result]:
        """Do the work for each item, in order.

        Return fewer results if `until`, by the loop's clock, passes first. At least one turn is always taken.
        """
        loop = asyncio.get_running_loop()
        results: list[Result] = []
        while len(results) < len(items):
            results += await self._turn(partial(_turn, work, items, len(results)))
            if until is not None and loop.time() >= until:
                break
        return results

    async def once(self, work: Callable[[], Result]) -> Result:
        """Do one piece of work."""
        return await self._turn(work)

    async def _turn(self, work: Callable[[], Result]) -> Result:
        async with self._line:
            if self._account is not None:
                await self._account.pace(PAUSE)
            result, seconds = await asyncio.get_running_loop().run_in_executor(self._thread, _timed, work)
            if self._account is not None:
                self._account.charge(seconds)
            return result


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = thread_time()
    return work(), thread_time() - began


def _turn(work: Callable[[Item], Result], items: Sequence[Item], start: int) -> list[Result]:
    return list(_until(perf_counter() + TURN, (work(items[index]) for index in range(start, len(items)))))


def _until(end: float, results: Iterator[Result]) -> Iterator[Result]:
    for result in results:
        yield result
        if perf_counter() >= end:
            return
