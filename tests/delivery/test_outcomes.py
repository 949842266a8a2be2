"""How an adapter's answer is read: what it means for the delivery, and whether its account is meant too."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.delivery.outcomes import BadAddress, answered
from app.delivery.sql.claims import Claimed
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.lanes import LaneKey
from app.domain.outbound import DEADLINE_PASSED, PAIR_RATE, Accepted, Deferred, Rejected, SendResult, Unknown
from app.domain.pacing import back_off
from app.domain.words import AccountId, DeliveryId, MassReplyId, Reason, ReasonCode, TenantId
from tests.domain.people import ID, recipient

LANE = LaneKey(TenantId(ID), MassReplyId(ID), AccountId(ID))


def claimed(deferrals: int) -> Claimed:
    return Claimed(LANE, DeliveryId(ID), deferrals + 1, 1, deferrals, None, recipient(), datetime.now(UTC))


@pytest.mark.parametrize(("deferrals", "seconds"), [(0, 1), (1, 4), (2, 16), (3, 64), (4, 256), (5, 300)])
async def test_too_many_messages_to_one_person_wait_four_times_as_long_each_time(deferrals: int, seconds: int) -> None:
    result = answered(claimed(deferrals), Deferred(PAIR_RATE, "Too many."), ())
    assert result.report.reported.event is DeliveryEvent.DEFER
    assert (result.report.wait, result.account_deferral) == (timedelta(seconds=seconds), None)


async def test_the_providers_own_word_on_how_long_counts_more() -> None:
    asked = Deferred(PAIR_RATE, "Too many.", timedelta(seconds=7))
    assert answered(claimed(3), asked, ()).report.wait == timedelta(seconds=7)


async def test_what_the_account_has_to_wait_for_is_not_counted_against_the_delivery() -> None:
    throttled = Deferred("throttled", "Too fast.", timedelta(seconds=7), "account")
    result = answered(claimed(0), throttled, ())
    assert (result.report.wait, result.account_deferral) == (None, throttled)


async def test_what_an_adapter_refuses_itself_says_nothing_about_the_provider() -> None:
    refusal = Rejected(ReasonCode.ADDRESS_INVALID, "Not an address.", own=True)
    result = answered(claimed(0), refusal, ())
    assert (result.report.reported.event, result.heard) == (DeliveryEvent.REFUSE, "nothing")
    assert result.report.reported.reason == Reason(ReasonCode.ADDRESS_INVALID, "Not an address.")


@pytest.mark.parametrize(
    ("code", "heard"), [("unreachable", "silence"), (DEADLINE_PASSED, "nothing"), ("throttled", "answer")]
)
async def test_what_was_put_off_is_an_answer_only_where_the_provider_gave_it(code: str, heard: str) -> None:
    assert answered(claimed(0), Deferred(code, "Later."), ()).heard == heard


REASON = ReasonCode.PROVIDER_REJECTED


@pytest.mark.parametrize(
    ("result", "event", "outcome", "heard"),
    [
        (Accepted("id-1"), DeliveryEvent.ACCEPT, "accepted", "answer"),
        (Rejected(REASON, "No."), DeliveryEvent.REJECT, "rejected", "answer"),
        (Rejected(REASON, "No.", own=True), DeliveryEvent.REFUSE, "refused", "nothing"),
        (Deferred("throttled", "Later."), DeliveryEvent.DEFER, "deferred", "answer"),
        (Unknown("Reset."), DeliveryEvent.LOSE_ANSWER, "unknown", "silence"),
    ],
)
async def test_each_answer_is_reported_as_what_it_is(
    result: SendResult, event: DeliveryEvent, outcome: str, heard: str
) -> None:
    told = answered(claimed(2), result, ())
    assert (told.report.reported.event, told.report.reported.epoch) == (event, 3)
    assert (told.report.outcome, told.heard) == (outcome, heard)
    if outcome != "accepted":
        assert told.report.evidence == getattr(result, "detail", None)


@pytest.mark.parametrize(
    ("code", "temporary", "retryable"),
    [(REASON, False, False), (REASON, True, True), (ReasonCode.WINDOW_CLOSED, False, True)],
)
async def test_a_refusal_may_be_tried_again_by_its_code_or_its_own_word(
    code: ReasonCode, temporary: bool, retryable: bool
) -> None:
    reason = answered(claimed(0), Rejected(code, "No.", temporary), ()).report.reported.reason
    assert reason is not None
    assert reason.retryable is retryable


async def test_what_nobody_answered_is_called_a_lost_answer() -> None:
    reason = answered(claimed(0), Unknown("Reset."), ()).report.reported.reason
    assert reason == Reason(ReasonCode.ANSWER_LOST, "Reset.")


@pytest.mark.parametrize("deferrals", [0, 1, 4])
async def test_any_other_delay_is_the_usual_one(deferrals: int) -> None:
    assert answered(claimed(deferrals), Deferred("busy", ""), ()).report.wait == back_off(deferrals)


async def test_only_a_refusal_of_the_address_itself_ends_it() -> None:
    refusals = (Rejected(ReasonCode.OPTED_OUT, "STOP.", ends_address=each) for each in (True, False))
    ended, kept = (answered(claimed(0), each, ()).bad_address for each in refusals)
    address = recipient().address
    assert address is not None
    assert (ended, kept) == (BadAddress(recipient().channel, address, ReasonCode.OPTED_OUT), None)
    nowhere = replace(claimed(0), recipient=replace(recipient(), address=None))
    assert answered(nowhere, Rejected(ReasonCode.OPTED_OUT, "STOP.", ends_address=True), ()).bad_address is None
