"""Faults while an account with the default calls in flight sends as fast as the machine can: its provider answers at
once, so claims, calls and records of many groups overlap.
"""

from collections.abc import AsyncIterator

import pytest

from app.channels.registry import usual_in_flight
from app.delivery.claim import AT_MOST
from app.dev.sandbox.options import SandboxOptions
from app.dev.sandbox.server import Sandbox, run_sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import Begin

RECIPIENTS = 1_500
IN_FLIGHT = usual_in_flight("twilio")

pytestmark = pytest.mark.faults


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with run_sandbox(SandboxOptions(receipts=False)) as sandbox:
        yield sandbox


async def test_at_full_speed_a_cut_connection_and_a_killed_worker_lose_nobody_and_send_nothing_twice(
    begin: Begin,
) -> None:
    trial = await begin(email=0, sms=RECIPIENTS, in_flight=IN_FLIGHT)
    killed = await trial.worker()
    await trial.accepted(200)
    await trial.worker()
    await trial.accepted(600)
    cut = await trial.rows("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'mass-reply'
        ORDER BY state = 'idle', random() LIMIT 1
    """)
    await trial.accepted(1_000)
    await killed.kill()
    under_way = await trial.under_way()
    history = await trial.over()

    assert len(cut) == 1
    assert 0 < len(under_way) <= AT_MOST * IN_FLIGHT
    assert history.faults() == {}
    assert len(history.uncertain) <= AT_MOST * IN_FLIGHT
    assert history.of(DeliveryStatus.FAILED) == set()
