"""Measurements as a user has it: `python -m bench [--quick] [MEASURE…]` writes var/bench.json and var/bench.md.

Data goes through the API, two workers send. Everything runs on this machine: PostgreSQL, Valkey, a provider that takes
everything, the service, and beside it, in the same run, a bare loop of the same client and a naive design. A measure
alone leaves the figures of the others as they were; the table says of which commit they are. One that fails, or takes
too long, is in the table as failed, and the others go on.
"""

import argparse
import asyncio
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bench import gate
from bench.figures import VAR, Figure, Outcome, Report, report
from bench.load import SEED
from bench.machine import Machine, this_commit, this_machine
from bench.measures import MEASURES, QUICK
from bench.relative_costs import PLAIN_CALLS
from bench.run import Run
from bench.stack import running_stack

LONGEST: Final = 600
"""Seconds that one measure may take."""
QUICK_WITHIN: Final = 180
"""Seconds that a quick run may take, more on a slower machine. What is measured once more is not counted."""
USUAL: Final = 2_000
"""CPU milliseconds of 1,000 plain calls on a machine that is not slow."""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the servers end too
    asked = _arguments()
    name = "bench-quick" if asked.quick else "bench"
    found, started = dict[str, Outcome](), time.perf_counter()
    with running_stack() as stack:
        run, machine = Run(stack, asked.seed, this_commit(), asked.quick), asyncio.run(this_machine(stack))
        _measure(run, machine, asked.measures or (QUICK if asked.quick else MEASURES), found, name)
        seconds = time.perf_counter() - started
        if asked.check:  # once more: a busy moment is no slower code
            _measure(run, machine, list(gate.fallen(_figures(found))), found, name)
    print(_report(run, machine, found, name).as_markdown())
    if asked.save:
        gate.save(machine, _figures(found))
    print(f"It took {seconds:.0f} s" + (f" of {_longest(found):.0f}." if asked.quick else "."))
    sys.exit("\n".join(_troubles(asked, found, seconds)) or None)


def _measure(run: Run, machine: Machine, measures: Iterable[str], found: dict[str, Outcome], file: str) -> None:
    """Measure these. The table is written after each: an interrupted run leaves what it has found."""
    for name in measures:
        found[name] = _measured(run, name)
        _report(run, machine, found, file).write(file)


def _report(run: Run, machine: Machine, found: Mapping[str, Outcome], file: str) -> Report:
    return report(machine, run.commit, run.seed, found, VAR / f"{file}.json", MEASURES)


def _measured(run: Run, name: str) -> Outcome:
    started, measured = time.perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    try:
        figures, failure = asyncio.run(_within(run, name)), None
    except Exception as error:  # noqa: BLE001 - the other measures go on
        traceback.print_exception(error)
        figures, failure = [], _in_one_line(error)
    outcome = Outcome(measured, run.commit, round(time.perf_counter() - started, 1), figures, failure)
    print(*outcome.rows(name, run.commit), sep="\n")
    print(f"({name} took {outcome.seconds:.0f} s)", flush=True)
    return outcome


def _in_one_line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")


async def _within(run: Run, name: str) -> list[Figure]:
    try:
        async with asyncio.timeout(LONGEST) as limit:
            return await MEASURES[name](run)
    except TimeoutError:
        if limit.expired():
            raise TimeoutError(f"It took longer than {LONGEST:.0f} seconds.") from None
        raise


def _figures(found: Mapping[str, Outcome]) -> Mapping[str, Sequence[Figure]]:
    """Return the figures of the measures that did not fail."""
    return {name: outcome.figures for name, outcome in found.items() if outcome.failure is None}


def _troubles(asked: argparse.Namespace, found: Mapping[str, Outcome], seconds: float) -> Iterator[str]:
    yield from (f"{name} failed. {outcome.failure}" for name, outcome in found.items() if outcome.failure is not None)
    if not asked.check:
        return
    if worse := gate.fallen(_figures(found)):
        yield from ["Worse than the saved ratios or the bounds, twice:", *worse.values()]
    if not asked.measures and (unmeasured := gate.unmeasured(found)):
        yield f"Ratios are saved of what was not measured: {', '.join(unmeasured)}."
    if asked.quick and seconds > (longest := _longest(found)):
        yield f"A quick run may take {longest:.0f} seconds here, and this one took {seconds:.0f}."


def _longest(found: Mapping[str, Outcome]) -> float:
    """Return how many seconds a quick run may take on this machine, judged by how slow plain calls are here."""
    costs = found["costs"].figures if "costs" in found else []
    calls = max((figure.beside.get(PLAIN_CALLS, 0.0) for figure in costs), default=0.0)
    return QUICK_WITHIN * max(1.0, calls / USUAL)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the service on this machine.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"one of {', '.join(MEASURES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer measures, and a third of the deliveries")
    parser.add_argument(
        "--check",
        action="store_true",
        help="fail if a ratio fell by a fifth, or a bound was passed, twice in a row, or a quick run took too long",
    )
    parser.add_argument(
        "--save",
        action="store_true",
        help="add this run's ratios to those that --check compares with",
    )
    parser.add_argument("--seed", type=int, default=SEED, help="makes the data")
    asked = parser.parse_args()
    if unknown := set(asked.measures) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
