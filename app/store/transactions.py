"""Transactions: a connection, and the rows that it sees.

There are three kinds, which `Database` begins: one tenant's, the sweeper's (ids, statuses and times of every tenant),
and that of the routing tables (no tenant is known yet).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, overload

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.words import TenantId

DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


@dataclass(frozen=True, slots=True, eq=False)
class Transaction:
    """One of the three kinds. A statement's parameters are given by keyword."""

    connection: AsyncConnection
    driver: Any
    """The same connection as asyncpg gives it."""

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

    async def rows(self, statement: sa.TextClause, /, **values: object) -> list[Any]:
        """Return the rows of an SQL text, run by asyncpg itself: for what each group of deliveries runs.

        SQLAlchemy's own work would take longer than the statement itself. The statement must live as long as the
        process: its compiled form is cached.
        """
        return await fetch_rows(self.driver, statement, self._bound(statement, values) or {})

    async def script(self, statements: str) -> None:
        """Run statements of our own without values, in one round trip."""
        with _raising(self.driver):
            await self.driver.execute(statements)

    async def rows_of_each(self, statement: sa.TextClause, values: Sequence[Mapping[str, object]]) -> list[Any]:
        """Run a statement once for each of the values, in one round trip. Each sees what was committed before it."""
        compiled = _compiled(statement)
        each = [self._bound(statement, dict(one)) or {} for one in values]
        arguments = [[one[name] for name in compiled.names] for one in each]
        with _raising(self.driver):
            rows: list[Any] = await self.driver.fetchmany(compiled.text, arguments, record_class=Row)
        return rows


async def fetch_rows(driver: Any, statement: sa.TextClause, values: Mapping[str, object]) -> list[Any]:
    """Return the rows of an SQL text, run by asyncpg itself. Raise what SQLAlchemy raises."""
    compiled = _compiled(statement)
    arguments = [values[name] for name in compiled.names]
    with _raising(driver):
        rows: list[Any] = await driver.fetch(compiled.text, *arguments, record_class=Row)
    return rows


@contextmanager
def _raising(driver: Any) -> Iterator[None]:
    """Raise what SQLAlchemy raises for an error of asyncpg."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise failed(error, driver) from error


def in_tenant(statement: str) -> sa.TextClause:
    """Return a statement for `Database.fetch`: PostgreSQL sets the tenant before it reads the first row.

    The part that reads takes the tenant from the part that sets it. The offset keeps the planner from turning the two
    into a join, which it could begin with either: read first, row-level security would show no row at all.
    """
    assert ":tenant" in statement  # noqa: S101 - without it nothing would say what comes first
    reads = statement.replace(":tenant", "CAST(named.tenant AS uuid)")
    return sa.text(f"""
        SELECT found.* FROM set_config('app.tenant', CAST(CAST(:tenant AS uuid) AS text), true) AS named (tenant)
        CROSS JOIN LATERAL ({reads} OFFSET 0) AS found
    """)  # noqa: S608 - made of literals


def failed(error: Exception, driver: Any) -> sa.exc.DBAPIError:
    """Return what SQLAlchemy raises for an error of asyncpg.

    Between a server's last message and the end of the socket, asyncpg takes a lost connection for a busy one and raises
    InternalClientError. The connection is of no use after that.
    """
    if isinstance(error, asyncpg.InternalClientError):
        driver.terminate()
    return sa.exc.DBAPIError(None, None, error, connection_invalidated=driver.is_closed())


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row whose columns are attributes. An unknown name raises KeyError."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """Return a column that is read for the first time, and make it a property of all rows.

        Python calls this only after an AttributeError, which takes ten times as long as a property.
        """
        value = self[name]
        setattr(Row, name, property(itemgetter(name)))
        return value


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    names: Sequence[str]
    """The names of its parameters, in the order of their numbers."""


_DIALECT: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=512)
def _compiled(statement: sa.TextClause) -> _Compiled:
    compiled: Any = statement.compile(dialect=_DIALECT)
    return _Compiled(compiled.string, compiled.positiontup)


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
