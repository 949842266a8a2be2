"""What `migrate` holds up on a table of many rows, and for how long. `LARGE=10000000` is the size that is promised."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import Connection, text

from app.dev import servers
from app.dev.migration_lint import faults_of
from app.store import schema
from app.store.schema import migrate

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(600)]

ROWS = int(os.environ.get("LARGE", "200000"))
LONGEST = 1.0
"""Seconds."""
INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'deliveries'::regclass AND NOT indisunique"
FILL = """
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, channel, status, not_before,
                            queued_at, updated_at)
    SELECT $1, $1, uuidv7(), $1, 'email', 'sent', now(), now(), now() FROM generate_series(1, $2::int)
"""
TOUCH = "UPDATE deliveries SET updated_at = now() WHERE tenant_id = $1 AND id = $2"
LATER = (
    "ALTER TABLE deliveries ADD COLUMN note text",
    "ALTER TABLE deliveries ADD COLUMN tries integer DEFAULT 0 NOT NULL",
    "ALTER TABLE deliveries ADD CONSTRAINT ck_tries CHECK (tries >= 0) NOT VALID",
    "CREATE INDEX IF NOT EXISTS ix_note ON deliveries (note)",
)
"""What the lint lets a later release do, once the index is there."""


@pytest.fixture
async def owner(postgres_server: servers.PostgresServer, worker_name: str, database_url: str) -> AsyncIterator[str]:
    """The name of a database whose table of deliveries has many rows."""
    name = f"large_{worker_name}"
    await servers.create_database(postgres_server, name, fresh=True)
    await migrate(postgres_server.url(servers.OWNER, name), postgres_server.url(servers.RUNTIME, name))
    superuser = await asyncpg.connect(postgres_server.url("postgres", name))
    await superuser.execute("SET session_replication_role = replica")  # no foreign keys
    for row in await superuser.fetch(INDEXES):
        await superuser.execute(f"DROP INDEX {row[0]}")
    await superuser.execute(FILL, await superuser.fetchval("SELECT uuidv7()"), ROWS)
    await superuser.close()
    yield name
    await servers.drop_database(postgres_server, name)


@asynccontextmanager
async def traffic(url: str) -> AsyncIterator[list[float]]:
    """Write one row again and again. Yield how long each time took."""
    connection, seconds = await asyncpg.connect(url), list[float]()
    row = await connection.fetchrow("SELECT tenant_id, id FROM deliveries LIMIT 1")

    async def write() -> None:
        while True:
            began = time.monotonic()
            await connection.execute(TOUCH, *row)
            seconds.append(time.monotonic() - began)

    writing = asyncio.create_task(write())
    try:
        yield seconds
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        connection.terminate()


async def test_nobody_waits_longer_than_a_second_for_a_migration(
    owner: str, postgres_server: servers.PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser = postgres_server.url("postgres", owner)
    urls = postgres_server.url(servers.OWNER, owner), postgres_server.url(servers.RUNTIME, owner)
    upgrade, longest = schema.upgrade, {}

    def later(connection: Connection) -> None:
        upgrade(connection)
        for statement in LATER:
            connection.execute(text(statement))

    assert list(faults_of(LATER)) == []
    async with traffic(superuser) as seconds:
        await asyncio.sleep(1)
        longest["without"] = max(seconds)
        seconds.clear()
        await migrate(*urls)
        longest["again"] = max(seconds)
        seconds.clear()
        connection = await asyncpg.connect(superuser)
        await connection.execute("CREATE INDEX CONCURRENTLY ix_note ON deliveries (channel)")
        await connection.close()
        longest["an index aside"] = max(seconds)
        seconds.clear()
        monkeypatch.setattr(schema, "upgrade", later)
        await migrate(*urls)
        longest["a later release"] = max(seconds)
    print(f"{ROWS} rows:", {name: f"{took * 1000:.0f} ms" for name, took in longest.items()})  # noqa: T201
    assert max(longest["again"], longest["a later release"]) < LONGEST
