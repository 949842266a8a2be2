"""Worker processes, and what befalls them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from app.dev.crash import arm
from app.dev.soak.broken import VARIANTS
from app.settings import Settings, load_settings
from app.telemetry.logs import configure_logging
from app.worker import run
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

    async def stopped(self, seconds: float = 40) -> None:
        """Wait until it has ended, or stands still."""
        async with asyncio.timeout(seconds):
            while self.process.exitcode is None and not self._stands_still():
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
async def running(settings: Settings, log: Path, *, without: str = "", crash: str = "") -> AsyncIterator[Worker]:
    """Run a worker, perhaps without a rule of the protocol, or to a point at which it stops.

    At the end of the block it is killed, if it still lives.
    """
    program = partial(_work, without, crash)
    worker = Worker(begin(program, environment=environment_of(settings), output=log, errors=log), log)
    try:
        yield worker
    finally:
        if worker.process.is_alive():
            await worker.kill()


def _work(without: str, crash: str) -> None:
    if without:
        VARIANTS[without]()
    if crash:
        arm(crash)
    settings = load_settings()
    configure_logging(settings.log_level)
    run(settings)


def environment_of(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(mode="json", include=settings.model_fields_set)
    secret = {"secret_key": settings.secret_key.get_secret_value()}
    said = {name: value for name, value in (given | secret).items() if value is not None}
    return {**os.environ, **{f"MASS_REPLY_{name.upper()}": str(value) for name, value in said.items()}}
