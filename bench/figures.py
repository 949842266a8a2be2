"""What a measure finds, and the table of it all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.machine import Machine

VAR: Final = Path(__file__).resolve().parents[1] / "var"
NOTES: Final = (
    "What is counted. Here: deliveries by the time from the confirmation to the last record; importing, creating and "
    "preparing are over by then. The naive design: deliveries by the time from the moment at which its workers may "
    "begin to the last result; its jobs are all in the queue by then. The loops: the calls of all their processes by "
    "the time until the last one ends.",
    "What is set otherwise than by default, so that it is not the limit: 10,000 messages a second for each account, "
    "where 10 are the default; the API answers as many requests as come (`MASS_REPLY_REQUESTS_PER_MINUTE=0`); "
    "PostgreSQL takes 400 connections. The provider is on this machine, so private addresses are allowed "
    "(`MASS_REPLY_ALLOW_PRIVATE_URLS`). Calls in flight are as the rows say.",
)
"""What the table does not say by itself."""


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

    def row(self, of_another: str = "") -> str:
        """Return the line. `of_another` says of which code it is, if that is not the table's."""
        beside = ", ".join(f"{name} {number(value)}" for name, value in self.beside.items())
        goals = ", ".join(map(str, self.goals))
        return f"| {self.name}{of_another} | {number(self.value)} {self.unit} | {beside} | {goals} |"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one measure: its figures, or why there are none."""

    measured: str
    """When."""
    commit: str
    """Of which code; empty if that is not known."""
    seconds: float
    figures: Sequence[Figure] = ()
    failure: str | None = None

    def rows(self, name: str, commit: str) -> list[str]:
        """Return the lines of a table of this commit. Those of another one say so."""
        of_another = "" if self.commit == commit else f" (of {self.commit or 'unknown code'}, {self.measured[:16]})"
        if self.failure is not None:
            return [f"| {name}{of_another} | failed | {self.failure.replace('|', '/')} | |"]
        return [figure.row(of_another) for figure in self.figures]


@dataclass(frozen=True, slots=True)
class Report:
    machine: Machine
    commit: str
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
        about = {"machine": asdict(self.machine), "commit": self.commit, "seed": self.seed}
        return {**about, "measures": measures, "notes": NOTES}

    def as_markdown(self) -> str:
        rows = [row for name, outcome in self.outcomes.items() for row in outcome.rows(name, self.commit)]
        head = ["| measure | figure | beside it, in the same run | ratio (target: met) |", "|---|---|---|---|"]
        minutes = sum(outcome.seconds for outcome in self.outcomes.values()) / 60
        code = f"Commit {self.commit}" if self.commit else "Not in git"
        about = f"{self.machine}. {code}. Seed {self.seed}. All of it took {minutes:.1f} minutes."
        notes = [line for note in NOTES for line in ("", note)]
        return "\n".join([about, "", *head, *rows, *notes, ""])


def report(
    machine: Machine, commit: str, seed: int, found: Mapping[str, Outcome], before: Path, order: Iterable[str]
) -> Report:
    """Put what this run found beside what an earlier run on the same machine has left of other measures."""
    known = {**_earlier(before, machine, seed), **found}
    return Report(machine, commit, seed, {name: known[name] for name in order if name in known})


def _earlier(file: Path, machine: Machine, seed: int) -> dict[str, Outcome]:
    if not file.is_file():
        return {}
    left = json.loads(file.read_text())
    same = left["machine"] == asdict(machine) and left["seed"] == seed
    return {name: _outcome(each) for name, each in left["measures"].items()} if same else {}


def _outcome(left: Mapping[str, Any]) -> Outcome:
    """Read an outcome. An older bench wrote down less about it."""
    figures = tuple(map(_figure, left["figures"]))
    seconds, commit = left.get("seconds", 0.0), left.get("commit", "")
    return Outcome(left["measured"], commit, seconds, figures, left.get("failure"))


def _figure(left: Mapping[str, Any]) -> Figure:
    return Figure(**{**left, "goals": tuple(Goal(**goal) for goal in left["goals"])})


def ratios(figures: Iterable[Figure]) -> dict[str, float]:
    """Return the goals' values by the names of figure and goal."""
    return {f"{figure.name}: {goal.name}": goal.value for figure in figures for goal in figure.goals}


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
