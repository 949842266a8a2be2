"""When a mass reply starts and ends, and how its counts are read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import InvalidSchedule
from app.domain.mass_reply import Confirmation, Lane, MassReply
from app.domain.messaging import Author
from app.domain.model import Channel, DeliveryStatus, MassReplyId, MassReplyStatus
from app.domain.rendering import OnUnresolved, Source
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


def mass_reply(recipient_count: int | None, *lanes: Lane) -> MassReply:
    about: dict[str, Any] = dict.fromkeys(MassReply.__dataclass_fields__)
    about |= {
        "id": MassReplyId(ID),
        "status": MassReplyStatus.SENDING,
        "source": Source("Hi", None, ()),
        "on_unresolved": OnUnresolved.SKIP,
        "author": Author(None, "Support"),
        "recipient_count": recipient_count,
        "lanes": lanes,
    }
    return MassReply(**about)


def lane(**counts: int) -> Lane:
    all_counts = {status: counts.get(status, 0) for status in DeliveryStatus}
    return Lane(Channel.EMAIL, ID, "email", all_counts, 0, None, None, None)


def test_counts_are_the_sum_over_the_lanes() -> None:
    counts = mass_reply(5, lane(sent=2, failed=1), lane(sent=3)).counts
    assert counts is not None
    assert {status: count for status, count in counts.items() if count} == {"sent": 5, "failed": 1}
    assert set(counts) == set(DeliveryStatus)


def test_there_are_no_counts_while_it_is_prepared() -> None:
    assert mass_reply(None).counts is None
