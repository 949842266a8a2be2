"""Workers that stop at every point of a message's way, one after the other, within one batch.

`make matrix` stops them in each way at each point, without CRASH_MATRIX at some of them.
"""

import asyncio
import os

import pytest

from app.dev.crash import WORKER
from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import LEASE, Begin

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

WHOLE = bool(os.environ.get("CRASH_MATRIX"))
BETWEEN = ("claim.committed", "send.headers", "send.answered")
"""Where no transaction is open: a process that freezes within one holds its rows for ten seconds."""
LATE = ("sweep.found", "sweep.settled", "sweep.finished")
"""Reached only after something was lost, or when all is over."""
SLOW = 80
"""Recipients of each channel for each worker that freezes; a tenth of them is sent in a second."""
WITHIN, BEYOND = LEASE.total_seconds() + 1, 12.0
"""Seconds that a worker stands still: longer than its leases, and before or after PostgreSQL ends what it left open."""
EACH = 25
"""Recipients on each of two channels for each worker that stops."""


async def test_whichever_way_workers_stop_before_they_record_the_history_holds(begin: Begin) -> None:
    """A little of what the matrix does, in every run of `make faults`."""
    trial = await begin(email=0, sms=5 * EACH)
    for way in ("kill", "term", "freeze"):
        worker = await trial.worker(crash=f"send.answered:5:{way}")
        await worker.stopped()
    under_way = await trial.sending()
    last = await trial.worker()
    await trial.left_alone(under_way)
    worker.thaw()
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.FAILED) == set()
    assert [await each.terminate() for each in (worker, last)] == [0, 0]


@pytest.mark.matrix
async def test_wherever_workers_are_killed_the_history_holds(begin: Begin) -> None:
    trial = await begin(email=EACH * len(WORKER), sms=EACH * len(WORKER))
    for point in WORKER:
        worker = await trial.worker(crash=f"{point}:1:kill")
        await worker.stopped()
    await trial.worker()
    history = await trial.over(seconds=120)

    assert history.faults() == {}
    assert history.of(DeliveryStatus.FAILED) == set()


@pytest.mark.matrix
async def test_wherever_workers_are_told_to_stop_nothing_is_uncertain(begin: Begin) -> None:
    points = [point for point in WORKER if point not in LATE]
    points = points if WHOLE else points[::3]
    trial = await begin(email=EACH * len(points), sms=EACH * len(points))
    for point in points:
        worker = await trial.worker(crash=f"{point}:1:term")
        await worker.stopped()
        assert worker.process.exitcode == 0
    await trial.worker()
    history = await trial.over(seconds=120)

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()


@pytest.mark.matrix
@pytest.mark.parametrize("seconds", [WITHIN, BEYOND])
async def test_wherever_workers_freeze_beyond_their_leases_the_history_holds(begin: Begin, seconds: float) -> None:
    points = [point for point in WORKER if point not in LATE] if WHOLE else [BETWEEN[1]]
    # Slow accounts: while others give up what the frozen one holds, the queue must not run dry.
    trial = await begin(email=len(points) * SLOW, sms=len(points) * SLOW, rate=SLOW / 10)
    for point in points:
        zombie = await trial.worker(crash=f"{point}:1:freeze")
        await zombie.stopped()
        thaw_at = asyncio.get_running_loop().time() + seconds
        under_way = await trial.sending()
        helper = await trial.worker()
        await helper.ready()
        await trial.left_alone(under_way)
        await asyncio.sleep(thaw_at - asyncio.get_running_loop().time())
        zombie.thaw()
        assert [await each.terminate() for each in (zombie, helper)] == [0, 0]
    await trial.worker()
    history = await trial.over(seconds=200)

    assert history.faults() == {}


@pytest.mark.matrix
@pytest.mark.parametrize("way", ["term", "freeze"])
@pytest.mark.parametrize("point", LATE)
async def test_wherever_a_sweep_stops_the_history_holds(begin: Begin, point: str, way: str) -> None:
    """It sweeps what a killed worker has left. While it stands still, another worker takes over."""
    trial = await begin(email=EACH, sms=EACH)
    killed = await trial.worker(crash="send.answered:1:kill")
    await killed.stopped()
    under_way = await trial.sending()
    sweeping = await trial.worker(crash=f"{point}:1:{way}")
    await sweeping.stopped()
    last = await trial.worker()
    await last.ready()
    if way == "freeze":
        await asyncio.sleep(WITHIN)
        await trial.left_alone(under_way)
        sweeping.thaw()
    history = await trial.over(seconds=120)

    assert history.faults() == {}
    assert history.of(DeliveryStatus.FAILED) == set()
    assert [await each.terminate() for each in (sweeping, last)] == [0, 0]
