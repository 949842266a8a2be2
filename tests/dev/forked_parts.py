"""Parts of a stack that are forks of one process: a test of many restarts need not import the service each time."""

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, cast

from app.dev.parent_watch import GRACE
from app.dev.subprocesses import Child
from tests.forked import begin


@dataclass(frozen=True, slots=True)
class Forked:
    """A fork, as `subprocess` would show it."""

    process: ForkServerProcess

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(self.process.name, timeout or 0)
        return self.process.exitcode

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()

    def send_signal(self, number: signal.Signals) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)


@contextmanager
def forked_child(
    name: str, module: str, arguments: Sequence[str], variables: Mapping[str, str], logs: Path
) -> Iterator[Child]:
    """Run a module until the block ends, as `child` does."""
    log = logs / f"{name.replace(' ', '-')}.log"
    process = begin(_run, module, tuple(arguments), environment={**os.environ, **variables}, output=log, errors=log)
    try:
        yield Child(name, cast(Any, Forked(process)), log)
    finally:
        process.terminate()
        process.join(GRACE)
        if process.is_alive():
            process.kill()
            process.join()


def _run(module: str, arguments: tuple[str, ...]) -> None:
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
