"""Concurrent tasks: one at a time for each key, and a limited number for each tenant."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

from app.domain.words import TenantId


class FairTaskPool:
    """Runs at most `most` tasks at once, `each` of them for one tenant, and begins none once the process stops."""

    def __init__(self, most: int, each: int) -> None:
        self._most = most
        self._each = each
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._owners: Counter[TenantId] = Counter()
        self._stopping = False

    @property
    def stopping(self) -> bool:
        return self._stopping

    @property
    def free(self) -> int:
        """How many more tasks may begin."""
        return 0 if self._stopping else self._most - len(self._tasks)

    @property
    def under_way(self) -> list[UUID]:
        """The keys whose tasks run now."""
        return list(self._tasks)

    @property
    def at_limit(self) -> list[TenantId]:
        """The tenants for which no more may begin now."""
        return [tenant for tenant, count in self._owners.items() if count >= self._each]

    def share(self, total: int, at_most: int) -> int:
        """Return one task's share of a total that the running tasks divide: at least 1.

        A task keeps its share, even if more tasks begin later. So the shares may add up to three times the total.
        """
        return max(1, min(at_most, total // max(1, len(self._tasks))))

    def begin(self, key: UUID, tenant: TenantId, work: Callable[[], Awaitable[None]]) -> None:
        """Begin the work, unless the key's last task still runs or no room is left. Do not wait for it."""
        if self.free and key not in self._tasks and self._owners[tenant] < self._each:
            self._owners[tenant] += 1
            self._tasks[key] = asyncio.create_task(self._run(key, tenant, work))

    def stop(self) -> None:
        self._stopping = True

    async def finish(self) -> None:
        """Wait until every task has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def _run(self, key: UUID, tenant: TenantId, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            del self._tasks[key]
            self._owners -= Counter({tenant: 1})  # drops a tenant whose count is zero
