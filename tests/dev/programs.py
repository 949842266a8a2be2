"""Our own program, started as a person starts it, in a folder of its own and without a setting."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.conftest import VAR

PROGRAM = str(Path(sys.executable).with_name("mass-reply"))


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder to run in. Not one of pytest's, which every run that starts closes to the user PostgreSQL runs as."""
    VAR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VAR) as folder:
        yield Path(folder)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [PROGRAM, *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("MASS_REPLY_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@dataclass(frozen=True, slots=True)
class Up:
    """A `mass-reply up` that has said that it is ready, and what it printed for the next terminal."""

    program: subprocess.Popen[str]
    api: str
    sandbox: str
    key: str
    """An administrator's."""
    agent_key: str
    exports: str
    """The lines for another terminal's shell."""

    def interrupt(self) -> str:
        """Press Ctrl-C; answers what it said then."""
        self.program.send_signal(signal.SIGINT)
        return self.program.communicate(timeout=60)[0]


@contextmanager
def up(folder: Path) -> Iterator[Up]:
    """Run it until the block ends."""
    program = start(folder, "up")
    try:
        said = _said_until(program, "Ctrl-C stops everything")
        [(api, key, sandbox)] = re.findall(r"^ *export API=(\S+) KEY=(\S+) SANDBOX=(\S+)$", said, re.MULTILINE)
        [agent_key] = re.findall(r"^ *export MASS_REPLY_URL=\S+ MASS_REPLY_KEY=(\S+) PATH=.+$", said, re.MULTILINE)
        exports = "".join(f"{line}\n" for line in said.splitlines() if line.startswith("  export "))
        running = Up(program, api, sandbox, key, agent_key, exports)
        yield running
        if program.poll() is None:
            running.interrupt()
    finally:
        program.kill()
        program.communicate()


def _said_until(program: subprocess.Popen[str], wanted: str) -> str:
    assert program.stdout is not None
    said = ""
    for line in program.stdout:
        said += line
        if wanted in line:
            return said
    pytest.fail(f"{wanted!r} was never said, but: {said}")


def running_in(folder: Path) -> list[psutil.Process]:
    """Whatever runs on data in that folder, or was started from it."""
    inside = str(folder.resolve())
    return [process for process in psutil.process_iter(["cwd"]) if (process.info["cwd"] or "").startswith(inside)]


def still_running_in(folder: Path, *, after: float) -> list[psutil.Process]:
    """The same, once they had so many seconds to end."""
    _, remaining = psutil.wait_procs(running_in(folder), timeout=after)
    return list(remaining)
