"""Worker processes, and what befalls them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from app.cli import main
from app.dev.crash import arm
from app.dev.soak.broken import VARIANTS
from app.settings import Settings, load_settings
from app.telemetry.logs import configure_logging
from app.worker import run
from tests.faults.clocks import let_clock_jump
from tests.forked import begin

BAD_SIGNS = ("never retrieved", "was destroyed", "ResourceWarning", "Exception ignored", '"level": "error"')
"""What a worker's log must not hold after an orderly end."""


@dataclass(frozen=True, slots=True)
class Worker:
    process: ForkServerProcess
    log: Path

    async def ready(self, seconds: float = 20) -> None:
        """Wait until it says that it has started."""
        async with asyncio.timeout(seconds):
            while "worker_started" not in self.log.read_text():
                assert self.process.exitcode is None, self.log.read_text()
                await asyncio.sleep(0.01)

    async def serves(self, url: str, seconds: float = 20) -> None:
        """Wait until it answers there."""
        async with asyncio.timeout(seconds), httpx.AsyncClient(trust_env=False) as http:
            while True:
                assert self.process.exitcode is None, self.log.read_text()
                with suppress(httpx.TransportError):
                    if (await http.get(f"{url}/health/live")).is_success:
                        return
                await asyncio.sleep(0.02)

    @property
    def stands(self) -> bool:
        """Whether it has ended, or stands still."""
        return self.process.exitcode is not None or self._stands_still()

    async def stopped(self, seconds: float = 40) -> None:
        """Wait until it has ended, or stands still."""
        async with asyncio.timeout(seconds):
            while not self.stands:
                await asyncio.sleep(0.02)

    def _stands_still(self) -> bool:
        stat = Path(f"/proc/{self.process.pid}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "T"

    async def kill(self) -> None:
        """SIGKILL: no time for a last word."""
        self.process.kill()
        await asyncio.to_thread(self.process.join)

    async def terminate(self, seconds: float = 20) -> int:
        """SIGTERM, as a deployment sends it; answers the exit status."""
        self.process.terminate()
        await asyncio.to_thread(self.process.join, seconds)
        if self.process.exitcode is None:
            raise TimeoutError
        return self.process.exitcode

    def freeze(self) -> None:
        """SIGSTOP: a virtual machine that is being moved, a laptop whose lid is closed."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def bad_signs(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if any(sign in line for sign in BAD_SIGNS)]


@asynccontextmanager
async def running(
    settings: Settings, log: Path, *, without: str = "", crash: str = "", jump: float = 0
) -> AsyncIterator[Worker]:
    """Run a worker, perhaps without a rule of the protocol, to a point at which it stops, or with a clock that jumps.

    At the end of the block it is killed, if it still lives.
    """
    async with _running(partial(_work, without, crash, jump), settings, log) as worker:
        yield worker


@asynccontextmanager
async def serving(
    settings: Settings, log: Path, port: int, *, crash: str = "", jump: float = 0
) -> AsyncIterator[Worker]:
    """Serve the API on a port, perhaps to a point at which the process stops, or with a clock that jumps."""
    async with _running(partial(_serve, crash, jump, port), settings, log) as server:
        await server.serves(f"http://127.0.0.1:{port}")
        yield server


@asynccontextmanager
async def commanding(settings: Settings, log: Path, *arguments: str, crash: str = "") -> AsyncIterator[Worker]:
    """Run a command, perhaps to a point at which it stops."""
    async with _running(partial(_command, crash, arguments), settings, log) as program:
        yield program


@asynccontextmanager
async def _running(program: Callable[[], None], settings: Settings, log: Path) -> AsyncIterator[Worker]:
    worker = Worker(begin(program, environment=environment_of(settings), output=log, errors=log), log)
    try:
        yield worker
    finally:
        if worker.process.is_alive():
            await worker.kill()


def _work(without: str, crash: str, jump: float) -> None:
    if without:
        VARIANTS[without]()
    if crash:
        arm(crash)
    if jump:
        let_clock_jump(jump)
    settings = load_settings()
    configure_logging(settings.log_level)
    run(settings)


def _serve(crash: str, jump: float, port: int) -> None:
    if jump:
        let_clock_jump(jump)
    _command(crash, ("api", "--port", str(port)))


def _command(crash: str, arguments: Sequence[str]) -> None:
    if crash:
        arm(crash)
    sys.argv = ["mass-reply", *arguments]
    main()


def environment_of(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(mode="json", include=settings.model_fields_set)
    secret = {"secret_key": settings.secret_key.get_secret_value()}
    said = {name: value for name, value in (given | secret).items() if value is not None}
    return {**os.environ, **{f"MASS_REPLY_{name.upper()}": str(value) for name, value in said.items()}}
