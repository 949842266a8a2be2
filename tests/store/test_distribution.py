"""What lets the database be divided by tenant, over partitions or over servers (docs/scaling.md)."""

import re
from collections.abc import AsyncIterator, Iterator
from types import ModuleType

import asyncpg
import pytest
import sqlalchemy as sa

from app.delivery.sql import (
    account_health,
    attempts,
    call_shares,
    claims,
    contact_limits,
    conversation_flips,
    counters,
    lifecycle,
    recipients,
    settlements,
    timeline,
    waiting,
)
from app.store import outbox
from app.tables import INSTALLATION_TABLES, ROUTING_TABLES, metadata
from tests.store.tenant_conditions import CONDITION, plain, without_tenant

NOT_OF_A_TENANT = {"tenants", *INSTALLATION_TABLES, *ROUTING_TABLES}
OF_A_TENANT = sorted(set(metadata.tables) - NOT_OF_A_TENANT)
LARGE = (
    "audit_log",
    "contacts",
    "conversation_fields",
    "conversation_subjects",
    "conversation_tags",
    "conversations",
    "deliveries",
    "delivery_attempts",
    "messages",
    "outbound_events",
    "receipts",
    "selection_pages",
)
HOT = (
    account_health,
    attempts,
    call_shares,
    claims,
    contact_limits,
    conversation_flips,
    counters,
    lifecycle,
    recipients,
    settlements,
    timeline,
    waiting,
)
"""The statements that every delivery causes."""
NUMBERED = {"outbound_event_positions", "outbound_events_written_seq"}
"""Numbers of events, whose order matters within a tenant alone. A number that two tenants both use does no harm."""
TABLE = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+({'|'.join(OF_A_TENANT)})\b")


@pytest.fixture
async def owner(owner_url: str, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", OF_A_TENANT)
def test_every_key_of_a_tenants_row_begins_with_the_tenant(table: str) -> None:
    keys = [each for each in metadata.tables[table].constraints if getattr(each, "columns", ())]
    assert keys
    for key in keys:
        assert next(iter(key.columns)).name == "tenant_id", key  # type: ignore[attr-defined]
    unique = [index for index in metadata.tables[table].indexes if index.unique]
    assert all(index.columns[0].name == "tenant_id" for index in unique)


@pytest.mark.parametrize("table", OF_A_TENANT)
def test_a_row_refers_to_rows_of_its_own_tenant_and_to_tenants_alone(table: str) -> None:
    for key in metadata.tables[table].foreign_key_constraints:
        first = key.elements[0].column
        assert first.name == ("id" if first.table.name == "tenants" else "tenant_id"), key
        assert first.table.name == "tenants" or first.table.name in OF_A_TENANT


async def test_no_row_is_numbered_across_tenants_but_for_events(owner: asyncpg.Connection) -> None:
    found = await owner.fetch("SELECT relname FROM pg_class WHERE relkind = 'S'")
    assert {row["relname"] for row in found} == NUMBERED


@pytest.mark.parametrize("module", [*HOT, outbox], ids=lambda module: module.__name__)
def test_a_statement_of_each_delivery_names_the_tenant_for_every_table(module: ModuleType) -> None:
    found = dict(statements(module))
    assert found
    assert {name: tables for name, each in found.items() if (tables := without_tenant(each, OF_A_TENANT))} == {}


@pytest.mark.parametrize("module", [*HOT, outbox], ids=lambda module: module.__name__)
def test_no_condition_on_the_tenant_can_be_left_out_unnoticed(module: ModuleType) -> None:
    for name, statement in ((name, plain(each)) for name, each in statements(module)):
        for condition in CONDITION.finditer(statement):
            less = f"{statement[: condition.start()]}true{statement[condition.end() :]}"
            assert without_tenant(less, OF_A_TENANT), (name, condition[0], condition.start())


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1 FROM lanes l, mass_replies m WHERE l.tenant_id = :tenant AND m.id = l.id", ["mass_replies"]),
        ("SELECT 1 FROM lanes l JOIN mass_replies m ON m.tenant_id = l.tenant_id", ["lanes", "mass_replies"]),
        ("SELECT 1 FROM lanes l JOIN mass_replies m ON m.tenant_id = l.tenant_id WHERE l.tenant_id = :tenant", []),
        ("SELECT (SELECT 1 FROM lanes) FROM mass_replies WHERE tenant_id = :tenant", ["lanes"]),
        ("SELECT 1 FROM lanes WHERE tenant_id = :tenant UNION SELECT 1 FROM mass_replies", ["mass_replies"]),
        ("UPDATE lanes l SET sent = 1 FROM mass_replies m WHERE l.tenant_id = :tenant", ["mass_replies"]),
        ("SELECT 1 FROM lanes -- tenant_id = :tenant", ["lanes"]),
        ("INSERT INTO lanes (mass_reply_id) SELECT :mass_reply", ["lanes"]),
        ("INSERT INTO lanes (tenant_id, channel) SELECT :tenant, 'sms'", []),
    ],
)
def test_a_table_without_its_tenant_is_found(statement: str, expected: list[str]) -> None:
    assert without_tenant(statement, OF_A_TENANT) == expected


def statements(module: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in vars(module).items():
        if isinstance(value, sa.TextClause):
            yield name, value.text
        elif isinstance(value, str) and TABLE.search(value):
            yield name, value  # a part of other statements


@pytest.mark.parametrize("table", LARGE)
async def test_a_large_table_can_be_partitioned_by_tenant(owner: asyncpg.Connection, table: str) -> None:
    made = "SELECT count(*) FROM pg_index WHERE indrelid = CAST($1 AS regclass)"
    trial = owner.transaction()
    await trial.start()
    await owner.execute(f"CREATE TABLE parts (LIKE {table} INCLUDING ALL) PARTITION BY HASH (tenant_id)")
    await owner.execute("CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
    assert await owner.fetchval(made, "part") == await owner.fetchval(made, table)
    await trial.rollback()
