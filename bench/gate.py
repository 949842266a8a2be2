"""Compare a quick run's ratios with the saved ones: bench/baseline.json.

Only ratios inside one run are compared, since machines differ, and only those that the file names: who saves them
leaves out what varies by more than the margin between runs of the same code. Beside a soak the file's ratios were 0.92,
1.17 and 1.36 of what they are alone. That of one account at 0 ms to the bare loop was 1.4, so it is not in the file.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.figures import Figure, ratios
from bench.machine import Machine

BASELINE: Final = Path(__file__).with_name("baseline.json")
MARGIN: Final = 0.2
GATED: Final = ("of the limit", "to naive", "to single calls")
"""The goals that are ratios and are better the larger they are."""


def save(machine: Machine, figures: Iterable[Figure]) -> None:
    kept = {name: round(value, 2) for name, value in ratios(figures).items() if name.endswith(GATED)}
    found = {"date": datetime.now(UTC).date().isoformat(), "machine": asdict(machine), "ratios": kept}
    BASELINE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def fallen(found: Mapping[str, Sequence[Figure]]) -> dict[str, str]:
    """Return what fell by more than the margin, in words, by measure."""
    saved: dict[str, float] = json.loads(BASELINE.read_text())["ratios"]
    return {
        measure: f"{name} is {value:.2f}, and was {saved[name]:.2f}"
        for measure, figures in found.items()
        for name, value in ratios(figures).items()
        if name in saved and value < (1 - MARGIN) * saved[name]
    }
