"""Servers that a test may break: a Valkey and a provider sandbox of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from app.dev import servers
from app.dev.sandbox.options import SandboxOptions as SandboxSettings
from app.dev.sandbox.options import Timing
from app.dev.sandbox.server import Sandbox, run_sandbox
from app.settings import Settings
from tests.conftest import SECRET_KEY
from tests.faults.trial import Trial, begun

LATENCY = 0.1
"""Seconds from a request to its acceptance: whenever a fault strikes, calls are under way."""
LEASE = timedelta(seconds=5)

Begin = Callable[..., Awaitable[Trial]]


@dataclass(frozen=True, slots=True)
class Valkey:
    url: str
    stop: Callable[[], None]

    async def execute(self, *command: str) -> None:
        async with Redis.from_url(self.url) as redis:
            await redis.execute_command(*command)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    with ExitStack() as stack:
        url = stack.enter_context(servers.valkey(tmp_path / "valkey"))
        yield Valkey(url, stack.close)


@pytest.fixture
def settings(database_url: str, valkey: Valkey) -> Settings:
    return hurried(database_url, valkey.url)


def hurried(database_url: str, redis_url: str | None, **changes: Any) -> Settings:
    """The service as it is, with leases that a test can wait for."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET_KEY,
        allow_private_urls=True,
        log_level="INFO",
        lease=LEASE,
        settle_slack=timedelta(seconds=1),
        **changes,
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with run_sandbox(SandboxSettings(receipts=False, timing=Timing(latency=LATENCY))) as sandbox:
        yield sandbox


@pytest.fixture
def superuser(postgres_server: servers.PostgresServer, worker_name: str) -> str:
    return postgres_server.url("postgres", f"test_{worker_name}")


@pytest.fixture
async def begin(settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Begin]:
    """Confirm a mass reply; its workers are gone when the test ends."""
    async with AsyncExitStack() as stack:

        async def begin(**changes: Any) -> Trial:
            settings_, sizes = changes.pop("settings", settings), changes
            return await stack.enter_async_context(begun(settings_, superuser, sandbox, tmp_path, **sizes))

        yield begin


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """Real workers run here."""
