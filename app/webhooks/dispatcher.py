"""Makes signed calls to many receivers at once, in the worker, beside the pumps and the sweeper.

Each receiver has its own turns, so that one that never answers delays no other.
"""

import asyncio
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from app.domain.words import TenantId
from app.process.fair_tasks import FairTaskPool
from app.store.database import Database
from app.store.transactions import SweepTx

RECEIVERS: Final = 32
"""Receivers that one process calls at once."""
OF_ONE_TENANT: Final = 8
"""How many of them may belong to one tenant. Its other receivers wait, and other tenants' do not."""
CALLS: Final = 64
"""Calls under way, divided among the receivers, so that slow ones do not use up what others need."""
AT_ONCE: Final = 16
"""The most calls under way to one receiver, however few others there are."""
TURN: Final = 20.0
"""Seconds after which no more calls begin, and the receiver goes to the back of the queue."""


class Turn:
    """One receiver's turn: it may begin calls until its time is over or the process stops."""

    def __init__(self, pool: FairTaskPool) -> None:
        self._pool = pool
        self._until = asyncio.get_running_loop().time() + TURN

    @property
    def goes_on(self) -> bool:
        return not self._pool.stopping and asyncio.get_running_loop().time() < self._until

    @property
    def room(self) -> int:
        """How many calls may be under way now."""
        return self._pool.share(CALLS, AT_ONCE)


class Receivers(Protocol):
    async def due(self, tx: SweepTx, pool: FairTaskPool) -> list[tuple[TenantId, UUID]]:
        """Return receivers that wait for calls and may begin a turn."""

    async def call(self, tenant: TenantId, receiver: UUID, turn: Turn) -> None:
        """Make the receiver's calls while the turn goes on. Log what fails."""


class CallDispatcher:
    def __init__(self, database: Database, receivers: Receivers) -> None:
        self._database = database
        self._receivers = receivers
        self._pool = FairTaskPool(RECEIVERS, OF_ONE_TENANT)

    async def tick(self) -> None:
        """Begin the turns of receivers that are due, without waiting for their calls."""
        if not self._pool.free:
            return
        async with self._database.begin_sweep() as tx:
            due = await self._receivers.due(tx, self._pool)
        for tenant, receiver in due:
            self._pool.begin(receiver, tenant, partial(self._take_turn, tenant, receiver))

    def stop(self) -> None:
        """Begin no more calls."""
        self._pool.stop()

    async def finish(self) -> None:
        """Wait until the calls under way have ended and are recorded."""
        await self._pool.finish()

    async def _take_turn(self, tenant: TenantId, receiver: UUID) -> None:
        await self._receivers.call(tenant, receiver, Turn(self._pool))
