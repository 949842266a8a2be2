"""The imports and creations of `bench/imports.py` and `bench/create.py`, as lines of the table."""

from collections.abc import Mapping
from typing import Final

from bench import create, imports
from bench.figures import Figure, Goal
from bench.run import Run

LINES: Final = 100_000
SMALL: Final = (5_000, 10_000, 20_000)
IMPORTING: Final = 400.0
"""Seconds that importing conversations may take; on a slow machine there are fewer of them."""


async def measure_import(run: Run) -> list[Figure]:
    found = await imports.measure(run.stack, run.fewer(LINES))
    return [_imported(found["lines"], found["per_second_of_each_tenth"], found["cpu_ms_per_1000"])]


async def measure_small_imports(run: Run) -> list[Figure]:
    """Import few lines, each time into an empty database, and 100,000 in the same way to compare with."""
    speeds = {lines: await imports.measure_cold(run.stack, lines) for lines in map(run.fewer, (*SMALL, LINES))}
    *few, (most, many) = speeds.items()
    return [_small(lines, speed, {f"{most:,} lines": many}, speed / many) for lines, speed in few]


def _small(lines: int, speed: float, beside: Mapping[str, float], to_many: float) -> Figure:
    goals = (Goal("lines/s", speed, at_least=5_000), Goal("to that of many", to_many, at_least=0.8))
    return Figure(f"import of {lines:,} lines into an empty database", speed, "lines/s", beside, goals)


async def measure_create(run: Run) -> list[Figure]:
    found = await create.measure(run.stack, run.fewer(create.CONVERSATIONS), IMPORTING)
    of = f"{found['conversations']:,} conversations"

    def line(name: str, key: str, unit: str, **target: float) -> Figure:
        return Figure(f"{name} {of}", found[key], unit, {}, (Goal(unit, found[key], **target),))

    return [
        _imported(found["imported"], found["imported_per_second_of_each_tenth"], found["import_cpu_ms_per_1000"]),
        line("memory of the API after the import of", "api_megabytes_after_import", "MB", at_most=200),
        line("on the disk, for each of", "bytes_each", "bytes"),
        line("create, 1,000 recipients of", "create_1000_ms", "ms", at_most=150),
        line("exact count of all", "count_all_ms", "ms", at_most=2_000),
        line("create with all, until the exact count is answered,", "freeze_all_ms", "ms", at_most=2_000),
        line("prepare, out of", "prepared_per_second", "a second", at_least=8_000),
        line("memory of the API after", "api_megabytes", "MB", at_most=200),
        line("memory of the worker after", "worker_megabytes", "MB", at_most=200),
    ]


def _imported(lines: int, tenths: list[int], cpu: Mapping[str, int]) -> Figure:
    speed, first, last = len(tenths) / sum(1 / tenth for tenth in tenths), tenths[0], tenths[-1]
    goals = (Goal("lines/s", speed, at_least=5_000), Goal("last tenth to first", last / first, at_least=0.8))
    beside = {"first tenth": first, "last tenth": last, "slowest": min(tenths), "CPU ms for 1,000": sum(cpu.values())}
    return Figure(f"import of {lines:,} lines, over HTTP", speed, "lines/s", beside, goals)
