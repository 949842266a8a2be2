"""Turns: as many as there is room for, no tenant above its share, and calls divided among those under way."""

import asyncio
from uuid import UUID, uuid4

import pytest

from app.domain.words import TenantId
from app.process.fair_tasks import FairTaskPool

ANN, BOB = TenantId(UUID(int=1)), TenantId(UUID(int=2))


class Work:
    """Goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        await self.may_end.wait()


@pytest.fixture
def work() -> Work:
    return Work()


async def test_a_tenant_has_no_more_than_its_share_until_one_of_its_own_ends(work: Work) -> None:
    turns = FairTaskPool(3, 2)
    for tenant in (ANN, ANN, ANN, BOB, BOB):
        turns.begin(uuid4(), tenant, work)
    await asyncio.sleep(0)
    assert (work.begun, turns.free, turns.at_limit) == (3, 0, [ANN])
    work.may_end.set()
    await turns.finish()
    assert (turns.free, turns.at_limit) == (3, [])


async def test_a_key_has_one_turn_at_a_time(work: Work) -> None:
    turns, key = FairTaskPool(3, 3), uuid4()
    for _ in range(2):
        turns.begin(key, ANN, work)
    assert turns.free == 2
    work.may_end.set()
    await turns.finish()
    turns.begin(key, ANN, work)
    await turns.finish()
    assert work.begun == 2


async def test_a_total_is_divided_among_those_under_way_and_each_gets_something(work: Work) -> None:
    turns = FairTaskPool(10, 10)
    shares = [turns.share(8, 4)]
    for _ in range(10):
        turns.begin(uuid4(), ANN, work)
        shares.append(turns.share(8, 4))
    assert shares == [4, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1]
    work.may_end.set()
    await turns.finish()


async def test_once_it_is_to_stop_no_turn_begins(work: Work) -> None:
    turns = FairTaskPool(3, 3)
    turns.stop()
    turns.begin(uuid4(), ANN, work)
    assert turns.free == 0
    await turns.finish()
    assert work.begun == 0
