"""The printed tables are the tables."""

from pathlib import Path

from app.dev.transitions import page

PRINTED = Path(__file__).resolve().parents[2] / "docs" / "transitions.md"


def test_the_page_of_transitions_is_up_to_date() -> None:
    assert PRINTED.read_text() == page(), "run: python -m app.dev.transitions > docs/transitions.md"
