"""When a mass reply starts and ends, and how its counts are read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import InvalidSchedule
from app.domain.mass_reply import Billed, Confirmation, Lane, MassReply
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.text.message import OnUnresolved, Source
from app.domain.words import Channel, MassReplyId
from tests.domain.people import ID

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_it_starts_at_once_and_ends_a_day_later() -> None:
    assert Confirmation(3).schedule(NOW, DAY) == (NOW, NOW + DAY)


def test_it_may_be_held_or_planned() -> None:
    assert Confirmation(3, hold_seconds=60).schedule(NOW, DAY)[0] == NOW + timedelta(minutes=1)
    planned = Confirmation(3, send_at=NOW + HOUR, not_after=NOW + 2 * HOUR)
    assert planned.schedule(NOW, DAY) == (NOW + HOUR, NOW + 2 * HOUR)


@pytest.mark.parametrize(
    "confirmation",
    [
        Confirmation(3, hold_seconds=1, send_at=NOW + HOUR),
        Confirmation(3, send_at=NOW - timedelta(microseconds=1)),
        Confirmation(3, not_after=NOW),
        Confirmation(3, send_at=NOW + HOUR, not_after=NOW + HOUR),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(confirmation: Confirmation) -> None:
    with pytest.raises(InvalidSchedule):
        confirmation.schedule(NOW, DAY)


def test_a_confirmation_is_compared_by_all_that_it_says() -> None:
    full = Confirmation(3, 5, NOW, NOW + HOUR, 10)
    assert full.to_json() == {
        "recipient_count": 3,
        "hold_seconds": 5,
        "send_at": "2026-05-01T12:00:00+00:00",
        "not_after": "2026-05-01T13:00:00+00:00",
        "sample_size": 10,
    }
    assert Confirmation(3).to_json() != full.to_json()


def mass_reply(recipient_count: int | None, *lanes: Lane, **changes: Any) -> MassReply:
    about: dict[str, Any] = dict.fromkeys(MassReply.__dataclass_fields__)
    about |= {
        "id": MassReplyId(ID),
        "status": MassReplyStatus.SENDING,
        "source": Source("Hi", None, ()),
        "on_unresolved": OnUnresolved.SKIP,
        "author": Author(None, "Support"),
        "recipient_count": recipient_count,
        "lanes": lanes,
        **changes,
    }
    return MassReply(**about)


def lane(*, paused: str | None = None, account_paused: str | None = None, **counts: int) -> Lane:
    all_counts = {status: counts.get(status, 0) for status in DeliveryStatus}
    return Lane(Channel.EMAIL, ID, "email", all_counts, Billed(), paused, account_paused, None)


def test_counts_are_the_sum_over_the_lanes() -> None:
    counts = mass_reply(5, lane(sent=2, failed=1), lane(sent=3)).progress.counts
    assert counts is not None
    assert {status: count for status, count in counts.items() if count} == {"sent": 5, "failed": 1}
    assert set(counts) == set(DeliveryStatus)


def test_there_are_no_counts_while_it_is_prepared() -> None:
    assert mass_reply(None).progress.counts is None


class TestStandingStill:
    def test_it_goes_on_while_any_lane_with_work_does(self) -> None:
        assert mass_reply(2, lane(queued=1, paused="person"), lane(sending=1)).halted_by is None
        assert mass_reply(1, lane(sent=1, paused="person")).halted_by is None

    def test_every_lane_with_work_stands_still(self) -> None:
        assert mass_reply(2, lane(queued=1, paused="failure_share"), lane(sent=1)).halted_by == "failure_share"
        assert mass_reply(1, lane(queued=1, account_paused="unauthorized: Bad token.")).halted_by == "account"

    def test_it_is_paused_itself(self) -> None:
        paused = mass_reply(1, lane(queued=1), status=MassReplyStatus.PAUSED, pause_reason="person")
        assert paused.halted_by == "person"

    def test_one_that_does_not_send_is_not_halted(self) -> None:
        assert mass_reply(1, lane(paused="person"), status=MassReplyStatus.COMPLETED).halted_by is None


@pytest.mark.parametrize(("wanted", "sample"), [(None, None), (2, 2), (3, None), (9, None)])
def test_a_sample_is_smaller_than_the_whole(wanted: int | None, sample: int | None) -> None:
    assert Confirmation(3, sample_size=wanted).sample_of(3) == sample
