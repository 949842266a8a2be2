"""What a reviewer said more than once about docstrings, which name what is returned and raised, and about names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parent.parent / "app"

PRIVATE_WORDS = frozenset({"anew", "crew", "glance", "happening", "news", "setback", "told", "turnout"})
"""Words that this code once had for a publication, a notification, a retry, …"""

INSTEAD = {
    r"\b[Aa]nswers? (whether|what|those|the ids|the lanes|how many|None|False)\b|; answers\b": "Return …",
    r"\b(None|True|False|0) where\b": "or None if …",
    r"\bRaises [A-Z]": "Raise … if …",
    r"\b[Ss]peaks? of\b": "is about",
    r"\b[Bb]ears?\b": "has, or carries",
    r"\bno more than (it|that) is\b|\bapart by\b|\blooks? on\b": "plain words",
    rf"\b({'|'.join(sorted(PRIVATE_WORDS))})\b": "the field's word",
}


def test_docstrings_say_it_in_the_words_of_the_field() -> None:
    found = [
        f"{path}:{line} {match[0]!r}: say {better!r}"
        for path, line, text in _docstrings()
        for pattern, better in INSTEAD.items()
        if (match := re.search(pattern, text))
    ]
    assert found == []


def test_names_are_words_of_the_field() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, line, name in _names()
        if PRIVATE_WORDS & {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    ]
    assert found == []


def _names() -> Iterator[tuple[str, int, str]]:
    """Yield the names of functions, classes, parameters and variables."""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    yield str(path.relative_to(APP.parent)), node.lineno, name
                case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                    yield str(path.relative_to(APP.parent)), node.lineno, name


def _docstrings() -> Iterator[tuple[str, int, str]]:
    """Yield the docstrings of modules, functions, classes and attributes."""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Expr(ast.Constant(str(text))):
                    yield str(path.relative_to(APP.parent)), node.lineno, text
