"""Every promise of docs/security.md names a test that there is."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_promise_names_a_test_that_there_is() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?` \|$", PAGE, re.MULTILINE)
    assert len(named) == len(re.findall(r"^\| [A-Z].*\|$", PAGE, re.MULTILINE)) > 10
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, (path, test)
