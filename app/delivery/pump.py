"""The pump: work one lane for a few seconds. Claim, send, record.

The order is the protocol. A claim is committed before a socket is used. Each call has a deadline inside its lease. An
outcome that is not known is recorded as unknown. The three steps overlap: while calls are under way, the next
deliveries are claimed and rendered, and the last ones are recorded.
"""

import asyncio
import math
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any, Final
from uuid import UUID, uuid4

import structlog

from app.channels.http import elapsed
from app.delivery.calling import LEASE_MARGIN
from app.delivery.claim import Claim, ClaimedSend, ClaimResult, Judging, is_open
from app.delivery.give_back import give_back
from app.delivery.lost_claims import LostClaims
from app.delivery.outcomes import refused
from app.delivery.pump_context import PumpContext
from app.delivery.rendering import render
from app.delivery.sending import ReadyCall, Sending, takes_many
from app.delivery.sql import account_health, claims, waiting
from app.delivery.staged_files import FilesNotStaged, StagedFiles
from app.delivery.waiting import NOBODY, TICK, AccountQueue, Wait
from app.domain.channel_port import Adapter
from app.domain.lanes import LaneKey
from app.domain.words import Reason
from app.store.credentials import CredentialsUnreadable
from app.store.overload import TROUBLE

log = structlog.get_logger()

BATCH_FROM: Final = 10
"""Fewer deliveries than this are sent one by one, even if the provider takes many in one call."""
PATIENCE: Final = 0.1
"""Seconds. A pump that must wait longer gives its place to another lane."""
LULL: Final = 0.02
"""Seconds that free slots may wait until a larger claim is worth it."""
FRESH: Final = 0.9
"""Seconds after which a pump must check again that its lane is open before it begins a call."""
CHECK_EVERY: Final = 0.2
UNREADABLE: Final = "The stored credentials cannot be read: the service's secret key has changed. Save them again."


class Pump:
    """Works one lane until its budget is used up, there is nothing to do, or `stop` is set."""

    def __init__(
        self, context: PumpContext, lane: LaneKey, stop: asyncio.Event, queue: AccountQueue | None = None
    ) -> None:
        self._context = context
        self._lane = lane
        self._stop = stop
        self._slots = context.slots.of(lane.tenant, lane.account)
        self._slots.callers.add(self)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready: deque[ReadyCall] = deque()
        self._changed = asyncio.Event()
        self._open_at = -math.inf
        """When the lane was last known to be open, by the event loop's clock. At its 0 the machine started."""
        self._watched = False
        """Whether a task watches the lane for the calls that wait."""
        self._fault: BaseException | None = None
        self._staged = StagedFiles()
        self._sending = Sending(context, lane, self._slots)
        self._account_queue = queue or NOBODY
        self._wait: Wait | None = None
        self._came_back = False
        """Whether a delivery returned to the queue since the last claim."""
        self._lost_claims = LostClaims(context.database, lane, stop)
        self.took = False
        """Whether anything was claimed."""
        self.put_off = False
        """Whether the provider deferred anything: it becomes due at a time that no claim has seen."""

    async def run(self) -> Wait | None:
        """Work one turn and wait for its calls. Return what `work` returns."""
        try:
            return await self.work()
        finally:
            try:
                await self.drain()
            finally:
                await self._context.slots.release(self._context.database)

    async def work(self) -> Wait | None:
        """Claim and send. Return when the lane needs its next turn, or None if waiting alone brings no work.

        Calls may still be under way: see `drain`. They do not delay the lane's next turn.
        """
        try:
            self._staged = await self._context.staging.of(self._lane)
        except FilesNotStaged as error:
            # Claim nothing that would have to leave without its files.
            return await self.hold(str(error))
        loop = asyncio.get_running_loop()
        left = self._context.pace.budget.total_seconds()
        end = loop.time() + left
        while not self._stop.is_set() and left > 0:
            if not await self._round(left):
                return self._wait
            left = end - loop.time()
        return self._wait or Wait(loop.time())

    async def drain(self) -> None:
        """Wait until every call has ended and is recorded. Once `stop` is set, give back what was not begun.

        Raise the error that ended one of them, unless the turn has raised it.
        """
        stop = asyncio.ensure_future(self._stop.wait())
        while self._pending:
            if self._stop.is_set() and self._ready:
                await self._give_back_ready()
                continue
            self._changed.clear()
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait({changed, *(() if stop.done() else (stop,))}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
        stop.cancel()
        self._slots.callers.discard(self)
        self._raise_fault()

    async def hold(self, reason: str) -> Wait:
        """Hold a lane that cannot be worked, and show the reason on the lane, in the log and in the metrics."""
        async with self._context.database.begin(self._lane.tenant) as tx:
            rest = await waiting.hold_failing(tx, self._lane, reason)
        self._context.telemetry.metrics.count_lane_held()
        log.error("lane_held", why=reason, seconds=rest.total_seconds())
        return Wait(asyncio.get_running_loop().time() + rest.total_seconds())

    @property
    def _pending(self) -> bool:
        return bool(self._tasks or self._ready)

    async def _round(self, left: float) -> bool:
        """Claim once, or wait for room. Return False if there is nothing more to do in this turn."""
        self._raise_fault()
        if not self._slots.wants_claim:
            lull = self._slots.idle
            if await self._change(min(left, LULL) if lull else left) or not lull:
                return True
        if self._wait is not None and self._wait.left > 0:
            return await self._wait_for(self._wait, left)
        async with self._slots.claiming:
            if self._slots.limit and not self._slots.wanted():
                return True
            result = await self._claim()
        if result.wait is not None or (result.rows and not result.last):
            return True
        return await self._wait_for_returns(left) or result.last

    def _raise_fault(self) -> None:
        """Raise, once, the error that ended a part of this pump's work."""
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    async def _change(self, longest: float | None = None) -> bool:
        """Wait for a change. Return False if none comes within `longest` seconds."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._changed.wait()
                return True
        return False

    async def _wait_for_returns(self, left: float) -> bool:
        """Wait until a call returns a delivery to the queue. Return False if no call is under way any more."""
        end = asyncio.get_running_loop().time() + left
        while self._pending and not self._came_back:
            if not await self._change(max(0.0, end - asyncio.get_running_loop().time())):
                return True
        self._raise_fault()
        return self._came_back

    async def _wait_for(self, wait: Wait, left: float) -> bool:
        """Let time pass. Return False if the lane should wait outside of this turn, and let others work.

        A call under way may be deferred to a time before `wait` ends; that ends the wait.
        """
        if wait.shared and (wait.left >= PATIENCE or self._account_queue.crowded(self._lane)):
            return False
        if self._pending:
            await self._change(min(left, wait.left + TICK))
            if self._came_back:
                self._wait = None
            return True
        if wait.left >= min(left, PATIENCE):
            return False
        await asyncio.sleep(wait.left + TICK)
        return True

    async def _claim(self) -> ClaimResult:
        """Claim what may be sent now. If the commit gets no answer, send nothing and give back what was claimed."""
        token, self._wait, self._came_back = uuid4(), None, False
        now = asyncio.get_running_loop().time()
        until = elapsed() + (self._context.pace.lease - LEASE_MARGIN).total_seconds()
        try:
            async with self._context.database.begin(self._lane.tenant) as tx:
                result = await Claim(self._context, self._lane, tx, self._staged, self._slots).take(token)
        except CredentialsUnreadable:
            await self._pause_account()
            return ClaimResult()
        except BaseException as error:  # noqa: BLE001 - it is raised again unless the database is to blame
            self._wait = await self._lost_claims.wait_after(token, error)
            return ClaimResult(wait=self._wait)
        self._lost_claims.answered()
        self._wait = result.wait
        self.took |= bool(result.rows)
        self._account_queue.asked(self._lane, result.wait, took=bool(result.rows))
        if result.judging is not None:
            self._open_at = now
            self._slots.claimed(len(result.rows))
            self._spawn(self._make_ready(token, result, result.judging, until))
        if result.share is not None:
            self._slots.granted(result.share)
        return result

    async def _make_ready(self, token: UUID, result: ClaimResult, judging: Judging, until: float) -> None:
        """Render and store the claimed messages. Then they may leave as slots become free."""
        try:
            claimed_sends = await render(self._context, self._lane, result, judging, until)
        except BaseException as error:  # noqa: BLE001 - the pump raises it
            self._slots.dropped(len(result.rows))
            try:
                if await self._lost_claims.give_back(token, error):
                    self._came_back = True
                    self._changed.set()
            except BaseException as fault:  # noqa: BLE001 - see above
                self._fault = fault
            return
        if late := len(result.rows) - len(claimed_sends):
            self._slots.dropped(late)
            self._came_back = True
        self._queue(claimed_sends, judging.sender.adapter, until)

    def _queue(self, claimed_sends: Sequence[ClaimedSend], adapter: Adapter, until: float) -> None:
        for claimed_send in claimed_sends:
            if isinstance(claimed_send.outbound, Reason):
                self._slots.refused(1)
                ended = refused(claimed_send.claimed, claimed_send.outbound)
                self._spawn(self._sending.record(adapter.name, [claimed_send.claimed], [ended]))
            else:
                self._ready.append(ReadyCall(claimed_send.claimed, claimed_send.outbound, adapter, until))
        if self._ready:
            if not self._watched:
                self._watched = True
                self._spawn(self._watch_lane())
            self._slots.offer(self)

    async def _pause_account(self) -> None:
        """Pause the account until it is saved again: nothing can leave through it, and nothing was claimed."""
        log.error("credentials_unreadable")
        async with self._context.database.begin(self._lane.tenant) as tx:
            await account_health.pause(tx, self._lane.account, UNREADABLE)

    @property
    def ready(self) -> bool:
        return bool(self._ready)

    def changed(self) -> None:
        self._changed.set()

    def begin(self, free: int) -> bool:
        """Begin the next call, of at most `free` deliveries. Return False if none may begin now."""
        if not self._ready or self._stop.is_set() or not self._was_open(FRESH):
            return False
        adapter = self._ready[0].adapter
        if takes_many(adapter) and (alike := self._alike(adapter)) >= BATCH_FROM:
            if free < BATCH_FROM and self._slots.in_use:
                return False
            many = self._take(min(alike, free, self._context.batch_sizes.limit(self._lane)))
            self._spawn(self._send(self._sending.many(many, self._staged.refused)))
        else:
            [one] = self._take(1)
            self._spawn(self._send(self._sending.one(one, self._staged.refused)))
        return True

    def _alike(self, adapter: Adapter) -> int:
        return sum(1 for _ in takewhile(lambda each: each.adapter is adapter, self._ready))

    async def _send(self, call: Coroutine[Any, Any, bool]) -> None:
        if await call:
            self.put_off = self._came_back = True
            self._changed.set()

    def _take(self, size: int) -> list[ReadyCall]:
        self._slots.began(size)
        return [self._ready.popleft() for _ in range(size)]

    def _was_open(self, seconds: float) -> bool:
        """Return whether the lane was seen open within these seconds, and since its account's last trouble."""
        now = asyncio.get_running_loop().time()
        return self._open_at >= now - seconds and self._open_at >= self._slots.troubled_at

    async def _watch_lane(self) -> None:
        """Check the lane regularly while calls wait to be begun.

        Give them back once it is closed, once it is too late to begin them, and after a bug of ours: nobody else
        watches.
        """
        try:
            while self._ready and not self._stop.is_set():
                if self._ready[0].until <= elapsed():
                    await self._give_back_ready()
                elif not self._slots.troubled and not self._was_open(FRESH / 2):
                    await self._check_lane()
                await asyncio.sleep(CHECK_EVERY)
        except Exception:
            while self._ready:  # more may come meanwhile
                await self._give_back_ready()
            raise
        finally:
            self._watched = False

    async def _check_lane(self) -> None:
        now = asyncio.get_running_loop().time()
        try:
            async with self._context.database.begin(self._lane.tenant) as tx:
                snapshot = await claims.read_lane(tx, self._lane, self._slots.holder)
        except TROUBLE as error:
            log.warning("lane_not_seen", error=type(error).__name__)
            return
        if snapshot is not None and is_open(snapshot):
            self._open_at = now
            self._slots.offer(self)
        elif self._ready:
            await self._give_back_ready()

    async def _give_back_ready(self) -> None:
        """Give back the deliveries that were claimed ahead and not begun. If that fails, the turn raises the error once
        its calls have ended.
        """
        rows = [each.claimed for each in self._ready]
        self._ready.clear()
        try:
            await give_back(self._context.database, self._lane, rows, self._stop)
        except Exception as error:  # noqa: BLE001 - see above
            self._fault = error
        self._came_back = True
        self._slots.dropped(len(rows))
        self._changed.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._fault = fault
        if not self._tasks or self._fault is not None:
            self._changed.set()
