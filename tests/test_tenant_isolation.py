"""The wall between tenants is PostgreSQL's, and it stands on every table."""

from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from app.dev import servers
from app.store.database import Database
from app.store.login import UnsafeRole
from app.tables import INSTALLATION_TABLES, ROUTING_TABLES, metadata
from tests.conftest import create_tenant

WALLED = sorted(set(metadata.tables) - ROUTING_TABLES - INSTALLATION_TABLES)


@pytest.mark.parametrize("table", WALLED)
async def test_row_level_security_is_forced_with_both_checks(database: Database, table: str) -> None:
    async with database.begin_routing() as tx:
        row = (
            await tx.execute(
                sa.text(
                    "SELECT c.relrowsecurity AND c.relforcerowsecurity AS forced, p.polwithcheck IS NOT NULL checked "
                    "FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'tenant' "
                    "WHERE c.relname = :table"
                ),
                table=table,
            )
        ).one()
    assert row.forced
    assert row.checked


@pytest.mark.parametrize("table", sorted(set(WALLED) - {"tenants"}))
def test_every_key_begins_with_the_tenant(table: str) -> None:
    keys = list(metadata.tables[table].primary_key.columns) or list(metadata.tables[table].columns)
    assert keys[0].name == "tenant_id"


async def test_a_tenant_sees_its_own_rows_only_and_nobody_else_any(database: Database) -> None:
    mine, other = await create_tenant(database), await create_tenant(database)
    async with database.begin(mine) as tx:
        assert list(await tx.scalars(sa.text("SELECT id FROM tenants"))) == [mine]
    async with database.begin(other) as tx:
        assert list(await tx.scalars(sa.text("SELECT id FROM tenants"))) == [other]
    async with database.begin_routing() as tx:
        assert list(await tx.scalars(sa.text("SELECT id FROM tenants"))) == []


async def test_a_row_cannot_be_written_for_another_tenant(database: Database) -> None:
    mine, other = await create_tenant(database), await create_tenant(database)
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        async with database.begin(mine) as tx:
            await tx.execute(
                sa.text("INSERT INTO snippets (tenant_id, shortcode, text) VALUES (:other, 'a', 'b')"), other=other
            )


_ABOUT = sa.text("SELECT conversations_about('secret', 10)")


async def test_a_search_in_subjects_finds_its_own_tenants_alone_and_nothing_without_one(database: Database) -> None:
    mine, other = await create_tenant(database), await create_tenant(database)
    ids = {tenant: await _conversation_about(database, tenant, "A secret") for tenant in (mine, other)}
    for tenant, id_ in ids.items():
        async with database.begin(tenant) as tx:
            assert await tx.scalar(_ABOUT) == [id_]
    async with database.begin_routing() as tx:
        assert await tx.scalar(_ABOUT) == []


async def _conversation_about(database: Database, tenant: UUID, subject: str) -> UUID:
    statement = sa.text("""
        WITH contact AS (INSERT INTO contacts (tenant_id, external_id) VALUES (:tenant, 'u') RETURNING id)
        INSERT INTO conversations (tenant_id, channel, contact_id, subject)
        SELECT :tenant, 'email', id, :subject FROM contact RETURNING id
    """)
    async with database.begin(tenant) as tx:
        id_ = await tx.scalar(statement, subject=subject)
    assert isinstance(id_, UUID)
    return id_


async def test_only_the_service_searches_in_subjects(database: Database) -> None:
    statement = "SELECT has_function_privilege(:role, 'conversations_about(text, integer)', 'EXECUTE')"
    async with database.begin_routing() as tx:
        assert await tx.scalar(sa.text(statement), role=servers.RUNTIME)
        assert not await tx.scalar(sa.text(statement), role="mass_reply_sweeper")


async def test_the_sweeper_reads_statuses_of_everybody_and_no_text(database: Database) -> None:
    async with database.begin_sweep() as tx:
        await tx.execute(sa.text("SELECT tenant_id, id, status FROM deliveries"))
    for column in ("address", "subject"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            async with database.begin_sweep() as tx:
                await tx.execute(sa.text(f"SELECT {column} FROM deliveries"))


async def test_the_service_refuses_a_role_that_owns_the_schema(owner_url: str, database_url: str) -> None:
    owner = Database(owner_url, pool_size=2)
    with pytest.raises(UnsafeRole, match="mass-reply migrate"):
        await owner.refuse_unsafe_role()
    await owner.close()


GIVEN = {
    "the owner": "GRANT {owner} TO {login}",
    "the owner, though it inherits nothing": "GRANT {owner} TO {login} WITH INHERIT FALSE, SET TRUE",
    "one who may make itself the owner": "GRANT {owner} TO {login} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
    "a role past all policies": "CREATE ROLE {login}_bypass BYPASSRLS; GRANT {login}_bypass TO {login}",
    "a role of a role past all policies": "CREATE ROLE {login}_bypass BYPASSRLS; CREATE ROLE {login}_between; "
    "GRANT {login}_bypass TO {login}_between; GRANT {login}_between TO {login} WITH INHERIT FALSE",
    "a superuser": "GRANT postgres TO {login} WITH INHERIT FALSE",
    "one who replicates": "ALTER ROLE {login} REPLICATION",
    "one who runs programs on the server": "GRANT pg_execute_server_program TO {login}",
}


@pytest.mark.parametrize("given", GIVEN)
async def test_the_service_refuses_a_role_that_could_become_one_of_those(
    database_url: str, worker_name: str, given: str
) -> None:
    login = f"climber_{worker_name}"
    superuser = await asyncpg.connect(database_url.replace(servers.RUNTIME, "postgres", 1))
    try:
        await superuser.execute(f"CREATE ROLE {login} LOGIN; " + GIVEN[given].format(login=login, owner=servers.OWNER))
        climber = Database(database_url.replace(servers.RUNTIME, login, 1), pool_size=2)
        with pytest.raises(UnsafeRole, match="mass-reply migrate"):
            await climber.refuse_unsafe_role()
        await climber.close()
    finally:
        await superuser.execute("; ".join(f"DROP ROLE IF EXISTS {login}{role}" for role in ("", "_between", "_bypass")))
        await superuser.close()


@pytest.mark.parametrize("table", sorted(ROUTING_TABLES))
async def test_a_route_is_written_by_its_own_tenant_alone_and_never_changed(database: Database, table: str) -> None:
    mine, other = await create_tenant(database), await create_tenant(database)
    key = metadata.tables[table].primary_key.columns.keys()[0]
    value = "CAST(CAST(:id AS text) AS bytea)" if key == "token_hash" else "CAST(:id AS uuid)"
    insert = sa.text(f"INSERT INTO {table} ({key}, tenant_id) VALUES ({value}, :tenant)")
    async with database.begin(mine) as tx:
        await tx.execute(insert, id=str(mine), tenant=mine)
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        async with database.begin(other) as tx:
            await tx.execute(insert, id=str(other), tenant=mine)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with database.begin(mine) as tx:
            await tx.execute(sa.text(f"UPDATE {table} SET tenant_id = :other"), other=other)
    if table != "api_key_routes":  # from which nothing is deleted at all
        async with database.begin(other) as tx:
            gone = await tx.execute(sa.text(f"DELETE FROM {table} WHERE tenant_id = :mine"), mine=mine)
            assert gone.rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tenants",
        "DELETE FROM delivery_decisions",
        "DELETE FROM api_keys",
        "DELETE FROM api_key_routes",
        "UPDATE delivery_decisions SET reason = 'another'",
    ],
)
async def test_the_service_itself_cannot_take_back_what_must_stay(database: Database, statement: str) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with database.begin(await create_tenant(database)) as tx:
            await tx.execute(sa.text(statement))
