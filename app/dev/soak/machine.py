"""What a run took place on: the code, the processors, and how busy they were."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Final

SECONDS: Final = 5.0
"""Between two looks at the load."""


@dataclass(frozen=True, slots=True)
class Machine:
    commit: str
    """Empty where the code is not in a repository."""
    cores: int
    loads: list[float] = field(default_factory=list)
    """Processes that ran or wanted to, averaged over a minute; the run's own are among them."""

    @property
    def in_words(self) -> str:
        loads = f"{mean(self.loads):.1f} ({min(self.loads):.1f} to {max(self.loads):.1f})" if self.loads else "unknown"
        return f"{self.cores} cores; load, with the run's own part: {loads}; {self.commit or 'commit unknown'}"


@asynccontextmanager
async def watched() -> AsyncIterator[Machine]:
    """Look at the load until the block ends."""
    machine = Machine(_commit(), os.cpu_count() or 1)
    watching = asyncio.create_task(_watch(machine))
    try:
        yield machine
    finally:
        watching.cancel()


async def _watch(machine: Machine) -> None:
    while True:
        machine.loads.append(os.getloadavg()[0])
        await asyncio.sleep(SECONDS)


def _commit() -> str:
    commit = _git("rev-parse", "--short", "HEAD")
    changed = bool(commit) and bool(_git("status", "--porcelain", "--untracked-files=no"))
    return f"commit {commit}{', with changes' if changed else ''}" if commit else ""


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(  # noqa: S603 - constants
            ["git", *arguments],  # noqa: S607 - the one on the path
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
