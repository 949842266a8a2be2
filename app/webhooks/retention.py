"""The outbox does not grow for ever: events that are old enough go, in small pages."""

from datetime import datetime
from typing import Final

from app.domain.words import TenantId
from app.store.database import Database
from app.webhooks.sql.retention import forget_before, tenants_with_events_before

PAGE: Final = 1_000
PAGES: Final = 20
"""Pages of one tenant in one round: the rest waits for the next, so that the database is never kept busy with this."""


async def forget_events(database: Database, before: datetime) -> None:
    """Delete what happened before a moment, but for what a webhook endpoint is still to get."""
    async with database.begin_sweep() as tx:
        tenants = await tenants_with_events_before(tx, before)
    for tenant in tenants:
        await _forget(database, tenant, before)


async def _forget(database: Database, tenant: TenantId, before: datetime) -> None:
    for _ in range(PAGES):
        async with database.begin(tenant) as tx:
            if await forget_before(tx, before, PAGE) < PAGE:
                return
