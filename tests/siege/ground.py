"""The service in processes of its own, and how they fare."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
import uvloop

from app import operations
from app.dev.ports import free_port
from app.settings import Settings
from bench import stub
from tests.faults.processes import environment_of
from tests.forked import begin


@contextmanager
def process(program: Callable[..., Any], *arguments: Any, settings: Settings, log: Path) -> Iterator[ForkServerProcess]:
    """Run a function until the block ends, its output in a file."""
    begun = begin(
        program, *arguments, environment=environment_of(settings), output=log, errors=log.with_suffix(".errors")
    )
    try:
        yield begun
    finally:
        begun.kill()
        begun.join()


def serve(port: int) -> None:
    operations.serve("127.0.0.1", port, 1)


def provide(port: int, seconds: float) -> None:
    """Be a provider that takes everything, each call in so many seconds."""
    uvloop.run(stub.main(port, seconds))


@asynccontextmanager
async def served(settings: Settings, logs: Path) -> AsyncIterator[tuple[str, ForkServerProcess]]:
    port = free_port()
    with process(serve, port, settings=settings, log=logs / "api.log") as api:
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient() as http, asyncio.timeout(60):
            while not await _is_ready(http, url):
                await asyncio.sleep(0.05)
        yield url, api


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process has had of the machine so far, in seconds."""

    computed: float
    queued: float
    """How long its first thread, on which the event loop runs, waited for a core."""

    @classmethod
    def by(cls, process: ForkServerProcess) -> "Spent":
        queued = Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]
        return cls(cpu_seconds(process), int(queued) / 1e9)

    def shares_since(self, before: "Spent", seconds: float) -> dict[str, float]:
        return {
            "computed": round((self.computed - before.computed) / seconds, 2),
            "queued": round((self.queued - before.queued) / seconds, 2),
        }


def cpu_seconds(of: ForkServerProcess) -> float:
    """What a process has computed so far (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)."""
    figures = Path(f"/proc/{of.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")
