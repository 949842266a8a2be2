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


@cache
def outside_ci(path: str) -> set[str]:
    """Return the tests of a file that only `make matrix` runs, and not one that CI runs with some of its values."""
    module = ast.parse((ROOT / path).read_text())
    if any("pytest.mark.matrix" in ast.unparse(node) for node in module.body if _is_pytestmark(node)):
        return names_in(path)
    nodes = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in nodes if "pytest.mark.matrix" in map(ast.unparse, node.decorator_list)}


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"


def missing(section: str) -> list[str]:
    """What is wrong with a promise's proof."""
    named = TEST.findall(section)
    absent = [f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in names_in(path)]
    if not absent and named and all(name in outside_ci(path) for path, name in named):
        absent = ["no test that CI runs"]
    return absent + ([] if named else ["no test"]) + ([] if "\n- Limit: " in section else ["no limit"])


def test_there_are_twenty_four() -> None:
    assert list(SECTIONS) == [f"P{number}" for number in range(1, 25)]


@pytest.mark.parametrize("promise", SECTIONS)
def test_a_promise_names_tests_that_exist_and_its_limit(promise: str) -> None:
    assert missing(SECTIONS[promise]) == []


def test_what_is_missing_is_named() -> None:
    assert missing("\nIt holds.\n") == ["no test", "no limit"]
    assert missing("\n- Tests: `tests/nowhere.py::test_a`\n- Limit: none\n") == ["tests/nowhere.py::test_a"]


def test_what_ci_never_runs_proves_nothing_alone() -> None:
    by_hand = (
        "`tests/faults/own_server/test_promotion.py::test_what_was_acknowledged_is_known_and_nobody_is_sent_to_again`"
    )
    partly = "`tests/faults/test_commits.py::test_whether_the_request_or_the_answer_is_lost_nothing_is_uncertain`"
    whole = "`tests/faults/test_crash_points.py::test_wherever_workers_are_killed_the_history_holds`"
    assert missing(f"\n- Tests: {by_hand}, {whole}\n- Limit: none\n") == ["no test that CI runs"]
    assert missing(f"\n- Tests: {by_hand}, {partly}\n- Limit: none\n") == []
