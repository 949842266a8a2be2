"""Compare a run's ratios with the saved ones, bench/baseline.json, and with bounds that hold on every machine.

Only ratios inside one run are saved, since machines differ: CPU time to CPU time, or speed to the speed of something
else a moment before. The file has what each of several runs found. CPU time to that of plain calls, which varies least,
is compared with the median of the runs, and all else with the lowest.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.figures import Figure, ratios
from bench.machine import Machine
from bench.memory import MOST

BASELINE: Final = Path(__file__).with_name("baseline.json")
MARGIN: Final = 0.2
WIDE: Final = 0.5
"""Of what varies more: a time of some tens of milliseconds."""
IN_TIMES: Final = "a poll to that"
TO_PLAIN_CALLS: Final = "plain calls to that"
GATED: Final = (
    "to naive",
    "of the limit",
    "to single calls",
    "CPU of single calls to its own",
    IN_TIMES,
    TO_PLAIN_CALLS,
)
"""The goals that are ratios and are better the larger they are."""
AT_LEAST: Final = {"one account, 100 ms, 32 in flight: of the limit": 0.85}
"""What the provider limits, and no machine that is fit for it."""
MEGABYTES: Final = "MB"

Found = Mapping[str, Sequence[Figure]]
"""Figures by measure."""


def save(machine: Machine, found: Found) -> None:
    """Add the ratios of this run to those of earlier ones. Measures that it did not run keep theirs."""
    kept: dict[str, dict[str, list[float]]] = saved() if BASELINE.is_file() else {}
    for measure, figures in found.items():
        before, now = kept.get(measure, {}), {n: v for n, v in ratios(figures).items() if n.endswith(GATED)}
        kept[measure] = {name: [*before.get(name, []), round(value, 3)] for name, value in now.items()}
    about = {"date": datetime.now(UTC).date().isoformat(), "machine": asdict(machine)}
    BASELINE.write_text(json.dumps({**about, "ratios": kept}, indent=1, ensure_ascii=False) + "\n")


def fallen(found: Found) -> dict[str, str]:
    """Return what fell by more than the margin, what was saved and is not there any more, and what passed a bound, in
    words by measure.
    """
    were = saved()
    said = {measure: [*_worse(were.get(measure, {}), ratios(figures))] for measure, figures in found.items()}
    return {measure: "; ".join(each) for measure, each in said.items() if each}


def unmeasured(measures: Collection[str]) -> list[str]:
    """Return the other measures whose ratios are saved."""
    return [measure for measure in saved() if measure not in measures]


def _worse(were: Mapping[str, Sequence[float]], now: Mapping[str, float]) -> Iterator[str]:
    for name, runs in were.items():
        if name not in now:
            yield f"{name} is saved, and is not measured any more"
        elif now[name] < (1 - _margin(name)) * _usual(name, runs):
            yield f"{name} is {now[name]:.2f}, and was {_usual(name, runs):.2f}"
    for name, value in now.items():
        if value < AT_LEAST.get(name, -math.inf):
            yield f"{name} is {value:.2f}, and is to be {AT_LEAST[name]} at least"
        if name.endswith(MEGABYTES) and value > MOST:
            yield f"{name} is {value:.0f}, and is to be {MOST} at most"


def _usual(name: str, runs: Sequence[float]) -> float:
    return median(runs) if name.endswith(TO_PLAIN_CALLS) else min(runs)


def _margin(name: str) -> float:
    return WIDE if name.endswith(IN_TIMES) else MARGIN


def saved() -> dict[str, dict[str, list[float]]]:
    """Return what each run found, by measure and name."""
    content: dict[str, Any] = json.loads(BASELINE.read_text())
    return dict(content["ratios"])
