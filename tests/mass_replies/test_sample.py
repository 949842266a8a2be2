"""A sample goes first, and nobody else before a person says so."""

from collections import Counter

import pytest

from tests.mass_replies.conftest import Live


def channels(live: Live) -> Counter[str]:
    return Counter(entry.message.channel for entry in live.accepted())


async def test_a_sample_goes_first_then_it_is_paused_and_a_resume_sends_the_rest(live: Live) -> None:
    await live.add(emails=60, texts=20)

    id_ = await live.confirm(sample_size=6)
    paused = await live.until_status(id_, "paused")

    assert paused["pause_reason"] == "sample_sent"
    assert (paused["counts"]["sent"], paused["counts"]["queued"]) == (6, 74)
    assert channels(live) == {"email": 3, "sms": 3}
    [entry] = (await live.client.get("/audit-log", params={"actor": "system"})).json()["items"]
    assert (entry["action"], entry["details"]) == ("mass_reply.paused", {"pause_reason": "sample_sent"})
    await live.act(id_, "resume")
    done = await live.until_status(id_, "completed")
    assert done["counts"]["sent"] == 80
    assert len(live.accepted()) == 80
    live.assert_nobody_twice()


async def test_a_sample_of_everybody_is_no_sample(live: Live) -> None:
    await live.add(emails=5)
    for size in (5, 100):
        done = await live.until_status(await live.confirm(sample_size=size), "completed")
        assert done["counts"]["sent"] == 5


async def test_a_pause_within_the_sample_keeps_the_rest_waiting(live: Live) -> None:
    await live.add(emails=30, rate_per_second=2)
    id_ = await live.confirm(sample_size=4)
    await live.act(id_, "pause")
    resumed = await live.act(id_, "resume")
    assert resumed["status"] == "sending"
    paused = await live.until_status(id_, "paused")
    assert (paused["pause_reason"], paused["counts"]["sent"]) == ("sample_sent", 4)
    assert len(live.accepted()) == 4


async def test_a_cancel_after_the_sample_leaves_it_at_that(live: Live) -> None:
    await live.add(emails=30)
    id_ = await live.confirm(sample_size=4)
    await live.until_status(id_, "paused")
    await live.act(id_, "cancel")
    done = await live.until(id_, lambda batch: batch["finished_at"])
    assert (done["status"], done["counts"]["sent"], done["counts"]["cancelled"]) == ("cancelled", 4, 26)
    assert len(live.accepted()) == 4


async def test_samples_are_drawn_by_lot(live: Live) -> None:
    await live.add(emails=1_000)
    drawn = []
    for _ in range(2):
        live.sandbox.reset()
        await live.until_status(await live.confirm(sample_size=5), "paused")
        drawn.append({entry.message.recipient for entry in live.accepted()})
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("size", [0, -1, "all"])
async def test_a_sample_is_a_number_of_people(live: Live, size: object) -> None:
    await live.add(emails=5)
    answer = await live.try_to_confirm(await live.create(), sample_size=size)
    assert answer.status_code == 422
