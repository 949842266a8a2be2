"""Migrations: what they make, and which databases they refuse."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine

from app.dev import servers
from app.store import schema
from app.store.database import async_url
from app.store.schema import UnknownRevision, alembic_config, migrate
from tests.store.schema_lines import schema_lines

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


async def test_the_first_migration_makes_what_the_34_before_it_made(
    connection: asyncpg.Connection, urls: tuple[str, str]
) -> None:
    engine = create_async_engine(async_url(urls[0]))
    async with engine.begin() as owner:
        await owner.run_sync(lambda sync: command.upgrade(alembic_config(sync), "0076"))
    await engine.dispose()
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
    async def interrupted(*_: object) -> None:
        raise ConnectionError

    before = await schema_lines(connection)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_grant", interrupted)
        with pytest.raises(ConnectionError):
            await migrate(*urls)
    assert await schema_lines(connection) == before
    await migrate(*urls)
    assert len(await schema_lines(connection)) > len(before)
