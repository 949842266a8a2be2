"""A worker that dies without a word, or comes back from the dead: kill -9, a lost machine, a frozen one."""

from datetime import timedelta

import pytest

from app.delivery.claim import AT_MOST
from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import LATENCY, LEASE, Begin
from tests.faults.trial import IN_FLIGHT

CONNECTIONS = 4
KILLS = (100, 200, 300)
"""After so many accepted messages the worker that is the oldest dies."""

pytestmark = pytest.mark.faults


async def test_a_killed_worker_leaves_uncertain_at_most_what_was_under_way(begin: Begin) -> None:
    trial = await begin()
    worker = await trial.worker()
    await trial.accepted(150)
    await worker.kill()
    under_way = await trial.under_way()
    await trial.worker()
    history = await trial.over()

    assert history.faults() == {}
    assert 0 < len(under_way) <= 2 * AT_MOST * IN_FLIGHT  # of two accounts
    assert history.uncertain <= under_way
    assert history.of(DeliveryStatus.FAILED) == set()


async def test_workers_killed_one_after_the_other_while_others_go_on(begin: Begin) -> None:
    trial = await begin()
    fleet = [await trial.worker(), await trial.worker()]
    for accepted in KILLS:
        await trial.accepted(accepted)
        await fleet.pop(0).kill()
        fleet.append(await trial.worker())
    history = await trial.over()

    assert history.faults() == {}
    assert len(history.uncertain) <= len(KILLS) * 2 * AT_MOST * IN_FLIGHT
    assert history.of(DeliveryStatus.FAILED) == set()


async def test_two_workers_keep_to_their_account_s_rate_though_one_is_killed(begin: Begin) -> None:
    """The history holds claims and calls against the rate: 60 messages, a quarter of which may go at once."""
    trial = await begin(email=0, sms=60, rate=15)
    first, _ = [await trial.worker(), await trial.worker()]
    await trial.accepted(30)
    await first.kill()
    history = await trial.over()

    assert history.faults() == {}
    assert [rate for changes in history.evidence.rates.values() for _, rate in changes] != []


async def test_a_frozen_worker_sends_nothing_after_its_leases_have_run_out(begin: Begin) -> None:
    trial = await begin(sms=600, email=0)
    zombie = await trial.worker(max_connections=CONNECTIONS)  # most of what it has claimed waits for one
    await trial.accepted(100)
    zombie.freeze()
    under_way = await trial.under_way()
    await (await trial.worker()).ready()
    await trial.given_up(under_way)
    seen = len(trial.sandbox.journal)
    zombie.thaw()
    await trial.accepted(seen + 50)
    assert await zombie.terminate() == 0
    history = await trial.over()

    assert history.faults() == {}
    assert history.uncertain <= under_way
    assert len(history.uncertain) <= CONNECTIONS  # the others had not begun, so they were sent after all
    began = await trial.attempts()
    latest = LEASE + timedelta(seconds=LATENCY)
    late = [e for e in trial.sandbox.journal if e.accepted and e.at > began[str(e.message.correlation)] + latest]
    assert late == []
