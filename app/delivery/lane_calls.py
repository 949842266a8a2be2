"""The calls of one lane that one turn has claimed: those that wait to be begun, and what became of the others."""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from app.delivery.batch_sizes import BatchSizes
from app.delivery.slots import AccountSlots
from app.delivery.sql.claims import Claimed
from app.domain.channel_port import Adapter, SendsMany
from app.domain.lanes import LaneKey
from app.domain.outbound import DroppedAttachment, Outbound
from app.process.supervised import SupervisedTasks

BATCH_FROM: Final = 10
"""Fewer deliveries than this are sent one by one, even if the provider takes many in one call."""
FRESH: Final = 0.9
"""Seconds after which a pump must check again that its lane is open before it begins a call."""


@dataclass(slots=True)
class ReadyCall:
    """A claimed delivery whose call can begin."""

    claimed: Claimed
    outbound: Outbound
    adapter: Adapter
    until: float
    """The time, by `elapsed`, after which no byte of it may leave."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What leaves in one call."""

    deliveries: Sequence[ReadyCall]
    many: bool
    """Whether it leaves as several messages in one call, even if it holds one."""


_MANY: dict[type[Adapter], bool] = {}


def takes_many(adapter: Adapter) -> bool:
    """Return whether the adapter takes several messages in one call. Cached: `isinstance` of a protocol is slow."""
    kind = type(adapter)
    if kind not in _MANY:
        _MANY[kind] = isinstance(adapter, SendsMany)
    return _MANY[kind]


class LaneCalls:
    """One turn's calls, from their claim until they are recorded. Once `stop` is set, none begins."""

    def __init__(self, lane: LaneKey, slots: AccountSlots, sizes: BatchSizes, stop: asyncio.Event) -> None:
        self.lane = lane
        self.tasks = SupervisedTasks()
        self.left_out: tuple[DroppedAttachment, ...] = ()
        """Files that leave with none of them."""
        self.open_at = -math.inf
        """When the lane was last known to be open, by the event loop's clock. At its 0 the machine started."""
        self.came_back = False
        """Whether a delivery returned to the queue since the last claim."""
        self.put_off = False
        """Whether the provider deferred anything: it becomes due at a time that no claim has seen."""
        self._slots = slots
        self._sizes = sizes
        self._stop = stop
        self._ready: deque[ReadyCall] = deque()

    @property
    def ready(self) -> bool:
        """Whether a call waits to be begun."""
        return bool(self._ready)

    @property
    def latest_start(self) -> float:
        """When the first of the calls that wait must have begun, by `elapsed`."""
        return self._ready[0].until

    def add(self, call: ReadyCall) -> None:
        self._ready.append(call)

    def next(self, free: int) -> Batch | None:
        """Begin the next call, of at most `free` deliveries. Return None if none may begin now."""
        if not self._ready or self._stop.is_set() or not self.was_open(FRESH):
            return None
        adapter = self._ready[0].adapter
        if takes_many(adapter) and (alike := self._alike(adapter)) >= BATCH_FROM:
            if free < BATCH_FROM and self._slots.in_use:
                return None
            return Batch(self._take(min(alike, free, self._sizes.limit(self.lane))), many=True)
        return Batch(self._take(1), many=False)

    def was_open(self, seconds: float) -> bool:
        """Return whether the lane was seen open within these seconds, and since its account's last trouble."""
        now = asyncio.get_running_loop().time()
        return self.open_at >= now - seconds and self.open_at >= self._slots.troubled_at

    def returned(self) -> None:
        """Note that a delivery is in the queue again."""
        self.came_back = True
        self.tasks.notify()

    def take_back(self) -> list[Claimed]:
        """Take all that was not begun out again."""
        rows = [each.claimed for each in self._ready]
        self._ready.clear()
        return rows

    def _alike(self, adapter: Adapter) -> int:
        return sum(1 for _ in takewhile(lambda each: each.adapter is adapter, self._ready))

    def _take(self, size: int) -> list[ReadyCall]:
        self._slots.began(size)
        return [self._ready.popleft() for _ in range(size)]
