"""Pieces of work beside each other, of which each key has one at a time and each tenant no more than its share."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

from app.domain.words import TenantId


class FairTaskPool:
    """No more than `most` at once, `each` of them of one tenant, and no more begun once the process is to stop."""

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
        """How many more may begin."""
        return 0 if self._stopping else self._most - len(self._tasks)

    @property
    def under_way(self) -> list[UUID]:
        """The keys whose turn it is."""
        return list(self._tasks)

    @property
    def at_limit(self) -> list[TenantId]:
        """The tenants of which no more may begin now."""
        return [tenant for tenant, count in self._owners.items() if count >= self._each]

    def share(self, total: int, at_most: int) -> int:
        """What falls to each of those under way if they divide a total among them: never nothing.

        It is less the more there are; those that have more already keep it until they give it back. So when all come
        one after the other and keep all they get, the sum may be three times the total.
        """
        return max(1, min(at_most, total // max(1, len(self._tasks))))

    def begin(self, key: UUID, tenant: TenantId, work: Callable[[], Awaitable[None]]) -> None:
        """Begin it, unless the key's last turn goes on or no room is left; does not wait for what becomes of it."""
        if self.free and key not in self._tasks and self._owners[tenant] < self._each:
            self._owners[tenant] += 1
            self._tasks[key] = asyncio.create_task(self._run(key, tenant, work))

    def stop(self) -> None:
        self._stopping = True

    async def finish(self) -> None:
        """Wait until all that was begun has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def _run(self, key: UUID, tenant: TenantId, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            del self._tasks[key]
            self._owners -= Counter({tenant: 1})  # forgets a tenant that has none any more
