"""Which of the offered media types a caller gets."""

from fastapi import Request

from app.api.content_negotiation import MOST_PARTS, preferred

JSON, CSV = "application/json", "text/csv"


def asked(accept: str) -> str:
    return preferred(Request({"type": "http", "headers": [(b"accept", accept.encode())]}), [JSON, CSV])


def test_the_highest_rank_is_given_and_else_the_first() -> None:
    assert asked("text/csv;q=0.9, application/json;q=0.1") == CSV
    assert asked("text/*") == CSV
    assert asked("image/png") == JSON


def test_a_header_is_read_as_far_as_a_browser_s_is_long() -> None:
    # 64 kB of commas took a tenth of a second of the event loop.
    assert asked("," * (MOST_PARTS - 1) + CSV) == CSV
    assert asked("," * MOST_PARTS + CSV) == JSON
