"""Bring a database up to date, as its owner: the schema, the roles, the grants."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.store.connection_pool import CONNECT_SECONDS, async_url
from app.store.database import SWEEPER_ROLE
from app.store.overload import is_locked_out
from app.store.silence import watch_sockets
from app.store.transactions import failed
from app.tables import ROUTING_TABLES, metadata

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

LOCK_WAIT = "1s"
"""How long `migrate` waits for a lock before it starts over. Meanwhile other work on the table queues up behind it."""
ATTEMPTS = 60
PAUSE = 1.0
"""Seconds between two attempts, in which the queue behind the lock goes on."""

SWEEPER_COLUMNS = {
    "tenants": "id",
    "mass_replies": "tenant_id, id, status, created_at, expires_at, confirmed_at, dispatch_at, not_after, "
    "again_until, finished_at, updated_at, sampling, approval",
    "lanes": "tenant_id, mass_reply_id, channel, account_id, queued, sending, uncertain, pause_reason, pumped_at, "
    "watched_until, held_until, held_times, queue_from_at, queue_from_id",
    "deliveries": "tenant_id, id, mass_reply_id, account_id, status, epoch, lease_until, settles_after, not_before, "
    "not_after, sampled, updated_at",
    "delivery_pages": "tenant_id, mass_reply_id",
    "channel_accounts": "tenant_id, id, provider, enabled, pause_reason, cool_until, cooled_at, failures_in_a_row",
    "receipts": "tenant_id, id, received_at, settled_at",
    "messages": "tenant_id, id, conversation_id",
    "outbound_events": "tenant_id, id, position",
    "webhook_endpoints": "tenant_id, id, enabled, disabled_reason, next_try_at, lease_until, position",
    "automation_cursors": "tenant_id, position",
    "automation_rules": "tenant_id, enabled, after_position",
    "automation_calls": "tenant_id, rule_id, next_at",
    "heartbeats": "name, beat_at",
}
"""What the sweeper may read of every tenant: ids, statuses and times."""

SEARCH_FUNCTION = "conversations_about(text, integer)"
"""Reads subjects as the owner, in an index that row-level security would keep from being used."""


class UnknownRevision(Exception):
    """This release does not know the database's revision."""


class InvalidIndex(Exception):
    """An index that was to be created before the upgrade is not valid. The message says what to do."""


async def migrate(owner_url: str, runtime_url: str) -> None:
    """Create or upgrade the schema, the runtime role of `runtime_url` if it is missing, and its grants.

    Do all of it or nothing; the service may be running. Raise UnknownRevision if this release cannot upgrade the
    database, and InvalidIndex if an index that operators have created cannot be used.
    """
    engine = create_async_engine(async_url(owner_url), hide_parameters=True)
    watch_sockets(engine.sync_engine, CONNECT_SECONDS)
    runtime = make_url(runtime_url)
    try:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await _migrate(engine, runtime)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_locked_out(error):
                    raise
            await asyncio.sleep(PAUSE)
    finally:
        await engine.dispose()


async def _migrate(engine: AsyncEngine, runtime: sa.URL) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
        await _create_roles(connection, runtime)
        await connection.run_sync(upgrade)
        # Everything that needs a table which a migration has changed waits until this is done.
        statements = [*_grants(_quoted(connection, runtime.username)), *await _policies(connection)]
        await _execute_at_once(connection, statements)


async def _execute_at_once(connection: AsyncConnection, statements: Sequence[str]) -> None:
    """Execute them in one round trip."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await driver.execute(";\n".join(statements))
    except asyncpg.PostgresError as error:
        raise failed(error, driver) from error


def upgrade(connection: sa.Connection) -> None:
    config = alembic_config(connection)
    current = _revision(connection)
    _check_revision(current, config)
    command.upgrade(config, "head")
    if _revision(connection) != current:
        _refuse_invalid_indexes(connection)


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


_INVALID = sa.text("""
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relnamespace = to_regnamespace(current_schema()) AND c.relname = ANY (:names)
    ORDER BY c.relname
""")


def _refuse_invalid_indexes(connection: sa.Connection) -> None:
    """Raise InvalidIndex if `IF NOT EXISTS` has found an index that is not finished: nothing is found by it."""
    names = [index.name for table in metadata.tables.values() for index in table.indexes]
    if invalid := list(connection.scalars(_INVALID, {"names": names})):
        raise InvalidIndex(
            f"The index {invalid[0]} is not valid: it is still being created, or that was broken off. Wait for it; or "
            f"DROP INDEX CONCURRENTLY {invalid[0]}, and create it again as CHANGELOG.md says. Nothing was changed."
        )


def _check_revision(current: str | None, config: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise UnknownRevision(
            f"The database is at revision {current}, which this release does not know. A newer release has migrated "
            "it, or one before 0.1.0: docs/operations.md says how to bring it up to date."
        )


def alembic_config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def _create_roles(connection: AsyncConnection, runtime: sa.URL) -> None:
    name = _quoted(connection, runtime.username)
    existing = set(await connection.scalars(sa.text("SELECT rolname FROM pg_roles")))
    if runtime.username not in existing:
        password = f" PASSWORD {_literal(runtime.password)}" if runtime.password else ""
        await connection.execute(sa.text(f"CREATE ROLE {name} LOGIN{password}".replace(":", r"\:")))
    if SWEEPER_ROLE not in existing:
        await connection.execute(sa.text(f"CREATE ROLE {SWEEPER_ROLE} NOLOGIN"))
    await connection.execute(sa.text(f"GRANT {SWEEPER_ROLE} TO {name} WITH INHERIT FALSE, SET TRUE"))


def _grants(name: str) -> list[str]:
    return [
        f"GRANT USAGE ON SCHEMA public TO {name}, {SWEEPER_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT MAINTAIN ON deliveries TO {name}",  # for ANALYZE after a large batch
        f"GRANT USAGE ON SEQUENCE outbound_event_positions TO {name}",
        f"REVOKE ALL ON alembic_version FROM {name}",
        f"REVOKE DELETE ON tenants, heartbeats, installation_secrets FROM {name}",
        f"REVOKE UPDATE, DELETE ON delivery_decisions FROM {name}",  # a person's decision is never changed
        f"REVOKE UPDATE, DELETE ON audit_log FROM {name}",
        f"REVOKE UPDATE ON stream_tickets, {', '.join(sorted(ROUTING_TABLES))} FROM {name}",
        f"REVOKE DELETE ON api_keys, api_key_routes FROM {name}",  # a key is revoked, and stays in the list
        f"REVOKE ALL ON FUNCTION {SEARCH_FUNCTION} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {SEARCH_FUNCTION} TO {name}",
        *(f"GRANT SELECT ({columns}) ON {table} TO {SWEEPER_ROLE}" for table, columns in SWEEPER_COLUMNS.items()),
    ]


async def _policies(connection: AsyncConnection) -> list[str]:
    """Return the statements that let the sweeper and the search read past row-level security.

    A policy that exists already is left alone: replacing it takes a lock that stops all reading of the table.
    """
    found = await connection.execute(sa.text("SELECT tablename, policyname, roles::text[] FROM pg_policies"))
    there = {(row[0], row[1]): row[2] for row in found}
    owner = await connection.scalar(sa.text("SELECT current_user"))
    wanted = {("conversation_subjects", "search"): owner} | {
        (table, "sweeper"): SWEEPER_ROLE for table in SWEEPER_COLUMNS
    }
    statements = []
    for (table, policy), role in wanted.items():
        if there.get((table, policy)) == [role]:
            continue
        statements.append(f"DROP POLICY IF EXISTS {policy} ON {table}")
        reader = _quoted(connection, role)
        statements.append(f"CREATE POLICY {policy} ON {table} FOR SELECT TO {reader} USING (true)")
    return statements


def _quoted(connection: AsyncConnection, name: str | None) -> str:
    if not name:
        raise ValueError("MASS_REPLY_DATABASE_URL names no user; `migrate` creates the role that it names.")
    return connection.dialect.identifier_preparer.quote(name)


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
