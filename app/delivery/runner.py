"""The pumps of one process: a fixed number at once, first come, first served, and one at a time for each lane.

A lane that must wait gives up its place and comes back when its time has come, with or without Redis.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from app.delivery.pump import Pump
from app.delivery.pump_context import PumpContext
from app.delivery.sql import waiting
from app.delivery.sql.waiting import LaneWatch
from app.delivery.turn_queue import TurnQueue
from app.delivery.waiting import Wait, WaitingLanes
from app.domain.lanes import LaneKey
from app.domain.words import TenantId
from app.store.overload import TROUBLE, may_pass
from app.telemetry.logs import about

log = structlog.get_logger()

WATCH_TICK: Final = 0.5
"""Seconds between two checks of which watches to renew."""
PROMISE: Final = 5.0
"""Seconds after a lane's time has come until other processes may take it over."""
RENEWED_BEFORE: Final = 2.0
REST: Final = 1.0
"""Seconds until the next turn of a lane whose pump could not reach PostgreSQL."""
FAULT: Final = "A fault of this service holds the lane. The service's log names it."


class PumpRunner:
    """Feeds lanes to pumps. A lane with more to do after its turn goes to the back of the queue through `again`."""

    def __init__(self, context: PumpContext, pumps: int, again: Callable[[LaneKey], Awaitable[bool]]) -> None:
        self._context = context
        self._pumps = pumps
        self._again = again
        self._stop = asyncio.Event()
        self._turns = TurnQueue(self._stop)
        self._later = WaitingLanes(self._turns)
        self._promised: dict[LaneKey, float] = {}
        self._background: set[asyncio.Task[None]] = set()
        """Turns that ask for their account's queue, and the last calls of turns that have ended."""

    def submit(self, lane: LaneKey) -> "asyncio.Future[None]":
        """Queue a lane. Return a future that is done after its turn, or cancelled if its work does not end here.

        A lane that is queued already gets no second turn.
        """
        self._later.remove(lane)
        return self._turns.add(lane)

    def works(self, lane: LaneKey) -> bool:
        """Return whether a lane has its turn here, or waits for it."""
        return lane in self._turns

    @property
    def room(self) -> int:
        """How many more lanes could be worked here."""
        return max(0, self._pumps - len(self._turns))

    async def run(self) -> None:
        """Work lanes until `stop`. Then finish the calls under way and leave the rest to other processes."""
        async with asyncio.TaskGroup() as beside:
            at_once = beside.create_task(self._work_at_once())
            async with asyncio.TaskGroup() as pumps:
                for _ in range(self._pumps):
                    pumps.create_task(self._work())
            at_once.cancel()
        while self._background:
            await asyncio.wait(self._background)
        self._turns.cancel()
        await self._let_go()

    def stop(self) -> None:
        self._stop.set()

    async def keep_watch(self) -> None:
        """Tell other processes which lanes this one will come back to."""
        now = asyncio.get_running_loop().time()
        waits = {lane: max(0.0, until - now) + PROMISE for lane, until in self._later.all()}
        kept = {lane: until for lane, until in self._promised.items() if lane in waits}
        due = {lane: left for lane, left in waits.items() if kept.get(lane, 0.0) < now + RENEWED_BEFORE}
        promised = await self._promise(due)
        self._promised = kept | {lane: now + due[lane] for lane in promised}
        await self._context.dispatchers.release(self._context.database)

    async def _promise(self, seconds: dict[LaneKey, float]) -> list[LaneKey]:
        """Store promises, and return the lanes of those that are stored. A tenant with a fault holds back no other."""
        by_tenant: dict[TenantId, list[LaneWatch]] = defaultdict(list)
        for lane, left in seconds.items():
            by_tenant[lane.tenant].append(LaneWatch(lane, left))
        promised: list[LaneKey] = []
        for tenant, promises in by_tenant.items():
            try:
                async with self._context.database.begin(tenant) as tx:
                    await waiting.watch(tx, promises)
            except Exception as error:
                if may_pass(error):  # it would fail for every tenant
                    raise
                log.exception("lanes_not_watched", tenant=str(tenant), error=type(error).__name__)
            else:
                promised += [promise.lane for promise in promises]
        return promised

    async def _let_go(self) -> None:
        """Hand the lanes that wait here over to other processes at once."""
        lanes = [lane for lane, _ in self._later.all()]
        self._later.close()
        with suppress(*TROUBLE):
            await self._promise(dict.fromkeys(lanes, 0.0))
            await self._context.dispatchers.release(self._context.database)

    def _run_in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _work(self) -> None:
        while (lane := await self._turns.next()) is not None:
            await self._turn(lane)

    async def _work_at_once(self) -> None:
        """Let lanes claim for their accounts' queues. None of them waits for a pump."""
        while True:
            self._run_in_background(self._turn(await self._turns.next_at_once(), asks=True))

    async def _turn(self, lane: LaneKey, *, asks: bool = False) -> None:
        """Give a lane one turn, and arrange the next one. `asks` means that it is the first of its account's queue."""
        with about(tenant=lane.tenant, mass_reply=lane.mass_reply, account=lane.account):
            pump = Pump(self._context, lane, self._stop, self._later)
            with self._context.telemetry.tracing.pump(lane.tenant, lane.mass_reply, lane.account):
                wait = await self._pump(pump)
            turn = self._turns.remove(lane)
            more = wait is not None and not self._stop.is_set()
            if wait is not None and more and wait.left > 0:
                self._later.add(lane, wait, first=asks and not (pump.took or pump.locked_out))
            self._run_in_background(self._drain(pump, lane, turn, stopped=wait is not None and not more))
            if wait is not None and more and not wait.left:
                await self._go_on(lane)
            self._later.turn_ended(lane)

    async def _drain(self, pump: Pump, lane: LaneKey, turn: "asyncio.Future[None]", *, stopped: bool) -> None:
        """Finish the calls of a turn that has ended."""
        try:
            await pump.drain()
        except Exception as error:  # noqa: BLE001 - it is logged, and shown on the lane
            await self._after(error, pump)
        if not turn.done():
            turn.cancel() if stopped else turn.set_result(None)
        if pump.put_off and not self._later.queued(lane):
            # It may be due before the time that the lane waits for.
            self.submit(lane)

    async def _go_on(self, lane: LaneKey) -> None:
        """Give a lane its next turn, in another process if lanes wait here. Its calls under way do not delay it."""
        if not self._turns.waiting or not await self._again(lane):
            self.submit(lane)

    async def _pump(self, pump: Pump) -> Wait | None:
        """Work until the turn is over."""
        try:
            return await pump.work()
        except Exception as error:  # noqa: BLE001 - see above
            return await self._after(error, pump)

    async def _after(self, error: Exception, pump: Pump) -> Wait | None:
        """After a bug of ours, hold the lane; after trouble with PostgreSQL, rest."""
        if may_pass(error):
            log.warning("pump_interrupted", error=type(error).__name__)
            return Wait(asyncio.get_running_loop().time() + REST)
        log.error("pump_failed", error=type(error).__name__, exc_info=error)
        try:
            return await pump.hold(FAULT)
        except Exception as error:
            log.exception("lane_not_held", error=type(error).__name__)
            return None
