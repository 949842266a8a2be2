"""Write one tenant's results that could not be written at once: each account's as a group, or one by one.

They are tried for as long as the process lives, because no other process knows the outcomes. Only what PostgreSQL
refuses again and again is given up.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from app.delivery.outcomes import CallOutcome
from app.store.overload import is_lost, may_pass

log = structlog.get_logger()

GROUP_TRIES: Final = 2
"""After so many lost connections in a row a group is written one by one: a result in it may be what ends them."""
RETRY_WAIT: Final = 0.5
REFUSALS: Final = 3
"""How often the database may refuse one result before it is given up. An absent database is waited for. A lost
connection counts as a refusal if PostgreSQL had answered just before: then the result is what ends connections."""

Write = Callable[[Sequence[CallOutcome]], Awaitable[Exception | None]]
"""Writes results as a whole. Returns the error if they could not be written."""


@dataclass(slots=True)
class Alone:
    """A result that is written by itself."""

    result: CallOutcome
    refusals: int = 0
    lost: bool = False
    """Whether its last try lost its connection."""


class LateResults:
    """One tenant's results that could not be written at once. `retrying` limits the writes of all tenants."""

    def __init__(self, write: Write, retrying: asyncio.Semaphore) -> None:
        self._write = write
        self._retrying = retrying
        self._together = defaultdict[UUID, list[CallOutcome]](list)
        """By account: the lanes of one may be locked while those of another are free."""
        self._losses = defaultdict[UUID, int](int)
        """Connections that an account's group has lost in a row."""
        self._alone: list[Alone] = []

    def add(self, results: Iterable[CallOutcome]) -> None:
        """Add results that are written with the others of their account."""
        for result in results:
            self._together[result.account].append(result)

    def add_alone(self, results: Iterable[CallOutcome]) -> None:
        """Add results of which one may be at fault: each is written by itself."""
        self._alone += map(Alone, results)

    async def write(self) -> None:
        """Try again until all are written, or given up."""
        while True:
            await self._write_together()
            await self._write_alone()
            if not (self._together or self._alone):
                return
            await asyncio.sleep(RETRY_WAIT)

    async def _write_together(self) -> None:
        """Write the results of each account as a group, or leave them to be written one by one if the group is at fault
        or ends connections."""
        together, self._together = self._together, defaultdict(list)
        for account, results in together.items():
            async with self._retrying:
                error = await self._write(results)
            self._losses[account] = self._losses[account] + 1 if is_lost(error) else 0
            if error is None:
                continue
            if not may_pass(error) or self._losses[account] >= GROUP_TRIES:
                self.add_alone(results)
            else:
                self._together[account] = [*results, *self._together[account]]

    async def _write_alone(self) -> None:
        """Write results one by one. Give up what PostgreSQL refuses again and again."""
        stuck, failed = set[UUID](), list[Alone]()
        tried, self._alone = self._alone, []
        for each in tried:
            if each.result.account in stuck:
                self._alone.append(each)
                continue
            async with self._retrying:
                if each.lost and await self._write([]) is not None:
                    failed.append(each)  # PostgreSQL answers nothing else either
                    continue
                error = await self._write([each.result])
            if error is None:
                continue
            each.refusals += not may_pass(error) or (each.lost and is_lost(error))
            each.lost = is_lost(error)
            if each.refusals >= REFUSALS:
                give_up([each.result], error)
                continue
            failed.append(each)
            if may_pass(error) and not is_lost(error):
                stuck.add(each.result.account)  # the others of its account would wait for the same
        self._alone += failed  # the next time behind those that waited


def give_up(results: Iterable[CallOutcome], error: Exception | None = None) -> None:
    """Leave results unwritten. Their rows stay `sending` until the leases run out; then they are uncertain, and a
    person sees them.
    """
    why = "Stopping" if error is None else type(error).__name__
    for result in results:
        if not result.written.done():
            log.error("record_given_up", tenant=str(result.tenant), delivery=str(result.report.delivery_id), error=why)
            result.release()
