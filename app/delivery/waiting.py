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


class Line(Protocol):
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


NOBODY: Final[Line] = _Nobody()
"""For a pump that works alone."""


@dataclass(slots=True)
class _Line:
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
        self._lines: dict[AccountId, _Line] = {}
        self._alone: dict[LaneKey, asyncio.TimerHandle] = {}

    def add(self, lane: LaneKey, wait: Wait, *, first: bool = False) -> None:
        """Let a lane wait; `first` in its account's line, where it has had nothing of its turn."""
        self.remove(lane)
        if not wait.shared:
            self._alone[lane] = self._at(wait.until, lambda: self._wake(lane))
            return
        line = self._lines.setdefault(lane.account, _Line(wait.until))
        if first:
            line.lanes.appendleft(lane)
        else:
            line.lanes.append(lane)
        line.until = wait.until
        if line.asking is None:
            self._set(lane.account, line)

    def remove(self, lane: LaneKey) -> None:
        """Forget a lane, which goes on for another reason."""
        if (timer := self._alone.pop(lane, None)) is not None:
            timer.cancel()
        line = self._lines.get(lane.account)
        if line is not None and lane in line.lanes:  # few enough: a line is as long as one account has mass replies
            line.lanes.remove(lane)
            self._tidy(lane.account, line)

    def in_line(self, lane: LaneKey) -> bool:
        """Whether a lane waits for its account, and not alone."""
        line = self._lines.get(lane.account)
        return line is not None and lane in line.lanes

    def crowded(self, lane: LaneKey) -> bool:
        """Whether others wait for this lane's account."""
        line = self._lines.get(lane.account)
        return line is not None and bool(line.lanes)

    def asked(self, lane: LaneKey, wait: Wait | None, *, took: bool) -> None:
        """Hear what a lane was told that asked for itself: the others of its account need not ask before that time."""
        line = self._lines.get(lane.account)
        if line is None:
            return
        if line.asking == lane:
            line.asking = None
        if wait is not None and wait.shared:
            line.until = wait.until
        elif took:
            self._let_all_go(lane.account, line)
            return
        elif line.asking is None:
            line.until = asyncio.get_running_loop().time()
        if line.asking is None:
            self._set(lane.account, line)

    def over(self, lane: LaneKey) -> None:
        """Hear that a turn has ended; one that never asked holds up nobody."""
        line = self._lines.get(lane.account)
        if line is not None and line.asking == lane:
            self.asked(lane, None, took=False)

    def all(self) -> Iterator[tuple[LaneKey, float]]:
        """The lanes that wait, each with the time at which something will be done for it."""
        for line in self._lines.values():
            yield from ((lane, line.until) for lane in line.lanes)
        yield from ((lane, timer.when()) for lane, timer in self._alone.items())

    def close(self) -> None:
        for timer in (*self._alone.values(), *(line.timer for line in self._lines.values())):
            if timer is not None:
                timer.cancel()
        self._alone.clear()
        self._lines.clear()

    def _wake(self, lane: LaneKey) -> None:
        del self._alone[lane]
        self._queue(lane)

    def _set(self, account: AccountId, line: _Line) -> None:
        """Let the first of the line ask when the time has come."""
        if line.timer is not None:
            line.timer.cancel()
            line.timer = None
        if line.lanes:
            line.timer = self._at(line.until, lambda: self._next(account, line))
        else:
            self._tidy(account, line)

    def _next(self, account: AccountId, line: _Line) -> None:
        line.timer = None
        if line.lanes:
            line.asking = line.lanes.popleft()
            self._ask(line.asking)
        self._tidy(account, line)

    def _let_all_go(self, account: AccountId, line: _Line) -> None:
        """There is more than one lane could take: all may ask."""
        if line.timer is not None:
            line.timer.cancel()
        del self._lines[account]
        for lane in line.lanes:
            self._queue(lane)

    def _tidy(self, account: AccountId, line: _Line) -> None:
        if not line.lanes and line.asking is None:
            if line.timer is not None:
                line.timer.cancel()
            self._lines.pop(account, None)

    def _at(self, when: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_at(when + TICK, do)
