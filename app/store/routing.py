"""Find the tenant that an API key, an account or a visitor belongs to. Unauthenticated requests ask for it too.

One connection serves any number of them: keys that arrive during a query go into the next one. So no request waits
longer than two queries take, and strangers cannot keep others out. An owner never changes, and is cached; the tenant's
own rows tell whether a key is still valid.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.domain.errors import Overloaded
from app.domain.words import TenantId
from app.process.recently_used import RecentlyUsed
from app.store import shares
from app.store.transactions import RoutingTx

Begin = Callable[[], AbstractAsyncContextManager[RoutingTx]]
Owner = asyncio.Future[TenantId | None]

AT_ONCE: Final = 500
"""Keys in one query."""
MOST_WAITING: Final = 5_000
REMEMBERED: Final = 20_000


class Routes:
    """The owners that one process has found, for each routing table's column."""

    def __init__(self) -> None:
        self._of: dict[str, _Route] = {}

    async def owner(self, begin: Begin, column: sa.Column[Any], key: Hashable) -> TenantId | None:
        """Return the tenant that a routing table holds for a key. Raise Overloaded."""
        route = self._of.setdefault(column.table.name, _Route(column))
        return route.known.get(key) or await route.find(begin, key)

    def close(self) -> None:
        """Stop the queries under way."""
        for route in self._of.values():
            route.close()


class _Route:
    def __init__(self, column: sa.Column[Any]) -> None:
        self._column = column
        self.known = RecentlyUsed[Hashable, TenantId](REMEMBERED)
        self._waiting: dict[Hashable, Owner] = {}
        self._asking: asyncio.Task[None] | None = None

    async def find(self, begin: Begin, key: Hashable) -> TenantId | None:
        if len(self._waiting) >= MOST_WAITING:
            raise _overloaded()
        owner = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(begin))
        try:
            async with asyncio.timeout(shares.PATIENCE):
                return await asyncio.shield(owner)
        except TimeoutError:
            raise _overloaded() from None

    def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self, begin: Begin) -> None:
        """Query until no key waits, those that arrive meanwhile included."""
        while self._waiting:
            asked = {key: self._waiting.pop(key) for key in list(islice(self._waiting, AT_ONCE))}
            try:
                owners = await self._read(begin, list(asked))
            except Exception as error:  # noqa: BLE001 - raised where it was asked for
                _fail(asked.values(), error)
            else:
                self.known.update(owners)
                for key, owner in asked.items():
                    owner.set_result(owners.get(key))

    async def _read(self, begin: Begin, keys: list[Hashable]) -> dict[Hashable, TenantId]:
        wanted = sa.any_(sa.literal(keys, ARRAY(self._column.type)))
        statement = sa.select(self._column, self._column.table.c.tenant_id).where(self._column == wanted)
        async with begin() as tx:
            return {row[0]: row[1] for row in await tx.execute(statement)}


def _fail(owners: Iterable[Owner], error: Exception) -> None:
    for owner in owners:
        owner.set_exception(error)
        owner.exception()  # marks it as retrieved: the caller may have left


def _overloaded() -> Overloaded:
    return Overloaded("Too many requests with unknown keys or accounts are waiting.", limit="connections")
