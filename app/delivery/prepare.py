"""Prepare a mass reply: expand its frozen pages into deliveries, one transaction for each page."""

from datetime import timedelta

from app.delivery.expand import Judge, TakesLong, expand
from app.delivery.judge import judge_all, load_recipients, summarize
from app.delivery.plan import load_plan
from app.delivery.sql import contact_limits, preparation
from app.domain.preflight import MessagePlan
from app.domain.preflight_summary import SAMPLES, Sample, Summary
from app.domain.words import MassReplyId, TenantId
from app.process.aside import Aside
from app.store.database import Database
from app.store.transactions import TenantTx

LARGE = 10_000
"""From this many deliveries on, refresh the table's statistics if they are a tenth of it, as autovacuum would later.
Reading a sample takes as long as preparing a thousand."""


async def prepare(
    database: Database, aside: Aside, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> None:
    """Expand the frozen pages into deliveries. Stop if another process is doing it."""
    while await _prepare_page(database, aside, tenant, id_, confirm_within):
        pass


async def _prepare_page(
    database: Database, aside: Aside, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> bool:
    """Expand a page in one transaction if it is judged quickly. Otherwise judge the rest after the transaction, and
    try again; recipients that have changed by then are judged again. Return whether there may be more pages."""
    judge = Judge(aside)
    while True:
        try:
            async with database.begin(tenant) as tx:
                if not await preparation.hold_for_preparation(tx, id_):
                    return False
                plan, page = await load_plan(tx, id_), await preparation.next_page(tx, id_)
                expanded = None if page is None else await expand(tx, judge, plan, id_, page)
                if page is None or page.is_last:
                    only = expanded if page is not None and page.is_first else None
                    await _finish_preparation(tx, aside, plan, id_, confirm_within, only)
                    return False
                return True
        except TakesLong as late:
            await judge.take_time(late)


async def _finish_preparation(
    tx: TenantTx, aside: Aside, plan: MessagePlan, id_: MassReplyId, confirm_within: timedelta, only: Summary | None
) -> None:
    """Store what all pages add up to: `only` is the summary of the only page, if there is one page."""
    total = only or Summary()
    if only is None:
        async for summary in preparation.page_summaries(tx, id_):
            total.merge(summary)
    if plan.guards.compare_conversations:
        withdrawn = await contact_limits.thin_out(tx, id_, plan.guards)
        for each in withdrawn:
            total.withdraw(each)
        if withdrawn:
            total.samples = await _samples(tx, aside, plan, id_)
    await preparation.finish_preparation(tx, id_, total, confirm_within)
    if total.selected.total() >= LARGE:
        await preparation.renew_statistics(tx, total.selected.total())


async def _samples(tx: TenantTx, aside: Aside, plan: MessagePlan, id_: MassReplyId) -> list[Sample]:
    """Choose the samples again: those of the pages may have been withdrawn. They are few enough for a transaction."""
    shown = await contact_limits.first_going(tx, id_, SAMPLES)
    return summarize(await judge_all(aside, plan, await load_recipients(tx, plan, shown, id_))).samples
