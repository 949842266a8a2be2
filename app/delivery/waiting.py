"""Lanes that wait before their next claim: each alone, or in the queue of their channel account.

Lanes of one account wait for the same thing: its next token, room for a call, the end of a cool-down. So they form one
queue, and when the time has come the first of them claims for all. A hundred lanes on a slow account then cost one
claim for each message, and share the account fairly, however long each message takes.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from app.delivery.turn_queue import TurnQueue
from app.domain.lanes import LaneKey
from app.domain.words import AccountId

TICK: Final = 0.001
"""Seconds. uvloop's timers count whole milliseconds, and one that ends too early would claim twice."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A time before which another claim is not worth it."""

    until: float
    """By the event loop's clock."""
    shared: bool = False
    """Whether every lane of the account waits for this, not only this one."""

    @property
    def left(self) -> float:
        """Seconds until then."""
        return max(0.0, self.until - asyncio.get_running_loop().time())


class AccountQueue(Protocol):
    """The other lanes of an account, as the pump of one of them sees them."""

    def crowded(self, lane: LaneKey) -> bool:
        """Return whether other lanes wait for this lane's account."""
        ...

    def asked(self, lane: LaneKey, wait: Wait | None, *, took: bool) -> None:
        """Note the result of a lane's claim."""
        ...


class _Nobody:
    def crowded(self, lane: LaneKey) -> bool:  # noqa: ARG002
        return False

    def asked(self, lane: LaneKey, wait: Wait | None, *, took: bool) -> None:
        pass


NOBODY: Final[AccountQueue] = _Nobody()
"""For a pump that works alone."""


@dataclass(slots=True)
class _AccountQueue:
    """The lanes of one account that wait, in the order in which they will claim."""

    until: float
    lanes: deque[LaneKey] = field(default_factory=deque)
    timer: asyncio.TimerHandle | None = None
    asking: LaneKey | None = None
    """The lane that has left the queue and has not claimed yet."""


class WaitingLanes:
    """Adds lanes to the process's turns when their time has come."""

    def __init__(self, turns: TurnQueue) -> None:
        self._turns = turns
        self._queues: dict[AccountId, _AccountQueue] = {}
        self._alone: dict[LaneKey, asyncio.TimerHandle] = {}

    def add(self, lane: LaneKey, wait: Wait, *, first: bool = False) -> None:
        """Let a lane wait: `first` in its account's queue if its turn brought it nothing."""
        self.remove(lane)
        if not wait.shared:
            self._alone[lane] = self._at(wait.until, lambda: self._wake(lane))
            return
        account_queue = self._queues.setdefault(lane.account, _AccountQueue(wait.until))
        if first:
            account_queue.lanes.appendleft(lane)
        else:
            account_queue.lanes.append(lane)
        account_queue.until = wait.until
        if account_queue.asking is None:
            self._set(lane.account, account_queue)

    def remove(self, lane: LaneKey) -> None:
        """Remove a lane that goes on for another reason."""
        if (timer := self._alone.pop(lane, None)) is not None:
            timer.cancel()
        account_queue = self._queues.get(lane.account)
        # A scan is fine: a queue is only as long as one account has mass replies.
        if account_queue is not None and lane in account_queue.lanes:
            account_queue.lanes.remove(lane)
            self._tidy(lane.account, account_queue)

    def queued(self, lane: LaneKey) -> bool:
        """Return whether a lane waits in its account's queue, not alone."""
        account_queue = self._queues.get(lane.account)
        return account_queue is not None and lane in account_queue.lanes

    def crowded(self, lane: LaneKey) -> bool:
        """Return whether other lanes wait for this lane's account."""
        account_queue = self._queues.get(lane.account)
        return account_queue is not None and bool(account_queue.lanes)

    def asked(self, lane: LaneKey, wait: Wait | None, *, took: bool) -> None:
        """Note the result of a lane's claim: the others of its account need not claim before that time."""
        account_queue = self._queues.get(lane.account)
        if account_queue is None:
            return
        if account_queue.asking == lane:
            account_queue.asking = None
        if wait is not None and wait.shared:
            account_queue.until = wait.until
        elif took:
            self._release_all(lane.account, account_queue)
            return
        elif account_queue.asking is None:
            account_queue.until = asyncio.get_running_loop().time()
        if account_queue.asking is None:
            self._set(lane.account, account_queue)

    def turn_ended(self, lane: LaneKey) -> None:
        """Note that a turn has ended. A lane that never claimed must not delay the others."""
        account_queue = self._queues.get(lane.account)
        if account_queue is not None and account_queue.asking == lane:
            self.asked(lane, None, took=False)

    def all(self) -> Iterator[tuple[LaneKey, float]]:
        """Yield the lanes that wait, each with the time at which it resumes."""
        for account_queue in self._queues.values():
            yield from ((lane, account_queue.until) for lane in account_queue.lanes)
        yield from ((lane, timer.when()) for lane, timer in self._alone.items())

    def close(self) -> None:
        for timer in (*self._alone.values(), *(account_queue.timer for account_queue in self._queues.values())):
            if timer is not None:
                timer.cancel()
        self._alone.clear()
        self._queues.clear()

    def _wake(self, lane: LaneKey) -> None:
        del self._alone[lane]
        self._turns.add(lane)

    def _set(self, account: AccountId, account_queue: _AccountQueue) -> None:
        """Let the first lane of the queue claim when the time has come."""
        if account_queue.timer is not None:
            account_queue.timer.cancel()
            account_queue.timer = None
        if account_queue.lanes:
            account_queue.timer = self._at(account_queue.until, lambda: self._next(account, account_queue))
        else:
            self._tidy(account, account_queue)

    def _next(self, account: AccountId, account_queue: _AccountQueue) -> None:
        account_queue.timer = None
        if account_queue.lanes:
            account_queue.asking = account_queue.lanes.popleft()
            self._turns.add_at_once(account_queue.asking)
        self._tidy(account, account_queue)

    def _release_all(self, account: AccountId, account_queue: _AccountQueue) -> None:
        """Let every lane claim: the account has more room than one lane could take."""
        if account_queue.timer is not None:
            account_queue.timer.cancel()
        del self._queues[account]
        for lane in account_queue.lanes:
            self._turns.add(lane)

    def _tidy(self, account: AccountId, account_queue: _AccountQueue) -> None:
        if not account_queue.lanes and account_queue.asking is None:
            if account_queue.timer is not None:
                account_queue.timer.cancel()
            self._queues.pop(account, None)

    def _at(self, when: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_at(when + TICK, do)
