"""Work through what a request handed over: one page of deliveries and one transaction at a time."""

from typing import Final

from app.delivery.settle import Report, settle
from app.delivery.sql import delivery_pages, lifecycle
from app.delivery.sql.delivery_pages import DeliveryPage, PageWork
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import MassReplyId, TenantId
from app.store import mass_replies
from app.store.database import Database
from app.store.transactions import TenantTx

PAGES: Final = 20
"""Pages of one mass reply in one tick."""


async def work_off(database: Database, tenant: TenantId, id_: MassReplyId) -> None:
    """Do some pages of a mass reply. The rest waits for the next tick."""
    for _ in range(PAGES):
        async with database.begin(tenant) as tx:
            page = await delivery_pages.hold_first(tx, id_)
            if page is None:
                return
            match page.work:
                case PageWork.RETRY:
                    await _retry(tx, id_, page)
                case PageWork.NOTE_SKIPPED:
                    await lifecycle.note_skipped(tx, page.delivery_ids)
            await delivery_pages.delete(tx, id_, page.id)


async def _retry(tx: TenantTx, id_: MassReplyId, page: DeliveryPage) -> None:
    """Queue deliveries again that are still failed, unless the mass reply was cancelled in the meantime.

    If it is being cancelled right now, the sweeper cancels what is queued here.
    """
    if await mass_replies.status(tx, id_) is MassReplyStatus.CANCELLED:
        return
    again = ReportedEvent(DeliveryEvent.RETRY, not_after=page.not_after)
    ids = await delivery_pages.hold_retryable(tx, page.delivery_ids, page.reason_codes)
    await settle(tx, [Report(each, again) for each in ids])
