"""The pumps of one process: a fixed number at once, first come first served, each lane worked by one at a time."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.delivery.crew import Crew
from app.delivery.pump import Pump
from app.logs import about
from app.store.claims import LaneKey

log = structlog.get_logger()


class PumpRunner:
    """Feeds lanes to pumps. A lane that has more to do after its turn goes to the back of the queue through `again`."""

    def __init__(self, crew: Crew, pumps: int, again: Callable[[LaneKey], Awaitable[bool]]) -> None:
        self._crew = crew
        self._pumps = pumps
        self._again = again
        self._turns: asyncio.Queue[LaneKey] = asyncio.Queue()
        self._waiting: dict[LaneKey, asyncio.Future[None]] = {}
        self._stop = asyncio.Event()

    def submit(self, lane: LaneKey) -> "asyncio.Future[None]":
        """Queue a lane; answers a future that is done after its turn, or cancelled where its work does not end here.

        A lane that is here already has one turn.
        """
        turn = self._waiting.get(lane)
        if turn is None:
            turn = asyncio.get_running_loop().create_future()
            if self._stop.is_set():
                turn.cancel()
                return turn
            self._waiting[lane] = turn
            self._turns.put_nowait(lane)
        return turn

    async def run(self) -> None:
        """Work lanes until `stop`; then finish the calls under way and let the rest wait for another process."""
        async with asyncio.TaskGroup() as pumps:
            for _ in range(self._pumps):
                pumps.create_task(self._work())
        for turn in self._waiting.values():
            turn.cancel()

    def stop(self) -> None:
        self._stop.set()

    async def _work(self) -> None:
        while (lane := await self._next()) is not None:
            more = await self._pump(lane)
            turn = self._waiting.pop(lane)
            if more and self._stop.is_set():
                turn.cancel()
            else:
                turn.set_result(None)
                if more and not await self._again(lane):
                    self.submit(lane)

    async def _pump(self, lane: LaneKey) -> bool:
        """Give a lane one turn; answers whether it has more to do."""
        with about(tenant=lane.tenant, mass_reply=lane.mass_reply, account=lane.account):
            try:
                with self._crew.telemetry.tracing.pump(lane.tenant, lane.mass_reply, lane.account):
                    return await Pump(self._crew, lane, self._stop).run()
            except Exception as error:
                log.exception("pump_failed", error=type(error).__name__)
                return False

    async def _next(self) -> LaneKey | None:
        """The next lane in the queue; None once the process is stopping."""
        if self._stop.is_set():
            return None
        turn, stop = asyncio.ensure_future(self._turns.get()), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({turn, stop}, return_when=asyncio.FIRST_COMPLETED)
            return turn.result() if turn.done() and not self._stop.is_set() else None
        finally:
            turn.cancel()
            stop.cancel()
