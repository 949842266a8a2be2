"""Connections: what PostgreSQL does with those that their process has forgotten."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.store import database as connections
from app.store.database import Database

_PID = sa.text("SELECT pg_backend_pid()")
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
    hurried = {**connections._SESSION, "idle_in_transaction_session_timeout": "50ms"}
    monkeypatch.setattr(connections, "_SESSION", hurried)
    hasty = Database(database_url, pool_size=1)

    async with asyncio.timeout(20):
        with pytest.raises(DBAPIError):
            await leave_open(hasty, database)
        async with hasty.begin_routing() as again:
            assert await again.scalar(_PID)
    await hasty.close()


async def test_no_transaction_may_idle_for_long(database: Database) -> None:
    async with database.begin_routing() as tx:
        shown = await tx.scalar(sa.text("SHOW idle_in_transaction_session_timeout"))
    assert shown == connections.LEFT_OPEN
