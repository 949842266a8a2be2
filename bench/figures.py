"""What a measure finds, and the table of it all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.machine import Machine

VAR: Final = Path(__file__).resolve().parents[1] / "var"


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that is to be reached, and at best compares between machines: a ratio inside one run, a time, a size."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether it is reached, by the digits that are shown; None without a target."""
        if self.at_least is not None:
            return round(self.value, 2) >= self.at_least
        return None if self.at_most is None else round(self.value, 2) <= self.at_most

    def __str__(self) -> str:
        shown = f"{self.name} {number(self.value)}"
        if self.is_met is None:
            return shown
        sign, target = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{shown} ({sign} {target:g}: {'yes' if self.is_met else 'no'})"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    beside: Mapping[str, float] = field(default_factory=dict)
    """What was measured in the same run, to compare with."""
    goals: Sequence[Goal] = ()

    def row(self) -> str:
        beside = ", ".join(f"{name} {number(value)}" for name, value in self.beside.items())
        return f"| {self.name} | {number(self.value)} {self.unit} | {beside} | {', '.join(map(str, self.goals))} |"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one measure: its figures, or why there are none."""

    measured: str
    """When."""
    seconds: float
    figures: Sequence[Figure] = ()
    failure: str | None = None

    def rows(self, name: str) -> list[str]:
        if self.failure is not None:
            return [f"| {name} | failed | {self.failure.replace('|', '/')} | |"]
        return [figure.row() for figure in self.figures]


@dataclass(frozen=True, slots=True)
class Report:
    machine: Machine
    seed: int
    outcomes: Mapping[str, Outcome]
    """By measure."""

    def write(self, name: str) -> None:
        """Write var/NAME.json and var/NAME.md."""
        VAR.mkdir(exist_ok=True)
        (VAR / f"{name}.json").write_text(json.dumps(self.as_json(), indent=1, ensure_ascii=False) + "\n")
        (VAR / f"{name}.md").write_text(self.as_markdown())

    def as_json(self) -> dict[str, Any]:
        measures = {name: asdict(outcome) for name, outcome in self.outcomes.items()}
        return {"machine": asdict(self.machine), "seed": self.seed, "measures": measures}

    def as_markdown(self) -> str:
        rows = [row for name, outcome in self.outcomes.items() for row in outcome.rows(name)]
        head = ["| measure | figure | beside it, in the same run | ratio (target: met) |", "|---|---|---|---|"]
        minutes = sum(outcome.seconds for outcome in self.outcomes.values()) / 60
        about = f"{self.machine}. Seed {self.seed}. All of it took {minutes:.1f} minutes."
        return "\n".join([about, "", *head, *rows, ""])


def report(machine: Machine, seed: int, found: Mapping[str, Outcome], before: Path, order: Iterable[str]) -> Report:
    """Put what this run found beside what an earlier run on the same machine has left of other measures."""
    known = {**_earlier(before, machine, seed), **found}
    return Report(machine, seed, {name: known[name] for name in order if name in known})


def _earlier(file: Path, machine: Machine, seed: int) -> dict[str, Outcome]:
    if not file.is_file():
        return {}
    left = json.loads(file.read_text())
    same = left["machine"] == asdict(machine) and left["seed"] == seed
    return {name: _outcome(each) for name, each in left["measures"].items()} if same else {}


def _outcome(left: Mapping[str, Any]) -> Outcome:
    """Read an outcome. An older bench wrote down less about it."""
    figures = tuple(map(_figure, left["figures"]))
    return Outcome(left["measured"], left.get("seconds", 0.0), figures, left.get("failure"))


def _figure(left: Mapping[str, Any]) -> Figure:
    return Figure(**{**left, "goals": tuple(Goal(**goal) for goal in left["goals"])})


def ratios(figures: Iterable[Figure]) -> dict[str, float]:
    """Return the goals' values by the names of figure and goal."""
    return {f"{figure.name}: {goal.name}": goal.value for figure in figures for goal in figure.goals}


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
