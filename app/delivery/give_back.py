"""Return claimed deliveries to the queue if their calls were not begun."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

import structlog

from app.delivery.late_results import RETRY_WAIT
from app.delivery.settle import Report, settle
from app.delivery.sql import claims
from app.delivery.sql.claims import Claimed
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.lanes import LaneKey
from app.domain.words import DeliveryId
from app.store.database import Database
from app.store.overload import TROUBLE, may_pass
from app.store.shares import RECORDS
from app.store.transactions import TenantTx

log = structlog.get_logger()

TRIES: Final = 10
"""How often to try if PostgreSQL refuses. While it is away there is no limit: no other process knows that these calls
were not begun."""
CLOSING_SECONDS: Final = 15
"""How long to try once the process is stopping. A pump may give back three times; SIGKILL comes after 60 seconds."""


def given_back(row: Claimed) -> Report:
    return _back(row.delivery_id, row.epoch)


async def give_back(database: Database, lane: LaneKey, rows: Sequence[Claimed], stop: asyncio.Event) -> None:
    """Give back deliveries that were claimed ahead. `stop` is set once the process is stopping."""

    async def reports(_: TenantTx) -> list[Report]:
        return [given_back(row) for row in rows]

    await _settle(database, lane, reports, stop)


async def give_back_claim(database: Database, lane: LaneKey, token: UUID, stop: asyncio.Event) -> bool:
    """Find a claim by its token on a fresh connection, and give back what it took: none of its calls was begun.

    Return whether that was possible.
    """

    async def reports(tx: TenantTx) -> list[Report]:
        return [_back(id_, epoch) for id_, epoch in await claims.claimed_under(tx, lane, token)]

    return await _settle(database, lane, reports, stop)


async def _settle(
    database: Database, lane: LaneKey, reports: Callable[[TenantTx], Awaitable[list[Report]]], stop: asyncio.Event
) -> bool:
    tries, now = 0, asyncio.get_running_loop().time
    limited_from = now()
    while True:
        if not stop.is_set():
            limited_from = now()
        try:
            async with database.of(RECORDS).begin(lane.tenant) as tx:
                await settle(tx, await reports(tx))
            return True
        except TROUBLE as error:
            tries += 1
            is_late = stop.is_set() and now() - limited_from >= CLOSING_SECONDS
            if is_late or (not may_pass(error) and tries >= TRIES):
                # The rows stay `sending`; their lease runs out and they become uncertain, where a person sees them.
                log.error("give_back_failed", error=type(error).__name__)
                return False
        await asyncio.sleep(RETRY_WAIT)


def _back(id_: DeliveryId, epoch: int) -> Report:
    return Report(id_, ReportedEvent(DeliveryEvent.GIVE_BACK, epoch), outcome="given_back")
