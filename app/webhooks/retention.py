"""Retention of the outbox: old events are deleted, in small pages."""

from datetime import datetime
from typing import Final

from app.store.database import Database
from app.webhooks.sql.retention import forget_before, tenants_with_events_before

PAGE: Final = 1_000
PAGES: Final = 20
"""Pages of one tenant in one round: the rest waits for the next, so that this never keeps the database busy."""


async def forget_events(database: Database, before: datetime) -> None:
    """Delete events from before a moment, except those that a webhook endpoint still waits for."""
    async with database.begin_sweep() as tx:
        tenants = await tenants_with_events_before(tx, before)
    for tenant in tenants:
        for _ in range(PAGES):
            async with database.begin(tenant) as tx:
                if await forget_before(tx, before, PAGE) < PAGE:
                    break
