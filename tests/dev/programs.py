"""Our own program, started as a person starts it, in a folder of its own and with nothing in the environment."""

import os
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]

PROGRAM = str(Path(sys.executable).with_name("mass-reply"))


def clean_environment(**told: str) -> dict[str, str]:
    """Neither settings of ours, nor a PostgreSQL or Redis to be found on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASS_REPLY_")}
    return {**kept, "PATH": str(Path(sys.executable).parent), "COLUMNS": "120", **told}


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [PROGRAM, *arguments],
        cwd=folder,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def running_in(folder: Path) -> list[psutil.Process]:
    """Whatever runs on data in that folder, or was started from it."""
    inside = str(folder.resolve())
    return [process for process in psutil.process_iter(["cwd"]) if (process.info["cwd"] or "").startswith(inside)]


def still_running_in(folder: Path, *, after: float) -> list[psutil.Process]:
    """The same, once they had so many seconds to end."""
    _, remaining = psutil.wait_procs(running_in(folder), timeout=after)
    return list(remaining)
