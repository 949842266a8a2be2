"""The SQL of a filter means what the filter says, and finds it through indexes as the runtime role."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import NotFound
from app.domain.filters import Filter, TagCondition, TimeRange, parse_filter
from app.domain.selection import ByExternalIds, ByFilter, ByIds, FollowUp, Selection
from app.domain.words import ConversationStatus, MassReplyId, TenantId
from app.store import filters as filter_sql
from app.store import selection
from app.store.database import Database, async_url
from app.store.transactions import TenantTx
from tests.conftest import create_tenant
from tests.filters import FIRST_DAY, View, filters, matches, views
from tests.plans import counting_rows

STORE_VIEW = sa.text("""
    WITH contact AS (
        INSERT INTO contacts (tenant_id, external_id) VALUES (:tenant, :contact)
        ON CONFLICT (tenant_id, external_id) DO UPDATE SET external_id = excluded.external_id RETURNING id
    ), conversation AS (
        INSERT INTO conversations (tenant_id, channel, status, engagement, contact_id, team, assignee, subject,
                                   created_at, last_customer_message_at)
        SELECT :tenant, :channel, :status, :engagement, id, :team, :assignee, :subject,
               :created_at, :last_customer_message_at
        FROM contact RETURNING id
    ), tag AS (
        INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
        SELECT :tenant, tag, id FROM conversation, unnest(CAST(:tags AS text[])) tag
    ), field AS (
        INSERT INTO conversation_fields (tenant_id, name, value, conversation_id)
        SELECT :tenant, name, value, id FROM conversation, jsonb_each_text(CAST(:fields AS jsonb)) f (name, value)
    )
    SELECT id FROM conversation
""")


async def store(tx: TenantTx, view: View) -> UUID:
    values = {name: getattr(view, name) for name in View.__slots__}
    values |= {"tenant": tx.tenant, "tags": sorted(view.tags), "fields": json.dumps(view.custom_fields)}
    id_ = await tx.scalar(STORE_VIEW, **values)
    assert isinstance(id_, UUID)
    return id_


async def found(tx: TenantTx, filter: Filter) -> set[UUID]:
    return set(await filter_sql.page(tx, filter, limit=10_000))


def test_every_filter_finds_what_its_words_say(database_url: str, owner_url: str) -> None:
    """Hypothesis is synchronous, so this test brings an event loop and a connection of its own."""
    with asyncio.Runner() as runner:
        database = Database(database_url, pool_size=1)
        tenant = runner.run(create_tenant(database))

        @given(st.lists(views, min_size=1, max_size=6), filters)
        @settings(max_examples=60)
        def holds(stored: list[View], filter: Filter) -> None:
            runner.run(check(database, tenant, stored, filter))

        try:
            holds()
        finally:
            runner.run(database.close())


async def check(database: Database, tenant: UUID, stored: list[View], filter: Filter) -> None:
    async with database.begin(tenant) as tx:
        ids = [await store(tx, view) for view in stored]
        expected = {id_ for id_, view in zip(ids, stored, strict=True) if matches(filter, view)}
        assert await found(tx, filter) == expected
        assert await filter_sql.count(tx, filter) == len(expected)
        assert await found(tx, Filter(not_=filter)) == set(ids) - expected
        some = ids[::2]
        assert await filter_sql.matching(tx, filter, some) == expected.intersection(some)
        await tx.execute(sa.text("ROLLBACK AND CHAIN"))


@pytest.mark.parametrize(
    ("part", "subject", "holds"),
    [("%", "100 percent", False), ("_", "ab", False), ("PAYMENT", "payment failed", True), ("\\", "a\\b", True)],
)
async def test_wildcards_in_a_subject_are_letters(
    database: Database, tenant: UUID, part: str, subject: str, holds: bool
) -> None:
    async with database.begin(tenant) as tx:
        await store(tx, View(subject=subject))
        assert bool(await found(tx, Filter(subject_contains=part))) is holds


async def test_of_many_tags_all_are_asked_for(database: Database, tenant: UUID) -> None:
    tags = tuple(f"t-{n}" for n in range(7))
    async with database.begin(tenant) as tx:
        carrier = await store(tx, View(tags=frozenset(tags)))
        await store(tx, View(tags=frozenset(tags[:-1])))
        await store(tx, View(tags=frozenset(tags[1:])))
        assert await found(tx, Filter(tags=TagCondition(all=tags))) == {carrier}


async def test_a_filter_finds_only_its_own_tenants_conversations(database: Database, tenant: UUID) -> None:
    other = await create_tenant(database)
    async with database.begin(other) as tx:
        await store(tx, View(tags=frozenset({"vip"})))
    async with database.begin(tenant) as tx:
        mine = await store(tx, View(tags=frozenset({"vip"})))
        assert await found(tx, Filter(tags=TagCondition(any=("vip",)))) == {mine}
        assert await found(tx, Filter()) == {mine}


async def test_pages_go_from_the_newest_to_the_oldest_without_gaps(database: Database, tenant: UUID) -> None:
    async with database.begin(tenant) as tx:
        ids = [await store(tx, View()) for _ in range(5)]
        seen: list[UUID] = []
        while page := await filter_sql.page(tx, Filter(), limit=2, before=seen[-1] if seen else None):
            seen += page
        assert seen == sorted(ids, reverse=True)


async def mass_reply(tx: TenantTx) -> MassReplyId:
    id_ = await tx.scalar(
        sa.text("""
            INSERT INTO mass_replies
                (tenant_id, status, selection, message_text, source_text, on_unresolved, author_name)
            VALUES (:tenant, 'preparing', '{}', 'Hi', 'Hi', 'skip', 'tests') RETURNING id
        """)
    )
    return MassReplyId(id_)


async def frozen(tx: TenantTx, selected: Selection) -> tuple[int, list[list[UUID]]]:
    id_ = await mass_reply(tx)
    count = await selection.freeze(tx, id_, selected)
    pages = await tx.scalars(
        sa.text("SELECT conversation_ids FROM selection_pages WHERE mass_reply_id = :id ORDER BY page"), id=id_
    )
    return count, [list(page) for page in pages]


async def test_a_filter_is_frozen_without_the_excluded_ones(database: Database, tenant: UUID) -> None:
    async with database.begin(tenant) as tx:
        ids = [await store(tx, View(team="billing")) for _ in range(3)]
        await store(tx, View(team="sales"))
        selected = ByFilter(Filter(team=("billing",)), (ids[1], uuid4()))
        assert await frozen(tx, selected) == (2, [[ids[0], ids[2]]])
        assert await selection.ids(tx, selected, 1) == [ids[0]]
        assert await selection.count_selected(tx, selected) == 2


async def test_ids_and_external_ids_are_frozen_and_unknown_ones_named(database: Database, tenant: UUID) -> None:
    unknown = uuid4()
    async with database.begin(tenant) as tx:
        ids = [await store(tx, View()) for _ in range(2)]
        await tx.execute(sa.text("UPDATE conversations SET external_id = 'c-1' WHERE id = :id"), id=ids[0])
        by_ids = ByIds((ids[1], unknown, ids[0]))
        by_external_ids = ByExternalIds(("c-1", "c-2"))
        assert await frozen(tx, by_ids) == (2, [ids])
        assert await frozen(tx, by_external_ids) == (1, [ids[:1]])
        assert await selection.missing_ids(tx, by_ids) == [str(unknown)]
        assert await selection.missing_ids(tx, by_external_ids) == ["c-2"]
        assert await selection.missing_ids(tx, ByIds(tuple(ids))) == []
        assert await selection.missing_ids(tx, ByFilter(Filter(team=("none",)))) == []


async def test_another_tenants_ids_are_unknown(database: Database, tenant: UUID) -> None:
    other = await create_tenant(database)
    async with database.begin(other) as tx:
        theirs = await store(tx, View())
    async with database.begin(tenant) as tx:
        assert await selection.missing_ids(tx, ByIds((theirs,))) == [str(theirs)]
        assert await frozen(tx, ByIds((theirs,))) == (0, [])


async def test_a_follow_up_takes_those_who_got_the_other_mass_reply(database: Database, tenant: UUID) -> None:
    async with database.begin(tenant) as tx:
        first = await mass_reply(tx)
        ids = [await store(tx, View()) for _ in range(3)]
        for id_, status in zip(ids, ("sent", "failed", "read"), strict=True):
            await tx.execute(
                sa.text("""
                    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, channel, status)
                    SELECT :tenant, :mass_reply, id, contact_id, channel, :status FROM conversations WHERE id = :id
                """),
                mass_reply=first,
                id=id_,
                status=status,
            )
        selected = FollowUp(first, (DeliveryStatus.SENT, DeliveryStatus.READ))
        assert await frozen(tx, selected) == (2, [[ids[0], ids[2]]])


async def test_a_follow_up_of_a_mass_reply_that_is_not_ours_is_refused(database: Database, tenant: UUID) -> None:
    other = await create_tenant(database)
    async with database.begin(other) as tx:
        theirs = await mass_reply(tx)
    async with database.begin(tenant) as tx:
        with pytest.raises(NotFound):
            await frozen(tx, FollowUp(theirs, (DeliveryStatus.SENT,)))


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
    await analyze(owner_url)
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


async def analyze(owner_url: str) -> None:
    engine = create_async_engine(async_url(owner_url))
    async with engine.begin() as connection:
        for table in ("contacts", "conversations", "conversation_subjects", "conversation_tags", "conversation_fields"):
            await connection.execute(sa.text(f"ANALYZE {table}"))
    await engine.dispose()


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


async def test_more_than_are_looked_up_one_by_one_are_found_by_reading_all(
    database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filter_sql, "MOST_LOOKED_UP", 2)
    async with database.begin(tenant) as tx:
        ids = {await store(tx, View(subject=f"Refund {n}")) for n in range(3)}
        assert await found(tx, Filter(subject_contains="refund")) == ids


async def test_a_subject_is_found_as_it_reads_now(database: Database, tenant: UUID) -> None:
    change = sa.text("UPDATE conversations SET subject = :subject WHERE id = :id")
    async with database.begin(tenant) as tx:
        one, bare = await store(tx, View(subject="Refund")), await store(tx, View())
        await tx.execute(change, id=bare, subject="A refund too")
        assert await found(tx, Filter(subject_contains="refund")) == {one, bare}
        await tx.execute(change, id=one, subject="x" * 5_000 + " Invoice")
        assert await found(tx, Filter(subject_contains="invoice")) == {one}
        await tx.execute(change, id=one, subject=None)
        assert await found(tx, Filter(subject_contains="x")) == set()
        await tx.execute(sa.text("DELETE FROM conversations WHERE id = :id"), id=bare)
        left = "SELECT count(*) FROM conversation_subjects WHERE tenant_id = :tenant"
        assert await tx.scalar(sa.text(left)) == 0


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
