"""A PostgreSQL that says nothing any more: its machine has gone, or the network drops what is sent."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.domain.words import TenantId
from app.store import connection_pool, silence
from app.store import database as connections
from app.store.database import Database
from app.store.overload import DatabaseAway, may_pass, overload_of
from app.store.shares import ORDINARY, OWN_WORK, PUMPS, SWEEP, WorkKind
from tests.faults.commits import CHUNK, SOCKET
from tests.patience import patience

SHORT = 0.5
_ONE = sa.text("SELECT 1")
_ASKED = sa.text("SELECT id FROM tenant_of(:tenant)")


@dataclass
class Line:
    """The way to a server, which can fall silent in both directions without an end."""

    url: str = ""
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    silent_after: bytes | None = None
    """It falls silent by itself before it passes on what contains this."""

    def __post_init__(self) -> None:
        self.heard.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                if self.silent_after is not None and self.silent_after in data:
                    self.heard.clear()
                await self.heard.wait()
                writer.write(data)
        finally:
            writer.close()


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    [real] = parse_qs(urlsplit(database_url).query)["host"]
    held, tasks = Line(), list[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(Path(real, SOCKET))
        ways = ((reader, far_writer), (far_reader, writer))
        tasks.extend(asyncio.create_task(held.carry(*way)) for way in ways)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    url = sa.make_url(database_url).set(host=host, port=port, query={})
    held.url = url.render_as_string(hide_password=False)
    yield held
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "MARGIN", 0)
    monkeypatch.setattr(connections, "LONGEST_ANSWER", SHORT)
    monkeypatch.setattr(connections, "CLOSE_SECONDS", SHORT)
    monkeypatch.setattr(connections, "SWEEP", replace(SWEEP, transaction_seconds=SHORT))


LIMITED = {
    "whole transaction": replace(PUMPS, transaction_seconds=SHORT),
    "each statement": replace(ORDINARY, statement_seconds=SHORT),
    "nothing": OWN_WORK,
}


async def begin(database: Database, tenant: UUID, line: Line, step: str) -> None:
    """Run a transaction whose server falls silent in one of its steps."""
    if step == "begin":
        line.heard.clear()
    async with database.begin(tenant) as tx:
        await tx.rows(_ONE)
        if step in ("rows", "execute"):
            line.heard.clear()
            await getattr(tx, step)(_ONE)
        if step == "roll back":
            line.heard.clear()
            raise ZeroDivisionError
        line.heard.clear()


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        *(("whole transaction", step) for step in ("begin", "rows", "execute", "commit", "roll back")),
        ("each statement", "rows"),
        ("nothing", "commit"),
    ],
)
async def test_a_transaction_whose_server_is_silent_fails_as_one_whose_connection_is_lost(
    line: Line, tenant: UUID, kind: str, step: str
) -> None:
    pool = Database(line.url, pool_size=1).of(PUMPS)
    async with pool.begin(tenant) as tx:
        await tx.rows(_ONE)

    async with patience("it fails"):
        with pytest.raises((DBAPIError, ZeroDivisionError)) as raised:
            await begin(pool.of(LIMITED[kind]), tenant, line, step)

    if isinstance(raised.value, DBAPIError):
        assert raised.value.connection_invalidated
        assert may_pass(raised.value)
    await goes_on(pool, tenant, line)


async def goes_on(pool: Database, tenant: UUID, line: Line) -> None:
    """The connection that was silent is not used again."""
    assert pool.pool_use().in_use == 0
    line.heard.set()
    async with pool.of(PUMPS).begin(tenant) as tx:
        assert [tuple(row) for row in await tx.rows(_ONE)] == [(1,)]
    await pool.close()


@pytest.mark.parametrize("kind", LIMITED.values(), ids=LIMITED)
async def test_what_is_asked_of_a_silent_server_fails(line: Line, tenant: UUID, kind: WorkKind) -> None:
    pool = Database(line.url, pool_size=1).of(PUMPS)
    await pool.ask(TenantId(tenant), _ASKED)
    line.heard.clear()

    async with patience("it fails"):
        with pytest.raises((DBAPIError, DatabaseAway)) as raised:
            await pool.of(kind).ask(TenantId(tenant), _ASKED)

    overload = overload_of(raised.value)
    assert overload is not None
    assert overload.limit == "database"
    await goes_on(pool, tenant, line)


@pytest.mark.parametrize("begins", ["begin_sweep", "begin_routing"])
async def test_a_transaction_of_no_tenant_ends_too(line: Line, tenant: UUID, begins: str) -> None:
    pool = Database(line.url, pool_size=1)

    async def falls_silent() -> None:
        async with getattr(pool, begins)() as tx:
            line.heard.clear()
            await tx.execute(_ONE)

    async with patience("it fails"):
        with pytest.raises(DBAPIError):
            await falls_silent()
    await goes_on(pool, tenant, line)


async def test_a_caller_who_leaves_does_not_wait_for_a_silent_server(line: Line, tenant: UUID) -> None:
    pool = Database(line.url, pool_size=1).of(replace(PUMPS, transaction_seconds=60))
    waiting = asyncio.create_task(begin(pool, tenant, line, "rows"))
    async with patience("the server is silent"):
        while line.heard.is_set():
            await asyncio.sleep(0.001)
    waiting.cancel()

    async with patience("it ends"):
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await goes_on(pool, tenant, line)


async def test_a_server_that_is_silent_after_the_login_is_no_longer_waited_for(
    line: Line, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pooler whose server has gone: the driver asks for types before the pool has the connection."""
    monkeypatch.setattr(connection_pool, "CONNECT_SECONDS", SHORT)
    pool = Database(line.url, pool_size=1)
    line.silent_after = b"pg_catalog.version()"

    async with patience("it fails"):
        with pytest.raises((DBAPIError, DatabaseAway)):
            async with pool.begin(tenant):
                pass

    line.silent_after = None
    await goes_on(pool, tenant, line)


async def test_a_transaction_of_many_statements_may_take_longer_than_each_of_them(
    database: Database, tenant: UUID
) -> None:
    kind = replace(ORDINARY, statement_seconds=SHORT)
    async with database.of(kind).begin(tenant) as tx:
        for _ in range(12):
            await tx.execute(sa.text("SELECT pg_sleep(0.05)"))


async def test_the_kernel_looks_after_a_connection_by_tcp(line: Line, tenant: UUID) -> None:
    pool = Database(line.url, pool_size=1)
    async with pool.begin(tenant) as tx:
        connected: Any = tx.driver._transport.get_extra_info("socket")
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for name, value in silence._UNHEARD.items():
            if hasattr(socket, name):
                assert connected.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value
    await pool.close()
