"""A folder for each stack that runs, under `var/` of the current folder.

The next stack that takes a killed stack's place stops and removes what it left behind.
"""

import hashlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.dev.locks import lock
from app.dev.servers import leftovers
from app.dev.subprocesses import StackFailed

PLACES = 9
STOP_WITHIN = 5.0
"""Seconds that a left-over server gets to stop."""

PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
"""Paths that the embedded servers take: a shell, a settings file and a URL read theirs, each without quotes."""


def plain_folder(wanted: Path) -> Path:
    """Make the folder, or one in the system's temporary folder if the servers cannot take its path.

    Raise StackFailed if somebody else has made that one.
    """
    path = str(wanted.resolve())
    if PLAIN.fullmatch(path):
        wanted.mkdir(parents=True, exist_ok=True)
        return wanted
    name = f"mass-reply-{os.getuid()}-{hashlib.sha256(path.encode()).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir(), name)
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise StackFailed(f"{folder} is somebody else's. Set TMPDIR to a folder of your own.")
    return folder


@contextmanager
def own_place(var: Path) -> Iterator[Path]:
    """Take the first free place, and remove it at the end unless something failed. Raise StackFailed if none is
    free."""
    var = plain_folder(var)
    for number in range(1, PLACES + 1):
        with lock(var / f"stack-{number}.lock") as is_ours:
            if not is_ours:
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
    """Ctrl-C is no failure. The message of a failure names the logs in there."""
    failed = False
    try:
        yield
    except Exception:
        failed = True
        raise
    finally:
        if not failed:
            shutil.rmtree(place)


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
