"""A tenant's share of a process's time."""

import asyncio
import time
from uuid import uuid4

import pytest

from app.domain.words import TenantId
from app.process.aside import Aside
from app.process.tenant_time import AT_ONCE, DEEPEST, PRESENT, Purse, TenantTime, metered

SHARE = Purse.REQUESTS.share
BUSY, OTHER = TenantId(uuid4()), TenantId(uuid4())


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def both(clock: Clock) -> TenantTime:
    """A process in which two tenants are."""
    both = TenantTime(clock)
    both.note(BUSY)
    both.note(OTHER)
    return both


def test_a_tenant_waits_for_what_it_used_beyond_its_share(both: TenantTime, clock: Clock) -> None:
    account = both.of(BUSY)
    account.charge(AT_ONCE)
    assert account.wait() == 0
    account.charge(1)
    assert account.wait() == 1 / SHARE
    clock.now += 1 / SHARE
    assert account.wait() == 0


def test_nobody_waits_for_what_another_used(both: TenantTime) -> None:
    both.of(BUSY).charge(1_000)
    assert both.of(OTHER).wait() == 0
    assert both.of(BUSY, Purse.REPORTS).wait() == 0, "nor do its providers"


def test_a_tenant_alone_never_waits(both: TenantTime, clock: Clock) -> None:
    both.of(BUSY).charge(1_000)
    clock.now += PRESENT
    both.note(BUSY)
    assert both.of(BUSY).wait() == 0
    both.note(OTHER)
    assert both.of(BUSY).wait() > 0


def test_whoever_owes_little_beside_another_that_owes_much_does_not_wait(both: TenantTime) -> None:
    busy, other = both.of(BUSY), both.of(OTHER)
    busy.charge(AT_ONCE + 1)
    other.charge(AT_ONCE + 0.4)
    assert other.wait() == 0
    assert busy.wait() == 1 / SHARE
    other.charge(0.2)
    assert other.wait() > 0
    both.of(BUSY, Purse.REPORTS).charge(1_000)
    assert busy.wait() > 0, "each purse is compared with its like"


def test_what_is_under_way_counts_before_it_has_ended(both: TenantTime, clock: Clock) -> None:
    account = both.of(BUSY)
    account.charge(AT_ONCE)
    with account.spending(), account.spending():
        clock.now += 1
        assert account.wait() == 2 / SHARE - 1
    assert account.wait() == 2 / SHARE - 1
    clock.now += 2 / SHARE - 1
    assert account.wait() == 0


def test_no_debt_is_deeper_than_its_bound(both: TenantTime) -> None:
    both.of(BUSY).charge(1_000_000)
    assert both.of(BUSY).wait() == DEEPEST / SHARE


async def test_what_is_computed_aside_is_charged(clock: Clock) -> None:
    tenants = TenantTime(clock)
    busy = Aside(tenants).of(BUSY)
    Aside(tenants).of(OTHER)
    await busy.once(lambda: _compute(0.02))
    tenants.of(BUSY).charge(AT_ONCE - 0.001)
    assert tenants.of(BUSY).wait() > 0


async def test_what_a_request_computes_on_the_loop_is_charged_and_its_waiting_is_not(
    both: TenantTime, clock: Clock
) -> None:
    account = both.of(BUSY)
    account.charge(AT_ONCE)

    async def work() -> str:
        await asyncio.sleep(0.05)
        _compute(0.01)
        return "done"

    assert await metered(work(), account.charge) == "done"
    assert 0.01 <= account.wait() * SHARE < 0.05


async def test_work_that_is_charged_fails_and_is_cancelled_as_ever(both: TenantTime) -> None:
    ended = asyncio.Event()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(LookupError):
        await metered(fails(), both.of(BUSY).charge)

    async def charged() -> None:
        await metered(waits(), both.of(BUSY).charge)

    task = asyncio.create_task(charged())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_one_caller_s_requests_begin_one_after_another_once_the_share_is_used(both: TenantTime) -> None:
    account = both.of(BUSY)
    async with both.line(BUSY, "key"):
        await account.in_turn("key", pause=0, patience=60)
        account.charge(1_000)
        behind = asyncio.create_task(account.in_turn("key", pause=0, patience=60))
        await account.in_turn("another key", pause=0, patience=60)
        await account.in_turn("key", pause=0, patience=0)
        assert not behind.done()
    await behind


def _compute(seconds: float) -> None:
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        pass
