"""The rescuer: make deliveries uncertain whose lease has run out, and repair times after the clock stepped back."""

from collections.abc import Sequence
from typing import Final

import structlog

from app.delivery.in_parts import in_parts
from app.delivery.settle import Report, settle
from app.delivery.sql import clocks
from app.delivery.sql.sweeper import ExpiredClaim
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.words import DeliveryId, Reason, ReasonCode, TenantId
from app.store.database import Database
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

PAGE: Final = 1_000
PAGES: Final = 20
WORKER_LOST: Final = "The worker stopped before it could say whether this was sent."


async def expire_claims(database: Database, metrics: Metrics, tenant: TenantId, claims: Sequence[ExpiredClaim]) -> None:
    """Make deliveries uncertain whose worker did not record them in time."""
    reason = Reason(ReasonCode.WORKER_LOST, WORKER_LOST)
    reports = {
        claim.delivery: Report(
            claim.delivery,
            ReportedEvent(DeliveryEvent.LOSE_WORKER, claim.epoch, reason=reason),
            outcome="worker_lost",
            evidence=reason.detail,
        )
        for claim in claims
    }

    async def expire(ids: Sequence[DeliveryId]) -> None:
        await _expire(database, tenant, [reports[id_] for id_ in ids])

    faulty = await in_parts(list(reports), expire)
    metrics.count_expired_claims(len(reports) - len(faulty))
    log.warning("claims_expired", deliveries=len(reports) - len(faulty))


async def _expire(database: Database, tenant: TenantId, reports: Sequence[Report]) -> None:
    async with database.begin(tenant) as tx:
        await clocks.restart_quarantine(tx, [report.delivery_id for report in reports])
        await settle(tx, reports)


async def repair_clocks(database: Database, tenant: TenantId) -> None:
    """Move back times that were set before the database's clock stepped back."""
    log.warning("clock_stepped_back")
    for _ in range(PAGES):
        async with database.begin(tenant) as tx:
            if await clocks.set_right(tx, PAGE) < PAGE:
                return
