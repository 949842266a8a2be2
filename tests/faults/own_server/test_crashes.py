"""PostgreSQL cuts off its clients, crashes, or is stopped and started, under a worker that goes on living."""

import os
import signal
from pathlib import Path

import pytest

from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import Begin
from tests.faults.own_server.programs import run
from tests.faults.processes import Worker
from tests.faults.trial import Trial

pytestmark = pytest.mark.faults

BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'mass-reply' AND pid <> pg_backend_pid()
"""


async def cut_off(trial: Trial) -> None:
    await trial.rows(f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS}) backends")


async def crash(trial: Trial) -> None:
    """One killed backend makes PostgreSQL end all others, recover from its log, and refuse connections meanwhile."""
    os.kill((await trial.rows(BACKENDS))[0]["pid"], signal.SIGKILL)


async def stop_and_start(trial: Trial) -> None:
    """End the whole server without a checkpoint, as a loss of power does, and start it anew."""
    data = Path((await trial.rows("SHOW data_directory"))[0][0])
    told = ("--pgdata", str(data), "--log", str(data / "log"))
    await run("pg_ctl", "restart", "--wait", "--mode=immediate", *told, data=data)


async def everybody_got_it(trial: Trial, worker: Worker) -> None:
    history = await trial.over()
    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert await worker.terminate() == 0


async def test_connections_that_are_cut_off_again_and_again_leave_nothing_uncertain(begin: Begin) -> None:
    trial = await begin()
    worker = await trial.worker()
    for accepted in (80, 160, 240, 320):
        await trial.accepted(accepted)
        await cut_off(trial)
    await everybody_got_it(trial, worker)


async def test_a_database_that_crashes_and_recovers_leaves_nothing_uncertain(begin: Begin) -> None:
    trial = await begin()
    worker = await trial.worker()
    await trial.accepted(150)
    await crash(trial)
    await trial.accepted(300)
    await everybody_got_it(trial, worker)


async def test_a_database_that_is_stopped_at_once_and_started_again_and_again_leaves_nothing_uncertain(
    begin: Begin,
) -> None:
    trial = await begin()
    worker = await trial.worker()
    for accepted in (80, 160, 240, 320, 400):
        await trial.accepted(accepted)
        await stop_and_start(trial)
    await everybody_got_it(trial, worker)
