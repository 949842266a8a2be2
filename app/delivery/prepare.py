"""Prepare a mass reply: expand its frozen pages into deliveries, one transaction for each page."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.delivery.judge import judge_all, judge_each, load_recipients, summarize, warn_of_repeats
from app.delivery.plan import load_plan
from app.delivery.sql import contact_limits, preparation
from app.domain.preflight import MessagePlan, Recipient, Verdict
from app.domain.preflight_summary import SAMPLES, Sample, Summary
from app.domain.words import MassReplyId, TenantId
from app.process.aside import Aside
from app.store.database import Database
from app.store.plans import plan_by_key
from app.store.transactions import TenantTx

QUICK = 0.25
"""Seconds for which a transaction waits for the judgement of its page. Nearly every page of a thousand takes less."""
LARGE = 1_000
"""Above this many deliveries, refresh the table's statistics: stale ones make the planner scan the whole batch for each
group."""


async def prepare(
    database: Database, aside: Aside, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> None:
    """Expand the frozen pages into deliveries. Stop if another process is doing it."""
    while await _prepare_page(database, aside, tenant, id_, confirm_within):
        pass


async def _prepare_page(
    database: Database, aside: Aside, tenant: TenantId, id_: MassReplyId, confirm_within: timedelta
) -> bool:
    """Judge a page in its transaction if that is quick. Otherwise judge the rest between two transactions, and again
    whatever has changed in the meantime."""
    judged: dict[UUID, Verdict] = {}
    while True:
        async with database.begin(tenant) as tx:
            if not await preparation.hold_for_preparation(tx, id_):
                return False
            page = await preparation.next_page(tx, id_)
            if page is None:
                await _finish_preparation(tx, aside, id_, confirm_within)
                return False
            plan = await load_plan(tx, id_)
            found = await load_recipients(tx, plan, page.conversation_ids, id_)
            unjudged = [each for each in found if not _is_judged(each, judged)]
            quick = await judge_each(aside, plan, unjudged, until=_soon()) if unjudged else []
            judged |= {verdict.recipient.conversation_id: verdict for verdict in quick}
            if len(quick) == len(unjudged):
                verdicts = warn_of_repeats([judged[recipient.conversation_id] for recipient in found], plan)
                await plan_by_key(tx)
                await preparation.insert_deliveries(tx, id_, verdicts)
                await preparation.save_page(tx, id_, page.number, summarize(verdicts))
                return True
        for verdict in await judge_each(aside, plan, unjudged[len(quick) :]):
            judged[verdict.recipient.conversation_id] = verdict


def _soon() -> float:
    return asyncio.get_running_loop().time() + QUICK


def _is_judged(recipient: Recipient, judged: Mapping[UUID, Verdict]) -> bool:
    verdict = judged.get(recipient.conversation_id)
    return verdict is not None and verdict.recipient == recipient


async def _finish_preparation(tx: TenantTx, aside: Aside, id_: MassReplyId, confirm_within: timedelta) -> None:
    total = Summary()
    for summary in await preparation.page_summaries(tx, id_):
        total.merge(summary)
    plan = await load_plan(tx, id_)
    if plan.guards.compare_conversations:
        withdrawn = await contact_limits.thin_out(tx, id_, plan.guards)
        for each in withdrawn:
            total.withdraw(each)
        if withdrawn:
            total.samples = await _samples(tx, aside, plan, id_)
    await preparation.finish_preparation(tx, id_, total, datetime.now(UTC) + confirm_within)
    if total.selected.total() >= LARGE:
        await preparation.renew_statistics(tx)


async def _samples(tx: TenantTx, aside: Aside, plan: MessagePlan, id_: MassReplyId) -> list[Sample]:
    """Choose the samples again: those of the pages may have been withdrawn. They are few enough for a transaction."""
    shown = await contact_limits.first_going(tx, id_, SAMPLES)
    return summarize(await judge_all(aside, plan, await load_recipients(tx, plan, shown, id_))).samples
