"""Messages are rendered outside the claim's transaction and beside the event loop, and each recipient is on its own.

Only what hardly ever takes long is rendered with the claim.
"""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Any
from uuid import uuid4

from app.delivery import rendering, senders
from app.delivery.claim import Claim, ClaimedSend, ClaimResult
from app.delivery.pump import Pump
from app.delivery.pump_context import PumpContext
from app.delivery.senders import PlanCache
from app.delivery.staged_files import StagedFiles
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.preflight import MessagePlan
from app.domain.words import MassReplyId
from app.store.transactions import TenantTx
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, Stage, recording, report


class Watched:
    """A message that notes under which circumstances it is rendered."""

    def __init__(self, real: Any, stage: Stage) -> None:
        self._real, self._stage = real, stage
        self.connections: list[int] = []
        self.threads: set[int] = set()

    def render(self, *arguments: Any, **named: Any) -> Any:
        self.connections.append(self._stage.database.pool_use().in_use)
        self.threads.add(threading.get_ident())
        return self._real.render(*arguments, **named)


class WatchedPlans(PlanCache):
    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self.message: Watched | None = None

    async def plan(self, tx: TenantTx, mass_reply: MassReplyId) -> MessagePlan:
        plan = await super().plan(tx, mass_reply)
        self.message = self.message or Watched(plan.message, self._stage)
        return replace(plan, message=self.message)  # type: ignore[arg-type]


async def test_nothing_is_rendered_on_the_event_loop_or_while_a_transaction_is_open(stage: Stage) -> None:
    batch, carrier, plans = await stage.batch(3), Carrier(), WatchedPlans(stage)
    pump_context = replace(stage.pump_context(carrier), plans=plans)
    async with recording(pump_context.recorder):
        await Pump(pump_context, batch.lane, asyncio.Event()).run()

    assert plans.message is not None
    assert plans.message.connections == [0, 0, 0]
    assert threading.get_ident() not in plans.message.threads
    assert await stage.counts(batch) == {"sent": 3}
    assert ("reply", carrier.calls[0].text) in await stage.timeline(batch)


async def claim_two(stage: Stage, batch: Batch, context: PumpContext) -> ClaimResult:
    """Claim two deliveries of an account that has two tokens left."""
    await stage.runs("UPDATE channel_accounts SET allowed_at = clock_timestamp() - interval '1 s', rate_per_second = 2")
    slots = context.dispatchers.of(stage.tenant, stage.account).slots
    async with stage.database.begin(stage.tenant) as tx:
        return await Claim(context, batch.lane, tx, StagedFiles(), slots).take(uuid4())


async def render(stage: Stage, batch: Batch, context: PumpContext, taken: ClaimResult) -> Sequence[ClaimedSend]:
    assert taken.judging is not None
    return await rendering.render(context, batch.lane, taken, taken.judging, inf)


async def test_what_takes_no_time_is_rendered_and_stored_with_the_claim(stage: Stage) -> None:
    batch = await stage.batch(4)
    context = stage.pump_context(Carrier())
    first = await claim_two(stage, batch, context)
    await render(stage, batch, context, first)
    second = await claim_two(stage, batch, context)

    assert [len(taken.rendered) for taken in (first, second)] == [0, 2]
    assert await render(stage, batch, context, second) is second.rendered
    texts = [(await stage.attempts(claimed.delivery_id))[0].text for claimed in (*first.rows, *second.rows)]
    assert sorted(texts) == [f"Hi Name{number}, we are back." for number in range(1, 5)]


async def test_what_takes_long_for_some_is_not_rendered_with_a_claim(stage: Stage) -> None:
    batch = await stage.batch(4)
    context = stage.pump_context(Carrier())
    await render(stage, batch, context, await claim_two(stage, batch, context))
    context.plans.rendering_time(batch.id).note(senders.SHORT * 2)

    assert (await claim_two(stage, batch, context)).rendered == ()


async def test_what_the_lease_is_too_short_to_render_is_given_back(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.process.aside.TURN", 0)  # one recipient a turn
    batch, carrier = await stage.batch(3), Carrier()
    pump_context = stage.pump_context(carrier)
    slots = pump_context.dispatchers.of(stage.tenant, stage.account).slots
    async with stage.database.begin(stage.tenant) as tx:
        taken = await Claim(pump_context, batch.lane, tx, StagedFiles(), slots).take(uuid4())
    assert taken.judging is not None
    claimed_sends = await rendering.render(pump_context, batch.lane, taken, taken.judging, 0)

    assert len(claimed_sends) == 1
    assert await stage.counts(batch) == {"queued": 2, "sending": 1}
    assert [(await stage.attempts(delivery))[0].outcome for delivery in batch.deliveries].count("given_back") == 2


async def test_a_crash_between_the_claim_and_its_texts_sends_nothing_until_a_person_decides(stage: Stage) -> None:
    batch, dead, alive = await stage.batch(2), Carrier(), Carrier()
    pump_context = stage.pump_context(dead)
    async with stage.database.begin(stage.tenant) as tx:
        slots = pump_context.dispatchers.of(stage.tenant, stage.account).slots
        await Claim(pump_context, batch.lane, tx, StagedFiles(), slots).take(uuid4())
    await stage.let_lease_run_out(batch)
    await stage.sweeper().tick()
    assert await stage.counts(batch) == {"uncertain": 2}

    again, sent = batch.deliveries
    await stage.let_settle(batch)
    await stage.settle(report(again, DeliveryEvent.SEND_AGAIN, None))
    await stage.settle(report(sent, DeliveryEvent.RESOLVE_SENT, None))
    pump_context = stage.pump_context(alive)
    async with recording(pump_context.recorder):
        await Pump(pump_context, batch.lane, asyncio.Event()).run()

    assert await stage.counts(batch) == {"sent": 2}
    assert (len(dead.calls), len(alive.calls)) == (0, 1)
    replies = [text for kind, text in await stage.timeline(batch) if kind == "reply"]
    assert replies == ["Hi Name1, we are back."]
