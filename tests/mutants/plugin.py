"""Runs the collected tests once for each mutant, until one fails. What no test notices has survived."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.groups import GROUPS
from tests.mutants.mutant import Mutant

SECONDS = 40
"""After so long without an end a test counts as failed: a mutant may wait forever."""


class TooLong(BaseException):
    """A test did not end."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run every mutant of the group that the environment names, and write what became of each."""
    group = GROUPS[os.environ["MUTANTS"]]
    wanted = os.environ.get("MUTANT", "")
    if (broken := _first_failure(session.items)) and (broken := _first_failure(session.items)):
        raise pytest.UsageError(f"{broken} fails without any mutant")
    items, fates, began = list(session.items), {}, time.monotonic()
    mutants = [mutant for mutant in group.mutants() if wanted in mutant.name]
    for number, mutant in enumerate(mutants, 1):
        fates[mutant.name] = killer = _killer(items, mutant)
        if killer is None:
            _say(f"survived: {mutant.name}")
        else:
            items.sort(key=lambda item: item.nodeid != killer)  # it may notice the next one too
        if number % 20 == 0:
            _say(f"{number} of {len(mutants)}, {time.monotonic() - began:.0f} s")
    Path(os.environ["MUTANTS_FATES"]).write_text(json.dumps(fates, indent=1))
    return True


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def _killer(items: list[pytest.Item], mutant: Mutant) -> str | None:
    with mutant.applied():
        return _first_failure(items)


def _first_failure(items: list[pytest.Item]) -> str | None:
    for item, following in zip(items, [*items[1:], items[0]], strict=True):
        if not _passes(item, following):
            item.session._setupstate.teardown_exact(items[0])
            return item.nodeid
    return None


def _passes(item: pytest.Item, following: pytest.Item) -> bool:
    try:
        with limited(SECONDS):
            reports: list[Any] = runtestprotocol(item, log=False, nextitem=following)
    except TooLong:
        return False
    return not any(report.failed for report in reports)
