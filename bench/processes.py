"""Programs of the bench as processes, and what the kernel says about them."""

import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.dev.ports import free_port
from app.dev.subprocesses import Child, child
from app.dev.workdir import plain_folder

VAR: Final = plain_folder(Path(__file__).resolve().parents[1] / "var" / "bench")
"""The servers' data, and a log for each process."""
READY_WITHIN: Final = 120.0
TICK: Final = 1000 / os.sysconf("SC_CLK_TCK")
"""Milliseconds of one of the kernel's ticks."""


@contextmanager
def program(name: str, module: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Run a module until the block ends, however this process ends."""
    logs = plain_folder(VAR / "logs")
    with child(name, module, arguments, variables or {}, logs) as running:
        yield running


@contextmanager
def provider(seconds: float = 0.0) -> Iterator[int]:
    """Run a provider that answers after as many seconds; yield its port."""
    port = free_port()
    with program("provider", "bench.stub", str(port), str(seconds)) as running:
        wait_for(port, running)
        yield port


def wait_for(port: int, running: Child) -> None:
    give_up = time.monotonic() + READY_WITHIN
    while time.monotonic() < give_up:
        running.check()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port}.")


@contextmanager
def frozen(pids: Iterable[int]) -> Iterator[None]:
    """Stop these processes for as long as the block runs: what they do in the background would take from others."""
    stopped = list(pids)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def cpu_ms(pid: int) -> float:
    """Return the CPU time of a process and of its children that have ended, in milliseconds: 0 once it has ended."""
    try:
        return sum(map(int, _stat(pid)[11:15])) * TICK
    except FileNotFoundError:
        return 0.0


def server_pids(backend: int) -> list[int]:
    """Return PostgreSQL's processes, by the process of one connection."""
    postmaster = int(_stat(backend)[1])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def peak_megabytes(pid: int) -> float:
    """Return the most memory that a process has used so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(kilobytes) / 1000
