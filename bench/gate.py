"""Compare a run's ratios with the saved ones: bench/baseline.json, by measure.

Only ratios inside one run are compared, since machines differ: CPU time to CPU time, or speed to the speed of something
else a moment before. Each saved ratio is the lowest of several runs of the same code.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.figures import Figure, ratios
from bench.machine import Machine

BASELINE: Final = Path(__file__).with_name("baseline.json")
MARGIN: Final = 0.2
WIDE: Final = 0.5
"""Of what varies more: a time of some tens of milliseconds."""
IN_TIMES: Final = "a poll to that"
GATED: Final = (
    "to naive",
    "of the limit",
    "to single calls",
    "CPU of single calls to its own",
    IN_TIMES,
    "plain calls to that",
)
"""The goals that are ratios and are better the larger they are."""

Found = Mapping[str, Sequence[Figure]]
"""Figures by measure."""


def save(machine: Machine, found: Found) -> None:
    """Save the ratios of this run, each unless a run that is already in the file had less."""
    before: dict[str, Any] = saved() if BASELINE.is_file() else {"runs": 0, "ratios": {}}
    lowest = {
        measure: {
            name: min(round(value, 3), before["ratios"].get(measure, {}).get(name, math.inf))
            for name, value in ratios(figures).items()
            if name.endswith(GATED)
        }
        for measure, figures in found.items()
    }
    about = {"date": datetime.now(UTC).date().isoformat(), "machine": asdict(machine), "runs": before["runs"] + 1}
    BASELINE.write_text(json.dumps({**about, "ratios": lowest}, indent=1, ensure_ascii=False) + "\n")


def fallen(found: Found) -> dict[str, str]:
    """Return what fell by more than the margin, and what was saved and is not there any more, in words by measure."""
    said = {
        measure: _worse(were, ratios(found[measure])) for measure, were in saved()["ratios"].items() if measure in found
    }
    return {measure: "; ".join(each) for measure, each in said.items() if each}


def unmeasured(measures: Collection[str]) -> list[str]:
    """Return the other measures whose ratios are saved."""
    return [measure for measure in saved()["ratios"] if measure not in measures]


def _worse(were: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    lost = [f"{name} is saved, and is not measured any more" for name in were if name not in now]
    fell = [
        f"{name} is {now[name]:.2f}, and was {was:.2f}"
        for name, was in were.items()
        if name in now and now[name] < (1 - _margin(name)) * was
    ]
    return [*lost, *fell]


def _margin(name: str) -> float:
    return WIDE if name.endswith(IN_TIMES) else MARGIN


def saved() -> dict[str, Any]:
    """Return what is in the file."""
    content: dict[str, Any] = json.loads(BASELINE.read_text())
    return content
