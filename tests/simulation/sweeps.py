"""What a sweep asks of the store, and whose turn it is to sweep."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.delivery.sql.sweeper import ExpiredClaim, OpenMassReply
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import TenantId
from app.store.overload import DatabaseAway
from tests.simulation.process import Process
from tests.simulation.rows import BATCH, TENANT, Table, no_rows, nothing

LONGEST_PIECE = 60.0
"""Seconds of silence after which PostgreSQL ends a sweep."""


@dataclass
class Turn:
    """Who sweeps: one process at a time. What a killed one held is free at once, of a frozen one after a minute."""

    holder: Process | None = None
    heard: float = 0.0

    @asynccontextmanager
    async def begin(self, process: Process) -> AsyncIterator[Any]:
        await process.alive()
        yield Sweep(self, process)
        if self.holder is process:
            self.holder = None

    def take(self, process: Process) -> bool:
        now = asyncio.get_running_loop().time()
        silent = now - self.heard >= LONGEST_PIECE
        if self.holder is None or self.holder.dead or silent:
            self.holder, self.heard = process, now
        return self.holder is process

    async def still(self, process: Process) -> None:
        await process.alive()
        if self.holder is not process:
            raise DatabaseAway("The sweep was ended.")
        self.heard = asyncio.get_running_loop().time()


@dataclass(frozen=True)
class Sweep:
    """A process' transaction of the sweeper."""

    turn: Turn
    process: Process


async def try_lock(tx: Sweep) -> bool:
    return tx.turn.take(tx.process)


async def still_there(tx: Sweep) -> None:
    await tx.turn.still(tx.process)


def expired_claims(table: Table, _: int, within: timedelta | None) -> list[ExpiredClaim]:
    now = table.clock
    since = None if within is None else now - within
    sending = [row for row in table.rows.values() if row.status is DeliveryStatus.SENDING]
    over = [row for row in sending if row.lease_until and row.lease_until < now]
    return [
        ExpiredClaim(TENANT, row.id, row.epoch)
        for row in over
        if since is None or (row.lease_until and row.lease_until >= since)
    ]


def open_mass_replies(table: Table) -> list[OpenMassReply]:
    if table.status is MassReplyStatus.COMPLETED:
        return []
    counts = [row.status for row in table.rows.values()]
    return [
        OpenMassReply(
            TENANT,
            BATCH,
            table.status,
            table.clock,
            table.started,
            None,
            None,
            None,
            counts.count(DeliveryStatus.QUEUED),
            counts.count(DeliveryStatus.SENDING),
            sample_over=False,
        )
    ]


def unsettled_receipts(table: Table, older_than: timedelta, _: int) -> list[tuple[TenantId, UUID]]:
    return [(TENANT, id_) for id_ in table.reports.due(table.clock, older_than)]


def patches(held: Mapping[str, Table]) -> dict[str, Any]:
    """What stands for each statement of a sweep; `held["table"]` is the table of the present schedule."""

    def of(ask: Callable[..., Any]) -> Any:
        async def answer(_: object, *values: Any) -> Any:
            return ask(held["table"], *values)

        return answer

    async def nowhere(*_: object) -> Mapping[Any, Any]:
        return {}

    return {
        "app.delivery.sweeper.monotonic": lambda: asyncio.get_running_loop().time(),
        "app.delivery.sql.clocks.tenants_ahead": no_rows,
        "app.delivery.sql.clocks.restart_quarantine": nothing,
        "app.delivery.sql.sweeper.try_lock": try_lock,
        "app.delivery.sql.sweeper.still_there": still_there,
        "app.delivery.sql.sweeper.beat": nothing,
        "app.delivery.sql.sweeper.expired_claims": of(expired_claims),
        "app.delivery.sql.sweeper.handed_over": no_rows,
        "app.delivery.sql.sweeper.open_mass_replies": of(open_mass_replies),
        "app.delivery.sql.sweeper.stopped_lanes": nowhere,
        "app.delivery.sql.sweeper.idle_lanes": no_rows,
        "app.delivery.sql.sweeper.unsettled_receipts": of(unsettled_receipts),
        "app.delivery.sql.sweeper.abandoned": no_rows,
    }
