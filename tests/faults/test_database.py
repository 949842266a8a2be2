"""PostgreSQL cuts off its clients, or crashes and recovers, under a worker that goes on living.

A cluster of its own: a crash takes every connection with it.
"""

import os
import shutil
import signal
from collections.abc import Iterator

import pytest

from app.dev import servers
from app.domain.delivery import DeliveryStatus
from app.settings import Settings
from app.store.schema import migrate
from tests.conftest import VAR
from tests.faults.conftest import Begin, Valkey, hurried
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults

BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'mass-reply' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def postgres_server(worker_name: str) -> Iterator[servers.PostgresServer]:
    """One to be crashed. Not in pytest's own folder, which the next run of pytest shuts to PostgreSQL's user."""
    data = VAR / f"fragile-{worker_name}"
    with servers.postgres(data, durable=False) as server:
        yield server
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def superuser(postgres_server: servers.PostgresServer) -> str:
    return postgres_server.url("postgres", "fragile")


@pytest.fixture
async def settings(postgres_server: servers.PostgresServer, valkey: Valkey) -> Settings:
    await servers.create_database(postgres_server, "fragile")
    url = postgres_server.url(servers.RUNTIME, "fragile")
    await migrate(postgres_server.url(servers.OWNER, "fragile"), url)
    return hurried(url, valkey.url)


async def cut_off(trial: Trial) -> None:
    await trial.rows(f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS}) backends")


async def crash(trial: Trial) -> None:
    """One killed backend makes PostgreSQL end all others, recover from its log, and refuse connections meanwhile."""
    os.kill((await trial.rows(BACKENDS))[0]["pid"], signal.SIGKILL)


async def test_connections_that_are_cut_off_again_and_again_leave_nothing_uncertain(begin: Begin) -> None:
    trial = await begin()
    worker = await trial.worker()
    for accepted in (80, 160, 240, 320):
        await trial.accepted(accepted)
        await cut_off(trial)
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert await worker.terminate() == 0


async def test_a_database_that_crashes_and_recovers_leaves_nothing_uncertain(begin: Begin) -> None:
    trial = await begin()
    worker = await trial.worker()
    await trial.accepted(150)
    await crash(trial)
    await trial.accepted(300)
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert await worker.terminate() == 0
