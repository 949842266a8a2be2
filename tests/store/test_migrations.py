"""Migrations: what they make, and which databases they refuse."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine

from app.dev import servers
from app.store import schema
from app.store.connection_pool import async_url
from app.store.schema import SWEEPER_COLUMNS, InvalidIndex, UnknownRevision, alembic_config, migrate
from tests.store.schema_lines import schema_lines

WAITED_FOR = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'deliveries'::regclass)"
MADE_BEFORE = Path(__file__).resolve().parents[1] / "data" / "schema" / "0076.txt"


@pytest.fixture
async def empty(postgres_server: servers.PostgresServer, worker_name: str, database_url: str) -> AsyncIterator[str]:
    """The name of a database without a schema, on a server that has the roles."""
    name = f"empty_{worker_name}"
    await servers.create_database(postgres_server, name, fresh=True)
    yield name
    await servers.drop_database(postgres_server, name)


@pytest.fixture
async def connection(postgres_server: servers.PostgresServer, empty: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_server.url("postgres", empty))
    yield connection
    await connection.close()


@pytest.fixture
def urls(postgres_server: servers.PostgresServer, empty: str) -> tuple[str, str]:
    return postgres_server.url(servers.OWNER, empty), postgres_server.url(servers.RUNTIME, empty)


async def first_migration(owner_url: str) -> None:
    engine = create_async_engine(async_url(owner_url))
    async with engine.begin() as owner:
        await owner.run_sync(lambda sync: command.upgrade(alembic_config(sync), "0076"))
    await engine.dispose()


async def test_the_first_migration_makes_what_the_34_before_it_made(
    connection: asyncpg.Connection, urls: tuple[str, str]
) -> None:
    await first_migration(urls[0])
    assert await schema_lines(connection) == MADE_BEFORE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("revision", ["0075", "9999"])
async def test_a_database_of_another_release_is_left_as_it_is(
    connection: asyncpg.Connection, urls: tuple[str, str], revision: str
) -> None:
    await connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    await connection.execute(f"ALTER TABLE alembic_version OWNER TO {servers.OWNER}")
    await connection.execute("INSERT INTO alembic_version VALUES ($1)", revision)
    before = await schema_lines(connection)
    with pytest.raises(UnknownRevision, match=f"revision {revision}, which this release does not know"):
        await migrate(*urls)
    assert await schema_lines(connection) == before


async def test_a_migration_that_is_interrupted_has_changed_nothing_and_is_begun_again(
    connection: asyncpg.Connection, urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> list[str]:
        raise ConnectionError

    before = await schema_lines(connection)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_grants", interrupted)
        with pytest.raises(ConnectionError):
            await migrate(*urls)
    assert await schema_lines(connection) == before
    await migrate(*urls)
    assert len(await schema_lines(connection)) > len(before)


async def test_a_database_that_is_up_to_date_is_migrated_beside_whoever_uses_it(
    connection: asyncpg.Connection, urls: tuple[str, str]
) -> None:
    await migrate(*urls)
    before = await schema_lines(connection)
    async with connection.transaction():
        for table in SWEEPER_COLUMNS:
            await connection.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")  # as every write does
        async with asyncio.timeout(20):
            await migrate(*urls)
    assert await schema_lines(connection) == before


async def test_a_migration_that_waits_for_a_lock_lets_others_pass(
    connection: asyncpg.Connection, urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "PAUSE", 0.05)
    await migrate(*urls)
    before = await schema_lines(connection)
    reader = await asyncpg.connect(urls[1])
    await connection.execute("DROP POLICY sweeper ON deliveries")
    async with connection.transaction():
        await connection.execute("LOCK TABLE deliveries IN ROW EXCLUSIVE MODE")
        migration = asyncio.create_task(migrate(*urls))
        async with asyncio.timeout(20):
            while not await connection.fetchval(WAITED_FOR):
                await asyncio.sleep(0.01)
            await reader.fetch("SELECT FROM deliveries")  # behind the migration, which gives way
        assert not migration.done()
    await migration
    await reader.close()
    assert await schema_lines(connection) == before


async def test_an_index_that_was_created_before_must_be_valid(
    connection: asyncpg.Connection, urls: tuple[str, str]
) -> None:
    await first_migration(urls[0])
    made = {
        "ix_deliveries_not_sent": "deliveries (tenant_id, mass_reply_id, status, id)",
        "ix_mass_replies_unfinished": "mass_replies (tenant_id, status)",
    }
    for name, columns in made.items():
        await connection.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")
        # As it stays when its creation is broken off.
        await connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass($1)", name)
    for name in made:
        with pytest.raises(InvalidIndex, match=f"{name} is not valid.*DROP INDEX CONCURRENTLY {name}"):
            await migrate(*urls)
        assert await connection.fetchval("SELECT version_num FROM alembic_version") == "0076"
        await connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    await migrate(*urls)
