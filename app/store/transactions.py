"""Transactions: a connection, and whose rows it sees.

Three kinds, each begun by the Database: one tenant's, the sweeper's (ids, statuses and times of every tenant), and
that of the routing tables (no tenant is known yet).
"""

from dataclasses import dataclass
from typing import Any, overload

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.words import TenantId


@dataclass(frozen=True, slots=True, eq=False)
class Transaction:
    """One of the three kinds. A statement's parameters are given by keyword."""

    connection: AsyncConnection

    async def execute(self, statement: sa.Executable, /, **values: object) -> sa.CursorResult[*tuple[Any, ...]]:
        return await self.connection.execute(statement, self._bound(statement, values))

    @overload
    async def scalar(self, statement: sa.Select[Any], /, **values: object) -> Any | None: ...
    @overload
    async def scalar(self, statement: sa.Executable, /, **values: object) -> Any: ...
    async def scalar(self, statement: sa.Executable, /, **values: object) -> Any:
        return await self.connection.scalar(statement, self._bound(statement, values))

    async def scalars(self, statement: sa.Executable, /, **values: object) -> sa.ScalarResult[Any]:
        return await self.connection.scalars(statement, self._bound(statement, values))

    def _bound(self, _: sa.Executable, values: dict[str, object]) -> dict[str, object] | None:
        return values or None


class SweepTx(Transaction):
    """Reads ids, statuses and times of every tenant, and writes nothing."""

    __slots__ = ()


class RoutingTx(Transaction):
    """Sees the routing tables only."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class TenantTx(Transaction):
    """Sees and writes one tenant's rows. Binds `:tenant` in every SQL text."""

    tenant: TenantId

    def _bound(self, statement: sa.Executable, values: dict[str, object]) -> dict[str, object] | None:
        if isinstance(statement, sa.TextClause):
            return {"tenant": self.tenant, **values}
        return values or None
