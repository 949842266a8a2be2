"""What has left the queue costs a claim nothing, even while an old transaction of somebody else keeps it readable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from app.delivery import sweeper as delivery_sweeper
from app.delivery.claim import Claim
from app.delivery.settle import settle
from app.delivery.sql import claims, clocks, queues, sweeper
from app.delivery.sql.sweeper import ExpiredClaim
from app.delivery.staged_files import StagedFiles
from app.delivery.sweeper import WHOLE_LOOK, LeaseLooks
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.words import MassReplyId, TenantId
from app.store.shares import PUMPS, RECORDS
from app.store.transactions import SweepTx, Transaction
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, Stage, report
from tests.plans import plan, renew_statistics

LEFT, FEW = 200, 5


@pytest.fixture
async def no_room_left(owner_url: str) -> None:
    """Rewrite the tables whose newest versions are looked for at their end: other tests have left room before it."""
    owner = await asyncpg.connect(owner_url)
    try:
        for table in ("lanes", "channel_accounts"):
            await owner.execute(f"VACUUM FULL {table}")
    finally:
        await owner.close()


@asynccontextmanager
async def old_transaction(owner_url: str) -> AsyncIterator[None]:
    """Keep every row readable as it is now."""
    other = await asyncpg.connect(owner_url)
    try:
        async with other.transaction(isolation="repeatable_read"):
            await other.fetchval("SELECT count(*) FROM tenants")
            yield
    finally:
        await other.close()


async def entries_read(tx: Transaction, index: str) -> int:
    """Index entries that this connection has followed to a row lately, whether it was still there or not."""
    statement = sa.text("SELECT pg_stat_get_xact_tuples_returned(CAST(CAST(:index AS text) AS regclass))")
    return int(await tx.scalar(statement, index=index))


async def own_claims(tx: SweepTx, stage: Stage, within: timedelta | None = None) -> list[ExpiredClaim]:
    return [each for each in await sweeper.expired_claims(tx, 10_000, within) if each.tenant == stage.tenant]


async def test_a_claim_does_not_read_what_has_left(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(LEFT + FEW)
    async with old_transaction(owner_url):
        taken = await stage.claim(batch, LEFT)
        await stage.settle(*(report(one.delivery_id, DeliveryEvent.ACCEPT) for one in taken))
        async with stage.database.of(PUMPS).begin(stage.tenant) as tx:
            under_way = await entries_read(tx, "ix_deliveries_in_flight")
            gate = await claims.lock_lane(tx, batch.lane, uuid4())
            assert gate is not None
            assert await entries_read(tx, "ix_deliveries_in_flight") == under_way
            before = await entries_read(tx, "ix_deliveries_due")
            assert len(await stage.claim_in(tx, batch, FEW)) == FEW
            assert await entries_read(tx, "ix_deliveries_due") - before <= 2 * FEW + 2  # to claim, and to count


VERSIONS = 4_000
"""Of the rows of a lane and an account: some 80 and 200 entries of their indexes, since those of a page share one."""
A_FEW = 100
"""Entries, where to visit each version at each look is to read more than 700."""


async def change_often(stage: Stage, batch: Batch) -> None:
    """Leave so many old versions of the rows that each claim changes."""
    lane, account = f"mass_reply_id = '{batch.id}'", f"id = '{batch.lane.account}'"
    for table, column, condition in (("lanes", "pumped_at", lane), ("channel_accounts", "allowed_at", account)):
        await stage.runs(f"""
            DO $$
            DECLARE place tid;
            BEGIN
                SELECT ctid INTO place FROM {table} WHERE {condition};
                FOR n IN 1..{VERSIONS} LOOP
                    UPDATE {table} SET {column} = now() WHERE ctid = place RETURNING ctid INTO place;
                END LOOP;
            END $$
        """)


async def versions_read(tx: Transaction) -> int:
    return await entries_read(tx, "uq_lanes_lane") + await entries_read(tx, "pk_channel_accounts")


@pytest.mark.usefixtures("no_room_left")
async def test_a_claim_and_a_record_do_not_read_old_versions_of_what_each_changes(stage: Stage, owner_url: str) -> None:
    batch, holder = await stage.batch(FEW), uuid4()
    await stage.claim(batch, 1, holder=holder)  # a new share asks for its account by key
    async with old_transaction(owner_url):
        await change_often(stage, batch)
        async with stage.database.of(PUMPS).begin(stage.tenant) as tx:
            before = await versions_read(tx)
            taken = await stage.claim_in(tx, batch, 2, holder=holder)
            assert await versions_read(tx) - before <= A_FEW
        async with stage.database.of(RECORDS).begin(stage.tenant) as tx:
            before = await versions_read(tx)
            reports = [report(one.delivery_id, DeliveryEvent.ACCEPT) for one in taken]
            await settle(tx, reports, [batch.lane.account])
            assert await versions_read(tx) - before <= A_FEW
    assert await stage.counts(batch) == {"queued": FEW - 3, "sending": 1, "sent": 2}


async def test_a_claim_of_an_empty_queue_does_not_read_what_has_left(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(LEFT)
    context = stage.pump_context(Carrier())
    async with old_transaction(owner_url):
        await stage.claim(batch)
        async with stage.database.of(PUMPS).begin(stage.tenant) as tx:
            before = await entries_read(tx, "ix_deliveries_due")
            slots = context.dispatchers.of(batch.lane.tenant, batch.lane.account).slots
            result = await Claim(context, batch.lane, tx, StagedFiles(), slots).take(uuid4())
            assert (result.rows, result.wait) == ((), None)
            assert await entries_read(tx, "ix_deliveries_due") == before


async def test_when_the_next_is_due_is_known_without_what_has_left(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(LEFT + 1)
    await stage.runs("UPDATE deliveries SET not_before = now() + interval '1 hour' WHERE id = :id", id=batch.first)
    async with old_transaction(owner_url):
        await stage.claim(batch)
        async with stage.database.of(PUMPS).begin(stage.tenant) as tx:
            gate = await claims.lock_lane(tx, batch.lane, uuid4())
            assert gate is not None
            before = await entries_read(tx, "ix_deliveries_due")
            assert await queues.next_due_at(tx, batch.lane, gate.queue_from, sampling=False)
            assert await entries_read(tx, "ix_deliveries_due") - before == 1


async def entries_of_a_look(stage: Stage) -> int:
    """Return how many index entries a look for expired claims reads, other tests' among them."""
    async with stage.database.begin_sweep() as tx:
        before = await entries_read(tx, "ix_deliveries_in_flight")
        assert await own_claims(tx, stage, timedelta(seconds=11)) == []
        return await entries_read(tx, "ix_deliveries_in_flight") - before


async def test_the_sweeper_does_not_read_what_has_left(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(LEFT)
    of_others = await entries_of_a_look(stage)
    async with old_transaction(owner_url):
        taken = await stage.claim(batch)
        await stage.settle(*(report(one.delivery_id, DeliveryEvent.ACCEPT) for one in taken))
        assert await entries_of_a_look(stage) - of_others < LEFT // 2


@pytest.mark.usefixtures("no_room_left")
async def test_the_sweeper_does_not_read_old_versions_of_what_each_claim_changes(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(FEW)
    async with stage.database.begin_sweep() as tx:
        before = await versions_read(tx)
        await looks_at_lanes(tx)
        of_others = await versions_read(tx) - before
    async with old_transaction(owner_url):
        await change_often(stage, batch)
        async with stage.database.begin_sweep() as tx:
            before = await versions_read(tx)
            assert batch.id in await looks_at_lanes(tx)
            assert await versions_read(tx) - before <= of_others + A_FEW


async def test_the_sweeper_keeps_no_plan_that_reads_all_versions_of_lanes(stage: Stage, owner_url: str) -> None:
    await stage.batch()
    await renew_statistics(owner_url, "lanes", "channel_accounts")  # few rows: to read them all is the least work
    async with stage.database.begin_sweep() as tx:
        assert "Seq Scan on" not in await plan(tx, sweeper._STOPPED_LANES)


async def looks_at_lanes(tx: SweepTx) -> set[MassReplyId]:
    """Look at all lanes as a tick does. Return the mass replies that go on."""
    lanes = [*await sweeper.idle_lanes(tx, timedelta()), *await sweeper.long_lanes(tx, 0, 10_000)]
    assert not set(lanes) & (await sweeper.stopped_lanes(tx)).keys()
    open_ = {each.id for each in await sweeper.open_mass_replies(tx) if each.queued}
    return {lane.mass_reply for lane in lanes} & open_


async def test_a_lease_that_ran_out_long_ago_is_seen_by_the_look_at_all(stage: Stage) -> None:
    batch = await stage.batch()
    await stage.claim(batch)
    await stage.runs("UPDATE deliveries SET lease_until = now() - interval '5 minutes'")
    async with stage.database.begin_sweep() as tx:
        assert await own_claims(tx, stage, timedelta(seconds=11)) == []
        assert len(await own_claims(tx, stage)) == 1


def test_every_minute_the_sweeper_looks_at_all_and_between_as_far_back_as_its_last_look() -> None:
    looks, seen = LeaseLooks(), []
    for now in (100.0, 101.0, 121.0, 100.0 + WHOLE_LOOK):
        with looks.look(now) as within:
            seen.append(within)
    assert seen == [None, timedelta(seconds=11), timedelta(seconds=30), None]


async def test_a_search_for_expired_claims_that_fails_is_made_up_for_by_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched, search = list[timedelta | None](), sweeper.expired_claims

    async def at_first_in_vain(tx: SweepTx, limit: int, within: timedelta | None) -> list[ExpiredClaim]:
        searched.append(within)
        if len(searched) in {1, 3}:
            raise ConnectionError
        return await search(tx, limit, within)

    monkeypatch.setattr(sweeper, "expired_claims", at_first_in_vain)
    sweep = stage.sweeper()
    for now in (100.0, 101.0, 105.0, 111.0):
        monkeypatch.setattr(delivery_sweeper, "monotonic", partial(float, now))
        with suppress(ConnectionError):
            await sweep.tick()
    assert searched == [None, None, timedelta(seconds=14), timedelta(seconds=20)]


async def test_the_sweeper_looks_at_clocks_for_one_part_in_fifty_of_the_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looked = 100.0, list[float]()

    async def slow(_: SweepTx) -> list[TenantId]:
        nonlocal now
        looked.append(now)
        now += 0.1
        return []

    monkeypatch.setattr(clocks, "tenants_ahead", slow)
    monkeypatch.setattr(delivery_sweeper, "monotonic", lambda: now)
    ticking = stage.sweeper()
    for _ in range(8):
        assert await ticking.tick()
        now += 1.0
    assert [int(at) for at in looked] == [100, 105]


async def test_what_the_release_before_returned_to_a_place_before_the_queue_is_sent(stage: Stage) -> None:
    batch, carrier = await stage.batch(10), Carrier()
    [first] = await stage.claim(batch, 1)
    await stage.runs("UPDATE deliveries SET status = 'queued' WHERE id = :id", id=first.delivery_id)
    await stage.runs(
        "UPDATE lanes SET queued = queued + 1, sending = sending - 1 WHERE mass_reply_id = :id", id=batch.id
    )
    await stage.pump(batch, carrier, slots=4)
    assert set(carrier.times_sent) == set(batch.deliveries)


async def test_so_is_a_sample_that_it_returned(stage: Stage) -> None:
    batch, carrier = await stage.batch(3), Carrier()
    await stage.runs("UPDATE deliveries SET sampled = true WHERE id = :id", id=batch.first)
    await stage.runs("UPDATE mass_replies SET sampling = true WHERE id = :id", id=batch.id)
    await stage.runs("UPDATE lanes SET queue_from_at = now() WHERE mass_reply_id = :id", id=batch.id)
    await stage.pump(batch, carrier)
    assert set(carrier.times_sent) == {batch.first}


async def test_it_does_not_wait_for_what_was_put_off(stage: Stage) -> None:
    batch, carrier = await stage.batch(3), Carrier()
    await stage.claim(batch, 1)
    await stage.runs("UPDATE deliveries SET status = 'queued' WHERE id = :id", id=batch.first)
    await stage.runs(
        "UPDATE lanes SET queued = queued + 1, sending = sending - 1 WHERE mass_reply_id = :id", id=batch.id
    )
    await stage.runs(
        "UPDATE deliveries SET not_before = now() + interval '1 hour' WHERE id = :id", id=batch.deliveries[2]
    )
    await stage.pump(batch, carrier)
    assert set(carrier.times_sent) == set(batch.deliveries[:2])
