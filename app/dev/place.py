"""A folder of its own for each stack that runs, under `var/` of the current folder.

The lock on it ends with the process that holds it, however that ends; what a killed one left behind is then stopped and
removed by the next stack that takes the place.
"""

import fcntl
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.dev.children import StackFailed
from app.dev.servers import leftovers

PLACES = 9
STOP_WITHIN = 5.0
"""Seconds that a left-over server gets."""


@contextmanager
def own_place(var: Path) -> Iterator[Path]:
    """Take the first free place, and remove it at the end unless something failed. Raises StackFailed: none is free."""
    var.mkdir(parents=True, exist_ok=True)
    for number in range(1, PLACES + 1):
        with (var / f"stack-{number}.lock").open("w") as lock:
            if not _locked(lock.fileno()):
                continue
            place = var / f"stack-{number}"
            _clear(place)
            place.mkdir()
            with _removed_but_for_failures(place):
                yield place
            return
    raise StackFailed(f"{PLACES} stacks are running here already. Stop one of them.")


@contextmanager
def _removed_but_for_failures(place: Path) -> Iterator[None]:
    """Ctrl-C is no failure; the message of a failure names the logs in there."""
    failed = False
    try:
        yield
    except Exception:
        failed = True
        raise
    finally:
        if not failed:
            shutil.rmtree(place)


def _locked(file: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _clear(place: Path) -> None:
    if not place.exists():
        return
    for server in leftovers(place):
        server.send_signal(signal.SIGINT)  # to PostgreSQL: at once and in good order; Valkey has nothing to save
        try:
            server.wait(STOP_WITHIN)
        except Exception:  # noqa: BLE001 - psutil's own TimeoutExpired, where psutil is installed only on demand
            server.kill()
    shutil.rmtree(place)
