"""The bare loop: the same client, the same request, nothing else, in as many processes as there are workers.

With `PLAIN` the client is httpx as it comes, as in the naive design: ours takes a fraction of its time for a call.

`python -m bench.bare PORT IN_FLIGHT [plain]` posts as often as each line of its input says, and then prints a line.
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
from bench.plain_calls import plain_http, text_message
from bench.stack import WORKERS

PLAIN: Final = "plain"


@dataclass(frozen=True, slots=True)
class BareLoop:
    processes: list[subprocess.Popen[str]]

    def rate(self, count: int) -> float:
        """Return how many posts a second all processes made together: their number by the time until the last one."""
        each, started = count // len(self.processes), time.perf_counter()
        for process in self.processes:
            assert process.stdin
            process.stdin.write(f"{each}\n")
            process.stdin.flush()
        for process in self.processes:
            assert process.stdout
            assert process.stdout.readline(), "A bare loop has ended."
        return each * len(self.processes) / (time.perf_counter() - started)

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
            await _post_all(http, port, int(line), in_flight)
            print("done", flush=True)


def _ours(in_flight: int) -> httpx.AsyncClient:
    return open_http(allow_private_urls=True, max_connections=in_flight)


async def _post_all(http: httpx.AsyncClient, port: int, count: int, in_flight: int) -> None:
    url, about = text_message(port, "x")
    remaining = iter(range(count))
    await asyncio.gather(*(_post(http, url, about, remaining) for _ in range(in_flight)))


async def _post(http: httpx.AsyncClient, url: str, about: dict[str, Any], remaining: Iterator[int]) -> None:
    for _ in remaining:
        response = await http.post(url, **about)
        assert response.json()["sid"]


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), plain=PLAIN in sys.argv))
