"""A provider's rate is used up and never exceeded, however slow it is and however many lanes share it.

Runner, pump and claim are the real ones, in virtual time; an account in memory stands for the database.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.delivery import pump
from app.delivery.claim import Claim, ClaimedSend, ClaimResult, Clocks, next_token
from app.delivery.pump_context import Pace, PumpContext
from app.delivery.runner import PumpRunner
from app.delivery.sql import claims
from app.delivery.sql.claims import Claimed, ClaimLimit, LaneSnapshot
from app.delivery.staged_files import StagedFiles
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Outbound
from app.domain.pacing import spend
from app.domain.words import AccountId, Channel, DeliveryId, MassReplyId, TenantId
from tests.delivery import virtual_time
from tests.delivery.carrier import Carrier
from tests.simulation.stand_ins import outbound_of

START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CLAIM_SECONDS, RECORD_SECONDS = 0.004, 0.02


@dataclass
class Account:
    """A channel account, its queued deliveries and what was sent through it."""

    rate: float
    queues: dict[LaneKey, deque[int]] = field(default_factory=dict)
    """Of each lane the units of its messages."""
    max_in_flight: int = 200
    allowed_at: datetime = START
    unrecorded: int = 0
    shares: dict[UUID, int] = field(default_factory=dict)
    asking: UUID | None = None
    under_way: int = 0
    sent: Counter[LaneKey] = field(default_factory=Counter)
    units: int = 0
    claims: int = 0
    least_ahead: float = 0.0
    """The least that has been sent at any moment, beside what the rate would have allowed by then."""
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def spend(self, taken: Sequence[int]) -> None:
        """Count what leaves. Between any two moments it is no more than the rate and one burst allow.

        The first message of a claim may be longer than that: it leaves a debt.
        """
        ahead = self.units - self.rate * asyncio.get_running_loop().time()
        self.least_ahead = min(self.least_ahead, ahead)
        self.units += sum(taken)
        assert ahead + sum(taken) - self.least_ahead <= max(1, int(self.rate)) + taken[0] - 1 + 1e-6

    def snapshot(self) -> LaneSnapshot:
        now = START + timedelta(seconds=asyncio.get_running_loop().time())
        status, queued = MassReplyStatus.SENDING, sum(map(len, self.queues.values()))
        others = [n for holder, n in self.shares.items() if holder != self.asking]
        return LaneSnapshot(
            now, status, None, False, False, False, True, False, None, self.allowed_at, self.rate, self.max_in_flight,
            queued, self.unrecorded, START, None, len(others), sum(others), others.count(0),
        )  # fmt: skip


def lanes(account: AccountId, queues: Sequence[Sequence[int]]) -> dict[LaneKey, deque[int]]:
    tenant = TenantId(UUID(int=1))
    return {LaneKey(tenant, MassReplyId(uuid4()), account): deque(units) for units in queues}


class Recorder:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def record(self, _: object) -> None:
        await asyncio.sleep(RECORD_SECONDS)
        self._account.unrecorded -= 1


class Loads:
    async def of(self, _: LaneKey) -> StagedFiles:
        return StagedFiles()


class NoDatabase:
    @asynccontextmanager
    async def begin(self, _: object) -> AsyncIterator[None]:
        yield None


async def drive(account: Account, seconds: float, *, call: float = 0.1, processes: int = 1) -> None:
    async def answer(outbound: Outbound) -> Any:
        account.under_way += 1
        assert account.under_way <= account.max_in_flight
        await asyncio.sleep(call)
        account.under_way -= 1
        return await Carrier().send(outbound)

    carrier = Carrier(answer)

    class InMemory(Claim):
        async def take(self, token: UUID) -> ClaimResult:
            async with account.busy:
                account.claims += 1
                await asyncio.sleep(CLAIM_SECONDS)
                account.asking = self._slots.holder
                taken = await super().take(token)
                if taken.share is not None:
                    account.shares[self._slots.holder] = max(taken.share, self._slots.in_use)
                    assert sum(account.shares.values()) <= account.max_in_flight
                return taken

        async def _claim(
            self,
            token: UUID,  # noqa: ARG002
            snapshot: LaneSnapshot,
            clocks: Clocks,
            claim_limit: ClaimLimit,
            share: int,  # noqa: ARG002
        ) -> ClaimResult:
            queue, taken = account.queues[self._lane], list[int]()
            while queue and len(taken) < claim_limit.free and (not taken or sum(taken) + queue[0] <= claim_limit.units):
                taken.append(queue.popleft())
            if not taken:
                return ClaimResult()
            account.allowed_at = spend(snapshot.allowed_at, snapshot.now, snapshot.rate_per_second, sum(taken))
            account.unrecorded += len(taken)
            assert account.unrecorded <= 2 * account.max_in_flight
            account.sent[self._lane] += len(taken)
            account.spend(taken)
            rows = tuple(claimed(self._lane, units) for units in taken)
            judging: Any = SimpleNamespace(sender=SimpleNamespace(adapter=carrier))
            return ClaimResult(rows, judging, next_token(account.allowed_at, snapshot, clocks))

    async def written(context: object, lane: object, taken: ClaimResult, *_: object) -> list[ClaimedSend]:
        return [claimed_send(row) for row in taken.rows]

    async def open_gate(*_: object) -> LaneSnapshot:
        return account.snapshot()

    async def nothing(*_: object, **__: object) -> None:
        pass

    async def nobody_else(_: LaneKey) -> bool:
        return False

    pace = Pace(timedelta(seconds=30), timedelta(seconds=60), 256, timedelta(seconds=1.5))
    pump_context: Any = PumpContext(NoDatabase(), Recorder(account), pace, None, None, Loads())  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pump, "Claim", InMemory)
        patch.setattr(pump, "render", written)
        patch.setattr(claims, "lock_lane", open_gate)
        patch.setattr(claims, "touch_lane", nothing)
        runners = [PumpRunner(replace(pump_context), 16, nobody_else) for _ in range(processes)]
        running = [asyncio.create_task(runner.run()) for runner in runners]
        for lane in account.queues:
            for runner in runners:
                runner.submit(lane)
        await asyncio.sleep(seconds)
        counted = account.sent.copy(), account.units, account.claims
        for runner in runners:
            patch.setattr(runner, "_let_go", nothing)
            runner.stop()
        await asyncio.gather(*running)
        account.sent, account.units, account.claims = counted


def claimed(lane: LaneKey, units: int) -> Claimed:
    recipient: Any = SimpleNamespace(channel=Channel.SMS)
    return Claimed(lane, DeliveryId(uuid4()), 1, units, 0, None, recipient, datetime.now(UTC))


def claimed_send(claimed: Claimed) -> ClaimedSend:
    return ClaimedSend(claimed, outbound_of(claimed))


def account_of(rate: float, *queues: Sequence[int], **about: Any) -> Account:
    return Account(rate, lanes(AccountId(uuid4()), queues), **about)


def assert_pace(account: Account, seconds: float) -> None:
    most = max(1, int(account.rate)) + account.rate * seconds
    assert 0.97 * account.rate * seconds <= account.units <= most + 1e-6


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("rate", [0.2, 0.5, 1, 1.9, 5, 30, 1_000])
def test_an_account_is_used_at_its_rate(rate: float, count: int) -> None:
    seconds = max(5.0, min(100.0, 100 / rate))
    each = int(rate * seconds / count) + 20
    account = account_of(rate, *([1] * each for _ in range(count)))
    virtual_time.run(drive(account, seconds))
    assert_pace(account, seconds)


@pytest.mark.parametrize("call", [0.7, 3.0, 9.0])
def test_slow_calls_do_not_slow_down_a_slow_account(call: float) -> None:
    account = account_of(1, [1] * 100)
    virtual_time.run(drive(account, 60, call=call))
    assert_pace(account, 60)


def test_two_processes_share_a_slow_account_at_its_rate() -> None:
    account = account_of(1, *([1] * 30 for _ in range(10)))
    virtual_time.run(drive(account, 100, processes=2))
    assert_pace(account, 100)


def test_a_hundred_lanes_share_a_slow_account_fairly_and_ask_once_for_each_message() -> None:
    account = account_of(2, *([1] * 20 for _ in range(100)))
    virtual_time.run(drive(account, 500))
    assert set(account.sent.values()) <= {9, 10, 11}
    assert len(account.sent) == 100
    assert account.claims < 1.2 * account.units + 200


def test_two_hundred_lanes_share_a_fast_account_fairly_at_its_rate() -> None:
    account = account_of(80, *([1] * 100 for _ in range(200)))
    virtual_time.run(drive(account, 30, processes=2))
    assert_pace(account, 30)
    # Those that are first have a head start of a turn; from then on all are served alike.
    equal_part = account.units / 200
    assert [n for n in account.sent.values() if not equal_part / 2 <= n <= 2.5 * equal_part] == []
    assert len(account.sent) == 200


def test_a_lane_of_long_texts_is_not_starved_beside_a_lane_of_short_ones() -> None:
    account = account_of(1, [1] * 500, [3] * 500)
    short, long = account.queues
    virtual_time.run(drive(account, 400))
    assert_pace(account, 400)
    assert abs(account.sent[short] - account.sent[long]) <= 2


def test_a_lane_that_comes_to_its_end_does_not_hold_up_the_line() -> None:
    account = account_of(1, *([1] * n for n in (1, 2, 3, 80)))
    virtual_time.run(drive(account, 60))
    assert_pace(account, 60)
