"""Transactions in PostgreSQL: one transaction, one tenant.

The tenant is set for one transaction only, so that a pooled connection carries nothing over. Without a tenant,
row-level security shows no row at all.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from copy import copy
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from app.domain.words import TenantId
from app.process.tenant_time import TenantTime
from app.store import shares
from app.store.connection_pool import open_pool
from app.store.finishing import to_its_end
from app.store.login import refuse_unsafe_role
from app.store.overload import DatabaseAway, connecting, is_starting, too_long
from app.store.plans import BY_INDEX, NOT_EACH_WITH_EACH, ONE_PLAN
from app.store.release import refuse_former_schema
from app.store.routing import Routes
from app.store.shares import OWN_WORK, ROUTING, SWEEP, Shares, WorkKind
from app.store.silence import LONGEST_ANSWER, Watch
from app.store.transactions import DRIVER_ERRORS, RoutingTx, SweepTx, TenantTx, failed, fetch_rows

log = structlog.get_logger(__name__)

SWEEPER_ROLE = "mass_reply_sweeper"
"""Reads ids, statuses and times of every tenant, and nothing else."""

CLOSE_SECONDS = 5
"""How long connections may take to close. asyncpg waits until the server hangs up, and a frozen one never does."""
START_SECONDS = 60
START_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections of one process."""

    in_use: int
    limit: int


class NotCommitted(sa.exc.SQLAlchemyError):
    """A transaction in which a statement had failed came to its end as if nothing had happened."""


class Database:
    """The only source of connections. Each request to it belongs to one kind of work (`of`)."""

    def __init__(self, url: str, *, pool_size: int, time: TenantTime | None = None) -> None:
        self._engine = open_pool(url, pool_size)
        self._shares = Shares(pool_size)
        self._time = time or TenantTime()
        self._routes = Routes()
        self._kind = OWN_WORK

    def of(self, kind: WorkKind) -> Self:
        """Return the same connections for one kind of work: with its time-out, and within its share of them."""
        other = copy(self)
        other._kind = kind
        return other

    @asynccontextmanager
    async def begin(self, tenant: TenantId | UUID) -> AsyncIterator[TenantTx]:
        """Open a transaction that sees one tenant's rows. It commits when the block ends without an error.

        Raise Overloaded if the tenant's share of this kind of work is used up.
        """
        given = {"app.tenant": str(UUID(str(tenant))), **_limits(self._kind), **_plans(self._kind)}
        async with self._admitted(TenantId(tenant)), self._connected(given, self._kind) as connected:
            yield TenantTx(*connected, TenantId(tenant))

    @asynccontextmanager
    async def begin_routing(self) -> AsyncIterator[RoutingTx]:
        """Open a transaction without a tenant: it sees only the routing tables.

        In the API unauthenticated requests cause it too, so it has its own time-out and share. Raise Overloaded.
        """
        async with AsyncExitStack() as stack:
            kind = self._kind
            if kind.statement_seconds is not None:
                await stack.enter_async_context(self._shares.taken(ROUTING))
                kind = ROUTING
            yield RoutingTx(*await stack.enter_async_context(self._connected(_limits(kind), kind)))

    async def ask(self, tenant: TenantId, statement: sa.TextClause, **values: object) -> Any | None:
        """Return the only row of what `fetch` returns, or None. Raise Overloaded."""
        rows = await self.fetch(tenant, statement, **values)
        return rows[0] if rows else None

    async def fetch(self, tenant: TenantId, statement: sa.TextClause, **values: object) -> Sequence[Any]:
        """Return the rows of one statement that reads.

        The statement sets the tenant for row-level security itself (`in_tenant`, or a function in PostgreSQL). So this
        is one round trip, where a transaction needs more. Raise Overloaded.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._admitted(tenant))
            driver = await self._borrowed_driver(stack)
            watch = _watch(driver, self._kind)
            try:
                async with asyncio.timeout(self._kind.statement_seconds):
                    return await fetch_rows(driver, statement, {"tenant": tenant, **values})
            except BaseException as error:
                await _roll_back(driver)  # it waits until a statement that was given up has ended
                if isinstance(error, TimeoutError):
                    raise (DatabaseAway("PostgreSQL is silent.") if driver.is_closed() else too_long()) from None
                raise
            finally:
                watch.end()

    async def owner(self, column: sa.Column[Any], key: Hashable) -> TenantId | None:
        """Return the tenant that a routing table holds for a key. Raise Overloaded."""
        return await self._routes.owner(self.begin_routing, column, key)

    @asynccontextmanager
    async def begin_sweep(self) -> AsyncIterator[SweepTx]:
        """Open a transaction that reads ids, statuses and times of every tenant."""
        async with self._connected({"role": SWEEPER_ROLE, **_limits(SWEEP), **BY_INDEX}, SWEEP) as connected:
            yield SweepTx(*connected)

    @asynccontextmanager
    async def _connected(
        self, given: Mapping[str, str], limits: WorkKind
    ) -> AsyncIterator[tuple[AsyncConnection, Any]]:
        """Begin a transaction with these settings. Yield its connection twice, as SQLAlchemy's and as asyncpg's.

        If PostgreSQL is silent for longer than its limits allow, the waiting statement fails: its connection is lost.
        """
        async with AsyncExitStack() as stack:
            connection = await self._connection(stack)
            driver = _driver(connection)
            stack.callback(_watch(driver, limits).end)
            try:
                # One round trip. SQLAlchemy's own BEGIN would make it two.
                await _run(driver, f"BEGIN {self._isolation}; {_settings(given)}")
                yield connection, driver
            except BaseException:
                await _roll_back(driver)
                raise
            if self._kind.statement_seconds is None:
                await _commit(driver)
            else:
                # A caller may disconnect at any moment, also during the commit.
                await to_its_end(_commit(driver))

    @asynccontextmanager
    async def _admitted(self, tenant: TenantId) -> AsyncIterator[None]:
        """Wait for the tenant's turn and for a connection of its share. Charge the tenant for the block's time.

        Raise Overloaded.
        """
        account = self._time.of(tenant, self._kind.purse) if self._kind.purse else None
        if account is not None:
            await (account.require(shares.PATIENCE) if self._kind.refusable else account.pace(self._kind.pause))
        async with AsyncExitStack() as stack:
            if self._kind.statement_seconds is not None:
                await stack.enter_async_context(self._shares.taken(self._kind, tenant))
            if account is not None:
                stack.enter_context(account.spending())
            yield

    @property
    def _isolation(self) -> str:
        return "ISOLATION LEVEL REPEATABLE READ" if self._kind.one_moment else ""

    async def _connection(self, stack: AsyncExitStack) -> AsyncConnection:
        with connecting():
            return await stack.enter_async_context(self._engine.connect())

    async def _borrowed_driver(self, stack: AsyncExitStack) -> Any:
        """Return asyncpg's connection. To wrap it in SQLAlchemy's takes as long as a short statement."""
        with connecting():
            borrowed = await self._engine.raw_connection()
        stack.callback(borrowed.close)
        return borrowed.driver_connection

    async def refuse_unsafe_role(self) -> None:
        """Raise UnsafeRole, saying what to do, if this login reaches rows past row-level security.

        Wait for a server that reports that it is starting, or that accepts a connection and is silent: it will be ready
        soon, unlike one behind a wrong address.
        """
        warned, give_up = False, monotonic() + START_SECONDS
        while True:
            try:
                async with self._connected({}, ROUTING) as (connection, _):
                    return await refuse_unsafe_role(connection)
            except (sa.exc.DBAPIError, DatabaseAway) as error:
                # A server that restarts reports the same at first, and then accepts no connection for a moment.
                may_come = is_starting(error) or (warned and isinstance(error, DatabaseAway))
                if not may_come or monotonic() > give_up:
                    raise
            if not warned:
                log.warning("database_starting")
            warned = True
            await asyncio.sleep(START_PAUSE)

    async def refuse_former_schema(self) -> None:
        """Raise SchemaBehind, saying what to do, if this release's `migrate` has not been run."""
        async with self._connected({}, ROUTING) as (connection, _):
            await refuse_former_schema(connection)

    def pool_use(self) -> PoolUse:
        """How many connections are in use, and how many may be."""
        pool = self._engine.pool
        assert isinstance(pool, QueuePool)  # noqa: S101 - narrows for mypy: it is what an engine has by default
        return PoolUse(pool.checkedout(), pool.size())

    async def close(self) -> None:
        """Close every connection. One whose server does not answer stays open until the process ends."""
        self._routes.close()
        with suppress(TimeoutError):  # SQLAlchemy has named the connection in the log
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._engine.dispose()


def _limits(kind: WorkKind) -> dict[str, str]:
    """Return PostgreSQL's own limits for a kind of work.

    A transaction needs one besides the limit on idle time: a process that freezes between the messages of one statement
    leaves it active, waiting for the client, with its rows locked.
    """
    limits = {
        "statement_timeout": kind.statement_seconds,
        "lock_timeout": kind.lock_seconds,
        "transaction_timeout": kind.transaction_seconds,
    }
    return {name: str(round(seconds * 1000)) for name, seconds in limits.items() if seconds is not None}


def _watch(driver: Any, kind: WorkKind) -> Watch:
    """Watch a connection for a little longer than PostgreSQL may take to answer."""
    in_all = kind.transaction_seconds
    return Watch(driver, in_all or kind.statement_seconds or LONGEST_ANSWER, in_all=in_all is not None)


def _plans(kind: WorkKind) -> Mapping[str, str]:
    return {**(ONE_PLAN if kind.by_key else {}), **(NOT_EACH_WITH_EACH if kind.in_groups else {})}


def _settings(given: Mapping[str, str]) -> str:
    """Return SQL that sets these until the transaction ends. The values are our own, so none needs quoting."""
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in given.items())


def _driver(connection: AsyncConnection) -> Any:
    assert connection.sync_connection is not None  # noqa: S101 - narrows for mypy: it is connected
    return connection.sync_connection.connection.driver_connection


async def _run(driver: Any, statement: str) -> str:
    """Run statements of our own on asyncpg's connection. Raise what SQLAlchemy raises."""
    try:
        return str(await driver.execute(statement))
    except DRIVER_ERRORS as error:
        raise failed(error, driver) from error


async def _commit(driver: Any) -> None:
    """Commit. Raise NotCommitted if a statement had failed: then PostgreSQL rolls back instead."""
    try:
        ended = await _run(driver, "COMMIT")
    except BaseException:
        await _roll_back(driver)
        raise
    if ended != "COMMIT":
        raise NotCommitted("The transaction was rolled back, because one of its statements had failed.")


async def _roll_back(driver: Any) -> None:
    """Roll back, or close the connection if that is not possible, so that it is not used again."""
    if driver.is_closed():
        return
    try:
        await driver.execute("ROLLBACK", timeout=CLOSE_SECONDS)
    except Exception:  # noqa: BLE001 - the caller raises what went wrong first
        driver.terminate()
    except BaseException:
        driver.terminate()
        raise
