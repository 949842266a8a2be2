"""The sweeper: every second, in one process at a time, do what is due and repair what was interrupted.

It finds everything in the database. So it works without Redis, and after any crash. `rescuer.py` repairs claims,
`scheduler.py` moves mass replies on, and lanes are woken here.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from app.delivery.delivery_pages import work_off
from app.delivery.receipts import settle_stored
from app.delivery.rescuer import expire_claims, repair_clocks
from app.delivery.scheduler import PAGED, Chore, Scheduler, chore
from app.delivery.sql import clocks, lifecycle, sweeper
from app.delivery.sql.sweeper import ExpiredClaim, OpenMassReply
from app.delivery.turns import Piece, Turns
from app.domain.lanes import LaneKey
from app.domain.words import MassReplyId, TenantId
from app.store.database import Database
from app.store.transactions import SweepTx
from app.telemetry.logs import about
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

PAGE: Final = 1_000
"""Rows of one kind in one tick, and deliveries that one transaction deletes."""
PURGED_PAGES: Final = 20
"""Pages of one mass reply in one tick."""
KIND_SECONDS: Final = 5.0
"""Seconds for one kind of work in one tick; a piece that has begun is finished. All kinds together take less than a
sweep may."""
PUMP_IDLE: Final = timedelta(seconds=3)
"""How long a lane shows no sign of a pump before it is woken: longer than a pump waits for room or tokens."""
RECEIPT_AGE: Final = timedelta(seconds=2)


LOOK_BACK: Final = 10.0
"""Seconds by which two searches for expired claims overlap: a claim may take long to commit."""
WHOLE_LOOK: Final = 60.0
CLOCK_SHARE: Final = 50
"""Checking whether the clock has stepped back may take one fiftieth of the time."""


@dataclass(slots=True)
class LeaseLooks:
    """When this process last searched for expired claims: among all of them, and among the recent ones."""

    whole_at: float | None = None
    at: float = 0.0

    @contextmanager
    def look(self, now: float) -> Iterator[timedelta | None]:
        """Yield how far back a search goes, or None if it searches all claims. One that fails counts for nothing."""
        whole = self.whole_at is None or now - self.whole_at >= WHOLE_LOOK
        yield None if whole else timedelta(seconds=now - self.at + LOOK_BACK)
        self.at = now
        if whole:
            self.whole_at = now


@dataclass(slots=True)
class ClockLooks:
    """When to check next whether the database's clock has stepped back.

    While an old transaction is open elsewhere, a check reads every row that has left a queue since it began.
    """

    next_at: float = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Delay the next check in proportion to how long this one takes."""
        began = monotonic()
        yield
        ended = monotonic()
        self.next_at = ended + CLOCK_SHARE * (ended - began)


@dataclass(frozen=True, slots=True)
class Sweeper:
    database: Database
    wake_lane: Callable[[LaneKey], Awaitable[None]]
    wake_preparation: Callable[[TenantId, MassReplyId], Awaitable[None]]
    purge_after: timedelta
    metrics: Metrics = field(default_factory=Metrics)
    looks: LeaseLooks = field(default_factory=LeaseLooks)
    clock_looks: ClockLooks = field(default_factory=ClockLooks)
    turns: Turns = field(default_factory=Turns)
    stopped: dict[LaneKey, str] = field(default_factory=dict)
    """The stopped lanes that are in the log, each with the reason."""

    async def tick(self) -> bool:
        """Sweep once. Return False if another process is doing it."""
        async with self.database.begin_sweep() as tx:
            if not await sweeper.try_lock(tx):
                return False
            self.turns.forget(monotonic())
            async for pieces in self._kinds(tx):
                await self._work(tx, pieces)
            async with self.database.begin_routing() as own:
                await sweeper.beat(own)
        return True

    async def _kinds(self, tx: SweepTx) -> AsyncIterator[Sequence[Piece]]:
        """Yield the work that is due, one kind at a time: first what others wait for, last what has many pages."""
        yield [self._piece("clocks", repair_clocks, tenant) for tenant in await self._ahead(tx)]
        expired = _by_tenant(await self._expired(tx))
        yield [self._piece("claims", partial(self._expire, claims), tenant) for tenant, claims in expired.items()]
        self._log_stopped(await sweeper.stopped_lanes(tx))
        yield [_of_lane(lane, self.wake_lane) for lane in await sweeper.idle_lanes(tx, PUMP_IDLE)]
        unsettled = await sweeper.unsettled_receipts(tx, RECEIPT_AGE, PAGE)
        yield [self._piece("receipt", settle_stored, tenant, receipt=receipt) for tenant, receipt in unsettled]
        quick, paged = self._chores(await sweeper.open_mass_replies(tx))
        yield quick
        handed_over = await sweeper.handed_over(tx)
        abandoned = await sweeper.abandoned(tx, self.purge_after, PAGE)
        yield [
            *(self._piece("pages", work_off, tenant, mass_reply=id_) for tenant, id_ in handed_over),
            *paged,
            *(self._piece("purge", _purge, tenant, mass_reply=id_) for tenant, id_ in abandoned),
        ]

    async def _work(self, tx: SweepTx, pieces: Sequence[Piece]) -> None:
        """Do one kind of work, as much as its time allows. The rest comes first in the next tick."""
        ends = monotonic() + KIND_SECONDS
        due = self.turns.due(pieces, monotonic())
        for number, piece in enumerate(due, start=1):
            await self._safely(piece)
            is_over = monotonic() >= ends
            if is_over and number < len(due):
                self.turns.left_others(due[:number], monotonic())
            # Raises if the piece took longer than a sweep may: it is not to be the first in the next one, too.
            await sweeper.still_there(tx)
            if is_over:
                return

    async def _safely(self, piece: Piece) -> None:
        """Do one piece of work, with its ids in every log line. If it fails, the others are still done."""
        with about(**piece.ids):
            try:
                await piece.do()
            except Exception as error:
                log.exception("sweep_failed", error=type(error).__name__)
                self.turns.failed(piece, monotonic())
            else:
                self.turns.succeeded(piece)

    def _piece(self, kind: str, work: Callable[..., Awaitable[object]], tenant: TenantId, **of: UUID) -> Piece:
        """Return a piece of work on one object of a tenant, or on the tenant."""
        do = partial(work, self.database, tenant, *of.values())
        return Piece((kind, tenant, *of.values()), {"tenant": tenant, **of}, do)

    def _chores(self, batches: Sequence[OpenMassReply]) -> tuple[list[Piece], list[Piece]]:
        """Return the work on open mass replies: what is done at once, and what takes many pages."""
        scheduler = Scheduler(self.database, self.wake_lane, self.wake_preparation)
        quick: list[Piece] = []
        paged: list[Piece] = []
        for batch in batches:
            if (needs := chore(batch)) is not Chore.NOTHING:
                ids = {"tenant": batch.tenant, "mass_reply": batch.id}
                piece = Piece((needs, batch.id), ids, partial(scheduler.work, batch))
                (paged if needs in PAGED else quick).append(piece)
        return quick, paged

    async def _ahead(self, tx: SweepTx) -> Sequence[TenantId]:
        """Return the tenants with a time from before the clock stepped back."""
        if monotonic() < self.clock_looks.next_at:
            return []
        with self.clock_looks.timed():
            return await clocks.tenants_ahead(tx)

    async def _expired(self, tx: SweepTx) -> list[ExpiredClaim]:
        with self.looks.look(monotonic()) as within:
            found = await sweeper.expired_claims(tx, PAGE, within)
        if len(found) == PAGE:
            self.looks.whole_at = None  # there are more
        return found

    def _log_stopped(self, lanes: Mapping[LaneKey, str]) -> None:
        """Log each lane that has work and cannot go on, once for each reason."""
        for lane, why in lanes.items():
            if self.stopped.get(lane) != why:
                with about(tenant=lane.tenant, mass_reply=lane.mass_reply, account=lane.account):
                    log.warning("lane_stopped", why=why)
        self.stopped.clear()
        self.stopped.update(lanes)

    async def _expire(self, claims: Sequence[ExpiredClaim], database: Database, tenant: TenantId) -> None:
        await expire_claims(database, self.metrics, tenant, claims)


async def _purge(database: Database, tenant: TenantId, id_: MassReplyId) -> None:
    """Delete a mass reply in pages, its deliveries first. The rest waits for the next tick."""
    for _ in range(PURGED_PAGES):
        async with database.begin(tenant) as tx:
            if await lifecycle.delete_deliveries(tx, id_, PAGE) < PAGE:
                await lifecycle.forget(tx, id_)
                return


def _of_lane(lane: LaneKey, wake: Callable[[LaneKey], Awaitable[None]]) -> Piece:
    ids = {"tenant": lane.tenant, "mass_reply": lane.mass_reply, "account": lane.account}
    return Piece(lane, ids, partial(wake, lane))


def _by_tenant(claims: Sequence[ExpiredClaim]) -> dict[TenantId, list[ExpiredClaim]]:
    found: dict[TenantId, list[ExpiredClaim]] = defaultdict(list)
    for claim in claims:
        found[claim.tenant].append(claim)
    return found
