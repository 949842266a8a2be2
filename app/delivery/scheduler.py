"""The scheduler: prepare, start, expire, cancel and complete mass replies when it is time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog

from app.delivery.in_parts import in_parts
from app.delivery.lifecycle import begin_sending
from app.delivery.settle import Report, settle
from app.delivery.sql import lifecycle, samples
from app.delivery.sql.sweeper import OpenMassReply
from app.domain.approval import ApprovalStatus
from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent, too_late
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyEvent, MassReplyStatus, next_status
from app.domain.words import DeliveryId, MassReplyId, Reason, ReasonCode, TenantId
from app.store import audit, mass_replies
from app.store.database import Database

log = structlog.get_logger()

PAGE: Final = 1_000
"""Deliveries that one transaction cancels or expires."""
PAGES: Final = 20
"""Pages of one mass reply in one tick."""
PREPARATION_IDLE: Final = timedelta(seconds=5)


class Chore(StrEnum):
    """What an open mass reply needs."""

    PREPARE = "prepare"
    EXPIRE = "expire"
    START = "start"
    CANCEL_QUEUED = "cancel_queued"
    CALL_TOO_LATE = "call_too_late"
    MOVE_SAMPLE = "move_sample"
    END_SAMPLE = "end_sample"
    FINISH = "finish"
    NOTHING = "nothing"


PAGED: Final = frozenset({Chore.CANCEL_QUEUED, Chore.CALL_TOO_LATE})
"""The chores that take many pages."""


def chore(batch: OpenMassReply) -> Chore:
    """Return what a mass reply needs now."""
    status, now = batch.status, batch.now
    match status:
        case MassReplyStatus.PREPARING:
            idle = abs(now - batch.updated_at) >= PREPARATION_IDLE  # in either direction: a clock may step back
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
class Scheduler:
    database: Database
    wake_lane: Callable[[LaneKey], Awaitable[None]]
    wake_preparation: Callable[[TenantId, MassReplyId], Awaitable[None]]

    async def work(self, batch: OpenMassReply) -> None:
        """Do what a mass reply needs now."""
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
        """End what is still queued, in pages. Between them the counts may show some as queued.

        The rest waits for the next tick: a million rows must not delay lost claims and sleeping lanes.
        """
        find = lifecycle.overdue_ids if event is DeliveryEvent.EXPIRE else lifecycle.queued_ids

        async def end(ids: Sequence[DeliveryId]) -> None:
            async with self.database.begin(batch.tenant) as tx:
                await settle(tx, [Report(id_, ReportedEvent(event, reason=reason)) for id_ in ids])

        faulty: dict[DeliveryId, Exception] = {}
        for _ in range(PAGES):
            async with self.database.begin(batch.tenant) as tx:
                ids = await find(tx, batch.id, PAGE, but=faulty)
            found = await in_parts(ids, end)
            faulty |= found
            if found and len(found) == len(ids):
                raise found[ids[0]]  # the mass reply rests, and the log says why it does not end
            if len(ids) < PAGE:
                return


def _why_cancelled(batch: OpenMassReply) -> Reason:
    if batch.status is MassReplyStatus.EXPIRED:
        missing = "confirmed" if batch.approval is None else "approved"
        return Reason(ReasonCode.EXPIRED, f"Nobody {missing} the mass reply in time.")
    if batch.approval is ApprovalStatus.REJECTED:
        return Reason(ReasonCode.REJECTED, "The mass reply was rejected before this was sent.")
    return Reason(ReasonCode.CANCELLED, "The mass reply was cancelled before this was sent.")
