"""Use case: make a database safe that was restored from a back-up. It does not know what was sent after the back-up.

Every message that could be sent now may have been sent before, so none is sent automatically. Mass replies that had not
begun are cancelled: since the back-up they may have begun, or have been changed or cancelled.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.accounts.sql.tenants import every_tenant
from app.delivery.settle import Report, settle
from app.delivery.sql import delivery_pages
from app.domain.audit import OPERATOR
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.words import DeliveryId, Reason, ReasonCode, TenantId
from app.mass_replies.control import cancel
from app.mass_replies.sql import restored
from app.store.database import Database

PAGE: Final = 1_000
FIRST: Final = DeliveryId(UUID(int=0))
"""Less than every id."""
WHY: Final = Reason(
    ReasonCode.WORKER_LOST,
    "The database was restored from a back-up, and it is not known whether this was sent after the back-up was made.",
)


async def after_restore(database: Database) -> Counter[str]:
    """Settle what is open, for every tenant. Return how many deliveries and mass replies that were.

    No worker may run meanwhile. A second run does no harm, even after another restore.
    """
    async with database.begin_sweep() as tx:
        tenants = await every_tenant(tx)
    done = Counter[str]()
    for tenant in tenants:
        done += await hold_back(database, tenant)
    return done


async def hold_back(database: Database, tenant: TenantId) -> Counter[str]:
    """Make deliveries uncertain that were queued or under way. Cancel mass replies that had not begun."""
    done = Counter[str]()
    async with database.begin(tenant) as tx:
        await delivery_pages.drop_retries(tx)  # what waits for one may have been sent since
    last = FIRST
    while page := await _forget_page(database, tenant, last):
        done["uncertain"] += len(page)
        last = page[-1]
    done["cancelled"] += await _cancel_unbegun(database, tenant)
    return done


async def _forget_page(database: Database, tenant: TenantId, after: DeliveryId) -> Sequence[DeliveryId]:
    async with database.begin(tenant) as tx:
        ids = await restored.hold_sendable(tx, after, PAGE)
        unknown = ReportedEvent(DeliveryEvent.RESTORE, reason=WHY)
        await settle(tx, [Report(id_, unknown, outcome="worker_lost", evidence=WHY.detail) for id_ in ids])
        await restored.fence(tx, ids)
    return ids


async def _cancel_unbegun(database: Database, tenant: TenantId) -> int:
    async with database.begin(tenant) as tx:
        ids = await restored.unbegun(tx)
        for id_ in ids:
            await cancel(tx, id_, OPERATOR)
    return len(ids)
