"""Batches whose streams are read in tests, and readers of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from app.api.event_streams import Feeds
from app.api.routes.mass_reply_events import ReadAccess
from app.delivery.sql import lifecycle
from app.domain.delivery_lifecycle import DeliveryEvent as E
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import DeliveryId, ReasonCode
from tests.api.event_reader import Comment, StreamEvent
from tests.delivery.stage import Batch, Stage, because, report

TICK = 0.02


async def _yes() -> bool:
    return True


ALWAYS = ReadAccess(_yes)
LONGEST_WAIT = 20
FAILED = because(ReasonCode.CONTENT_REJECTED, "The provider did not like it.")
LOST = because(ReasonCode.ANSWER_LOST, "No answer.")


def address(batch: Batch) -> str:
    return f"/mass-replies/{batch.id}/events"


async def accept(stage: Stage, *deliveries: DeliveryId) -> None:
    await stage.settle(*(report(one, E.ACCEPT, outcome="accepted") for one in deliveries))


async def end(stage: Stage, batch: Batch, after: MassReplyStatus = MassReplyStatus.COMPLETED) -> None:
    before = MassReplyStatus((await stage.mass_reply(batch)).status)
    async with stage.database.begin(stage.tenant) as tx:
        assert await lifecycle.finish(tx, batch.id, before, after)


async def finished_batch(stage: Stage, count: int = 3) -> Batch:
    batch = await stage.batch(count)
    await stage.claim(batch)
    await accept(stage, *batch.deliveries)
    await end(stage, batch)
    return batch


def names(events: list[StreamEvent]) -> list[str]:
    return [event.name for event in events]


def deliveries(events: list[StreamEvent]) -> list[dict[str, Any]]:
    return [event.data for event in events if event.name == "delivery"]


async def next_event(events: AsyncIterator[StreamEvent | Comment], name: str) -> StreamEvent:
    async with asyncio.timeout(LONGEST_WAIT):
        async for event in events:
            if isinstance(event, StreamEvent) and event.name == name:
                return event
    raise AssertionError(f"The stream ended without {name}.")


async def until_nobody_follows(feeds: Feeds) -> None:
    async with asyncio.timeout(LONGEST_WAIT):
        while feeds.open_streams:
            await asyncio.sleep(0.005)
