"""Shares of a process's connections: how many one kind of work, and one tenant within it, may hold at once."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from app.domain.errors import Overloaded
from app.process.tenant_time import PAUSE, Purse

PATIENCE: Final = 5.0
"""Seconds that a request waits for a connection, or for its tenant's share, before it is refused."""
MOST_WAITING: Final = 200
"""Requests that may wait for the same share at once. Each of them holds a body in memory."""


PARTS: Final = 16
"""The parts of a pool. Those of all kinds of request add up to it, so none ever waits for another's connections."""


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of work: how long one of its statements may take, and how many parts of the pool it gets."""

    name: str
    statement_seconds: float | None = None
    """None: no limit."""
    of_tenant: int = PARTS
    of_all: int = PARTS
    one_moment: bool = False
    """Whether all statements of a transaction see the same rows. Such work only reads."""
    lock_seconds: float | None = None
    """How long one of its statements may wait for a lock. None: no limit."""
    transaction_seconds: float | None = None
    """Seconds after which PostgreSQL ends a transaction. None: never."""
    purse: Purse | None = None
    """What its time is charged to."""
    pause: float = 0
    """Seconds that a tenant waits at most before each transaction once it has used more than its share."""
    refusable: bool = False
    """Whether it is refused instead, if its tenant is in debt for longer than `PATIENCE`."""
    by_key: bool = False
    """Whether its statements find rows by key alone, so that a connection plans each of them once."""
    in_groups: bool = False
    """Whether its statements join a group of rows to its values. Rows of other tables must be looked up by key, in a
    LATERAL with a LIMIT or an OFFSET."""


OWN_WORK: Final = WorkKind("own work")
"""The work of workers and commands: no caller waits for it, and no caller decides what it costs."""
DELIVERY: Final = WorkKind("delivery", transaction_seconds=30)
"""The sweeper's changes: a few hundred rows at most, which others wait for."""
PUMPS: Final = WorkKind("pumps", transaction_seconds=30, by_key=True, lock_seconds=2)
"""Claims: the same few statements for each group of deliveries. While one waits for a lock, its pump works no lane."""
RECORDS: Final = replace(PUMPS, name="records", in_groups=True, lock_seconds=1)
"""Records of how calls ended, in groups of up to 500. While one waits for a lock, others are not written."""
SWEEP: Final = WorkKind("sweep", transaction_seconds=60)
"""Reads about all tenants: a process that froze in a statement must not keep the sweeper's lock."""
ROUTING: Final = WorkKind("routing", statement_seconds=5, of_all=1)
"""Which tenant a key or an account belongs to. Any stranger can ask; one query answers many (`Routes`)."""
QUICK: Final = WorkKind("quick", statement_seconds=5, of_tenant=1, of_all=2)
"""A few rows by their keys, before each request: who is calling, and what they may do."""
REPORTS: Final = WorkKind("callback", statement_seconds=10, of_tenant=2, of_all=3, purse=Purse.REPORTS, pause=PAUSE)
"""Providers' reports. A provider waits for the response, and repeats the report if none comes."""
ORDINARY: Final = WorkKind("ordinary", statement_seconds=10, of_tenant=2, of_all=4, purse=Purse.REQUESTS)
SEARCH: Final = WorkKind(
    "search", statement_seconds=10, of_tenant=2, of_all=3, one_moment=True, purse=Purse.REQUESTS, refusable=True
)
"""Read-only queries whose cost depends on a filter. A count and a page of the same rows must agree."""
BULK: Final = WorkKind("bulk", statement_seconds=60, of_tenant=2, of_all=3, purse=Purse.REQUESTS, pause=PAUSE)
"""Writes of as many rows as a selection or a file holds."""
OF_THE_API: Final = (ROUTING, QUICK, REPORTS, ORDINARY, SEARCH, BULK)


class Shares:
    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._rooms: WeakValueDictionary[Hashable, _Room] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, kind: WorkKind, tenant: UUID | None = None) -> AsyncIterator[None]:
        """Hold one connection of a share, and of the tenant's part of it if a tenant is known.

        Raise Overloaded if none becomes free in time.
        """
        # The tenant's part first: a request that waits for it takes no room from other tenants.
        own = [] if tenant is None else [self._room(kind, kind.of_tenant, tenant)]
        rooms = [*own, self._room(kind, kind.of_all)]
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(PATIENCE):
                    for room in rooms:
                        await held.enter_async_context(room.entered())
            except TimeoutError:
                raise _overloaded(kind) from None
            yield

    def _room(self, kind: WorkKind, parts: int, *of: UUID) -> "_Room":
        key = (kind.name, *of)
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = _Room(kind, max(1, self._connections * parts // PARTS))
        return room


class _Room:
    """A limited number at once, and a limited number that waits."""

    def __init__(self, kind: WorkKind, places: int) -> None:
        self._kind = kind
        self._free = asyncio.Semaphore(places)
        self._waiting = 0

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise _overloaded(self._kind)
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()


def _overloaded(kind: WorkKind) -> Overloaded:
    return Overloaded(f"All connections that {kind.name} requests may use at once are busy.", limit="connections")
