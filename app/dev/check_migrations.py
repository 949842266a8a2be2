"""`python -m app.dev.check_migrations`: the migrations make what the tables say, undo it, and make it again.

None after the first may hold a table for long, or take from the former release what it needs.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import create_async_engine

from app.dev import servers
from app.dev.migration_lint import faults_of
from app.store.connection_pool import async_url
from app.store.schema import alembic_config, migrate, upgrade

DATABASE = "check_migrations"
FIRST = "0076"
"""Makes all tables out of nothing."""
LEFT_OVER = sa.text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname")
ALEMBICS_OWN = {"alembic_version", "alembic_version_pkc"}


class MigrationsWrong(Exception):
    """The migrations and the tables do not agree, a downgrade leaves something behind, or a migration holds a table
    for long. The message says what."""


async def check(owner_url: str, runtime_url: str) -> None:
    """Upgrade, compare, downgrade and upgrade again on an empty database. Raise MigrationsWrong if anything differs."""
    await migrate(owner_url, runtime_url)
    engine = create_async_engine(async_url(owner_url))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_compare)
            await connection.run_sync(_downgrade)
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade_politely)
    finally:
        await engine.dispose()
    await migrate(owner_url, runtime_url)


def _compare(connection: sa.Connection) -> None:
    try:
        command.check(alembic_config(connection))
    except CommandError as error:
        raise MigrationsWrong(f"app/tables and the migrations differ. {error}") from error


def _downgrade(connection: sa.Connection) -> None:
    command.downgrade(alembic_config(connection), "base")
    left = set(connection.scalars(LEFT_OVER)) - ALEMBICS_OWN
    if left:
        raise MigrationsWrong(f"A downgrade to nothing leaves: {', '.join(sorted(left))}.")


def _upgrade_politely(connection: sa.Connection) -> None:
    """Upgrade, and look at all that is done to tables that were there."""
    command.upgrade(alembic_config(connection), FIRST)
    statements: list[str] = []
    sa.event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
    upgrade(connection)
    if faults := list(faults_of(statements)):
        raise MigrationsWrong("A migration beside a service that runs:\n" + "\n".join(faults))


async def check_on(server: servers.PostgresServer) -> None:
    await servers.create_database(server, DATABASE, fresh=True)
    await check(server.url(servers.OWNER, DATABASE), server.url(servers.RUNTIME, DATABASE))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            with servers.postgres(Path(folder) / "postgres", durable=False) as server:
                asyncio.run(check_on(server))
        except (MigrationsWrong, servers.EmbeddedServersMissing) as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
