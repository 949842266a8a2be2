"""Every promise is proved by tests that exist, and says where its proof ends."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "promises.md").read_text()
SECTIONS = dict(re.findall(r"^## (P\d+) .*\n((?:(?!^## ).*\n)*)", PAGE, re.MULTILINE))
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def names_in(path: str) -> set[str]:
    module = ast.parse((ROOT / path).read_text())
    nodes = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in nodes}


def missing(section: str) -> list[str]:
    """What is wrong with a promise's proof."""
    named = TEST.findall(section)
    absent = [f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in names_in(path)]
    return absent + ([] if named else ["no test"]) + ([] if "\n- Limit: " in section else ["no limit"])


def test_there_are_twenty_four() -> None:
    assert list(SECTIONS) == [f"P{number}" for number in range(1, 25)]


@pytest.mark.parametrize("promise", SECTIONS)
def test_a_promise_names_tests_that_exist_and_its_limit(promise: str) -> None:
    assert missing(SECTIONS[promise]) == []


def test_what_is_missing_is_named() -> None:
    assert missing("\nIt holds.\n") == ["no test", "no limit"]
    assert missing("\n- Tests: `tests/nowhere.py::test_a`\n- Limit: none\n") == ["tests/nowhere.py::test_a"]
