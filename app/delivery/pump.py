"""The pump: work one lane for a few seconds. Claim, send, record.

The order is the protocol. A claim is committed before a socket is used. Each call has a deadline inside its lease. An
outcome that is not known is recorded as unknown. The three steps overlap: while calls are under way, the next
deliveries are claimed and rendered, and the last ones are recorded.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

import structlog

from app.channels.http import elapsed
from app.delivery.calling import LEASE_MARGIN
from app.delivery.claim import Claim, ClaimedSend, ClaimResult, Judging
from app.delivery.lane_calls import LaneCalls, ReadyCall
from app.delivery.lane_watcher import LaneWatcher
from app.delivery.lost_claims import LostClaims
from app.delivery.outcomes import refused
from app.delivery.pump_context import PumpContext
from app.delivery.rendering import render
from app.delivery.sql import account_health, waiting
from app.delivery.staged_files import FilesNotStaged, StagedFiles
from app.delivery.waiting import NOBODY, TICK, AccountQueue, Wait
from app.domain.channel_port import Adapter
from app.domain.lanes import LaneKey
from app.domain.words import Reason
from app.store.credentials import CredentialsUnreadable

log = structlog.get_logger()

PATIENCE: Final = 0.1
"""Seconds. A pump that must wait longer gives its place to another lane."""
LULL: Final = 0.02
"""Seconds that free slots may wait until a larger claim is worth it."""
UNREADABLE: Final = "The stored credentials cannot be read: the service's secret key has changed. Save them again."


class Pump:
    """Works one lane until its budget is used up, there is nothing to do, or `stop` is set."""

    def __init__(
        self, context: PumpContext, lane: LaneKey, stop: asyncio.Event, queue: AccountQueue | None = None
    ) -> None:
        self._context = context
        self._lane = lane
        self._stop = stop
        self._account_queue = queue or NOBODY
        self._dispatcher = context.dispatchers.of(lane.tenant, lane.account)
        self._slots = self._dispatcher.slots
        self._calls = LaneCalls(lane, self._slots, context.batch_sizes, stop)
        self._dispatcher.join(self._calls)
        self._watcher = LaneWatcher(context.database, self._dispatcher, self._calls, stop)
        self._lost_claims = LostClaims(context.database, lane, stop)
        self._staged = StagedFiles()
        self._wait: Wait | None = None
        self.took = False
        """Whether anything was claimed."""
        self.locked_out = False
        """Whether a claim found its account or its lane locked, and another lane should ask first."""

    @property
    def put_off(self) -> bool:
        """Whether the provider deferred anything: it becomes due at a time that no claim has seen."""
        return self._calls.put_off

    async def run(self) -> Wait | None:
        """Work one turn and wait for its calls. Return what `work` returns."""
        try:
            return await self.work()
        finally:
            try:
                await self.drain()
            finally:
                await self._context.dispatchers.release(self._context.database)

    async def work(self) -> Wait | None:
        """Claim and send. Return when the lane needs its next turn, or None if waiting alone brings no work.

        Calls may still be under way: see `drain`. They do not delay the lane's next turn.
        """
        try:
            self._staged = await self._context.staging.of(self._lane)
        except FilesNotStaged as error:
            # Claim nothing that would have to leave without its files.
            return await self.hold(str(error))
        self._calls.left_out = self._staged.refused
        loop = asyncio.get_running_loop()
        left = self._context.pace.budget.total_seconds()
        end = loop.time() + left
        while not self._stop.is_set() and left > 0:
            if not await self._round(left):
                return self._wait
            left = end - loop.time()
        return self._wait or Wait(loop.time())

    async def drain(self) -> None:
        """Wait until every call has ended and is recorded.

        Raise the error that ended one of them, unless the turn has raised it.
        """
        while self._calls.tasks.running:
            await self._calls.tasks.change()
        self._dispatcher.leave(self._calls)
        self._calls.tasks.raise_fault()

    async def hold(self, reason: str) -> Wait:
        """Hold a lane that cannot be worked, and show the reason on the lane, in the log and in the metrics."""
        async with self._context.database.begin(self._lane.tenant) as tx:
            rest = await waiting.hold_failing(tx, self._lane, reason)
        self._context.telemetry.metrics.count_lane_held()
        log.error("lane_held", why=reason, seconds=rest.total_seconds())
        return Wait(asyncio.get_running_loop().time() + rest.total_seconds())

    async def _round(self, left: float) -> bool:
        """Claim once, or wait for room. Return False if there is nothing more to do in this turn."""
        self._calls.tasks.raise_fault()
        if not self._slots.wants_claim:
            lull = self._slots.idle
            if await self._calls.tasks.change(min(left, LULL) if lull else left) or not lull:
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

    async def _wait_for_returns(self, left: float) -> bool:
        """Wait until a call returns a delivery to the queue. Return False if no call is under way any more."""
        end = asyncio.get_running_loop().time() + left
        while self._calls.tasks.running and not self._calls.came_back:
            if not await self._calls.tasks.change(max(0.0, end - asyncio.get_running_loop().time())):
                return True
        self._calls.tasks.raise_fault()
        return self._calls.came_back

    async def _wait_for(self, wait: Wait, left: float) -> bool:
        """Let time pass. Return False if the lane should wait outside of this turn, and let others work.

        A call under way may be deferred to a time before `wait` ends; that ends the wait.
        """
        if wait.shared and (wait.left >= PATIENCE or self._account_queue.crowded(self._lane)):
            return False
        if self._calls.tasks.running:
            await self._calls.tasks.change(min(left, wait.left + TICK))
            if self._calls.came_back:
                self._wait = None
            return True
        if wait.left >= min(left, PATIENCE):
            return False
        await asyncio.sleep(wait.left + TICK)
        return True

    async def _claim(self) -> ClaimResult:
        """Claim what may be sent now. If the commit gets no answer, send nothing and give back what was claimed."""
        token, self._wait, self._calls.came_back = uuid4(), None, False
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
            if self._wait is not None and self._wait.shared:
                self.locked_out = True
                self._account_queue.asked(self._lane, self._wait, took=False)
            return ClaimResult(wait=self._wait)
        self._lost_claims.answered()
        self._wait = result.wait
        self.took |= bool(result.rows)
        self._account_queue.asked(self._lane, result.wait, took=bool(result.rows))
        if result.judging is not None:
            self._calls.open_at = now
            self._slots.claimed(len(result.rows))
            self._calls.tasks.start(self._make_ready(token, result, result.judging, until))
        if result.share is not None:
            self._dispatcher.granted(result.share)
        return result

    async def _make_ready(self, token: UUID, result: ClaimResult, judging: Judging, until: float) -> None:
        """Render and store the claimed messages. Then they may leave as slots become free."""
        try:
            claimed_sends = await render(self._context, self._lane, result, judging, until)
        except BaseException as error:  # noqa: BLE001 - the pump raises it
            self._dispatcher.dropped(len(result.rows))
            try:
                if await self._lost_claims.give_back(token, error):
                    self._calls.returned()
            except BaseException as fault:  # noqa: BLE001 - see above
                self._calls.tasks.failed(fault)
            return
        if late := len(result.rows) - len(claimed_sends):
            self._dispatcher.dropped(late)
            self._calls.returned()
        self._queue(claimed_sends, judging.sender.adapter, until)

    def _queue(self, claimed_sends: Sequence[ClaimedSend], adapter: Adapter, until: float) -> None:
        for claimed_send in claimed_sends:
            if isinstance(claimed_send.outbound, Reason):
                self._slots.refused(1)
                ended = refused(claimed_send.claimed, claimed_send.outbound)
                self._calls.tasks.start(self._dispatcher.record(adapter.name, [claimed_send.claimed], [ended]))
            else:
                self._calls.add(ReadyCall(claimed_send.claimed, claimed_send.outbound, adapter, until))
        if self._calls.ready:
            self._watcher.start()
            self._dispatcher.offer(self._calls)

    async def _pause_account(self) -> None:
        """Pause the account until it is saved again: nothing can leave through it, and nothing was claimed."""
        log.error("credentials_unreadable")
        async with self._context.database.begin(self._lane.tenant) as tx:
            await account_health.pause(tx, self._lane.account, UNREADABLE)
