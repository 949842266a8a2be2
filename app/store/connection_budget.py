"""A few connections of a pool, for work that must leave the others to the pumps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain.words import TenantId
from app.store.database import Database
from app.store.transactions import TenantTx


class ConnectionBudget:
    """A few connections of a pool, for work that must leave the others to the pumps, however much work there is."""

    def __init__(self, database: Database, connections: int) -> None:
        self._database = database
        self._free = asyncio.Semaphore(connections)

    @asynccontextmanager
    async def begin(self, tenant: TenantId) -> AsyncIterator[TenantTx]:
        """Open a transaction that sees one tenant's rows, once one of these connections is free."""
        async with self._free, self._database.begin(tenant) as tx:
            yield tx
