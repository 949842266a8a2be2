"""The page of codes is the tables beside the adapters."""

from pathlib import Path

from app.channels.meta.errors import ERRORS
from app.channels.twilio import errors
from app.dev.codes import page

DOCS = Path(__file__).parents[2] / "docs/channels"


def test_the_page_is_the_code() -> None:
    assert (DOCS / "codes.md").read_text() == page(), "run: python -m app.dev.codes > docs/channels/codes.md"


def test_every_row_says_whose_fault_it_is_what_happens_and_whether_it_is_retried() -> None:
    rows = [line.strip("| ").split(" | ") for line in page().splitlines() if line.startswith("| ")]

    assert all(len(row) == 5 and all(row) for row in rows)
    codes = {row[0] for row in rows}
    assert {str(code) for code in (*errors.REFUSALS, *errors.FAILURES)} <= codes
    assert {"/".join(map(str, code)) for code in ERRORS.meanings if isinstance(code, tuple)} <= codes
