"""The processes of a stack: started, watched, and stopped together with their starter."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.dev.parent_watch import GRACE

READY_WITHIN = 90.0
"""Seconds; a cold start that reads every module from a slow disk takes a few."""
SAID_LINES = 12
"""Lines of a log to show if its process has failed."""


class StackFailed(Exception):
    """A part of the stack did not start, or ended by itself. The message says which, and where its log is."""


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise StackFailed if it has ended."""
        status = self.process.poll()
        if status is not None:
            raise StackFailed(
                f"The {self.name} ended with status {status}. The end of its log, {self.log}:\n{end_of(self.log)}"
            )

    def wait_until_ready(self, url: str) -> None:
        """Wait until the address answers 200. Raise StackFailed if it does not."""
        give_up = time.monotonic() + READY_WITHIN
        while time.monotonic() < give_up:
            self.check()
            with suppress(httpx.TransportError):
                if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
        raise StackFailed(
            f"The {self.name} is not ready after {READY_WITHIN:.0f} s. The end of {self.log}:\n{end_of(self.log)}"
        )


def end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-SAID_LINES:]) if log.is_file() else ""


@contextmanager
def child(
    name: str, module: str, arguments: Sequence[str], variables: Mapping[str, str], logs: Path
) -> Iterator[Child]:
    """Run a module as a process until the block ends, with `variables` added to its environment."""
    log = logs / f"{name.replace(' ', '-')}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [
                sys.executable,
                "-P",
                "-m",
                "app.dev.parent_watch",
                module,
                *arguments,
            ],  # -P: not what the folder calls `app`
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **variables},
            start_new_session=True,  # Ctrl-C in the terminal reaches the starter alone, which stops its parts in order
        )
    try:
        yield Child(name, process, log)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()
