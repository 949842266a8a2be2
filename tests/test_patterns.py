"""Regular expressions mean the same on every Python from 3.11.0 on."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import app

parser: Any = importlib.import_module("re._parser")  # there is no public one


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern):
                    yield f"{module.name}.{name}", value


def possessive_groups(parsed: Any) -> Iterator[Any]:
    """Yield what Python before 3.11.5 matches wrongly: a possessive repeat, or an atomic group, of more than one item.

    https://github.com/python/cpython/issues/106052
    """
    for kind, value in parsed:
        if str(kind) == "ATOMIC_GROUP" or (str(kind) == "POSSESSIVE_REPEAT" and not is_one_character(value[2])):
            yield value
        for part in value if isinstance(value, tuple) else [value]:
            for inner in part if isinstance(part, list) else [part]:
                if isinstance(inner, parser.SubPattern):
                    yield from possessive_groups(inner)


def is_one_character(parsed: Any) -> bool:
    return len(parsed) == 1 and str(parsed[0][0]) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}


def test_no_pattern_needs_what_the_oldest_python_matches_wrongly() -> None:
    found = dict(patterns())
    assert len(found) > 50
    assert [name for name, one in found.items() if any(possessive_groups(parser.parse(one.pattern, one.flags)))] == []


def test_it_would_be_seen() -> None:
    for pattern in (r"(?:ab|c)*+", r"((?:a|(?>b|c))x)", r"(?:x(?:\\.|y)++)?"):
        assert any(possessive_groups(parser.parse(pattern)))
