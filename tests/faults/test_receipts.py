"""Providers report back what a dead worker could not write down."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from app.delivery.claim import AT_MOST
from app.dev.sandbox.options import SandboxOptions as SandboxSettings
from app.dev.sandbox.options import Timing
from app.dev.sandbox.server import Sandbox, run_sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.main import create_app
from app.settings import Settings
from tests.faults.conftest import LATENCY, LEASE, Begin, Valkey, hurried
from tests.faults.trial import IN_FLIGHT, Trial, until

pytestmark = pytest.mark.faults

DELAY = LEASE.total_seconds() + 3
"""Seconds until the first receipt of a message: by then its lease has run out, and the sweeper has been there."""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    timing = Timing(latency=LATENCY, receipt_delay=DELAY)
    async with run_sandbox(SandboxSettings(timing=timing)) as sandbox:
        yield sandbox


@pytest.fixture
async def settings(database_url: str, valkey: Valkey) -> AsyncIterator[Settings]:
    """The service's settings, and its API listening where they say that providers reach it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = hurried(database_url, valkey.url, public_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with serving(settings, listener):
            yield settings


@asynccontextmanager
async def serving(settings: Settings, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, lifespan="on"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started, 10)
    yield
    server.should_exit = True
    await task


async def test_receipts_settle_what_a_killed_worker_left_uncertain(begin: Begin) -> None:
    trial = await begin(email=0, sms=200)
    worker = await trial.worker()
    await trial.accepted(60)
    await worker.kill()
    under_way = await trial.under_way()
    assert 0 < len(under_way) <= AT_MOST * IN_FLIGHT
    await trial.worker()
    await trial.given_up(under_way)

    await trial.over()
    await settled(trial)
    history = await trial.over()
    assert history.faults() == {}
    assert history.uncertain & history.accepted.keys() == set()
    assert len(history.of(DeliveryStatus.DELIVERED)) == len(history.accepted)


async def test_receipts_that_come_while_workers_are_restarted_change_nothing_twice(begin: Begin) -> None:
    trial = await begin(email=0, sms=300)
    worker = await trial.worker()
    for accepted in (100, 200):
        await trial.accepted(accepted)
        await worker.terminate()
        worker = await trial.worker()
    await trial.over()
    await settled(trial)
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.DELIVERED) == history.confirmed.deliveries.keys()


async def settled(trial: Trial) -> None:
    async with asyncio.timeout(80):
        await trial.sandbox.receipts_settled()
