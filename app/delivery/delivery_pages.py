"""Work through what a request handed over: one page of deliveries and one transaction at a time."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from app.delivery.in_parts import in_parts
from app.delivery.settle import Report, settle
from app.delivery.sql import delivery_pages, lifecycle
from app.delivery.sql.delivery_pages import DeliveryPage, PageWork
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import DeliveryId, MassReplyId, TenantId
from app.store import mass_replies
from app.store.database import Database
from app.store.transactions import TenantTx

PAGES: Final = 20
"""Pages of one mass reply in one tick."""


async def work_off(database: Database, tenant: TenantId, id_: MassReplyId) -> None:
    """Do some pages of a mass reply. The rest waits for the next tick.

    A page of which nothing can be worked is kept, and raises once others had their turn. A second one ends that turn:
    to work each of its deliveries alone takes long.
    """
    kept: dict[UUID, Exception] = {}
    for _ in range(PAGES):
        async with database.begin(tenant) as tx:
            page = await delivery_pages.one(tx, id_, but=kept)
        if page is None:
            break
        faulty = await in_parts(page.delivery_ids, partial(_work_on, database, tenant, id_, page.id))
        if faulty and not await _left_out(database, tenant, id_, page, faulty):
            kept[page.id] = faulty[page.delivery_ids[0]]
        if len(kept) > 1:
            break
    for error in kept.values():
        raise error


async def _work_on(
    database: Database, tenant: TenantId, id_: MassReplyId, page_id: UUID, ids: Sequence[DeliveryId]
) -> None:
    """Work on some of a page's deliveries, and take them off the page in the same transaction."""
    async with database.begin(tenant) as tx:
        page = await delivery_pages.hold(tx, id_, page_id)
        if page is None:
            return
        left = set(page.delivery_ids)
        ids = [each for each in ids if each in left]
        match page.work:
            case PageWork.RETRY:
                await _retry(tx, id_, page, ids)
            case PageWork.NOTE_SKIPPED:
                await lifecycle.note_skipped(tx, ids)
        await delivery_pages.remove(tx, id_, page_id, ids)


async def _left_out(
    database: Database, tenant: TenantId, id_: MassReplyId, page: DeliveryPage, faulty: Mapping[DeliveryId, Exception]
) -> bool:
    """Leave deliveries as they are that could not be worked. Otherwise the mass reply would never finish.

    If that is the whole page, no delivery is at fault: return False, and keep the page until it is too late for it.
    """
    async with database.begin(tenant) as tx:
        if len(faulty) == len(page.delivery_ids) and not await delivery_pages.is_over(tx, id_, page.id):
            return False
        await delivery_pages.remove(tx, id_, page.id, list(faulty))
        return True


async def _retry(tx: TenantTx, id_: MassReplyId, page: DeliveryPage, ids: Sequence[DeliveryId]) -> None:
    """Queue deliveries again that are still failed, unless the mass reply was cancelled in the meantime.

    If it is being cancelled right now, the sweeper cancels what is queued here.
    """
    if await mass_replies.status(tx, id_) is MassReplyStatus.CANCELLED:
        return
    again = ReportedEvent(DeliveryEvent.RETRY, not_after=page.not_after)
    held = await delivery_pages.hold_retryable(tx, ids, page.reason_codes)
    await settle(tx, [Report(each, again) for each in held])
