"""Workers whose time of day jumps by an hour, either way, while they send."""

from datetime import timedelta

import pytest

from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import Begin

pytestmark = [pytest.mark.faults, pytest.mark.matrix]

HOUR = 3600.0


@pytest.mark.parametrize("jumps", [(HOUR,), (-HOUR,), (HOUR, -HOUR)])
async def test_nothing_is_uncertain_or_late(begin: Begin, jumps: tuple[float, ...]) -> None:
    trial = await begin(email=200, sms=200, rate=20)
    # Leases as everybody has them: what is looked for is the hour, and not whether the machine is quick.
    workers = [await trial.worker(jump=jump, lease=timedelta(seconds=30)) for jump in jumps]
    history = await trial.over(seconds=100)

    assert history.faults() == {}
    assert {status: len(history.of(status)) for status in DeliveryStatus if history.of(status)} == {"sent": 400}
    assert [await worker.terminate() for worker in workers] == [0] * len(workers)
