"""The deliveries of a simulation, in memory, behind the functions with which the service asks PostgreSQL.

The statements are written again in Python, so a mistake in SQL is not found here: that is for the tests on PostgreSQL.
"""

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from app.delivery.sql.attempts import EndedAttempt
from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.claims import Attempt, Claimed, ClaimLimit, LaneSnapshot
from app.delivery.sql.queues import QueuePlace
from app.delivery.sql.receipts import StoredReceipt
from app.delivery.sql.settlements import Change, Locked
from app.dev.history import evidence
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryState, DeliveryStatus, ReportedEvent
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbox import DeliveryUpdated, OutboxEntry
from app.domain.provider_events import Receipt
from app.domain.words import AccountId, Channel, ConversationId, DeliveryId, MassReplyId, ReasonCode, TenantId
from tests.simulation.reports import Reports, find

TENANT, BATCH, ACCOUNT = TenantId(UUID(int=1)), MassReplyId(UUID(int=2)), AccountId(UUID(int=3))
LANE = LaneKey(TENANT, BATCH, ACCOUNT)
PROOF, OPEN = ("accepted", "reported_sent"), (None, "unknown", "worker_lost", "marked_sent")
S = DeliveryStatus


@dataclass
class Try:
    """A row of `delivery_attempts`."""

    started_at: datetime
    outcome: str | None = None
    last_receipt_at: datetime | None = None
    provider_message_id: str | None = None


@dataclass
class Row:
    """A row of `deliveries`."""

    id: DeliveryId
    due: datetime
    status: DeliveryStatus = S.QUEUED
    token: UUID | None = None
    lease_until: datetime | None = None
    settles_after: datetime | None = None
    reason: ReasonCode | None = None
    retryable: bool = False
    deferrals: int = 0
    sent_at: datetime | None = None
    provider_message_id: str | None = None
    tries: list[Try] = field(default_factory=list)
    told: list[DeliveryStatus] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        return len(self.tries)

    def copy(self) -> "Row":
        return replace(self, tries=[copy(each) for each in self.tries], told=list(self.told))


@dataclass
class Table:
    """All that one transaction after the other works on."""

    rows: dict[DeliveryId, Row]
    started: datetime
    shares: dict[UUID, CallShare] = field(default_factory=dict)
    cool_until: datetime | None = None
    max_in_flight: int = 2
    seconds: float = 0.0
    """Since the start, by the database's clock."""
    status: MassReplyStatus = MassReplyStatus.SENDING
    reports: Reports = field(default_factory=Reports)

    @property
    def now(self) -> datetime:
        return self.started + timedelta(seconds=self.seconds)

    @property
    def clock(self) -> datetime:
        """What `clock_timestamp()` says, outside of a transaction too."""
        return self.started + timedelta(seconds=asyncio.get_running_loop().time())

    @property
    def queued(self) -> bool:
        return any(row.status is S.QUEUED for row in self.rows.values())

    def kept(self) -> Any:
        rows = {id_: row.copy() for id_, row in self.rows.items()}
        return rows, dict(self.shares), self.cool_until, self.status, self.reports.copy()

    def restore(self, kept: Any) -> None:
        self.rows, self.shares, self.cool_until, self.status, self.reports = kept

    # What a claim asks

    async def gate(self, _: object, lane: LaneKey, holder: UUID) -> LaneSnapshot:  # noqa: ARG002
        held = [share for who, share in self.shares.items() if who != holder and share.expires_at > self.now]
        others = [share.slots for share in held]
        unrecorded = sum(row.status is S.SENDING for row in self.rows.values())
        queued = sum(row.status is S.QUEUED for row in self.rows.values())
        return LaneSnapshot(
            self.now, self.status, None, False, False, False, True, False, self.cool_until, self.started,
            1_000, self.max_in_flight, queued, unrecorded, self.started, None, len(others), sum(others),
            others.count(0),
        )  # fmt: skip

    async def claim(
        self,
        _: object,
        lane: LaneKey,
        token: UUID,
        limit: ClaimLimit,
        now: datetime,
        lease: timedelta,
        settles: timedelta,
        __: object,
    ) -> list[Claimed]:
        queued = [row for row in self.rows.values() if row.status is S.QUEUED and row.due <= now]
        due = sorted((row for row in queued if _place(row) >= limit.queue_from), key=_place)[: limit.free]
        for row in due:
            row.status, row.token, row.lease_until = S.SENDING, token, now + lease
            row.settles_after, row.reason, row.retryable = now + settles, None, False
            row.tries.append(Try(now))
        return [_claimed(row, lane) for row in due]

    async def mark(
        self, _: object, __: LaneKey, ___: Sequence[Attempt], ____: datetime, _____: datetime, share: CallShare
    ) -> None:
        self.shares[share.holder] = share

    async def touch(self, _: object, __: LaneKey, ___: datetime, share: CallShare) -> None:
        self.shares[share.holder] = share

    async def claimed_under(self, _: object, __: LaneKey, token: UUID) -> list[tuple[DeliveryId, int]]:
        return [(row.id, row.epoch) for row in self.rows.values() if row.status is S.SENDING and row.token == token]

    async def next_due(self, *_: object, **__: object) -> datetime | None:
        return min((row.due for row in self.rows.values() if row.status is S.QUEUED), default=None)

    async def cool(self, _: object, __: AccountId, wait: timedelta, *___: object) -> None:
        self.cool_until = self.now + wait

    async def release(self, _: object, holders: Iterable[UUID]) -> None:
        for holder in holders:
            self.shares.pop(holder, None)

    # What settling asks

    async def read(
        self, _: object, events: Sequence[tuple[DeliveryId, ReportedEvent]], __: object = ()
    ) -> list[Locked]:
        found = [(self.rows[id_], event) for id_, event in sorted(events, key=lambda each: each[0])]
        return [self._locked(row, event) for row, event in found]

    def _locked(self, row: Row, event: ReportedEvent) -> Locked:
        epoch = event.epoch or row.epoch
        own = row.tries[epoch - 1] if epoch else Try(self.now)
        others = [each for number, each in enumerate(row.tries, start=1) if number != epoch]
        state = DeliveryState(
            status=row.status,
            epoch=row.epoch,
            reason=row.reason,
            retryable=row.retryable,
            settles_after=row.settles_after,
            last_receipt_at=own.last_receipt_at,
            attempt_failed=own.outcome == "reported_failed",
            attempt_proved=own.outcome in PROOF,
            other_proved=any(each.outcome in PROOF for each in others),
            by_person=own.outcome == "marked_sent",
            latest_open=row.epoch > 1 and row.tries[-1].outcome in OPEN,
        )
        return Locked(
            id=row.id, state=state, mass_reply_id=BATCH, mark_as_done=False, frozen_at=self.started,
            author_id=None, author_name="Ines", conversation_id=ConversationId(row.id), account_id=ACCOUNT,
            channel=Channel.SMS, segments=1, used_template=False, has_attachments=False, files=0, times_billed=0,
            prices={}, deferrals=row.deferrals, not_before=row.due, sent_at=row.sent_at,
            attempt_started_at=own.started_at, restores={}, reached={}, now=self.now,
        )  # fmt: skip

    async def write_changes(
        self, _: object, changes: Sequence[Change], __: object, outcomes: Sequence[EndedAttempt]
    ) -> dict[UUID, None]:
        applied: dict[UUID, None] = {}
        for change in changes:
            row, before = self.rows[DeliveryId(change.row.id)], change.row.state
            if (row.status, row.epoch) == (before.status, before.epoch):
                self._apply(row, change)
                applied[row.id] = None
        self._end_attempts(outcomes, applied)
        return applied

    def _apply(self, row: Row, change: Change) -> None:
        reason = change.move.reason
        row.status, row.token, row.lease_until = change.move.to, None, None
        row.reason, row.retryable = reason.code if reason else None, bool(reason and reason.retryable)
        if row.status not in (S.UNCERTAIN, S.SENT, S.DELIVERED, S.READ):
            row.settles_after = None
        row.due = change.not_before or row.due
        row.deferrals += change.deferred
        row.provider_message_id = change.provider_message_id or row.provider_message_id
        if change.newly_sent:
            row.sent_at = self.now

    def _end_attempts(self, outcomes: Sequence[EndedAttempt], changed: Container[UUID]) -> None:
        for said in outcomes:
            row = self.rows[said.delivery_id]
            attempt = row.tries[said.epoch - 1]
            attempt.provider_message_id = said.provider_message_id or attempt.provider_message_id
            if row.id not in changed and said.epoch == row.epoch and row.status in (*ACCEPTED, S.FAILED):
                row.provider_message_id = row.provider_message_id or said.provider_message_id
            if said.outcome and _overrides(attempt.outcome, said.outcome):
                attempt.outcome = said.outcome
            latest = [at for at in (attempt.last_receipt_at, said.reported_at) if at]
            attempt.last_receipt_at = max(latest, default=None)

    async def count(self, _: object, __: object, entries: Sequence[OutboxEntry]) -> None:
        for one in entries:
            for subject in one.subjects:
                if isinstance(subject, DeliveryUpdated):
                    self.rows[DeliveryId(subject.delivery_id)].told.append(subject.status)

    async def reopen(self, _: object, __: object) -> None:
        self.status = MassReplyStatus.SENDING

    async def finish(self, _: object, __: MassReplyId, before: MassReplyStatus, after: MassReplyStatus) -> bool:
        at_work = any(row.status in (S.QUEUED, S.SENDING) for row in self.rows.values())
        if at_work or self.status is not before:
            return False
        self.status = after
        return True

    # What receipts ask

    async def store(self, _: object, account: AccountId, receipt: Receipt) -> StoredReceipt | None:
        return self.reports.store(account, receipt, self.now)

    async def lock_receipt(self, _: object, id_: UUID) -> StoredReceipt | None:
        return next((each for each in self.reports.waiting() if each.id == id_), None)

    async def find_delivery(self, _: object, receipt: StoredReceipt) -> tuple[DeliveryId, int] | None:
        return find(self.rows.values(), receipt)

    async def mark_settled(self, _: object, id_: UUID, outcome: str) -> None:
        receipt = next(each for each in self.reports.waiting() if each.id == id_)
        if found := find(self.rows.values(), receipt):
            self.reports.settle(receipt, *found, self.now, outcome)

    # What is on record

    def recorded(self, row: Row, decisions: Sequence[evidence.Decision]) -> evidence.Row:
        tries = [evidence.Attempt(n, each.started_at, each.outcome) for n, each in enumerate(row.tries, start=1)]
        return evidence.Row(
            id=str(row.id),
            mass_reply=str(BATCH),
            conversation=str(row.id),
            channel="sms",
            provider="twilio",
            status=row.status,
            epoch=row.epoch,
            attempts=tries,
            receipts=self.reports.about(row.id),
            decisions=decisions,
        )


def table(count: int, started: datetime) -> Table:
    """Return a table of queued deliveries. Claims and locks sort by id, so each schedule has the same ids."""
    ids = [DeliveryId(UUID(int=10 + number)) for number in range(count)]
    return Table({id_: Row(id_, started) for id_ in ids}, started)


def _place(row: Row) -> QueuePlace:
    return QueuePlace(row.due, row.id)


def _claimed(row: Row, lane: LaneKey) -> Claimed:
    recipient: Any = SimpleNamespace(channel=Channel.SMS, address="+12025550100")
    return Claimed(lane, row.id, row.epoch, 1, row.deferrals, None, recipient, row.due)


def _overrides(was: str | None, said: str) -> bool:
    if was in (None, "worker_lost") or said == "reported_failed":
        return True
    if was in ("unknown", "marked_sent") and said not in ("unknown", "worker_lost"):
        return True
    return (was != "accepted" and said == "reported_sent") or (was == "reported_sent" and said == "accepted")


async def nothing(*_: object, **__: object) -> None:
    pass


async def no_rows(*_: object, **__: object) -> list[Any]:
    return []


def patches(held: "Mapping[str, Table]") -> dict[str, Any]:
    """What stands for each function of the store, by its path; `held["table"]` is the table of the present schedule."""

    def of(name: str) -> Any:
        async def ask(*arguments: Any, **about: Any) -> Any:
            return await getattr(held["table"], name)(*arguments, **about)

        return ask

    return {
        "app.delivery.sql.claims.lock_lane": of("gate"),
        "app.delivery.sql.claims.read_lane": of("gate"),
        "app.delivery.sql.claims.claim": of("claim"),
        "app.delivery.sql.claims.mark": of("mark"),
        "app.delivery.sql.claims.touch_lane": of("touch"),
        "app.delivery.sql.claims.claimed_under": of("claimed_under"),
        "app.delivery.sql.queues.next_due_at": of("next_due"),
        "app.delivery.sql.waiting.hold_until": nothing,
        "app.delivery.sql.waiting.forget_hold": nothing,
        "app.delivery.sql.account_health.note_silence": _no_silence,
        "app.delivery.sql.attempts.begun_at": nothing,
        "app.delivery.sql.account_health.cool": of("cool"),
        "app.delivery.sql.account_health.pause": nothing,
        "app.delivery.sql.call_shares.release": of("release"),
        "app.delivery.sql.settlements.lock": no_rows,
        "app.delivery.sql.settlements.read": of("read"),
        "app.delivery.sql.timeline.write_changes": of("write_changes"),
        "app.delivery.sql.timeline.reopen": of("reopen"),
        "app.delivery.sql.lifecycle.finish": of("finish"),
        "app.delivery.sql.receipts.store": of("store"),
        "app.delivery.sql.receipts.lock": of("lock_receipt"),
        "app.delivery.sql.receipts.find_delivery": of("find_delivery"),
        "app.delivery.sql.receipts.mark_settled": of("mark_settled"),
        "app.delivery.sql.counters.count": of("count"),
        "app.delivery.settle._flip": nothing,
    }


async def _no_silence(*_: object) -> int:
    return 0
