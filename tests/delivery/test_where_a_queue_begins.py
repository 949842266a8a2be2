"""A lane says where its queue begins. Nothing is queued before that, in whatever order claims and returns meet."""

import asyncio
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from app.delivery.settle import settle
from app.delivery.sql.claims import Claimed
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.words import DeliveryId, ReasonCode
from tests.delivery.stage import Batch, Stage, because, report

E, S = DeliveryEvent, DeliveryStatus
SIZE, STEPS = 6, 8
ORDERS, PARTS, USUAL = 2, 8, 1
"""Plays a part, parts in all, and how many of them every run of the tests plays."""
SOON = timedelta(microseconds=1)
FAILED = because(ReasonCode.PROVIDER_REJECTED, retryable=True)
LOCK = sa.text("SELECT FROM deliveries WHERE id = ANY (CAST(:ids AS uuid[])) FOR UPDATE")


class RolledBack(Exception):
    pass


class Play:
    """One lane, its claims, and what happens beside them."""

    def __init__(self, stage: Stage, batch: Batch, dice: Random, history: list[str]) -> None:
        self.stage, self.batch, self.dice, self.history = stage, batch, dice, history
        self.held: list[Claimed] = []

    async def run(self) -> None:
        for _ in range(STEPS):
            with suppress(RolledBack):
                self.held += await self.claim()
            await self.stage.counts(self.batch)
            await self.end_some()
            await self.stage.counts(self.batch)
        queued = await self.queued()
        assert {one.delivery_id for one in await self.stage.claim(self.batch)} == set(queued)

    async def claim(self) -> list[Claimed]:
        """Claim a few. Others may hold some of the queue meanwhile, and let go of it in the end."""
        async with AsyncExitStack() as stack:
            if self.dice.random() < 0.3:
                other = await stack.enter_async_context(self.stage.database.begin(self.stage.tenant))
                held = [id_ for id_ in await self.queued() if self.dice.random() < 0.5]
                await other.execute(LOCK, ids=held)
                self.history.append(f"others hold {len(held)}")
            count = self.dice.randint(1, SIZE // 2)
            self.history.append(f"claim {count}")
            async with self.stage.database.begin(self.stage.tenant) as tx:
                taken = await self.stage.claim_in(tx, self.batch, count, before_it_counts=self.end_some)
                if self.dice.random() < 0.2:
                    self.history.append("roll back")
                    raise RolledBack
            return taken

    async def end_some(self) -> None:
        """Let some of what is held come to an end, and some of what failed be sent again."""
        for one in [one for one in self.held if self.dice.random() < 0.4]:
            self.held.remove(one)
            event = self.dice.choice((E.GIVE_BACK, E.DEFER, E.REJECT, E.ACCEPT))
            self.history.append(f"{event} {str(one.delivery_id)[-4:]}")
            about = {"wait": SOON} if event is E.DEFER else {"reason": FAILED} if event is E.REJECT else {}
            await self.stage.settle(report(one.delivery_id, event, one.epoch, **about))
        for id_ in await self.those(S.FAILED):
            if self.dice.random() < 0.5:
                self.history.append(f"send {str(id_)[-4:]} again")
                await self.stage.settle(report(id_, E.RETRY, None))

    async def queued(self) -> list[DeliveryId]:
        return await self.those(S.QUEUED)

    async def those(self, status: DeliveryStatus) -> list[DeliveryId]:
        statement = "SELECT id FROM deliveries WHERE mass_reply_id = :id AND status = :status ORDER BY id"
        return [DeliveryId(row.id) for row in await self.stage.runs(statement, id=self.batch.id, status=status)]


@pytest.mark.parametrize(
    "part", [*range(USUAL), *(pytest.param(part, marks=pytest.mark.proof) for part in range(USUAL, PARTS))]
)
async def test_nothing_is_queued_before_the_queue_in_every_order_that_was_tried(stage: Stage, part: int) -> None:
    for seed in range(part * ORDERS, (part + 1) * ORDERS):
        history = [f"seed {seed}"]
        try:
            await Play(stage, await stage.batch(SIZE), Random(seed), history).run()  # noqa: S311 - deals out steps
        except AssertionError as error:
            error.add_note("\n".join(history))
            raise


async def test_a_claim_that_waits_for_what_comes_back_sees_it(stage: Stage) -> None:
    batch = await stage.batch(4)
    [first] = await stage.claim(batch, 1)
    async with stage.database.begin(stage.tenant) as tx:
        await settle(tx, [report(first.delivery_id, E.GIVE_BACK)])
        claiming = asyncio.create_task(stage.claim(batch, 2))
        await stage.somebody_waits_for_a_lock()
    await claiming
    assert await stage.counts(batch) == {"queued": 2, "sending": 2}
    assert first.delivery_id in {one.delivery_id for one in await stage.claim(batch)}


async def test_a_queue_begins_at_its_first_delivery(stage: Stage) -> None:
    batch = await stage.batch(4)
    await stage.claim(batch, 2)
    lane = await stage.one("SELECT queue_from_at, queue_from_id FROM lanes WHERE mass_reply_id = :id", id=batch.id)
    third = await stage.row(batch.deliveries[2])
    assert tuple(lane) == (third.not_before, third.id)
