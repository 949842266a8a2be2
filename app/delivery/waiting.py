"""Lanes that wait for a time to come: each alone, or in the line of their channel account.

Lanes of one account wait for the same thing: its next token, room for a call, the end of a rest. So they stand in one
line, and when the time has come the first of them asks for all: a hundred lanes on a slow account cost one claim for
each message, and share it fairly, whatever each message takes.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from app.domain.lanes import LaneKey
from app.domain.words import AccountId

TICK: Final = 0.001
"""uvloop's timers count whole milliseconds, and one that ends too early would have to ask twice."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when it is not worth asking again."""

    until: float
    """By the event loop's clock."""
    shared: bool = False
    """Whether every lane of the account waits so, and not this one alone."""

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self.until - asyncio.get_running_loop().time())


class AccountQueue(Protocol):
    """The other lanes of an account, as the pump of one of them knows them."""

    def crowded(self, lane: LaneKey) -> bool:
        """Whether others wait for this lane's account."""
        ...

    def asked(self, lane: LaneKey, wait: Wait | None, *, took: bool) -> None:
        """Hear what a lane was told that asked for itself."""
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
    """The lanes of one account that wait, in the order in which they will ask."""

    until: float
    lanes: deque[LaneKey] = field(default_factory=deque)
    timer: asyncio.TimerHandle | None = None
    asking: LaneKey | None = None
    """The lane that has left the line and has not asked yet."""


class WaitingLanes:
    """Lets lanes go on when their time has come.

    `ask` starts a lane's turn at once; `queue` lets it wait for its turn among all lanes of the process.
    """

    def __init__(self, ask: Callable[[LaneKey], None], queue: Callable[[LaneKey], object]) -> None:
        self._ask = ask
        self._queue = queue
        self._queues: dict[AccountId, _AccountQueue] = {}
        self._alone: dict[LaneKey, asyncio.TimerHandle] = {}

    def add(self, lane: LaneKey, wait: Wait, *, first: bool = False) -> None:
        """Let a lane wait; `first` in its account's line, where it has had nothing of its turn."""
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
        """Forget a lane, which goes on for another reason."""
        if (timer := self._alone.pop(lane, None)) is not None:
            timer.cancel()
        account_queue = self._queues.get(lane.account)
        if (
            account_queue is not None and lane in account_queue.lanes
        ):  # few enough: a line is as long as one account has mass replies
            account_queue.lanes.remove(lane)
            self._tidy(lane.account, account_queue)

    def in_line(self, lane: LaneKey) -> bool:
        """Whether a lane waits for its account, and not alone."""
        account_queue = self._queues.get(lane.account)
        return account_queue is not None and lane in account_queue.lanes

    def crowded(self, lane: LaneKey) -> bool:
        """Whether others wait for this lane's account."""
        account_queue = self._queues.get(lane.account)
        return account_queue is not None and bool(account_queue.lanes)

    def asked(self, lane: LaneKey, wait: Wait | None, *, took: bool) -> None:
        """Hear what a lane was told that asked for itself: the others of its account need not ask before that time."""
        account_queue = self._queues.get(lane.account)
        if account_queue is None:
            return
        if account_queue.asking == lane:
            account_queue.asking = None
        if wait is not None and wait.shared:
            account_queue.until = wait.until
        elif took:
            self._let_all_go(lane.account, account_queue)
            return
        elif account_queue.asking is None:
            account_queue.until = asyncio.get_running_loop().time()
        if account_queue.asking is None:
            self._set(lane.account, account_queue)

    def over(self, lane: LaneKey) -> None:
        """Hear that a turn has ended; one that never asked holds up nobody."""
        account_queue = self._queues.get(lane.account)
        if account_queue is not None and account_queue.asking == lane:
            self.asked(lane, None, took=False)

    def all(self) -> Iterator[tuple[LaneKey, float]]:
        """The lanes that wait, each with the time at which something will be done for it."""
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
        self._queue(lane)

    def _set(self, account: AccountId, account_queue: _AccountQueue) -> None:
        """Let the first of the line ask when the time has come."""
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
            self._ask(account_queue.asking)
        self._tidy(account, account_queue)

    def _let_all_go(self, account: AccountId, account_queue: _AccountQueue) -> None:
        """There is more than one lane could take: all may ask."""
        if account_queue.timer is not None:
            account_queue.timer.cancel()
        del self._queues[account]
        for lane in account_queue.lanes:
            self._queue(lane)

    def _tidy(self, account: AccountId, account_queue: _AccountQueue) -> None:
        if not account_queue.lanes and account_queue.asking is None:
            if account_queue.timer is not None:
                account_queue.timer.cancel()
            self._queues.pop(account, None)

    def _at(self, when: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_at(when + TICK, do)
