"""`python -m app.dev.alerts`: the alerts of docs/operations.md as a file of rules for Prometheus."""

import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
HEAD = "# Written by `make alerts` from docs/operations.md, which says what to do about each.\n"


def rules() -> str:
    """Return the rules as Prometheus reads them."""
    table = PAGE.read_text(encoding="utf-8").partition("| alert | expression |")[2].partition("\n\n")[0]
    rows = [re.split(r"(?<!\\) \| ", row.strip("| ")) for row in table.splitlines()[2:]]
    return HEAD + "groups:\n  - name: mass-reply\n    rules:\n" + "".join(_rule(*row) for row in rows)


def _rule(name: str, expression: str, lasting: str, meaning: str, remedy: str) -> str:
    return f"""\
      - alert: {name.strip("`")}
        expr: >-
          {expression.strip("`")}
        for: {lasting}
        annotations:
          summary: >-
            {meaning}
          description: >-
            {remedy}
"""


if __name__ == "__main__":
    sys.stdout.write(rules())
