"""Results of calls, and a database that a recorder writes them to while somebody looks on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

from app.delivery.outcomes import CallOutcome
from app.delivery.record import Recorder
from app.delivery.settle import Report
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.outbound import Deferred
from app.domain.words import DeliveryId, TenantId
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.delivery.stage import Stage, recording, report

E = DeliveryEvent


class Watched(Database):
    """The database; somebody looks on before each transaction, and may let it fail."""

    def __init__(self, real: Database, before: Callable[[int], Awaitable[None]] | None = None) -> None:
        self._real, self._before = real, before
        self.transactions = 0

    @asynccontextmanager
    async def begin(self, tenant: TenantId | UUID) -> AsyncIterator[TenantTx]:
        self.transactions += 1
        if self._before is not None:
            await self._before(self.transactions)
        async with self._real.begin(tenant) as tx:
            yield tx


def failing(error: Exception, times: int) -> Callable[[int], Awaitable[None]]:
    async def before(number: int) -> None:
        if number <= times:
            raise error

    return before


def result(
    stage: Stage,
    delivery: DeliveryId,
    epoch: int = 1,
    heard: Literal["answer", "silence", "nothing"] = "answer",
    deferral: Deferred | None = None,
    **about: Any,
) -> CallOutcome:
    event = E.DEFER if deferral or heard == "silence" else E.ACCEPT
    return CallOutcome(stage.tenant, stage.account, ended(delivery, event, epoch, **about), heard, deferral)


def ended(delivery: DeliveryId, event: DeliveryEvent, epoch: int, **about: Any) -> Report:
    return report(delivery, event, epoch, **{"outcome": "accepted", **about})


async def recorded(stage: Stage, database: Database, results: list[CallOutcome]) -> None:
    async with recording(Recorder(database)) as recorder:
        await asyncio.gather(*(recorder.record(one) for one in results))
