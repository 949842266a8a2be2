"""Runs the collected tests for each mutant, until one fails. What no test notices has survived.

The tests run once without any mutant first. That says which of them come to a line or a statement at all, and how long
each takes: a mutant is shown to those alone, first to the quick ones that have noticed many.
"""

import json
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from app.store.transactions import Transaction
from tests.mutants.groups import GROUPS
from tests.mutants.mutant import Mutant

LEAST, TIMES = float(os.environ.get("MUTANTS_PATIENCE", "5")), 5
"""Seconds that a test may take with a mutant, and how many times as long as without. After that it counts as failed: a
mutant may wait forever."""


CLEANINGS = 3
"""How often what a test leaves behind, which may wait for ever too, is broken off."""
BROKE_OFF = "the run broke off"
"""The fate of a mutant with which the process of the tests did not go on."""


class TooLong(BaseException):
    """A test did not end."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    left = iter(range(CLEANINGS, -1, -1))

    def stop(*_: object) -> None:
        if not next(left):
            os._exit(1)  # no end can be made of it here; a new process goes on with the next mutant
        raise TooLong

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, LEAST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


Place = tuple[int, int]
"""The identity of code and a line of it, or of a statement and 0."""


@dataclass
class Seen:
    """What came to pass while the tests ran without any mutant."""

    items: list[pytest.Item]
    seconds: dict[str, float] = field(default_factory=dict)
    places: defaultdict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))
    """What each test came to."""
    kills: Counter[str] = field(default_factory=Counter)
    """How many mutants each test has noticed."""

    def witnesses(self, mutant: Mutant) -> list[pytest.Item]:
        """Return the tests that come to what is changed. Those that notice much in little time are the first."""
        found, where = self.items, id(mutant.place)
        if mutant.place is not None:
            wanted = {(where, line) for line in mutant.lines}
            found = [item for item in self.items if not wanted.isdisjoint(self.places[item.nodeid])]
        return sorted(found, key=lambda item: self.seconds[item.nodeid] / (1 + self.kills[item.nodeid]))

    def limit(self, item: pytest.Item) -> float:
        return LEAST + TIMES * self.seconds[item.nodeid]


_METHODS = ("execute", "rows", "rows_of_each", "scalar", "scalars")
_EXECUTING = {id(getattr(Transaction, name).__code__) for name in _METHODS}


@contextmanager
def watching(places: set[Place], watched: set[int]) -> Iterator[None]:
    """Note the lines of this code that are come to, and the statements that are executed."""

    def call(frame: FrameType, _: str, __: object) -> Any:
        code = id(frame.f_code)
        if code in _EXECUTING:
            places.add((id(frame.f_locals["statement"]), 0))
        return line if code in watched else None

    def line(frame: FrameType, _: str, __: object) -> Any:
        places.add((id(frame.f_code), frame.f_lineno))
        return line

    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(None)


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run every mutant of the group that the environment names, and write what became of each."""
    name, part, parts = os.environ["MUTANTS"].split(":")
    wanted = os.environ.get("MUTANT", "")
    everyone = [mutant for mutant in GROUPS[name].mutants() if wanted in mutant.name]
    path = Path(os.environ["MUTANTS_FATES"])
    fates: dict[str, str | None] = json.loads(path.read_text()) if path.exists() else {}
    mutants = [each for each in everyone[int(part) - 1 :: int(parts)] if each.name not in fates]
    seen = _without(session.items, {id(mutant.place) for mutant in mutants})
    began, last = time.monotonic(), ""
    for number, mutant in enumerate(mutants, 1):
        path.write_text(json.dumps(fates | {mutant.name: BROKE_OFF}))
        fates[mutant.name] = killer = _killer(seen, mutant, last)
        last = killer or last  # it may notice the next one too
        if killer is None:
            _say(f"survived {len(seen.witnesses(mutant))} tests: {mutant.name}")
        if number % 20 == 0:
            _say(f"{number} of {len(mutants)}, {time.monotonic() - began:.0f} s")
    path.write_text(json.dumps(fates))
    return True


def _without(items: list[pytest.Item], watched: set[int]) -> Seen:
    """Run all tests without any mutant. Raise UsageError if one fails, and fails again."""
    seen = Seen(list(items))
    for item, following in zip(items, [*items[1:], items[0]], strict=True):
        for last_try in (False, True):
            began = time.monotonic()
            with watching(seen.places[item.nodeid], watched):
                passed = _passes(item, following, 120)
            seen.seconds[item.nodeid] = time.monotonic() - began
            if passed:
                break
            if last_try:
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant")
    _say(f"{len(items)} tests, {sum(seen.seconds.values()):.0f} s")
    return seen


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def _killer(seen: Seen, mutant: Mutant, last: str) -> str | None:
    items = sorted(seen.witnesses(mutant), key=lambda item: item.nodeid != last)
    with mutant.applied():
        for item, following in zip(items, [*items[1:], *items[:1]], strict=True):
            if not _passes(item, following, seen.limit(item)):
                with limited(seen.limit(item)), suppress(TooLong):
                    item.session._setupstate.teardown_exact(items[0])
                seen.kills[item.nodeid] += 1
                return item.nodeid
    return None


def _passes(item: pytest.Item, following: pytest.Item, seconds: float) -> bool:
    try:
        with limited(seconds):
            reports: list[Any] = runtestprotocol(item, log=False, nextitem=following)
    except TooLong:
        return False
    return not any(report.failed for report in reports)
