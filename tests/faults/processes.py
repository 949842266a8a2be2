"""Worker processes as an operator runs them, and what befalls them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings

PROGRAM = """
import asyncio
from app.logs import configure_logging
from app.settings import load_settings
from app.worker import main
settings = load_settings()
configure_logging(settings.log_level)
asyncio.run(main(settings))
"""
BAD_SIGNS = ("never retrieved", "was destroyed", "ResourceWarning", "Exception ignored", '"level": "error"')
"""What a worker's log must not hold after an orderly end."""


@dataclass(frozen=True, slots=True)
class Worker:
    process: asyncio.subprocess.Process
    log: Path

    async def ready(self, seconds: float = 20) -> None:
        """Wait until it says that it has started."""
        async with asyncio.timeout(seconds):
            while "worker_started" not in self.log.read_text():
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """SIGKILL: no time for a last word."""
        self.process.kill()
        await self.process.wait()

    async def terminate(self, seconds: float = 20) -> int:
        """SIGTERM, as a deployment sends it; answers the exit status."""
        self.process.terminate()
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP: a virtual machine that is being moved, a laptop whose lid is closed."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def bad_signs(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if any(sign in line for sign in BAD_SIGNS)]


@asynccontextmanager
async def running(settings: Settings, log: Path) -> AsyncIterator[Worker]:
    """Run a worker; at the end of the block it is killed, if it still lives."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "always::ResourceWarning", "-c", PROGRAM, env=_environment(settings), stderr=output
        )
    try:
        yield Worker(process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(mode="json", include=settings.model_fields_set)
    secret = {"secret_key": settings.secret_key.get_secret_value()}
    said = {name: value for name, value in (given | secret).items() if value is not None}
    return {**os.environ, **{f"MASS_REPLY_{name.upper()}": str(value) for name, value in said.items()}}
