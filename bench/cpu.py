"""What processes used, as the kernel counts it: CPU time and memory."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

TICK: Final = 1000 / os.sysconf("SC_CLK_TCK")
"""Milliseconds of one of the kernel's ticks."""


def spent(pids: Sequence[int]) -> float:
    """Return milliseconds of CPU of these processes, with those of children that have ended."""
    return sum(map(_spent, pids))


def _spent(pid: int) -> float:
    try:
        return sum(map(int, _stat(pid)[11:15])) * TICK
    except FileNotFoundError:
        return 0.0


def peak_memory(pid: int) -> int:
    """Return the most megabytes that a process held so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(line.split()[1]) / 1024)


def server_of(connection: Any) -> Sequence[int]:
    """Return the processes of the PostgreSQL server that asyncpg is connected to."""
    postmaster = int(_stat(connection.get_server_pid())[1])
    return [postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())]


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


class Meter:
    """CPU milliseconds of some processes from one reading to the next."""

    def __init__(self, processes: Mapping[str, Callable[[], Sequence[int]]]) -> None:
        self._processes = processes
        self._before: dict[str, float] = {}
        self.read()

    def read(self) -> dict[str, float]:
        """Return what each has used since the last reading."""
        now = {name: spent(pids()) for name, pids in self._processes.items()}
        used = {name: now[name] - self._before.get(name, 0.0) for name in now}
        self._before = now
        return used
