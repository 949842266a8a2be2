"""The lanes of one process that have their turn, or wait for it. Those who find a lane due add it; the runner reads."""

import asyncio

from app.domain.lanes import LaneKey


class TurnQueue:
    """Lanes wait for a pump, first come, first served. One that asks for all lanes of its account is read at once.

    `stop` is set once the process is stopping. No lane is added or read after that.
    """

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._ends: dict[LaneKey, asyncio.Future[None]] = {}
        """For each lane, what `add` returned."""
        self._in_order: asyncio.Queue[LaneKey] = asyncio.Queue()
        self._at_once: asyncio.Queue[LaneKey] = asyncio.Queue()

    def __contains__(self, lane: LaneKey) -> bool:
        return lane in self._ends

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def waiting(self) -> bool:
        """Whether a lane waits for a pump."""
        return not self._in_order.empty()

    def add(self, lane: LaneKey) -> "asyncio.Future[None]":
        """Add a lane, unless it is here. Return a future that is done after its turn, or cancelled if its work does not
        end here.
        """
        end = self._ends.get(lane)
        if end is None:
            end = asyncio.get_running_loop().create_future()
            if self._stop.is_set():
                end.cancel()
                return end
            self._ends[lane] = end
            self._in_order.put_nowait(lane)
        return end

    def add_at_once(self, lane: LaneKey) -> None:
        """Add a lane that waits for no pump: behind the others its time would pass."""
        if not self._stop.is_set():
            self._ends[lane] = asyncio.get_running_loop().create_future()
            self._at_once.put_nowait(lane)

    async def next(self) -> LaneKey | None:
        """Return the next lane in order, or None once the process is stopping."""
        if self._stop.is_set():
            return None
        turn, stop = asyncio.ensure_future(self._in_order.get()), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({turn, stop}, return_when=asyncio.FIRST_COMPLETED)
            return turn.result() if turn.done() and not self._stop.is_set() else None
        finally:
            turn.cancel()
            stop.cancel()

    async def next_at_once(self) -> LaneKey:
        return await self._at_once.get()

    def remove(self, lane: LaneKey) -> "asyncio.Future[None]":
        """Remove a lane that was read. Return what `add` returned."""
        return self._ends.pop(lane)

    def cancel(self) -> None:
        """Tell those who wait for a turn that it does not come."""
        for end in self._ends.values():
            end.cancel()
