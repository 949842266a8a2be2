"""Our programs, each in a process of its own that need not import the service first.

One server process has imported it; every program is a fork of that one. Where it matters how a program is found and
started, `tests/dev` starts it from its command.
"""

import gc
import multiprocessing
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["app.cli", "app.dev.commands", __name__])


@dataclass(frozen=True, slots=True)
class Done:
    """A program that has ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def begin(
    program: Callable[..., Any], *arguments: Any, environment: Mapping[str, str], output: Path, errors: Path
) -> ForkServerProcess:
    """Start a function of an importable module, its standard streams written to files."""
    for path in (output, errors):
        path.touch()  # for those who read before anything was said
    process = _FORKS.Process(target=_run, args=(program, arguments, dict(environment), output, errors))
    process.start()
    return process


def run_command(*arguments: str, environment: Mapping[str, str]) -> Done:
    """Run `mass-reply` with these arguments to its end."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        process = begin(_command, *arguments, environment=environment, output=output, errors=errors)
        process.join()
        assert process.exitcode is not None
        return Done(process.exitcode, output.read_text(), errors.read_text())


def _command(*arguments: str) -> None:
    from app.cli import main  # whoever asks for a program need not know it

    sys.argv = ["mass-reply", *arguments]
    main()


def _run(
    program: Callable[..., Any], arguments: tuple[Any, ...], environment: dict[str, str], output: Path, errors: Path
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, output), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    warnings.simplefilter("always", ResourceWarning)
    program(*arguments)
    gc.collect()  # what was forgotten says so now: a fork ends without the interpreter's own cleaning up
