"""What a provider's response means, and how the values in it are read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.channels.callback_bodies import moment
from app.channels.provider_responses import (
    CodeMeaning,
    Meaning,
    ProviderResponse,
    by_status,
    one_line,
    refusal,
    retry_after,
)
from app.domain.outbound import Deferred, Rejected, Unknown
from app.domain.words import ReasonCode

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 1),
        ("999999999999999999999", 3600),
        ("Fri, 01 May 2026 12:01:00 GMT", 60),
        ("Fri, 01 May 2026 11:00:00 GMT", 1),
        ("Sat, 02 May 2026 12:00:00 GMT", 3600),
        (f"Fri, {10**20} May 2026 12:00:00 GMT", 5),
        ("Fri, 01 May 2026 12:01:00 -0000", 60),
        ("-5", 5),
        ("1.5", 5),
        ("²", 5),
        ("soon", 5),
        ("", 5),
        (None, 5),
    ],
)
def test_retry_after_is_read_in_both_forms_and_kept_in_bounds(header: str | None, seconds: int) -> None:
    assert retry_after(header, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Unknown),
        (204, Unknown),
        (302, Unknown),
        (400, Rejected),
        (401, Deferred),
        (403, Deferred),
        (404, Deferred),
        (408, Unknown),
        (409, Unknown),
        (418, Rejected),
        (425, Unknown),
        (500, Unknown),
        (503, Unknown),
    ],
)
def test_a_status_alone_is_judged_carefully(status: int, expected: type[Any]) -> None:
    result = by_status(ProviderResponse(status, {}, None), "Provider")

    assert isinstance(result, expected)
    if isinstance(result, Deferred):
        assert (result.scope, result.retry_after) == ("account", None)


def test_a_documented_error_becomes_what_its_table_says() -> None:
    wait = timedelta(minutes=2)

    assert refusal(Meaning(ReasonCode.BLOCKED, "no"), "P 1") == Rejected(ReasonCode.BLOCKED, "P 1: no")
    assert refusal(Meaning(CodeMeaning.ACCOUNT, "no"), "P 2") == Deferred("account", "P 2: no", None, "account")
    assert refusal(Meaning(CodeMeaning.THROTTLED, "no", wait), "P 3") == Deferred(
        "throttled", "P 3: no", wait, "account"
    )
    assert refusal(Meaning(CodeMeaning.BUSY, "no", wait), "P 4") == Deferred("unreachable", "P 4: no", wait, "delivery")


def test_times_are_read_with_and_without_a_zone() -> None:
    assert moment("2026-05-01T12:00:00Z") == NOW
    assert moment("2026-05-01T12:00:00") == NOW
    assert moment("2026-05-01T14:00:00.0000000+02:00") == NOW
    assert moment("yesterday") is None
    assert moment(17) is None


def test_text_from_outside_fits_one_line() -> None:
    assert one_line("a\r\nb\x00\tc  d") == "a b c d"
    assert len(one_line("x" * 1000)) == 300
