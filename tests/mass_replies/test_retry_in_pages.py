"""A retry of more deliveries than one request changes: they are frozen, and the sweeper queues them in pages."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from app.delivery import delivery_pages
from app.delivery.sql import delivery_pages as statements
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel
from app.mass_replies import control
from app.mass_replies.restored import hold_back
from tests.mass_replies.conftest import Stage

S = MassReplyStatus


@pytest.fixture(autouse=True)
def _pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """One page of two deliveries in each sweep."""
    monkeypatch.setattr(control, "AT_ONCE", 2)
    monkeypatch.setattr(statements, "PAGE_SIZE", 2)
    monkeypatch.setattr(delivery_pages, "PAGES", 1)


async def counts(stage: Stage, id_: str) -> dict[str, int]:
    batch = await stage.get(id_)
    assert sum(batch["counts"].values()) == batch["selected_count"]
    return {status: count for status, count in batch["counts"].items() if count}


async def pages(stage: Stage) -> int:
    [row] = await stage.read("SELECT count(*) AS count FROM delivery_pages")
    return int(row.count)


async def test_it_opens_at_once_and_is_queued_page_by_page(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    await stage.write("UPDATE mass_replies SET finished_at = now(), not_after = now() WHERE id = :id", id=id_)

    answer = await stage.act(id_, "retry")

    assert (answer.status_code, answer.json()["status"], answer.json()["finished_at"]) == (202, "sending", None)
    seen = [await counts(stage, id_)]
    for _ in range(3):
        await stage.sweep()
        assert (await stage.get(id_))["finished_at"] is None
        seen.append(await counts(stage, id_))
    assert seen == [{"failed": 6}, {"queued": 2, "failed": 4}, {"queued": 4, "failed": 2}, {"queued": 6}]
    latest = await stage.read("SELECT DISTINCT not_after FROM deliveries WHERE mass_reply_id = :id", id=id_)
    assert [row.not_after.isoformat() for row in latest] == [(await stage.get(id_))["not_after"].replace("Z", "+00:00")]
    [entry] = (await stage.client.get("/audit-log", params={"action": "mass_reply.retried"})).json()["items"]
    assert entry["details"]["deliveries"] == 6


async def test_what_fails_after_the_request_is_not_part_of_it(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_some(id_, Channel.EMAIL)
    await stage.act(id_, "retry")
    await stage.fail_some(id_, Channel.OTHER)
    for _ in range(3):
        await stage.sweep()
    rows = await stage.read("SELECT channel, status FROM deliveries WHERE mass_reply_id = :id", id=id_)
    assert Counter(map(tuple, rows)) == {("email", "queued"): 3, ("other", "failed"): 3}


async def test_only_the_named_reasons_are_retried(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_all(id_)
    closed = "UPDATE deliveries SET reason_code = 'window_closed' WHERE mass_reply_id = :id AND channel = 'email'"
    await stage.write(closed, id=id_)
    await stage.act(id_, "retry", {"reason_codes": ["window_closed"]})
    for _ in range(3):
        await stage.sweep()
    rows = await stage.read("SELECT channel, status FROM deliveries WHERE mass_reply_id = :id", id=id_)
    assert Counter(map(tuple, rows)) == {("email", "queued"): 3, ("other", "failed"): 3}


async def test_what_has_arrived_after_all_is_not_sent_again(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_all(id_)
    await stage.act(id_, "retry")
    arrived = "UPDATE deliveries SET status = 'delivered' WHERE mass_reply_id = :id AND channel = 'other'"
    await stage.write(arrived, id=id_)
    for _ in range(3):
        await stage.sweep()
    rows = await stage.read("SELECT channel, status FROM deliveries WHERE mass_reply_id = :id", id=id_)
    assert Counter(map(tuple, rows)) == {("email", "queued"): 3, ("other", "delivered"): 3}


async def test_a_cancel_ends_what_is_queued_and_leaves_the_rest_failed(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_all(id_)
    await stage.act(id_, "retry")
    await stage.sweep()
    await stage.act(id_, "cancel")
    for _ in range(3):
        await stage.sweep()
    assert await counts(stage, id_) == {"cancelled": 2, "failed": 4}
    assert (await stage.get(id_))["finished_at"] is not None
    assert await pages(stage) == 0


async def test_a_paused_one_stays_paused(stage: Stage) -> None:
    id_ = await stage.batch_in(S.PAUSED)
    await stage.fail_all(id_)
    assert (await stage.act(id_, "retry")).json()["status"] == "paused"
    for _ in range(3):
        await stage.sweep()
    assert ((await stage.get(id_))["status"], await counts(stage, id_)) == ("paused", {"queued": 6})


async def test_of_two_at_once_the_second_is_refused_until_the_first_is_queued(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)

    both = await asyncio.gather(stage.act(id_, "retry"), stage.act(id_, "retry"))

    assert sorted(answer.status_code for answer in both) == [202, 409]
    [refused] = (answer.json() for answer in both if answer.status_code == 409)
    assert (refused["code"], "earlier retry" in refused["detail"]) == ("invalid_state", True)
    assert await pages(stage) == 3
    for _ in range(3):
        await stage.sweep()
    assert (await stage.act(id_, "retry")).json()["code"] == "nothing_to_retry"


async def test_a_sweep_that_stops_in_a_page_loses_nothing_and_queues_nothing_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    await stage.act(id_, "retry")

    async def stop(*_: object) -> None:
        raise ConnectionError("the server has gone")

    with monkeypatch.context() as patched:
        patched.setattr(statements, "remove", stop)
        await stage.sweep()
    assert (await counts(stage, id_), await pages(stage)) == ({"failed": 6}, 3)
    for _ in range(3):
        await stage.sweep()
    assert (await counts(stage, id_), await pages(stage)) == ({"queued": 6}, 0)


POISON = "UPDATE deliveries SET reason_code = 'a word of a later version' WHERE id = ANY (:ids)"


async def frozen(stage: Stage) -> list[list[UUID]]:
    return [row.delivery_ids for row in await stage.read("SELECT delivery_ids FROM delivery_pages ORDER BY id")]


async def test_one_that_cannot_be_queued_keeps_no_other_back_and_stays_failed(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    await stage.act(id_, "retry")
    [[bad, _], *_] = await frozen(stage)
    await stage.write(POISON, ids=[bad])
    for _ in range(3):
        await stage.sweep()
    assert (await counts(stage, id_), await pages(stage)) == ({"queued": 5, "failed": 1}, 0)
    rows = await stage.read("SELECT id FROM deliveries WHERE mass_reply_id = :id AND status = 'failed'", id=id_)
    assert [row.id for row in rows] == [bad]


async def test_a_page_of_which_none_can_be_queued_keeps_no_other_back_and_is_kept_until_it_would_be_too_late(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_pages, "PAGES", 4)
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.fail_all(id_)
    await stage.act(id_, "retry")
    [both, *_] = await frozen(stage)
    await stage.write(POISON, ids=both)
    await stage.sweep()
    assert (await counts(stage, id_), await frozen(stage)) == ({"queued": 4, "failed": 2}, [both])
    await stage.write("UPDATE delivery_pages SET not_after = now() WHERE mass_reply_id = :id", id=id_)
    await stage.sweep()
    assert await pages(stage) == 0


async def test_a_fault_of_all_pages_ends_the_turn_after_two(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_pages, "PAGES", 4)
    id_, worked = await stage.batch_in(S.COMPLETED), []
    await stage.fail_all(id_)
    await stage.act(id_, "retry")

    async def fails(*given: object) -> None:
        worked.append(given)
        raise ValueError("a bug")

    monkeypatch.setattr(delivery_pages, "_work_on", fails)
    await stage.sweep()
    assert (await counts(stage, id_), await pages(stage), len(worked)) == ({"failed": 6}, 3, 2 * 3)


async def test_a_restored_database_retries_nothing_by_itself(stage: Stage) -> None:
    id_ = await stage.batch_in(S.SENDING)
    await stage.fail_all(id_)
    await stage.act(id_, "retry")
    await hold_back(stage.runtime.database, stage.tenant)  # type: ignore[arg-type]
    await stage.sweep()
    assert await counts(stage, id_) == {"failed": 6}
