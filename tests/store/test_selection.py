"""The SQL of a filter means what the filter says."""

import asyncio
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import NotFound
from app.domain.filters import Filter, TagCondition
from app.domain.selection import ByExternalIds, ByFilter, ByIds, FollowUp
from app.store import filters as filter_sql
from app.store import selection
from app.store.database import Database
from tests.conftest import create_tenant
from tests.filters import View, filters, matches, views
from tests.store.selecting import found, frozen, mass_reply, store


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
