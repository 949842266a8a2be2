"""When a lane stops by itself: a pure decision."""

import pytest

from app.domain.delivery_lifecycle import DELIVERY_RULES, DeliveryEvent, DeliveryStatus
from app.domain.pacing import FAILURE_LIMIT, AttemptOutcome, OutcomeWindow, attempt_outcome

S, E = DeliveryStatus, DeliveryEvent
GOOD, BAD = AttemptOutcome.GOOD, AttemptOutcome.BAD


@pytest.mark.parametrize(
    ("attempts", "bad", "stops"),
    [
        (0, 0, False),
        (9, 9, False),  # all of them, and still too few to judge by
        (10, 10, True),
        (49, 10, True),
        (50, 10, False),  # exactly the share is not past it
        (50, 11, True),
        (50, 50, True),
    ],
)
def test_a_lane_stops_past_a_fifth_of_the_last_fifty_and_never_below_ten(attempts: int, bad: int, stops: bool) -> None:
    assert FAILURE_LIMIT.stops(attempts, bad) is stops


@pytest.mark.parametrize(
    ("before", "event", "after", "expected"),
    [
        (S.SENDING, E.ACCEPT, S.SENT, GOOD),
        (S.QUEUED, E.RECEIPT_SENT, S.SENT, GOOD),
        (S.SENDING, E.REJECT, S.FAILED, BAD),
        (S.SENDING, E.REFUSE, S.FAILED, None),
        (S.SENDING, E.LOSE_ANSWER, S.UNCERTAIN, BAD),
        (S.SENT, E.RECEIPT_FAILED, S.FAILED, BAD),
        (S.SENDING, E.LOSE_WORKER, S.UNCERTAIN, None),
        (S.SENDING, E.DEFER, S.QUEUED, None),
        (S.SENDING, E.GIVE_BACK, S.QUEUED, None),
        (S.QUEUED, E.EXPIRE, S.FAILED, None),
        (S.QUEUED, E.CANCEL, S.CANCELLED, None),
        (S.SENT, E.RECEIPT_DELIVERED, S.DELIVERED, None),
        (S.FAILED, E.RETRY, S.QUEUED, None),
        (S.UNCERTAIN, E.RESOLVE_SENT, S.SENT, None),
        (S.UNCERTAIN, E.RESOLVE_NOT_SENT, S.FAILED, None),
        (S.UNCERTAIN, E.REJECT, S.FAILED, None),
    ],
)
def test_only_the_end_of_an_attempt_says_something_about_its_lane(
    before: DeliveryStatus, event: DeliveryEvent, after: DeliveryStatus, expected: AttemptOutcome | None
) -> None:
    assert (before, event) in DELIVERY_RULES
    assert attempt_outcome(before, event, after) is expected


def test_a_run_is_kept_as_bits_with_the_latest_lowest() -> None:
    assert OutcomeWindow.of([GOOD, BAD, BAD, GOOD], 50) == OutcomeWindow(4, 0b0110)
    assert OutcomeWindow.of([], 50) == OutcomeWindow(0, 0)


def test_only_the_last_of_a_long_run_are_kept() -> None:
    assert OutcomeWindow.of([BAD] * 100 + [GOOD] * 50, 50) == OutcomeWindow(50, 0)
    assert OutcomeWindow.of([GOOD] * 100 + [BAD] * 50, 50) == OutcomeWindow(50, 2**50 - 1)
