"""What would take minutes in a mass reply of millions is done in pages, each of which reads little but its own rows."""

import re

import pytest

from app.delivery import delivery_pages
from app.delivery import lifecycle as delivery_lifecycle
from app.delivery import sweeper as delivery_sweeper
from app.delivery.sql import delivery_pages as page_statements
from app.delivery.sql import lifecycle, samples
from app.delivery.sql import sweeper as sweeper_statements
from app.mass_replies.sql import restored
from tests.delivery.stage import Batch, Stage
from tests.plans import counting_rows, plan, renew_statistics

ALL, FEW = 1_200, 60
A_HANDFUL = 5


async def leave(stage: Stage, batch: Batch, status: str) -> None:
    """Let all but the last few leave the queue."""
    gone = list(batch.deliveries[:-FEW])
    await stage.runs(f"UPDATE deliveries SET status = '{status}' WHERE id = ANY (:gone)", gone=gone)


async def test_a_page_to_cancel_is_found_past_all_that_were_cancelled_before(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(ALL)
    await renew_statistics(owner_url, "deliveries")
    await leave(stage, batch, "cancelled")
    async with stage.database.begin(stage.tenant) as tx, counting_rows(tx) as read:
        assert set(await lifecycle.queued_ids(tx, batch.id, FEW)) == set(batch.deliveries[-FEW:])
    assert read["deliveries"] <= A_HANDFUL * FEW, read


async def test_a_page_that_is_too_late_is_found_past_all_that_were_before(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(ALL)
    await renew_statistics(owner_url, "deliveries")
    await leave(stage, batch, "failed")
    await stage.runs("UPDATE mass_replies SET not_after = now() WHERE id = :id", id=batch.id)
    async with stage.database.begin(stage.tenant) as tx, counting_rows(tx) as read:
        assert len(await lifecycle.overdue_ids(tx, batch.id, FEW)) == FEW
    assert read["deliveries"] <= A_HANDFUL * FEW, read


async def test_a_sweep_looks_at_few_of_those_that_are_sent_again(
    stage: Stage, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper_statements, "HEAD", FEW)
    batch = await stage.batch(ALL)
    again = "UPDATE deliveries SET not_after = now() + interval '1 hour' WHERE mass_reply_id = :id"
    await stage.runs(again, id=batch.id)
    late = "UPDATE mass_replies SET not_after = now(), again_until = now() + interval '1 hour' WHERE id = :id"
    await stage.runs(late, id=batch.id)
    await renew_statistics(owner_url, "deliveries")
    async with stage.database.begin_sweep() as tx, counting_rows(tx) as read:
        [found] = [each for each in await sweeper_statements.open_mass_replies(tx) if each.id == batch.id]
    assert found.not_after is not None
    assert found.not_after > found.now
    assert read["deliveries"] <= A_HANDFUL * FEW, read


async def test_a_sample_is_drawn_without_sorting_the_batch(stage: Stage) -> None:
    batch = await stage.batch(ALL)
    async with stage.database.begin(stage.tenant) as tx:
        drawn = await plan(tx, f"(ANALYZE, COSTS OFF, TIMING OFF) {samples._DRAW.text}", id=batch.id, size=5)
    kept = [int(rows) for rows in re.findall(r"(?:Sort|WindowAgg) \(actual rows=(\d+)", drawn)]
    assert kept
    assert max(kept) == 5 + samples.SPARE, drawn
    assert "Sort Method: top-N heapsort" in drawn
    assert "Index Only Scan using ix_deliveries_due" in drawn


async def test_a_sample_takes_everybody_equally_often(stage: Stage) -> None:
    batch = await stage.batch(4)
    times = dict.fromkeys(batch.deliveries, 0)
    for _ in range(60):
        await stage.runs("UPDATE deliveries SET sampled = false WHERE mass_reply_id = :id", id=batch.id)
        async with stage.database.begin(stage.tenant) as tx:
            await samples.draw(tx, batch.id, 2)
        rows = await stage.runs("SELECT id FROM deliveries WHERE mass_reply_id = :id AND sampled", id=batch.id)
        for row in rows:
            times[row.id] += 1
    assert sum(times.values()) == 120
    # Thirty each, give or take. Chance leaves this band once in millions of runs.
    assert all(9 <= count <= 51 for count in times.values()), times


async def test_what_nobody_confirmed_is_deleted_page_by_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_sweeper, "PAGE", 2)
    monkeypatch.setattr(delivery_sweeper, "PURGED_PAGES", 1)
    batch = await stage.batch(5)
    await stage.runs("UPDATE mass_replies SET status = 'expired', confirmed_at = NULL WHERE id = :id", id=batch.id)
    left = []
    for _ in range(3):
        await delivery_sweeper._purge(stage.database, stage.tenant, batch.id)
        rows = await stage.runs("SELECT count(d.id) AS count FROM deliveries d WHERE mass_reply_id = :id", id=batch.id)
        left.append(rows.one().count)
    assert left == [3, 1, 0]
    assert not list(await stage.runs("SELECT 1 FROM mass_replies WHERE id = :id", id=batch.id))


async def begin_with_skipped(stage: Stage, batch: Batch, reason: str | None) -> None:
    """Begin a mass reply of which all are skipped. Without a reason no note can be written."""
    for change in (
        "UPDATE mass_replies SET status = 'scheduled', dispatch_at = now() WHERE id = :id",
        "UPDATE deliveries SET status = 'skipped', reason_detail = :reason WHERE mass_reply_id = :id",
        "UPDATE lanes SET skipped = queued, queued = 0 WHERE mass_reply_id = :id",
    ):
        await stage.runs(change, id=batch.id, **({"reason": reason} if ":reason" in change else {}))


async def test_notes_on_many_skipped_conversations_are_written_by_the_sweeper_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_lifecycle, "AT_ONCE", 2)
    monkeypatch.setattr(page_statements, "PAGE_SIZE", 2)
    monkeypatch.setattr(delivery_pages, "PAGES", 1)
    batch = await stage.batch(4)
    await begin_with_skipped(stage, batch, "No address.")
    seen = []
    for _ in range(4):
        assert await stage.sweeper().tick()
        noted = await stage.runs("SELECT text FROM messages WHERE mass_reply_id = :id", id=batch.id)
        seen.append((len(list(noted)), (await stage.mass_reply(batch)).finished_at is not None))
    assert seen == [(2, False), (4, False), (4, True), (4, True)]


async def test_notes_of_which_none_can_be_written_keep_a_mass_reply_open_no_longer_than_it_may_be_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_lifecycle, "AT_ONCE", 0)
    batch, ended = await stage.batch(1), []
    await begin_with_skipped(stage, batch, None)
    for not_after in ("now() + interval '1 hour'", "now()"):
        await stage.runs(f"UPDATE mass_replies SET not_after = {not_after} WHERE id = :id", id=batch.id)
        for _ in range(3):
            assert await stage.sweeper().tick()
        ended.append((await stage.mass_reply(batch)).finished_at is not None)
    assert ended == [False, True]


async def test_a_page_of_a_restored_database_is_found_past_those_before_it(stage: Stage, owner_url: str) -> None:
    batch = await stage.batch(ALL)
    await renew_statistics(owner_url, "deliveries")
    async with stage.database.begin(stage.tenant) as tx, counting_rows(tx) as read:
        assert len(await restored.hold_sendable(tx, batch.deliveries[-FEW - 1], ALL)) == FEW
    assert read["deliveries"] <= A_HANDFUL * FEW, read
