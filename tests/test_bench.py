"""The table of the bench, and what its comparison calls slower."""

import json
from pathlib import Path

import pytest

from bench import gate
from bench.figures import Figure, Goal, report
from bench.machine import Machine

MACHINE = Machine(2, "A processor", 8, {"Python": "3.11.2"})


def figure(ratio: float) -> Figure:
    return Figure("one account", 900, "deliveries/s", {"limit": 1_280}, (Goal("of the limit", ratio, at_least=0.9),))


def test_a_line_says_what_was_measured_beside_what_and_whether_that_is_enough() -> None:
    row = figure(0.7).row()
    assert row == "| one account | 900 deliveries/s | limit 1,280 | of the limit 0.7 (≥ 0.9: no) |"


def test_a_measure_alone_leaves_the_figures_of_the_others(tmp_path: Path) -> None:
    left = tmp_path / "bench.json"
    left.write_text(json.dumps(report(MACHINE, 1, {"account": [figure(0.7)]}, left).as_json()))
    together = report(MACHINE, 1, {"email": [figure(0.8)]}, left)
    assert {name: figures[0].goals[0].value for name, figures in together.figures.items()} == {
        "account": 0.7,
        "email": 0.8,
    }
    assert set(report(MACHINE, 2, {"email": [figure(0.8)]}, left).figures) == {"email"}


@pytest.mark.parametrize(("ratio", "is_slower"), [(0.57, False), (0.55, True)])
def test_slower_is_what_fell_by_a_fifth(
    ratio: float, is_slower: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    gate.save(MACHINE, [figure(0.7)])
    assert bool(gate.fallen({"account": [figure(ratio)]})) is is_slower
