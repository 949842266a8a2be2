"""Begin one account's calls as slots become free, its lanes in turn. Each outcome frees its slots and is recorded."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial
from time import perf_counter
from typing import Final, cast
from uuid import UUID

import structlog

from app.delivery.batch_sizes import BatchSizes, as_one_call
from app.delivery.calling import Send, call, single
from app.delivery.lane_calls import Batch, LaneCalls
from app.delivery.outcomes import CallOutcome, answered
from app.delivery.record import Recorder
from app.delivery.slots import AccountSlots
from app.delivery.sql import call_shares
from app.delivery.sql.claims import Claimed
from app.domain.channel_port import SendsMany
from app.domain.outbound import Deferred, SendResult
from app.domain.words import AccountId, TenantId
from app.store.database import Database
from app.store.overload import may_pass
from app.telemetry import Telemetry
from app.telemetry.tracing import note_outcomes

log = structlog.get_logger()

STARTS: Final = 16
"""Calls that are started before the event loop polls its sockets again."""


class Dispatcher:
    """One account's calls in this process, from its first claim until no pump works it."""

    def __init__(self, slots: AccountSlots, recorder: Recorder, sizes: BatchSizes, telemetry: Telemetry) -> None:
        self.slots = slots
        self._recorder = recorder
        self._sizes = sizes
        self._telemetry = telemetry
        self._lanes: set[LaneCalls] = set()
        """The lanes that pumps work."""
        self._queue: deque[LaneCalls] = deque()
        """Those of them with calls to begin."""
        self._starting = False

    def join(self, lane: LaneCalls) -> None:
        """Tell a lane from now on when another claim may be worth it."""
        self._lanes.add(lane)

    def leave(self, lane: LaneCalls) -> None:
        self._lanes.discard(lane)

    @property
    def unused(self) -> bool:
        return not self._lanes and self.slots.empty

    def offer(self, lane: LaneCalls) -> None:
        """Begin a lane's calls as slots become free, in turn with the account's other lanes."""
        if lane not in self._queue:
            self._queue.append(lane)
        self.start()

    def granted(self, share: int) -> None:
        """Apply this process's share of the account's calls once it is committed."""
        self.slots.granted(share)
        self.start()

    def dropped(self, number: int) -> None:
        """Count deliveries that were claimed and will not be begun."""
        self.slots.dropped(number)
        self._notify()

    async def record(self, provider: str, batch: Sequence[Claimed], outcomes: Sequence[CallOutcome]) -> None:
        """Record outcomes, and wait until they are written."""
        if self.slots.waits_for_records:
            self._recorder.hurry() if self.slots.in_use else self._recorder.flush()
        try:
            await self._recorder.record(*outcomes)
        finally:
            self.slots.written(len(outcomes))
            self._notify()
        for claimed, outcome in zip(batch, outcomes, strict=True):
            channel, ended = claimed.recipient.channel, outcome.report.outcome
            self._telemetry.metrics.count_delivery(channel, provider, ended)

    def start(self) -> None:
        """Begin calls for the free slots, a few at a time: all at once would keep the event loop from its sockets."""
        if self._starting:
            return
        for _ in range(STARTS):
            if not self._start_one():
                return
        self._starting = True
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._starting = False
        self.start()

    def _start_one(self) -> bool:
        if not (free := self.slots.free):
            return False
        for _ in range(len(self._queue)):
            lane = self._queue.popleft()
            batch = lane.next(free)
            if lane.ready:
                self._queue.append(lane)
            if batch is not None:
                lane.tasks.start(self._send(lane, batch))
                return True
        return False

    async def _send(self, lane: LaneCalls, batch: Batch) -> None:
        """Make one call, and wait until its outcome is recorded."""
        results, outcomes = await self._call(lane, batch)
        if batch.many:
            self._sizes.learn(lane.lane, results)
        await self._finish(batch, outcomes)
        if any(isinstance(result, Deferred) for result in results):
            lane.put_off = True
            lane.returned()

    async def _call(self, lane: LaneCalls, batch: Batch) -> tuple[Sequence[SendResult], Sequence[CallOutcome]]:
        """Make one call, and return what it means for each delivery. Free its slots if it breaks off."""
        try:
            results = await self._observed(batch)
            pairs = zip(batch.deliveries, results, strict=True)
            return results, as_one_call([answered(each.claimed, result, lane.left_out) for each, result in pairs])
        except BaseException:
            self.slots.broke_off(len(batch.deliveries))
            self._freed()
            raise

    async def _finish(self, batch: Batch, outcomes: Sequence[CallOutcome]) -> None:
        """Free the slots and record the outcomes. If one may stop the account, no call begins before it is recorded."""
        if troubled := any(outcome.heard == "silence" or outcome.account_deferral for outcome in outcomes):
            self.slots.trouble()
        self.slots.answered(len(outcomes))
        self._freed()
        try:
            provider = batch.deliveries[0].adapter.name
            await self.record(provider, [each.claimed for each in batch.deliveries], outcomes)
        finally:
            if troubled:
                self.slots.trouble_noted()
                self._freed()

    async def _observed(self, batch: Batch) -> Sequence[SendResult]:
        """Make one call, with a span and its time in the metrics."""
        first, size = batch.deliveries[0], len(batch.deliveries)
        until = min(each.until for each in batch.deliveries)
        began = perf_counter()
        with self._telemetry.tracing.call(first.adapter.name, size) as span:
            results = await call(_send_of(batch), size, until)
            note_outcomes(span, results)
        self._telemetry.metrics.count_call(first.adapter.name, perf_counter() - began)
        return results

    def _freed(self) -> None:
        self.start()
        self._notify()

    def _notify(self) -> None:
        """Wake the pumps if a claim is worth it."""
        if self.slots.wants_claim or self.slots.idle:
            for lane in self._lanes:
                lane.tasks.notify()


def _send_of(batch: Batch) -> Send:
    first = batch.deliveries[0]
    if batch.many:
        return partial(cast(SendsMany, first.adapter).send_many, [each.outbound for each in batch.deliveries])
    return partial(single, first.adapter, first.outbound)


class Dispatchers:
    """The accounts that this process works."""

    def __init__(self, most: int, recorder: Recorder, sizes: BatchSizes, telemetry: Telemetry) -> None:
        self._most = most
        self._recorder = recorder
        self._sizes = sizes
        self._telemetry = telemetry
        self._accounts: dict[AccountId, tuple[TenantId, Dispatcher]] = {}

    def of(self, tenant: TenantId, account: AccountId) -> Dispatcher:
        if account not in self._accounts:
            slots = AccountSlots(self._most)
            self._accounts[account] = tenant, Dispatcher(slots, self._recorder, self._sizes, self._telemetry)
        return self._accounts[account][1]

    async def release(self, database: Database) -> None:
        """Release the accounts that no pump works any more to other processes.

        If that fails, the shares last until they expire.
        """
        by_tenant: dict[TenantId, list[UUID]] = {}
        for account, (tenant, dispatcher) in list(self._accounts.items()):
            if dispatcher.unused:
                # A pump that comes now gets new slots with a new holder.
                del self._accounts[account]
                if dispatcher.slots.listed:
                    by_tenant.setdefault(tenant, []).append(dispatcher.slots.holder)
        for tenant, holders in by_tenant.items():
            try:
                async with database.begin(tenant) as tx:
                    await call_shares.release(tx, holders)
            except Exception as error:
                if may_pass(error):  # it would fail for every tenant
                    raise
                log.exception("shares_not_released", tenant=str(tenant), error=type(error).__name__)
