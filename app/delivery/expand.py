"""Expand a frozen page into deliveries, piece by piece.

While one piece is judged in the thread beside the event loop, PostgreSQL stores the piece before it and loads the one
after it. A page is one transaction: it is expanded as a whole or not at all.
"""

import asyncio
from collections.abc import Hashable, Sequence
from uuid import UUID

from app.delivery.judge import RecipientLoader, judge_each, pieces, summarize, warn_of_repeats
from app.delivery.sql import preparation
from app.delivery.sql.preparation import FrozenPage
from app.domain.preflight import MessagePlan, Recipient, Verdict
from app.domain.preflight_summary import Summary
from app.domain.words import MassReplyId
from app.process.aside import Aside
from app.process.overlap import both
from app.store.transactions import TenantTx

QUICK = 0.25
"""Seconds for which a transaction waits for a piece to be judged. Nearly every piece takes a tenth of that."""


class TakesLong(Exception):
    """A page cannot be judged while its transaction waits. Nothing of it may be committed."""

    def __init__(self, plan: MessagePlan, unjudged: Sequence[Recipient]) -> None:
        super().__init__("a page takes long to judge")
        self.plan = plan
        self.unjudged = unjudged


class Judge:
    """Judges the recipients of a page, and remembers the verdicts for the page's next transaction."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._verdicts: dict[UUID, Verdict] = {}

    async def take_time(self, late: TakesLong) -> None:
        self._remember(await judge_each(self._aside, late.plan, late.unjudged))

    async def judge(self, plan: MessagePlan, found: Sequence[Recipient]) -> list[Verdict] | None:
        """Return a verdict on each, or None if that takes too long."""
        unjudged = self.unjudged(found)
        quick = await judge_each(self._aside, plan, unjudged, until=_soon()) if unjudged else []
        self._remember(quick)
        return None if len(quick) < len(unjudged) else [self._verdicts[each.conversation_id] for each in found]

    def unjudged(self, found: Sequence[Recipient]) -> list[Recipient]:
        """Return those who have no verdict, or have changed since."""
        verdicts = (self._verdicts.get(each.conversation_id) for each in found)
        return [each for each, verdict in zip(found, verdicts, strict=True) if not verdict or verdict.recipient != each]

    def _remember(self, verdicts: Sequence[Verdict]) -> None:
        self._verdicts |= {verdict.recipient.conversation_id: verdict for verdict in verdicts}


def _soon() -> float:
    return asyncio.get_running_loop().time() + QUICK


async def expand(tx: TenantTx, judge: Judge, plan: MessagePlan, id_: MassReplyId, page: FrozenPage) -> Summary:
    """Store a delivery for each conversation of a page, and what that adds up to. Raise TakesLong if they are not
    judged soon."""
    loader = await RecipientLoader.begin(tx, plan.guards, id_)
    waiting, found, verdicts = pieces(page.conversation_ids), list[Recipient](), list[Verdict]()
    expanded, seen = list[Verdict](), set[Hashable]()
    while waiting or found or verdicts:
        ids = waiting.pop(0) if waiting else ()
        loaded, judged = await both(_store_and_load(loader, verdicts, ids), judge.judge(plan, found))
        if judged is None:
            loaded += [each for few in waiting for each in await loader.load(few)]
            raise TakesLong(plan, judge.unjudged([*found, *loaded]))
        found, verdicts = loaded, warn_of_repeats(judged, plan, seen)
        expanded += verdicts
    await preparation.count_lanes(tx, id_, expanded)
    summary = summarize(expanded)
    await preparation.save_page(tx, id_, page.number, summary)
    return summary


async def _store_and_load(loader: RecipientLoader, verdicts: Sequence[Verdict], ids: Sequence[UUID]) -> list[Recipient]:
    if verdicts:
        await preparation.insert_deliveries(loader.tx, loader.mass_reply, verdicts)
    return await loader.load(ids) if ids else []
