"""Prepare connections for the pumps before there is work.

When a connection first runs a statement, it looks up the types of the parameters and plans the statement. For claims
and records that takes some 20 milliseconds, for which the first deliveries would wait.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.delivery.sql import claims, conversation_flips, counters, settlements, timeline
from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.claims import ClaimLimit
from app.domain.lanes import LaneKey
from app.domain.words import AccountId, MassReplyId, TenantId
from app.store.database import Database

CONNECTIONS: Final = 4
"""The connections that the pumps of one account use at once: a claim, two groups of results, a check of the lane."""

_NOBODY: Final = UUID(int=0)
_NO_LANE: Final = LaneKey(TenantId(_NOBODY), MassReplyId(_NOBODY), AccountId(_NOBODY))
_NO_TIME: Final = timedelta()


async def warm_up(claiming: Database, recording: Database) -> None:
    """Run the statements of claims and records on a few connections, for a tenant that does not exist."""
    await asyncio.gather(*(_claim(claiming) for _ in range(CONNECTIONS)))
    await asyncio.gather(*(_record(recording) for _ in range(CONNECTIONS)))


async def _claim(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.begin(_NOBODY) as tx:
        await claims.lock_lane(tx, _NO_LANE, _NOBODY)
        await claims.claim(tx, _NO_LANE, _NOBODY, ClaimLimit(0, 0), now, _NO_TIME, _NO_TIME)
        await claims.mark(tx, _NO_LANE, [], now, now, CallShare(_NOBODY, 0, now))


async def _record(database: Database) -> None:
    async with database.begin(_NOBODY) as tx:
        await settlements.lock(tx, [])
        await settlements.read(tx, [])
        await conversation_flips.flip(tx, [])
        await timeline.write_changes(tx, [], [], [])
        await counters.warm_up(tx)
