"""How an adapter's answer is read: what it means for the delivery, and whether its account is meant too."""

from datetime import timedelta

import pytest

from app.delivery.outcomes import answered
from app.domain.messaging import PAIR_RATE, Deferred
from app.domain.model import AccountId, DeliveryEvent, DeliveryId, MassReplyId, TenantId
from app.store.claims import Claimed, LaneKey
from tests.domain.people import ID, recipient

LANE = LaneKey(TenantId(ID), MassReplyId(ID), AccountId(ID))


def claimed(deferrals: int) -> Claimed:
    return Claimed(LANE, DeliveryId(ID), deferrals + 1, 1, deferrals, None, recipient())


@pytest.mark.parametrize(("deferrals", "seconds"), [(0, 1), (1, 4), (2, 16), (3, 64), (4, 256), (5, 300)])
async def test_too_many_messages_to_one_person_wait_four_times_as_long_each_time(deferrals: int, seconds: int) -> None:
    result = answered(claimed(deferrals), Deferred(PAIR_RATE, "Too many."), ())
    assert result.report.happening.event is DeliveryEvent.DEFER
    assert (result.report.wait, result.account_deferral) == (timedelta(seconds=seconds), None)


async def test_the_providers_own_word_on_how_long_counts_more() -> None:
    asked = Deferred(PAIR_RATE, "Too many.", timedelta(seconds=7))
    assert answered(claimed(3), asked, ()).report.wait == timedelta(seconds=7)


async def test_what_the_account_has_to_wait_for_is_not_counted_against_the_delivery() -> None:
    throttled = Deferred("throttled", "Too fast.", timedelta(seconds=7), "account")
    result = answered(claimed(0), throttled, ())
    assert (result.report.wait, result.account_deferral) == (None, throttled)
