"""What the documents say of the protocol is so: the printed tables are the tables, the named proofs exist."""

import re
from pathlib import Path

import pytest

from app.dev.transitions import page
from tests.table import table

ROOT = Path(__file__).resolve().parents[2]
PROOFS = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?(?:::(\w+))?`", (ROOT / "docs/delivery.md").read_text())


def test_the_page_of_transitions_is_up_to_date() -> None:
    printed = (ROOT / "docs/transitions.md").read_text()
    assert printed == page(), "run: python -m app.dev.transitions > docs/transitions.md"


@table
@pytest.mark.parametrize(("path", "name", "inner"), PROOFS)
def test_every_proof_that_the_page_on_delivery_names_exists(path: str, name: str, inner: str) -> None:
    file = ROOT / path
    assert file.exists()
    for wanted in filter(None, (name, inner)):
        assert re.search(rf"(class|def) {wanted}\b", file.read_text())
