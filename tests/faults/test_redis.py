"""Redis carries wake-ups only: wiped, gone, frozen or never there, no message is lost, repeated or in doubt."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.domain.delivery_lifecycle import DeliveryStatus
from app.settings import Settings
from tests.faults.conftest import Begin, Valkey, hurried

pytestmark = pytest.mark.faults


async def wipe(valkey: Valkey) -> None:
    await valkey.execute("FLUSHALL")


async def stop(valkey: Valkey) -> None:
    valkey.stop()


async def freeze(valkey: Valkey) -> None:
    await valkey.execute("CLIENT", "PAUSE", "60000", "ALL")


@pytest.mark.parametrize("strike", [wipe, stop, freeze])
async def test_the_batch_goes_on_when_redis_fails(
    begin: Begin, valkey: Valkey, strike: Callable[[Valkey], Awaitable[None]]
) -> None:
    trial = await begin()
    worker = await trial.worker()
    await trial.accepted(150)
    await strike(valkey)
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert await worker.terminate() == 0
    assert worker.bad_signs() == []


@pytest.fixture
def without_redis(settings: Settings) -> Settings:
    return hurried(settings.database_url, None)


async def test_two_workers_share_a_batch_without_any_redis(begin: Begin, without_redis: Settings) -> None:
    trial = await begin(settings=without_redis)
    fleet = [await trial.worker(), await trial.worker()]
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert [await worker.terminate() for worker in fleet] == [0, 0]


@pytest.mark.matrix
async def test_a_redis_that_is_wiped_every_other_second_leaves_nothing_uncertain(begin: Begin, valkey: Valkey) -> None:
    async def wipe_again_and_again() -> None:
        while True:
            await wipe(valkey)
            await asyncio.sleep(2)

    trial = await begin(email=200, sms=200, rate=20)
    wiping = asyncio.create_task(wipe_again_and_again())
    fleet = [await trial.worker(), await trial.worker()]
    history = await trial.over(seconds=100)
    wiping.cancel()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert [await worker.terminate() for worker in fleet] == [0, 0]
