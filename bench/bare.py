"""The bare loop: the same client, the same request, nothing else, in as many processes as there are workers.

With `PLAIN` the client is httpx as it comes, as in the naive design: ours takes a fraction of its time for a call.

`python -m bench.bare PORT IN_FLIGHT [plain]` posts as often as each line of its input says, and prints the rate.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import uvloop

from app.channels.http import open_http
from bench.load import MESSAGE, SID
from bench.stack import WORKERS

PLAIN: Final = "plain"


@dataclass(frozen=True, slots=True)
class BareLoop:
    processes: list[subprocess.Popen[str]]

    def rate(self, count: int) -> float:
        """Return how many posts a second all processes made together."""
        for process in self.processes:
            assert process.stdin
            process.stdin.write(f"{count // len(self.processes)}\n")
            process.stdin.flush()
        return sum(float(process.stdout.readline()) for process in self.processes if process.stdout)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]


@contextmanager
def bare_loop(port: int, in_flight: int, *client: str) -> Iterator[BareLoop]:
    """Start the loops, which end with their input, and let them open their connections."""
    command = [sys.executable, "-m", "bench.bare", str(port), str(in_flight // WORKERS), *client]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    loops = BareLoop([subprocess.Popen(command, text=True, **pipes) for _ in range(WORKERS)])
    try:
        loops.rate(4 * in_flight)
        yield loops
    finally:
        for process in loops.processes:
            process.communicate(timeout=30)


async def main(port: int, in_flight: int, *, plain: bool) -> None:
    async with plain_http(in_flight) if plain else _ours(in_flight) as http:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(await _rate(http, port, int(line), in_flight), flush=True)


def _ours(in_flight: int) -> httpx.AsyncClient:
    return open_http(allow_private_urls=True, max_connections=in_flight)


def plain_http(in_flight: int) -> httpx.AsyncClient:
    """Return httpx as it comes, with as many connections as calls."""
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    return httpx.AsyncClient(limits=limits)


async def _rate(http: httpx.AsyncClient, port: int, count: int, in_flight: int) -> float:
    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": "+12025550123", "From": "+12025550100", "Body": MESSAGE, "StatusCallback": f"{url}?d=x.1"}
    remaining = iter(range(count))
    started = time.perf_counter()
    await asyncio.gather(*(_post(http, url, form, remaining) for _ in range(in_flight)))
    return count / (time.perf_counter() - started)


async def _post(http: httpx.AsyncClient, url: str, form: dict[str, str], remaining: Iterator[int]) -> None:
    for _ in remaining:
        response = await http.post(url, data=form, auth=(SID, "token"))
        assert response.json()["sid"]


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), plain=PLAIN in sys.argv))
