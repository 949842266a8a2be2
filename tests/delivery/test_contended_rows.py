"""A lane and an account that another transaction is changing: whoever waits for it goes on from what that left."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.delivery.settle import settle
from app.delivery.sql import claims, counters
from app.delivery.sql.call_shares import RENEWED, CallShare
from app.store.newest import RowNotFound
from tests.delivery.settling import accepted
from tests.delivery.stage import Batch, Stage


@asynccontextmanager
async def waiting(stage: Stage, change: str, work: Coroutine[Any, Any, Any], **values: Any) -> AsyncIterator[None]:
    """Let work begin and wait while a change is not committed. The block runs when both are over."""
    async with stage.database.begin(stage.tenant) as tx:
        await tx.execute(sa.text(change), **values)
        task = asyncio.create_task(work)
        await stage.somebody_waits_for_a_lock()
    await task
    yield


BILLED = "UPDATE lanes SET segments_billed = segments_billed + 7 WHERE tenant_id = :tenant AND mass_reply_id = :id"


async def billed(stage: Stage, batch: Batch) -> int:
    statement = "SELECT segments_billed FROM lanes WHERE mass_reply_id = :id"
    return int((await stage.one(statement, id=batch.id)).segments_billed)


async def test_a_claim_counts_on_a_lane_that_it_had_to_wait_for(stage: Stage) -> None:
    batch = await stage.batch(3)
    async with waiting(stage, BILLED, stage.claim(batch, 2), id=batch.id):
        assert await stage.counts(batch) == {"queued": 1, "sending": 2}
        assert await billed(stage, batch) == 7


async def test_a_record_counts_on_a_lane_that_it_had_to_wait_for(stage: Stage) -> None:
    batch = await stage.batch(2)
    await stage.claim(batch)
    async with waiting(stage, BILLED, stage.settle(*map(accepted, batch.deliveries)), id=batch.id):
        assert await stage.counts(batch) == {"sent": 2}
        assert await billed(stage, batch) == 7


async def test_a_record_counts_on_each_of_several_lanes_if_it_had_to_wait_for_one(stage: Stage) -> None:
    batches = [await stage.batch(2) for _ in range(3)]
    for batch in batches:
        await stage.claim(batch)
    reports = [accepted(id_) for batch in batches for id_ in batch.deliveries]
    async with waiting(stage, BILLED, stage.settle(*reports), id=batches[1].id):
        assert [await stage.counts(batch) for batch in batches] == [{"sent": 2}] * 3
        assert [await billed(stage, batch) for batch in batches] == [0, 7, 0]


async def test_a_claim_sees_what_the_one_before_it_took_of_the_rate(stage: Stage) -> None:
    batch, seen = await stage.batch(), list[Any]()

    async def look() -> None:
        async with stage.database.begin(stage.tenant) as tx:
            seen.append(await claims.lock_lane(tx, batch.lane, uuid4()))

    change = "UPDATE channel_accounts SET allowed_at = '2040-01-01' WHERE tenant_id = :tenant AND id = :id"
    async with waiting(stage, change, look(), id=batch.lane.account):
        [snapshot] = seen
        assert snapshot.allowed_at.year == 2040


async def test_nothing_is_recorded_that_cannot_be_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = await stage.batch(1)
    await stage.claim(batch)
    nowhere = counters._COUNT.text.replace("THEN place END", "THEN CAST('(0,0)' AS tid) END")
    monkeypatch.setattr(counters, "_COUNT", sa.text(nowhere))
    with pytest.raises(RowNotFound):
        await stage.settle(accepted(batch.first))
    assert await stage.counts(batch) == {"sending": 1}


async def test_nothing_is_claimed_that_cannot_be_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = await stage.batch(1)
    nowhere = claims._MARK.text.replace(" RETURNING id)", " AND false RETURNING id)")
    monkeypatch.setattr(claims, "_MARK", sa.text(nowhere))
    with pytest.raises(RowNotFound):
        await stage.claim(batch)
    assert await stage.counts(batch) == {"queued": 1}


async def test_a_share_is_written_again_only_if_it_changes_or_would_end_too_early(stage: Stage) -> None:
    batch, holder = await stage.batch(1), uuid4()

    async def touched(slots: int, seconds: float) -> Any:
        async with stage.database.begin(stage.tenant) as tx:
            snapshot = await claims.lock_lane(tx, batch.lane, holder)
            assert snapshot is not None
            share = CallShare(holder, slots, began + timedelta(seconds=seconds))
            await claims.touch_lane(tx, batch.lane, snapshot.now, share)
        return await stage.one("SELECT xmin, slots, expires_at - :began AS lasts FROM call_shares", began=began)

    began = (await stage.one("SELECT clock_timestamp() AS now")).now
    first = await touched(4, 30)
    assert (first.slots, first.lasts) == (4, timedelta(seconds=30) + RENEWED)
    assert await touched(4, 34) == first
    later, fewer = await touched(4, 36), await touched(3, 37)
    assert (later.slots, later.lasts) == (4, timedelta(seconds=36) + RENEWED)
    assert (fewer.slots, fewer.lasts) == (3, timedelta(seconds=37) + RENEWED)
    stepped_back = await touched(3, 10)
    assert stepped_back.lasts == timedelta(seconds=10) + RENEWED


async def test_a_silent_provider_that_answers_is_noted_once_and_others_are_left_alone(stage: Stage) -> None:
    batch = await stage.batch(2)
    await stage.claim(batch)
    await stage.runs("UPDATE channel_accounts SET failures_in_a_row = 3 WHERE id = :id", id=batch.lane.account)
    found = "SELECT xmin, failures_in_a_row AS silences FROM channel_accounts WHERE id = :id"
    versions = []
    for id_ in batch.deliveries:
        async with stage.database.begin(stage.tenant) as tx:
            await settle(tx, [accepted(id_)], [batch.lane.account])
        versions.append(await stage.one(found, id=batch.lane.account))
    assert versions[0].silences == 0
    assert versions[0] == versions[1]
