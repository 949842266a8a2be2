"""Rendering of what a claim took and had no time to render itself: off the event loop, and with no transaction open."""

from collections.abc import Sequence

from app.delivery.calling import by_loop
from app.delivery.claim import ClaimedSend, ClaimResult, Judging
from app.delivery.give_back import given_back
from app.delivery.pump_context import PumpContext
from app.delivery.settle import settle
from app.delivery.sql import claims, waiting
from app.domain.lanes import LaneKey
from app.process.tenant_time import Purse


async def render(
    context: PumpContext, lane: LaneKey, result: ClaimResult, judging: Judging, until: float
) -> Sequence[ClaimedSend]:
    """Render and store the remaining messages. Give back those that half of the lease is too short for.

    The lease ends at `until`, by `elapsed`.
    """
    aside = context.aside.of(lane.tenant, Purse.SENDING)  # so that other tenants know of this one
    rows, done = result.rows, len(result.rendered)
    if done == len(rows) and not result.held:
        return result.rendered
    latest = by_loop(until - context.pace.lease.total_seconds() / 2)
    claimed_sends = [*result.rendered, *await aside.each(judging.claimed_send, rows[done:], until=latest)]
    async with context.database.begin(lane.tenant) as tx:
        await claims.store_texts(tx, [judging.attempt(claimed_send) for claimed_send in claimed_sends[done:]])
        if late := rows[len(claimed_sends) :]:
            await settle(tx, [given_back(row) for row in late])
        if result.held and claimed_sends:
            await waiting.forget_hold(tx, lane)
    return claimed_sends
