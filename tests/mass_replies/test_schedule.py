"""Held and scheduled mass replies: until then cancel means that nothing was sent."""

from datetime import datetime
from typing import Any

import pytest

from tests.mass_replies.conftest import Live

in_ = Live.soon


async def test_a_cancel_while_it_is_held_sends_nothing(live: Live) -> None:
    await live.add(emails=20)
    id_ = await live.confirm(hold_seconds=3)
    assert (await live.until_status(id_, "scheduled"))["counts"]["queued"] == 20
    await live.act(id_, "cancel")
    done = await live.until(id_, lambda batch: batch["finished_at"])
    assert (done["status"], done["counts"]["cancelled"], done["started_at"]) == ("cancelled", 20, None)
    assert list(live.sandbox.journal) == []


@pytest.mark.parametrize("field", ["hold_seconds", "send_at"])
async def test_it_starts_by_itself_when_its_time_has_come_and_not_before(live: Live, field: str) -> None:
    await live.add(emails=20)
    terms: dict[str, Any] = {field: 1 if field == "hold_seconds" else in_(seconds=1)}
    id_ = await live.confirm(**terms)
    done = await live.until_status(id_, "completed")
    assert done["counts"]["sent"] == 20
    dispatch_at = datetime.fromisoformat(done["dispatch_at"])
    assert min(entry.at for entry in live.accepted()) >= dispatch_at
    assert datetime.fromisoformat(done["started_at"]) >= dispatch_at


async def test_what_is_still_queued_at_the_latest_time_is_too_late(live: Live) -> None:
    await live.add(emails=20, rate_per_second=2)
    id_ = await live.confirm(not_after=in_(seconds=2))
    done = await live.until(id_, lambda batch: batch["finished_at"])
    sent, failed = done["counts"]["sent"], done["counts"]["failed"]
    assert done["status"] == "completed"
    assert (sent > 0, failed > 0, sent + failed) == (True, True, 20)
    assert len(live.accepted()) == sent
    items = (await live.client.get(f"/mass-replies/{id_}/deliveries?status=failed")).json()["items"]
    assert {(item["reason"]["code"], item["retryable"]) for item in items} == {("too_late", True)}
    await live.act(id_, "retry")
    assert (await live.client.get(f"/mass-replies/{id_}")).json()["counts"]["failed"] == 0


@pytest.mark.parametrize(
    "terms",
    [
        {"hold_seconds": 5, "send_at": in_(hours=1)},
        {"send_at": in_(hours=-1)},
        {"send_at": in_(hours=2), "not_after": in_(hours=1)},
        {"not_after": in_(hours=-1)},
    ],
)
async def test_times_that_contradict_each_other_are_refused(live: Live, terms: dict[str, Any]) -> None:
    await live.add(emails=1)
    batch = await live.create()
    answer = await live.try_to_confirm(batch, **terms)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_schedule")
    assert (await live.client.get(f"/mass-replies/{batch['id']}")).json()["status"] == "awaiting_confirmation"
