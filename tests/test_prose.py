"""What a reviewer said more than once about docstrings: they name what is returned, when, and what is raised."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parent.parent / "app"

INSTEAD = {
    r"\b[Aa]nswers? (whether|what|those|the ids|the lanes|how many|None|False)\b|; answers\b": "Return …",
    r"\b(None|True|False|0) where\b": "or None if …",
    r"\bRaises [A-Z]": "Raise … if …",
    r"\b[Ss]peaks? of\b": "is about",
    r"\b[Bb]ears?\b": "has, or carries",
    r"\bno more than (it|that) is\b|\bapart by\b|\banew\b|\blooks? on\b": "plain words",
    r"\b(crew|glance|happening|news|setback|told|turnout)\b": "the field's word",
}


def test_docstrings_say_it_in_the_words_of_the_field() -> None:
    found = [
        f"{path}:{line} {match[0]!r}: say {better!r}"
        for path, line, text in _docstrings()
        for pattern, better in INSTEAD.items()
        if (match := re.search(pattern, text))
    ]
    assert found == []


def _docstrings() -> Iterator[tuple[str, int, str]]:
    """Yield the docstrings of modules, functions, classes and attributes."""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Expr(ast.Constant(str(text))):
                    yield str(path.relative_to(APP.parent)), node.lineno, text
