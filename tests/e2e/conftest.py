"""A whole service in one process: the API, a worker, and the provider sandbox on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.dev.sandbox.options import SandboxOptions as SandboxSettings
from app.dev.sandbox.server import Sandbox, run_sandbox
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.api.conftest import anonymous, app, client, make_key

__all__ = ["anonymous", "app", "client", "make_key"]

Poll = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with run_sandbox(SandboxSettings(receipts=False)) as sandbox:
        yield sandbox


@pytest.fixture
async def worker(workers_runtime: Runtime) -> AsyncIterator[WorkerProcess]:
    async with running_worker(workers_runtime) as process:
        yield process


@asynccontextmanager
async def running_worker(runtime: Runtime) -> AsyncIterator[WorkerProcess]:
    process = WorkerProcess(runtime)
    running = asyncio.create_task(process.run())
    try:
        yield process
    finally:
        process.stop()
        await running


@pytest.fixture
def finished(client: httpx.AsyncClient) -> Poll:
    """Poll a mass reply until it is over; at every poll its counts must sum to what was selected."""

    async def poll(id_: str, *, seconds: float = 60) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            while True:
                batch = (await client.get(f"/mass-replies/{id_}")).json()
                assert sum(batch["counts"].values()) == batch["selected_count"]
                if batch["finished_at"] is not None:
                    return dict(batch)
                await asyncio.sleep(0.1)

    return poll


@pytest.fixture
async def stage(runtime: Runtime) -> Runtime:
    return runtime


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """Real workers run here."""
