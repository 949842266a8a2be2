"""The wall between tenants is PostgreSQL's, and it stands on every table."""

import pytest
import sqlalchemy as sa

from app.store.database import Database, UnsafeRole
from app.tables import INSTALLATION_TABLES, ROUTING_TABLES, metadata
from tests.conftest import create_tenant

WALLED = sorted(set(metadata.tables) - ROUTING_TABLES - INSTALLATION_TABLES)


@pytest.mark.parametrize("table", WALLED)
async def test_row_level_security_is_forced_with_both_checks(database: Database, table: str) -> None:
    async with database.begin_routing() as connection:
        row = (
            await connection.execute(
                sa.text(
                    "SELECT c.relrowsecurity AND c.relforcerowsecurity AS forced, p.polwithcheck IS NOT NULL checked "
                    "FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'tenant' "
                    "WHERE c.relname = :table"
                ),
                {"table": table},
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
    async with database.begin(mine) as connection:
        assert list(await connection.scalars(sa.text("SELECT id FROM tenants"))) == [mine]
    async with database.begin(other) as connection:
        assert list(await connection.scalars(sa.text("SELECT id FROM tenants"))) == [other]
    async with database.begin_routing() as connection:
        assert list(await connection.scalars(sa.text("SELECT id FROM tenants"))) == []


async def test_a_row_cannot_be_written_for_another_tenant(database: Database) -> None:
    mine, other = await create_tenant(database), await create_tenant(database)
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        async with database.begin(mine) as connection:
            await connection.execute(
                sa.text("INSERT INTO snippets (tenant_id, shortcode, text) VALUES (:other, 'a', 'b')"), {"other": other}
            )


async def test_the_sweeper_reads_statuses_of_everybody_and_no_text(database: Database) -> None:
    async with database.begin_sweep() as connection:
        await connection.execute(sa.text("SELECT tenant_id, id, status FROM deliveries"))
    for column in ("address", "subject"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            async with database.begin_sweep() as connection:
                await connection.execute(sa.text(f"SELECT {column} FROM deliveries"))


async def test_the_service_refuses_a_role_that_owns_the_schema(owner_url: str, database_url: str) -> None:
    owner = Database(owner_url, pool_size=2)
    with pytest.raises(UnsafeRole, match="mass-reply migrate"):
        await owner.refuse_unsafe_role()
    await owner.close()


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM tenants", "DELETE FROM delivery_decisions", "UPDATE delivery_decisions SET reason = 'another'"],
)
async def test_the_service_itself_cannot_take_back_what_must_stay(database: Database, statement: str) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with database.begin(await create_tenant(database)) as connection:
            await connection.execute(sa.text(statement))
