"""Measurements as a user has it: `python -m bench [--quick] [MEASURE…]` writes var/bench.json and var/bench.md.

Data goes through the API, two workers send. Everything runs on this machine: PostgreSQL, Valkey, a provider that takes
everything, the service, and beside it, in the same run, a bare loop of the same client and a naive design. A measure
alone leaves the figures of the others as they were.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from bench import gate
from bench.figures import VAR, Figure, report
from bench.load import SEED
from bench.machine import this_machine
from bench.measures import MEASURES, QUICK
from bench.run import Run
from bench.stack import running_stack


def main() -> None:
    asked = _arguments()
    with running_stack() as stack:
        run = Run(stack, asked.seed, asked.quick)
        names = asked.measures or (QUICK if asked.quick else MEASURES)
        name = "bench-quick" if asked.quick else "bench"
        found = {each: _measured(run, each) for each in names}
        if asked.check:
            for each in gate.fallen(found):  # once more: a busy moment is no slower code
                found[each] = _measured(run, each)
        machine = asyncio.run(this_machine(stack))
    table = report(machine, asked.seed, found, VAR / f"{name}.json")
    table.write(name)
    print(table.as_markdown())
    if asked.save:
        gate.save(machine, [figure for figures in found.values() for figure in figures])
    if asked.check and (worse := gate.fallen(found)):
        sys.exit("\n".join(["Slower than the saved ratios, twice:", *worse.values()]))


def _measured(run: Run, name: str) -> Sequence[Figure]:
    started = time.perf_counter()
    figures = asyncio.run(MEASURES[name](run))
    print(*(figure.row() for figure in figures), sep="\n")
    print(f"({name} took {time.perf_counter() - started:.0f} s)", flush=True)
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the service on this machine.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"one of {', '.join(MEASURES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer measures, and a third of the deliveries")
    parser.add_argument("--check", action="store_true", help="fail if a ratio fell by a fifth, twice in a row")
    parser.add_argument("--save", action="store_true", help="save the ratios that --check compares with")
    parser.add_argument("--seed", type=int, default=SEED, help="makes the data")
    asked = parser.parse_args()
    if unknown := set(asked.measures) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
