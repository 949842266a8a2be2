"""The pumps of one process: a fixed number at once, first come first served, each lane worked by one at a time.

A lane that has to wait for a time gives its place away and comes back by itself, with or without Redis.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from app.delivery.pump import Pump
from app.delivery.pump_context import PumpContext
from app.delivery.record import TROUBLE
from app.delivery.sql import waiting
from app.delivery.sql.waiting import LaneWatch
from app.delivery.waiting import Wait, WaitingLanes
from app.domain.lanes import LaneKey
from app.domain.words import TenantId
from app.telemetry.logs import about

log = structlog.get_logger()

WATCH_TICK: Final = 0.5
"""Seconds between two looks at what has been promised."""
PROMISE: Final = 5.0
"""Seconds after which others take a lane for forgotten whose time has come."""
RENEWED_BEFORE: Final = 2.0
FAULT: Final = "A fault of this service keeps the lane back; its log says which."


class PumpRunner:
    """Feeds lanes to pumps. A lane that has more to do after its turn goes to the back of the queue through `again`."""

    def __init__(self, context: PumpContext, pumps: int, again: Callable[[LaneKey], Awaitable[bool]]) -> None:
        self._context = context
        self._pumps = pumps
        self._again = again
        self._turns: asyncio.Queue[LaneKey] = asyncio.Queue()
        self._waiting: dict[LaneKey, asyncio.Future[None]] = {}
        self._later = WaitingLanes(self._ask, self.submit)
        self._promised: dict[LaneKey, float] = {}
        self._apart: set[asyncio.Task[None]] = set()
        """Turns of lanes that ask for their account, and calls of turns that are over."""
        self._stop = asyncio.Event()

    def submit(self, lane: LaneKey) -> "asyncio.Future[None]":
        """Queue a lane; answers a future that is done after its turn, or cancelled where its work does not end here.

        A lane that is here already has one turn.
        """
        turn = self._waiting.get(lane)
        if turn is None:
            self._later.remove(lane)
            turn = asyncio.get_running_loop().create_future()
            if self._stop.is_set():
                turn.cancel()
                return turn
            self._waiting[lane] = turn
            self._turns.put_nowait(lane)
        return turn

    def works(self, lane: LaneKey) -> bool:
        """Whether a lane has its turn here, or waits for it."""
        return lane in self._waiting

    @property
    def room(self) -> int:
        """How many more lanes could be worked here."""
        return max(0, self._pumps - len(self._waiting))

    async def run(self) -> None:
        """Work lanes until `stop`; then finish the calls under way and let the rest wait for another process."""
        async with asyncio.TaskGroup() as pumps:
            for _ in range(self._pumps):
                pumps.create_task(self._work())
        while self._apart:
            await asyncio.wait(self._apart)
        for turn in self._waiting.values():
            turn.cancel()
        await self._let_go()

    def stop(self) -> None:
        self._stop.set()

    async def keep_watch(self) -> None:
        """Let other processes know which lanes this one comes back to by itself."""
        now = asyncio.get_running_loop().time()
        waits = {lane: max(0.0, until - now) + PROMISE for lane, until in self._later.all()}
        kept = {lane: until for lane, until in self._promised.items() if lane in waits}
        due = {lane: left for lane, left in waits.items() if kept.get(lane, 0.0) < now + RENEWED_BEFORE}
        await self._promise(due)
        await self._context.slots.release(self._context.database)
        self._promised = kept | {lane: now + left for lane, left in due.items()}

    async def _promise(self, seconds: dict[LaneKey, float]) -> None:
        by_tenant: dict[TenantId, list[LaneWatch]] = defaultdict(list)
        for lane, left in seconds.items():
            by_tenant[lane.tenant].append(LaneWatch(lane, left))
        for tenant, promises in by_tenant.items():
            async with self._context.database.begin(tenant) as tx:
                await waiting.watch(tx, promises)

    async def _let_go(self) -> None:
        """Leave what waits here to other processes at once."""
        lanes = [lane for lane, _ in self._later.all()]
        self._later.close()
        with suppress(*TROUBLE):
            await self._promise(dict.fromkeys(lanes, 0.0))
            await self._context.slots.release(self._context.database)

    def _ask(self, lane: LaneKey) -> None:
        """Let a lane ask for its account's line. Not in the queue: there its moment would pass."""
        if not self._stop.is_set():
            self._waiting[lane] = asyncio.get_running_loop().create_future()
            self._aside(self._turn(lane, asks=True))

    def _aside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)

    async def _work(self) -> None:
        while (lane := await self._next()) is not None:
            await self._turn(lane)

    async def _turn(self, lane: LaneKey, *, asks: bool = False) -> None:
        """Give a lane one turn, and see to its next one; `asks` says that it is the first of its account's line."""
        with about(tenant=lane.tenant, mass_reply=lane.mass_reply, account=lane.account):
            pump = Pump(self._context, lane, self._stop, self._later)
            with self._context.telemetry.tracing.pump(lane.tenant, lane.mass_reply, lane.account):
                wait = await self._pump(pump)
            turn = self._waiting.pop(lane)
            more = wait is not None and not self._stop.is_set()
            if wait is not None and more and wait.left > 0:
                self._later.add(lane, wait, first=asks and not pump.took)
            self._aside(self._drain(pump, lane, turn, stopped=wait is not None and not more))
            if wait is not None and more and not wait.left:
                await self._go_on(lane)
            self._later.over(lane)

    async def _drain(self, pump: Pump, lane: LaneKey, turn: "asyncio.Future[None]", *, stopped: bool) -> None:
        """Finish the calls of a turn that is over."""
        await pump.drain()
        if not turn.done():
            turn.cancel() if stopped else turn.set_result(None)
        if pump.put_off and not self._later.in_line(lane):
            # It may be due before the time that the lane waits for.
            self.submit(lane)

    async def _go_on(self, lane: LaneKey) -> None:
        """Give a lane its next turn, elsewhere where others wait here. Its calls under way do not hold it up."""
        if self._turns.empty() or not await self._again(lane):
            self.submit(lane)

    async def _pump(self, pump: Pump) -> Wait | None:
        """Work until the turn is over; a fault of ours lets the lane rest, and says so."""
        try:
            return await pump.work()
        except Exception as error:
            log.exception("pump_failed", error=type(error).__name__)
        try:
            return await pump.hold(FAULT)
        except Exception as error:
            log.exception("lane_not_held", error=type(error).__name__)
            return None

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
