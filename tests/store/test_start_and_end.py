"""Connections of a process that starts or ends while PostgreSQL starts, is silent, or has frozen."""

import asyncio
import os
import signal
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.domain.words import TenantId
from app.store import connection_pool
from app.store import database as connections
from app.store.database import Database
from app.store.overload import DatabaseAway, may_pass
from tests.faults.commits import CHUNK, SOCKET, pass_on
from tests.patience import patience

_PID = sa.text("SELECT pg_backend_pid()")
_PID_OF = sa.text("SELECT pg_backend_pid() FROM tenants WHERE id = :tenant")
FIRST_WORDS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


@asynccontextmanager
async def starting(database_url: str, refusals: int = 0, silences: int = 0) -> AsyncIterator[str]:
    """Yield the address of a server that refuses the first connections as one does after a crash, or says nothing."""
    [real] = parse_qs(urlsplit(database_url).query)["host"]
    left = [b""] * silences + [b"E" + struct.pack("!i", 4 + len(FIRST_WORDS)) + FIRST_WORDS] * refusals

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if left:
            await reader.read(1)
            writer.write(words := left.pop())
            while not words and await reader.read(CHUNK):
                pass
            writer.close()
        else:
            far_reader, far_writer = await asyncio.open_unix_connection(Path(real, SOCKET))
            await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))

    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.start_unix_server(answer, Path(folder, SOCKET))
        yield database_url.replace(real, folder)
        server.close()


async def test_a_server_that_has_frozen_does_not_keep_a_process_from_ending(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "CLOSE_SECONDS", 0.1)
    one = Database(database_url, pool_size=1)
    async with one.begin_routing() as tx:
        backend = await tx.scalar(_PID)
    os.kill(backend, signal.SIGSTOP)
    try:
        async with patience("it is closed"):
            await one.close()
    finally:
        os.kill(backend, signal.SIGCONT)
    assert "closing connection" in caplog.text


async def test_a_server_that_is_starting_is_waited_for(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "START_PAUSE", 0)
    async with starting(database_url, refusals=2) as url:
        database = Database(url, pool_size=1)
        await database.refuse_unsafe_role()
        await database.close()


async def test_a_server_that_is_silent_at_first_is_waited_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "START_PAUSE", 0)
    monkeypatch.setattr(connection_pool, "CONNECT_SECONDS", 0.5)
    async with starting(database_url, silences=1) as url:
        database = Database(url, pool_size=1)
        await database.refuse_unsafe_role()
        await database.close()


async def test_a_server_that_does_not_come_up_is_given_up(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "START_SECONDS", 0)
    async with starting(database_url, refusals=2) as url:
        database = Database(url, pool_size=1)
        with pytest.raises(DBAPIError, match="is starting up"):
            await database.refuse_unsafe_role()
        await database.close()


@asynccontextmanager
async def standing_by(database_url: str, connections: int) -> AsyncIterator[str]:
    """Yield an address that leads to a standby for so many connections, and to the primary after that."""
    [real] = parse_qs(urlsplit(database_url).query)["host"]
    left = [None] * connections

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(Path(real, SOCKET))
        asking = asyncio.create_task(pass_on(reader, far_writer))
        if left:
            left.pop()
            greeting = await far_reader.readuntil(_in_hot_standby("off"))
            writer.write(greeting.replace(_in_hot_standby("off"), _in_hot_standby("on")))
        await asyncio.gather(asking, pass_on(far_reader, writer))

    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.start_unix_server(answer, Path(folder, SOCKET))
        yield database_url.replace(real, folder)
        server.close()


def _in_hot_standby(value: str) -> bytes:
    """Return what a server says of itself after a login."""
    said = f"in_hot_standby\0{value}\0".encode()
    return b"S" + struct.pack("!i", 4 + len(said)) + said


async def test_nobody_stays_with_a_standby(database_url: str, tenant: UUID) -> None:
    async with standing_by(database_url, connections=2) as url:
        database = Database(url, pool_size=1)
        with pytest.raises(DatabaseAway, match="standby") as transaction:
            async with database.begin(tenant):
                pass
        with pytest.raises(DatabaseAway, match="standby") as question:
            await database.ask(TenantId(tenant), _PID_OF)
        assert all(may_pass(raised.value) for raised in (transaction, question))
        async with database.begin(tenant) as tx:
            assert await tx.scalar(_PID)
        await database.close()
