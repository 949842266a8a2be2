"""Sweeping up, every second, one process at a time: what crashed, what is due, what is over.

Everything here is found in the database alone, so that it works with Redis wiped or absent and after any crash.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import structlog

from app.delivery.lifecycle import begin_sending
from app.delivery.receipts import settle_stored
from app.delivery.settle import Report, settle
from app.delivery.sql import clocks, lifecycle, samples, sweeper
from app.delivery.sql.sweeper import ExpiredClaim, OpenMassReply
from app.domain.approval import Ruling
from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.delivery import DeliveryEvent, ReportedEvent, too_late
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyEvent, MassReplyStatus, next_status
from app.domain.words import MassReplyId, Reason, ReasonCode, TenantId
from app.store import audit, mass_replies
from app.store.database import Database
from app.store.transactions import SweepTx
from app.telemetry.logs import about
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

PAGE: Final = 1_000
"""Deliveries that one transaction cancels or expires."""
PAGES: Final = 20
"""Pages of one mass reply in one tick."""
PUMP_IDLE: Final = timedelta(seconds=3)
"""After this long without a sign of a pump a lane is woken; longer than a pump's wait for room or tokens."""
PREPARATION_IDLE: Final = timedelta(seconds=5)
RECEIPT_AGE: Final = timedelta(seconds=2)


class Chore(StrEnum):
    """What an open mass reply needs done."""

    PREPARE = "prepare"
    EXPIRE = "expire"
    START = "start"
    CANCEL_QUEUED = "cancel_queued"
    CALL_TOO_LATE = "call_too_late"
    MOVE_SAMPLE = "move_sample"
    END_SAMPLE = "end_sample"
    FINISH = "finish"
    NOTHING = "nothing"


def chore(batch: OpenMassReply) -> Chore:
    """Decide what a mass reply needs now."""
    status, now = batch.status, batch.now
    match status:
        case MassReplyStatus.PREPARING:
            idle = abs(now - batch.updated_at) >= PREPARATION_IDLE  # either way: a clock may step back
            return Chore.PREPARE if idle else Chore.NOTHING
        case MassReplyStatus.AWAITING_CONFIRMATION | MassReplyStatus.AWAITING_APPROVAL:
            return Chore.EXPIRE if batch.expires_at is not None and now >= batch.expires_at else Chore.NOTHING
        case MassReplyStatus.SCHEDULED:
            return Chore.START if batch.dispatch_at is not None and now >= batch.dispatch_at else Chore.NOTHING
        case MassReplyStatus.CANCELLED | MassReplyStatus.EXPIRED if batch.queued:
            return Chore.CANCEL_QUEUED
        case MassReplyStatus.SENDING | MassReplyStatus.PAUSED if batch.queued:
            late = batch.not_after is not None and now >= batch.not_after
            if late:
                return Chore.CALL_TOO_LATE
            if status is MassReplyStatus.SENDING and batch.sample_stuck:
                return Chore.MOVE_SAMPLE
            return Chore.END_SAMPLE if status is MassReplyStatus.SENDING and batch.sample_over else Chore.NOTHING
        case _:
            return Chore.NOTHING if batch.sending else Chore.FINISH


@dataclass(frozen=True, slots=True)
class Sweeper:
    database: Database
    wake_lane: Callable[[LaneKey], Awaitable[None]]
    wake_preparation: Callable[[TenantId, MassReplyId], Awaitable[None]]
    purge_after: timedelta
    metrics: Metrics = field(default_factory=Metrics)
    stopped: dict[LaneKey, str] = field(default_factory=dict)
    """The lanes that the log has named as stopped, each with the reason."""

    async def tick(self) -> bool:
        """Sweep once; False where another process is at it."""
        async with self.database.begin_sweep() as tx:
            if not await sweeper.try_lock(tx):
                return False
            async for work in self._work(tx):
                await work
                await sweeper.still_there(tx)
            async with self.database.begin_routing() as own:
                await sweeper.beat(own)
        return True

    async def _work(self, tx: SweepTx) -> AsyncIterator[Awaitable[None]]:
        for tenant in await clocks.tenants_ahead(tx):
            yield _safely(self._set_clocks_right(tenant), tenant=tenant)
        for tenant, claims in _by_tenant(await sweeper.expired_claims(tx, PAGE)).items():
            yield _safely(self._expire_claims(tenant, claims), tenant=tenant)
        for batch in await sweeper.open_mass_replies(tx):
            yield _safely(self._do(batch), tenant=batch.tenant, mass_reply=batch.id)
        self._tell_of_stopped(await sweeper.stopped_lanes(tx))
        for lane in await sweeper.idle_lanes(tx, PUMP_IDLE):
            yield _safely(self.wake_lane(lane), tenant=lane.tenant, mass_reply=lane.mass_reply, account=lane.account)
        for tenant, receipt in await sweeper.unsettled_receipts(tx, RECEIPT_AGE, PAGE):
            yield _safely(settle_stored(self.database, tenant, receipt), tenant=tenant, receipt=receipt)
        for tenant, id_ in await sweeper.abandoned(tx, self.purge_after, PAGE):
            yield _safely(self._forget(tenant, id_), tenant=tenant, mass_reply=id_)

    def _tell_of_stopped(self, lanes: Mapping[LaneKey, str]) -> None:
        """Name each lane in the log once that has work and cannot go on."""
        for lane, why in lanes.items():
            if self.stopped.get(lane) != why:
                with about(tenant=lane.tenant, mass_reply=lane.mass_reply, account=lane.account):
                    log.warning("lane_stopped", why=why)
        self.stopped.clear()
        self.stopped.update(lanes)

    async def _set_clocks_right(self, tenant: TenantId) -> None:
        log.warning("clock_stepped_back")
        for _ in range(PAGES):
            async with self.database.begin(tenant) as tx:
                if await clocks.set_right(tx, PAGE) < PAGE:
                    return

    async def _expire_claims(self, tenant: TenantId, claims: Sequence[ExpiredClaim]) -> None:
        reason = Reason(ReasonCode.WORKER_LOST, "The worker stopped before it could say whether this was sent.")
        reports = [
            Report(
                claim.delivery,
                ReportedEvent(DeliveryEvent.LOSE_WORKER, claim.epoch, reason=reason),
                outcome="worker_lost",
                evidence=reason.detail,
            )
            for claim in claims
        ]
        await self._settle_each(tenant, reports)
        self.metrics.count_expired_claims(len(reports))
        log.warning("claims_expired", deliveries=len(reports))

    async def _settle_each(self, tenant: TenantId, reports: Sequence[Report]) -> None:
        """Settle all at once, else one by one: what cannot be settled must not keep the rest from it."""
        try:
            async with self.database.begin(tenant) as tx:
                await settle(tx, reports)
        except Exception as error:
            if len(reports) == 1:
                log.exception("sweep_failed", delivery=str(reports[0].delivery_id), error=type(error).__name__)
                return
            for report in reports:
                await self._settle_each(tenant, [report])

    async def _forget(self, tenant: TenantId, id_: MassReplyId) -> None:
        async with self.database.begin(tenant) as tx:
            await lifecycle.forget(tx, id_)

    async def _do(self, batch: OpenMassReply) -> None:
        match chore(batch):
            case Chore.PREPARE:
                await self.wake_preparation(batch.tenant, batch.id)
            case Chore.EXPIRE:
                await self._expire(batch)
            case Chore.START:
                await self._start(batch)
            case Chore.CANCEL_QUEUED:
                await self._settle_queued(batch, DeliveryEvent.CANCEL, _why_cancelled(batch))
            case Chore.CALL_TOO_LATE:
                await self._settle_queued(batch, DeliveryEvent.EXPIRE, too_late())
            case Chore.MOVE_SAMPLE:
                await self._move_sample(batch)
            case Chore.END_SAMPLE:
                async with self.database.begin(batch.tenant) as tx:
                    await samples.pause_after_sample(tx, batch.id)
            case Chore.FINISH:
                async with self.database.begin(batch.tenant) as tx:
                    after = next_status(batch.status, MassReplyEvent.COMPLETE) or batch.status
                    await lifecycle.finish(tx, batch.id, batch.status, after)
            case Chore.NOTHING:
                pass

    async def _move_sample(self, batch: OpenMassReply) -> None:
        async with self.database.begin(batch.tenant) as tx:
            moved = await samples.move(tx, batch.id)
        if moved:
            log.warning("sample_moved", deliveries=moved)

    async def _expire(self, batch: OpenMassReply) -> None:
        after = next_status(batch.status, MassReplyEvent.EXPIRE)
        if after is None:
            return
        async with self.database.begin(batch.tenant) as tx:
            if await mass_replies.set_status(tx, batch.id, batch.status, after):
                entry = AuditEntry.on_mass_reply(AuditAction.MASS_REPLY_EXPIRED, batch.id)
                await audit.record(tx, SYSTEM, entry)

    async def _start(self, batch: OpenMassReply) -> None:
        async with self.database.begin(batch.tenant) as tx:
            lanes = await begin_sending(tx, batch.id, batch.status, MassReplyEvent.START)
        for lane, _ in lanes:
            await self.wake_lane(lane)

    async def _settle_queued(self, batch: OpenMassReply, event: DeliveryEvent, reason: Reason) -> None:
        """End what is still queued, in pages; between them the counts may show some as queued.

        The rest waits for the next tick: a million rows must not keep lost claims and sleeping lanes waiting.
        """
        for _ in range(PAGES):
            async with self.database.begin(batch.tenant) as tx:
                find = lifecycle.overdue_ids if event is DeliveryEvent.EXPIRE else lifecycle.queued_ids
                ids = await find(tx, batch.id, PAGE)
                reports = [Report(id_, ReportedEvent(event, reason=reason)) for id_ in ids]
                await settle(tx, reports)
            if len(ids) < PAGE:
                return


async def _safely(work: Awaitable[None], **ids: UUID) -> None:
    """Do one piece of work, whose lines in the log all bear its ids; that it fails keeps no other from being done."""
    with about(**ids):
        try:
            await work
        except Exception as error:
            log.exception("sweep_failed", error=type(error).__name__)


def _why_cancelled(batch: OpenMassReply) -> Reason:
    if batch.status is MassReplyStatus.EXPIRED:
        missing = "confirmed" if batch.ruling is None else "approved"
        return Reason(ReasonCode.EXPIRED, f"Nobody {missing} the mass reply in time.")
    if batch.ruling is Ruling.REJECTED:
        return Reason(ReasonCode.REJECTED, "The mass reply was rejected before this was sent.")
    return Reason(ReasonCode.CANCELLED, "The mass reply was cancelled before this was sent.")


def _by_tenant(claims: Sequence[ExpiredClaim]) -> dict[TenantId, list[ExpiredClaim]]:
    found: dict[TenantId, list[ExpiredClaim]] = defaultdict(list)
    for claim in claims:
        found[claim.tenant].append(claim)
    return found
