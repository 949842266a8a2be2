"""Pace and patience: what an account may send in any stretch of time, and how long it waits after trouble."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.pacing import BREAKER_THRESHOLD, LARGEST_MESSAGE, allowance, back_off, pair_rate_wait, rest, spend

START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LONG_AGO = START - timedelta(days=1)

rates = st.one_of(
    st.sampled_from([0.001, 0.1, 0.5, 1.0, 2.5, 3.0, 7.0, 10.0, 30.0, 250.0, 30_000.0]),
    st.floats(min_value=0.01, max_value=100_000).map(lambda rate: round(rate, 3)),
)
steps = st.tuples(st.integers(0, 5_000_000), st.integers(1, 50))
"""Microseconds that pass, and how many units somebody would like to send then."""


def sendings(rate: float, wishes: list[tuple[int, int]], allowed_at: datetime = LONG_AGO) -> list[tuple[datetime, int]]:
    """What a greedy sender gets who asks at these moments."""
    sent, moments = [], accumulate(timedelta(microseconds=gap) for gap, _ in wishes)
    for moment, (_, wish) in zip(moments, wishes, strict=True):
        now = START + moment
        units = min(wish, allowance(allowed_at, now, rate).units)
        if units:
            allowed_at = spend(allowed_at, now, rate, units)
            sent.append((now, units))
    return sent


@given(rates, st.lists(steps, min_size=1, max_size=60))
@example(30_000.0, [(34, 1)] * 60)
def test_no_stretch_of_time_holds_more_than_rate_and_burst(rate: float, wishes: list[tuple[int, int]]) -> None:
    sent = sendings(rate, wishes)
    burst = max(1, int(rate))
    for first in range(len(sent)):
        total = 0
        for now, units in sent[first:]:
            total += units
            seconds = (now - sent[first][0]).total_seconds()
            assert total <= burst + rate * seconds + 1e-3


@given(rates.filter(lambda rate: rate <= 1_000))
def test_a_sender_who_always_asks_when_told_to_gets_the_full_rate(rate: float) -> None:
    allowed_at, now, total = START, START, 0
    for _ in range(40):
        bucket = allowance(allowed_at, now, rate)
        if bucket.units == 0:
            assert bucket.next_at > now
            now = bucket.next_at
            continue
        allowed_at, total = spend(allowed_at, now, rate, bucket.units), total + bucket.units
    elapsed = (now - START).total_seconds()
    assert total >= elapsed * rate * 0.98


def test_a_rested_account_may_send_one_second_s_worth_at_once() -> None:
    assert allowance(LONG_AGO, START, 10).units == 10
    emptied = spend(LONG_AGO, START, 10, 10)
    assert allowance(emptied, START, 10).units == 0
    assert allowance(emptied, START, 10).next_at == START + timedelta(milliseconds=100)
    assert allowance(emptied, START + timedelta(milliseconds=100), 10).units == 1


def test_a_slow_account_sends_one_at_a_time_and_never_two_for_having_waited() -> None:
    assert allowance(LONG_AGO, START, 0.1).units == 1
    after = spend(LONG_AGO, START, 0.1, 1)
    assert allowance(after, START + timedelta(seconds=9.9), 0.1).units == 0
    assert allowance(after, START + timedelta(seconds=10), 0.1).units == 1


def test_a_message_larger_than_the_bucket_leaves_a_debt_that_the_rate_repays() -> None:
    debt = spend(LONG_AGO, START, 2, 5)
    assert allowance(debt, START + timedelta(seconds=1.9), 2).units == 0
    assert allowance(debt, START + timedelta(seconds=2), 2).units == 1


@pytest.mark.parametrize("rate", [0.001, 1, 10, 1_000])
def test_no_debt_is_larger_than_what_one_message_may_cost(rate: float) -> None:
    far = START + timedelta(days=400)
    next_at = allowance(far, START, rate).next_at
    assert next_at - START <= timedelta(seconds=LARGEST_MESSAGE / rate)
    largest = spend(LONG_AGO, START, rate, LARGEST_MESSAGE)
    assert allowance(largest, START, rate).next_at == max(largest, START)


def test_a_partly_used_bucket_holds_the_rest() -> None:
    used = spend(LONG_AGO, START, 10, 4)
    bucket = allowance(used, START, 10)
    assert (bucket.units, bucket.next_at) == (6, START)


@pytest.mark.parametrize(("deferrals", "seconds"), [(0, 2), (1, 4), (2, 8), (7, 256), (8, 300), (1_000_000, 300)])
def test_waits_double_up_to_five_minutes(deferrals: int, seconds: int) -> None:
    assert back_off(deferrals) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("deferrals", "seconds"), [(0, 1), (1, 4), (4, 256), (5, 300), (1_000_000, 300)])
def test_waits_for_a_recipient_who_got_too_much_quadruple_up_to_five_minutes(deferrals: int, seconds: int) -> None:
    assert pair_rate_wait(deferrals) == timedelta(seconds=seconds)


def test_an_account_goes_on_through_single_failures_and_rests_longer_the_longer_nobody_answers() -> None:
    assert rest(BREAKER_THRESHOLD - 1) is None
    rests = [rest(failures) for failures in (10, 19, 20, 30, 100, 10_000)]
    assert rests == [timedelta(seconds=seconds) for seconds in (4, 4, 8, 16, 300, 300)]
