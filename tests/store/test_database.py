"""Connections: what PostgreSQL does with those that their process has forgotten."""

import asyncio
import struct
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.domain.errors import Overloaded
from app.domain.words import TenantId
from app.store import connection_pool
from app.store import database as connections
from app.store.database import Database, NotCommitted
from app.store.overload import overload_of
from app.store.shares import DELIVERY, QUICK, SWEEP
from app.store.transactions import in_tenant
from tests.conftest import create_tenant
from tests.patience import patience

_PID = sa.text("SELECT pg_backend_pid()")
_ASLEEP = sa.text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'PgSleep' AND query LIKE '%tenant_of%'
""")
_DIVIDE = sa.text("SELECT 1 / CAST(:number AS int)")
_IS_THERE = sa.text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")


async def is_there(database: Database, pid: int) -> bool:
    async with database.begin_routing() as tx:
        return bool(await tx.scalar(_IS_THERE, pid=pid))


async def leave_open(hasty: Database, observer: Database) -> None:
    """Go on only when the server has ended the connection."""
    async with hasty.begin_routing() as tx:
        pid = await tx.scalar(_PID)
        while await is_there(observer, pid):
            pass
        await tx.scalar(_PID)


async def test_a_transaction_that_asks_nothing_more_is_ended_and_the_next_one_works(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = {**connection_pool.SESSION, "idle_in_transaction_session_timeout": "50ms"}
    monkeypatch.setattr(connection_pool, "SESSION", hurried)
    hasty = Database(database_url, pool_size=1)

    async with asyncio.timeout(20):
        with pytest.raises(DBAPIError):
            await leave_open(hasty, database)
        async with hasty.begin_routing() as again:
            assert await again.scalar(_PID)
    await hasty.close()


async def test_connections_that_were_closed_meanwhile_are_not_used_again(database_url: str, database: Database) -> None:
    pool = Database(database_url, pool_size=2)
    async with pool.begin_routing() as one, pool.begin_routing() as other:
        pids = [await tx.scalar(_PID) for tx in (one, other)]
    for pid in pids:
        await end(database, pid)

    async with pool.begin_routing() as one, pool.begin_routing() as other:
        assert not {await one.scalar(_PID), await other.scalar(_PID)} & set(pids)
    await pool.close()


@pytest.mark.parametrize("when", ["idle", "in a statement"])
async def test_a_connection_that_is_ended_takes_no_other_with_it(
    database_url: str, database: Database, when: str
) -> None:
    pool = Database(database_url, pool_size=2)
    async with pool.begin_routing() as other:
        kept = await other.scalar(_PID)
        with pytest.raises(DBAPIError) if when == "in a statement" else nullcontext():
            async with pool.begin_routing() as one:
                ended = await one.scalar(_PID)
                if when == "in a statement":
                    await end(database, ended)
                    await one.scalar(_PID)
    if when == "idle":
        await end(database, ended)

    for _ in range(2):  # the second time after all of the pool has been looked at
        async with pool.begin_routing() as one, pool.begin_routing() as other:
            pids = [await tx.scalar(_PID) for tx in (one, other)]
        assert kept in pids
        assert ended not in pids
    await pool.close()


async def end(database: Database, pid: int) -> None:
    async with database.begin_routing() as tx:
        await tx.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), pid=pid)
        async with patience("the connection is gone"):
            while await is_there(database, pid):
                pass


LAST_WORDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"


@pytest.mark.parametrize("step", ["begin", "rows", "execute", "commit", "ask"])
async def test_a_connection_is_lost_as_soon_as_the_server_has_said_so(
    database_url: str, tenant: UUID, step: str
) -> None:
    """Its last words may be read before the end of its socket is."""
    pool = Database(database_url, pool_size=1).of(QUICK)

    async def hear_and_go_on() -> None:
        async with pool.begin(tenant) as tx:
            pid, driver = await tx.scalar(_PID), tx.driver
            if step in ("rows", "execute", "commit"):
                hear(driver)
            if step in ("rows", "execute"):
                await getattr(tx, step)(_PID)
        hear(driver)
        if step == "ask":
            await pool.ask(TenantId(tenant), sa.text("SELECT CAST(:tenant AS uuid)"))
        async with pool.begin(tenant) as tx:
            assert await tx.scalar(_PID) == pid

    with pytest.raises(DBAPIError) as raised:
        await hear_and_go_on()
    overload = overload_of(raised.value)
    assert overload is not None
    assert overload.limit == "database"
    async with pool.begin(tenant) as tx:
        assert await tx.scalar(_PID)
    await pool.close()


def hear(driver: Any) -> None:
    driver._protocol.data_received(b"E" + struct.pack("!i", len(LAST_WORDS) + 4) + LAST_WORDS)


async def test_a_transaction_whose_failure_was_passed_over_does_not_end_as_if_it_were_committed(
    database: Database,
) -> None:
    async def pass_over_a_failure() -> None:
        async with database.begin_routing() as tx:
            with suppress(DBAPIError):
                await tx.execute(sa.text("SELECT 1 / 0"))

    with pytest.raises(NotCommitted):
        await pass_over_a_failure()


async def test_a_text_that_asyncpg_runs_by_itself_says_the_same_as_through_sqlalchemy(
    database: Database, tenant: UUID
) -> None:
    statement = sa.text(
        "SELECT CAST(:tenant AS uuid) AS tenant, CAST(:number AS int) AS number, CAST(:given AS jsonb) AS given"
    )
    async with database.begin(tenant) as tx:
        [row] = await tx.rows(statement, number=7, given='{"a": [1, null]}')
        assert (row.tenant, row.number, row.given) == (tenant, 7, {"a": [1, None]})
        with pytest.raises(DBAPIError) as raised:
            await tx.rows(_DIVIDE, number=0)
        assert raised.value.orig.sqlstate == "22012"  # type: ignore[union-attr]
        await tx.execute(sa.text("ROLLBACK"))


async def test_a_column_is_found_by_its_name_wherever_it_stands(database: Database, tenant: UUID) -> None:
    statements = map(sa.text, ("SELECT 1 AS first_seen, 2 AS other", "SELECT 3 AS other, 4 AS first_seen", "SELECT 5"))
    async with database.begin(tenant) as tx:
        [one], [turned], [without] = [await tx.rows(statement) for statement in statements]
    assert (one.first_seen, one.first_seen, turned.first_seen, turned.other) == (1, 1, 4, 3)
    with pytest.raises(KeyError):
        assert without.first_seen


async def test_no_transaction_may_idle_for_long(database: Database) -> None:
    async with database.begin_routing() as tx:
        shown = await tx.scalar(sa.text("SHOW idle_in_transaction_session_timeout"))
    assert shown == connection_pool.LEFT_OPEN


async def test_a_transaction_of_a_delivery_is_ended_whatever_it_does(database: Database, tenant: UUID) -> None:
    """A process that freezes in the middle of a statement leaves it active, and it would hold its rows for ever."""
    hasty = database.of(replace(DELIVERY, transaction_seconds=0.05))
    with pytest.raises(DBAPIError):
        async with hasty.begin(tenant) as connection:
            await connection.execute(sa.text("SELECT pg_sleep(60)"))
    async with database.of(DELIVERY).begin(tenant) as connection:
        shown = await connection.scalar(sa.text("SHOW transaction_timeout"))
    async with database.begin(tenant) as connection:
        usual = await connection.scalar(sa.text("SHOW transaction_timeout"))
    assert (shown, usual) == ("30s", "0")


async def test_a_sweep_is_ended_whatever_it_does(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that freezes within a statement would keep the sweeper's lock for ever."""
    monkeypatch.setattr(connections, "SWEEP", replace(SWEEP, transaction_seconds=0.05))
    with pytest.raises(DBAPIError):
        async with database.begin_sweep() as tx:
            await tx.execute(sa.text("SELECT pg_sleep(60)"))


ASKED = sa.text("SELECT id, pg_backend_pid() AS pid, pg_sleep(:seconds) FROM tenant_of(:tenant)")
LEFT = sa.text("SELECT current_setting('app.tenant', true) AS tenant, pg_backend_pid() AS pid")


async def test_what_is_asked_without_a_transaction_leaves_no_tenant_behind(database_url: str, tenant: UUID) -> None:
    one = Database(database_url, pool_size=1)
    asked = await one.ask(TenantId(tenant), ASKED, seconds=0)
    assert asked is not None
    assert asked.id == tenant
    async with one.begin_routing() as tx:
        left = (await tx.execute(LEFT)).one()
    await one.close()
    assert left.pid == asked.pid
    assert not left.tenant


async def test_a_tenant_asks_for_its_own_rows_alone(database: Database, tenant: UUID) -> None:
    theirs = sa.text("SELECT count(*) FROM tenants WHERE id <> :tenant AND EXISTS (SELECT FROM tenant_of(:tenant))")
    counted = await database.ask(TenantId(tenant), theirs)
    assert counted is not None
    assert tuple(counted) == (0,)


NAMES = in_tenant("SELECT t.id, t.name, pg_backend_pid() AS pid FROM tenants t WHERE t.id = :tenant")
EVERY_NAME = in_tenant("SELECT t.id FROM tenants t WHERE CAST(:tenant AS uuid) IS NOT NULL")


async def test_one_statement_sees_its_tenant_alone_and_leaves_none_behind(database_url: str, tenant: UUID) -> None:
    one = Database(database_url, pool_size=1)
    other = await create_tenant(one)
    [row] = await one.fetch(TenantId(tenant), NAMES)
    seen = [await one.fetch(TenantId(each), EVERY_NAME) for each in (tenant, other)]
    async with one.begin_routing() as tx:
        left = (await tx.execute(LEFT)).one()
    await one.close()
    assert row.id == tenant
    assert [[each.id for each in rows] for rows in seen] == [[tenant], [other]]
    assert left.pid == row.pid
    assert not left.tenant


@pytest.mark.parametrize("off", ["jit", "enable_nestloop", "enable_nestloop = off; SET LOCAL enable_hashjoin"])
async def test_the_tenant_is_set_before_a_row_is_read_however_tables_are_joined(
    database: Database, tenant: UUID, off: str
) -> None:
    for statement in (NAMES, EVERY_NAME):
        async with database.begin_routing() as tx:
            await tx.driver.execute(f"SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL {off} = off")
            assert [row.id for row in await tx.execute(statement, tenant=tenant)] == [tenant]


async def asleep(database: Database) -> bool:
    async with database.begin_routing() as tx:  # within one, PostgreSQL would say the same again
        return bool(await tx.scalar(_ASLEEP))


async def test_a_caller_who_leaves_takes_no_connection_along(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """What they asked for has ended when the connection is free again."""
    one = Database(database_url, pool_size=1)
    asking = asyncio.create_task(one.ask(TenantId(tenant), ASKED, seconds=20))
    while not await asleep(database):
        await asyncio.sleep(0.001)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert one.pool_use().in_use == 0
    assert not await asleep(database)
    assert await one.ask(TenantId(tenant), ASKED, seconds=0)
    await one.close()


async def test_what_is_asked_has_an_end(database_url: str, tenant: UUID) -> None:
    one = Database(database_url, pool_size=1).of(replace(QUICK, statement_seconds=0.05))
    with pytest.raises(Overloaded):
        await one.ask(TenantId(tenant), ASKED, seconds=20)
    assert await one.ask(TenantId(tenant), ASKED, seconds=0)
    await one.close()


async def test_a_login_that_the_server_refuses_is_told_as_for_any_statement(database_url: str, tenant: UUID) -> None:
    url = sa.make_url(database_url).set(database="nowhere").render_as_string(hide_password=False)
    nowhere = Database(url, pool_size=1).of(QUICK)
    try:
        with pytest.raises(DBAPIError) as refused:
            await nowhere.fetch(TenantId(tenant), in_tenant("SELECT id FROM contacts WHERE tenant_id = :tenant"))
        assert getattr(refused.value.orig, "sqlstate", None) == "3D000"
    finally:
        await nowhere.close()
