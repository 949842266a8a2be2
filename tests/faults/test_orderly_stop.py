"""SIGTERM, as every deployment sends it: nothing is left in doubt."""

import pytest

from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import Begin

pytestmark = pytest.mark.faults


async def test_a_worker_that_is_told_to_stop_leaves_nothing_uncertain(begin: Begin) -> None:
    trial = await begin()
    worker = await trial.worker()
    await trial.accepted(150)

    assert await worker.terminate() == 0
    assert await trial.sending() == set()
    assert worker.bad_signs() == []
    await trial.worker()
    history = await trial.over()
    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()


async def test_a_rolling_restart_of_two_workers_leaves_nothing_uncertain_and_nothing_failed(begin: Begin) -> None:
    trial = await begin()
    fleet = [await trial.worker(), await trial.worker()]
    for worker in fleet:
        await worker.ready()
    for accepted in (60, 140, 220, 300, 380):
        await trial.accepted(accepted)
        assert await fleet.pop(0).terminate() == 0
        fleet.append(await trial.worker())
        await fleet[-1].ready()
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()


async def test_a_worker_that_has_nothing_to_do_stops_at_once_and_cleanly(begin: Begin) -> None:
    trial = await begin(email=10, sms=10)
    worker = await trial.worker()
    await trial.over()

    assert await worker.terminate(seconds=5) == 0
    assert worker.bad_signs() == []
