"""The rescuer: make deliveries uncertain whose lease has run out, and repair times after the clock stepped back."""

from collections.abc import Sequence
from typing import Final

import structlog

from app.delivery.settle import Report, settle
from app.delivery.sql import clocks
from app.delivery.sql.sweeper import ExpiredClaim
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.words import Reason, ReasonCode, TenantId
from app.store.database import Database
from app.store.overload import may_pass
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

PAGE: Final = 1_000
PAGES: Final = 20
WORKER_LOST: Final = "The worker stopped before it could say whether this was sent."


async def expire_claims(database: Database, metrics: Metrics, tenant: TenantId, claims: Sequence[ExpiredClaim]) -> None:
    """Make deliveries uncertain whose worker did not record them in time."""
    reason = Reason(ReasonCode.WORKER_LOST, WORKER_LOST)
    reports = [
        Report(
            claim.delivery,
            ReportedEvent(DeliveryEvent.LOSE_WORKER, claim.epoch, reason=reason),
            outcome="worker_lost",
            evidence=reason.detail,
        )
        for claim in claims
    ]
    await _settle_each(database, tenant, reports)
    metrics.count_expired_claims(len(reports))
    log.warning("claims_expired", deliveries=len(reports))


async def _settle_each(database: Database, tenant: TenantId, reports: Sequence[Report]) -> None:
    """Settle all at once. If that fails, settle them one by one, so that one bad report does not hold back the rest."""
    try:
        async with database.begin(tenant) as tx:
            await clocks.restart_quarantine(tx, [report.delivery_id for report in reports])
            await settle(tx, reports)
    except Exception as error:
        if may_pass(error):  # no single row is at fault
            raise
        if len(reports) == 1:
            log.exception("sweep_failed", delivery=str(reports[0].delivery_id), error=type(error).__name__)
            return
        for report in reports:
            await _settle_each(database, tenant, [report])


async def repair_clocks(database: Database, tenant: TenantId) -> None:
    """Move back times that were set before the database's clock stepped back."""
    log.warning("clock_stepped_back")
    for _ in range(PAGES):
        async with database.begin(tenant) as tx:
            if await clocks.set_right(tx, PAGE) < PAGE:
                return
