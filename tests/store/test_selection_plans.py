"""A selection is found through indexes as the runtime role, with statistics and without."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from app.domain.filters import Filter, TagCondition, TimeRange, parse_filter
from app.domain.selection import ByExternalIds, ByFilter, ByIds, Selection
from app.domain.words import ConversationStatus, TenantId
from app.store import filters as filter_sql
from app.store import selection
from app.store.connection_pool import async_url
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.conftest import create_tenant
from tests.filters import FIRST_DAY, View
from tests.plans import counting_rows, renew_statistics
from tests.store.selecting import TABLES, found, frozen, store

CROWD = 30_000
FILL = """
    INSERT INTO contacts (tenant_id, external_id)
    SELECT :tenant, 'u-' || n FROM generate_series(1, 3000) n;
    INSERT INTO conversations (tenant_id, external_id, channel, contact_id, status, engagement, team, assignee, subject,
                               created_at, last_customer_message_at)
    SELECT :tenant, 'c-' || n, CASE WHEN n % 100 = 0 THEN 'sms' ELSE 'email' END, c.id,
           CASE WHEN n % 100 = 1 THEN 'snoozed' ELSE 'active' END,
           CASE WHEN n % 100 = 2 THEN 'engaged' ELSE 'pending' END,
           'team-' || n % 200, 'agent-' || n % 300, 'Payment failed', timestamptz '2027-01-01Z' - n * interval '1 hour',
           timestamptz '2027-01-01Z' - n * interval '1 hour'
    FROM generate_series(1, :crowd) n
    CROSS JOIN LATERAL (SELECT id FROM contacts WHERE tenant_id = (SELECT CAST(:tenant AS uuid))
                        AND external_id = 'u-' || (n % 3000 + 1) LIMIT 1) c;
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT tenant_id, 'tag-' || row_number() OVER () % 100, id FROM conversations WHERE tenant_id = :tenant;
    INSERT INTO conversation_fields (tenant_id, name, value, conversation_id)
    SELECT tenant_id, 'plan', 'plan-' || row_number() OVER () % 100, id FROM conversations WHERE tenant_id = :tenant
"""


@pytest.fixture(scope="module")
async def crowd(database: Database, database_url: str, owner_url: str) -> AsyncIterator[TenantId]:
    """A tenant with many conversations, beside another one with as many, and fresh statistics."""
    tenants = [await create_tenant(database) for _ in range(2)]
    # A connection that has checked foreign keys goes on as it did when there was hardly a row to find.
    fresh = Database(database_url, pool_size=1)
    for tenant in tenants:
        async with fresh.begin(tenant) as tx:
            for statement in FILL.split(";"):
                names = {"crowd": CROWD}
                await tx.execute(sa.text(statement), **{k: v for k, v in names.items() if f":{k}" in statement})
    await fresh.close()
    await renew_statistics(owner_url, *TABLES)
    yield TenantId(tenants[0])
    for tenant in tenants:
        async with database.begin(tenant) as tx:
            await tx.execute(sa.text("DELETE FROM conversations WHERE tenant_id = :tenant"))


async def test_a_large_selection_is_frozen_in_pages_of_a_thousand(database: Database, crowd: TenantId) -> None:
    async with database.begin(crowd) as tx:
        count, pages = await frozen(tx, ByFilter(Filter(created_at=TimeRange(end=FIRST_DAY))))
        assert count == await filter_sql.count(tx, Filter(created_at=TimeRange(end=FIRST_DAY)))
    assert [len(page) for page in pages[:-1]] == [1_000] * (len(pages) - 1)
    assert sum(len(page) for page in pages) == count > 2_000
    assert len({id_ for page in pages for id_ in page}) == count


async def scans(tx: TenantTx, query: sa.Select[Any]) -> dict[str, set[str]]:
    """How the plan reads each table: the kinds of scan, and the indexes with their conditions."""
    compiled = query.compile(dialect=tx.connection.dialect, compile_kwargs={"render_postcompile": True})
    explained = await tx.connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", tuple(compiled.params[name] for name in compiled.positiontup or ())
    )
    plan = explained.scalar_one()
    found: dict[str, set[str]] = {}
    _collect((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], found)
    return found


def _collect(node: dict[str, Any], found: dict[str, set[str]]) -> None:
    name = node.get("Relation Name") or node.get("Index Name")
    if name:
        found.setdefault(name, set()).add(f"{node['Node Type']} {node.get('Index Name')} {node.get('Index Cond')}")
    for child in node.get("Plans", []):
        _collect(child, found)


INDEXED: Sequence[tuple[dict[str, Any], str]] = [
    ({"tags": {"any": ["tag-7"]}}, "tag ="),
    ({"tags": {"all": ["tag-7"]}}, "tag ="),
    ({"tags": {"all": ["tag-7", "tag-8"]}}, "tag ="),
    ({"custom_fields": {"plan": ["plan-7"]}}, "value ="),
    ({"status": ["snoozed"]}, "status ="),
    ({"engagement": ["engaged"]}, "engagement ="),
    ({"channel": ["sms"]}, "channel ="),
    ({"team": ["team-7", "team-8"]}, "team ="),
    ({"assignee": ["agent-7"]}, "assignee ="),
    ({"contact": ["u-7"]}, "contact_id ="),
    ({"created_at": {"from": "2999-01-01T00:00:00Z"}}, "created_at >="),
    ({"last_customer_message_at": {"from": "2999-01-01T00:00:00Z"}}, "last_customer_message_at >="),
    ({"any_of": [{"tags": {"any": ["tag-7"]}}, {"assignee": ["agent-7"]}]}, "tag ="),
    ({"assignee": ["agent-7"], "not": {"tags": {"any": ["tag-7"]}}}, "assignee ="),
    ({"assignee": ["agent-7"], "tags": {"none": ["tag-7"]}, "subject_contains": "payment"}, "assignee ="),
]


@pytest.mark.parametrize(("data", "condition"), INDEXED, ids=[str(data) for data, _ in INDEXED])
async def test_a_filter_uses_indexes_under_row_level_security(
    database: Database, crowd: TenantId, data: dict[str, Any], condition: str
) -> None:
    query = sa.select(sa.func.count()).select_from(filter_sql.meant(crowd, parse_filter(data)).subquery())
    async with database.begin(crowd) as tx:
        found = await scans(tx, query)
    assert condition in str(found), found
    assert "Seq Scan" not in str(found), found


async def test_of_a_few_conversations_their_own_tags_alone_are_looked_at(database: Database, crowd: TenantId) -> None:
    filter = Filter(tags=TagCondition(all=tuple(f"tag-{n}" for n in range(7))), any_of=(Filter(assignee=("agent-7",)),))
    async with database.begin(crowd) as tx:
        few = await filter_sql.page(tx, Filter(), limit=2)
        async with counting_rows(tx) as read:
            await filter_sql.matching(tx, filter, few)
    assert read.total() < 10, read


async def test_a_part_of_few_subjects_is_found_without_reading_the_others(database: Database, crowd: TenantId) -> None:
    async with database.begin(crowd) as tx:
        ids = {await store(tx, View(subject=f"Délivery of the Piano, {n}")) for n in range(3)}
        async with counting_rows(tx) as read:
            assert await found(tx, Filter(subject_contains="DÉLIVERY of")) == ids
            assert await found(tx, Filter(status=(ConversationStatus.SNOOZED,), subject_contains="piano")) == set()
            assert await filter_sql.count(tx, parse_filter({"any_of": [{"subject_contains": "of the piano, 1"}]})) == 1
        await tx.execute(sa.text("ROLLBACK AND CHAIN"))
    assert read.total() < CROWD / 4, read  # of which a thousand each time say whether there are many


@pytest.mark.parametrize("part", ["payment", "pa", "failed"])
async def test_a_part_of_many_subjects_is_found_in_all_of_them(database: Database, crowd: TenantId, part: str) -> None:
    async with database.begin(crowd) as tx:
        assert await filter_sql.count(tx, Filter(subject_contains=part)) == CROWD


@pytest.mark.parametrize(
    "selected",
    [ByIds(tuple(uuid4() for _ in range(100))), ByExternalIds(tuple(f"c-{n}" for n in range(100)))],
    ids=["ids", "external ids"],
)
async def test_a_list_of_ids_uses_an_index_under_row_level_security(
    database: Database, crowd: TenantId, selected: Selection
) -> None:
    async with database.begin(crowd) as tx:
        found = await scans(tx, selection.selected_ids(crowd, selected))
    assert "id = ANY" in str(found), found
    assert "Seq Scan" not in str(found), found


def nested(depth: int) -> dict[str, Any]:
    if depth == 0:
        return {"tags": {"any": ["tag-0", "tag-1"]}, "status": ["active"]}
    return {"channel": ["email"], "any_of": [nested(depth - 1), {"team": ["team-1"], "not": nested(0)}, nested(0)]}


ALL_FIELDS = {f"field-{n}": ["value"] for n in range(20)}
UNKNOWN_FILTERS: Sequence[dict[str, Any]] = [
    nested(3),
    {"any_of": [{"subject_contains": "Payment"}, {"any_of": [{"status": ["active"]}]}]},
    {"tags": {"all": ["tag-0"], "any": ["tag-0", "tag-1"], "none": ["tag-2"]}, "not": nested(2)},
    {"custom_fields": ALL_FIELDS, "tags": {"any": ["tag-0"]}, "contact": [f"c-{n}" for n in range(2_000)]},
    {"any_of": [{"custom_fields": ALL_FIELDS}, {"not": {"custom_fields": ALL_FIELDS}}]},
]
UNKNOWN = 2_000


@pytest.fixture(scope="module")
async def unknown(database: Database, database_url: str, owner_url: str) -> AsyncIterator[TenantId]:
    """A tenant on a fresh installation: nothing is known of its tables."""
    tenant = TenantId(await create_tenant(database))
    fresh = Database(database_url, pool_size=1)
    async with fresh.begin(tenant) as tx:
        for statement in FRESH.split(";"):
            names = {"count": UNKNOWN}
            await tx.execute(sa.text(statement), **{k: v for k, v in names.items() if f":{k}" in statement})
    await fresh.close()
    engine = create_async_engine(async_url(owner_url))
    async with engine.begin() as tx:
        await tx.execute(sa.text(FORGET))
    await engine.dispose()
    yield tenant
    async with database.begin(tenant) as tx:
        await tx.execute(sa.text("DELETE FROM conversations WHERE tenant_id = :tenant"))


FRESH = """
    INSERT INTO contacts (tenant_id, external_id) SELECT :tenant, 'c-' || n FROM generate_series(1, :count) n;
    INSERT INTO conversations (tenant_id, external_id, channel, contact_id, team, subject)
    SELECT tenant_id, external_id, 'email', id, 'team-1', 'Payment failed' FROM contacts WHERE tenant_id = :tenant;
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT tenant_id, 'tag-' || n, id FROM conversations, generate_series(0, 1) n WHERE tenant_id = :tenant;
    INSERT INTO conversation_fields (tenant_id, name, value, conversation_id)
    SELECT tenant_id, 'field-' || n, 'value', id FROM conversations, generate_series(0, 19) n WHERE tenant_id = :tenant
"""
FORGET = """
    SELECT pg_clear_relation_stats('public', c.relname), pg_clear_attribute_stats('public', c.relname, a.attname, false)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    WHERE c.relname IN ('contacts', 'conversations', 'conversation_tags', 'conversation_fields')
"""


@pytest.mark.parametrize("data", UNKNOWN_FILTERS, ids=["nested", "subject", "complement", "fields", "any of fields"])
async def test_without_statistics_a_filter_reads_each_row_a_few_times_at_most(
    database: Database, unknown: TenantId, data: dict[str, Any]
) -> None:
    filter = parse_filter(data)
    async with database.begin(unknown) as tx:
        await tx.execute(sa.text("SET LOCAL statement_timeout = '20s'"))
        async with counting_rows(tx) as read:
            await filter_sql.count(tx, filter)
    assert read.total() < 500 * UNKNOWN, read  # twenty fields of each, twenty times
