"""When a call that failed is made again, and when no more; which secrets sign."""

import base64
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.model import (
    FIRST_WAIT,
    GIVE_UP_AFTER,
    JITTER,
    LONGEST_WAIT,
    FailedCall,
    decide_retry,
    new_secret,
    rotated,
    signing_secrets,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
REFUSED = FailedCall("It answered HTTP 500.", NOW)
MINUTE = timedelta(minutes=1)


def test_waits_double_up_to_the_longest() -> None:
    waits = [decide_retry(NOW, failures, REFUSED, 0).next_try_at - NOW for failures in range(12)]
    assert waits[:4] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4, FIRST_WAIT * 8]
    assert waits[-1] == LONGEST_WAIT


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_a_wait_is_never_shorter_than_the_first_nor_much_longer_than_the_longest(failures: int, chance: float) -> None:
    wait = decide_retry(NOW, failures, REFUSED, chance).next_try_at - NOW
    assert FIRST_WAIT <= wait <= LONGEST_WAIT * (1 + JITTER)


def test_who_asks_for_a_longer_wait_gets_it() -> None:
    asked = FailedCall("It answered HTTP 503.", NOW, asked_to_wait=timedelta(hours=5))
    assert decide_retry(None, 0, asked, 0).next_try_at == NOW + timedelta(hours=5)
    hurried = FailedCall("It answered HTTP 503.", NOW, asked_to_wait=timedelta(seconds=1))
    assert decide_retry(None, 0, hurried, 0).next_try_at == NOW + FIRST_WAIT


def test_it_gives_up_three_days_after_the_first_failure_in_a_row() -> None:
    assert decide_retry(None, 0, REFUSED, 0).disabled_reason is None
    assert decide_retry(NOW - GIVE_UP_AFTER + MINUTE, 300, REFUSED, 0).disabled_reason is None
    reason = decide_retry(NOW - GIVE_UP_AFTER, 300, REFUSED, 0).disabled_reason
    assert reason == "Every try failed for 3 days. The last one: It answered HTTP 500."


def test_whoever_is_gone_is_left_alone_at_once() -> None:
    assert decide_retry(None, 0, FailedCall("It answered HTTP 410.", NOW, gone=True), 0).disabled_reason is not None


def test_a_secret_has_the_form_and_the_strength_that_the_specification_asks_for() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert new_secret() != secret


def test_a_replaced_secret_signs_until_its_time_is_over() -> None:
    held = rotated({"current": "old"}, "new")
    assert signing_secrets(held, NOW, NOW - MINUTE) == ["new", "old"]
    assert signing_secrets(held, NOW, NOW) == ["new"]
    assert signing_secrets(rotated(held, "newer"), NOW, NOW - MINUTE) == ["newer", "new"]
    assert signing_secrets({"current": "old"}, None, NOW) == ["old"]
