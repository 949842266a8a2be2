"""What the routes of mass replies share: reading one, returning it, waking its lanes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path

from app.api.mass_reply_schemas import MassReplyAnswer
from app.domain.errors import NotFound
from app.domain.lanes import LaneKey
from app.domain.mass_reply import MassReply
from app.domain.words import MassReplyId, TenantId
from app.runtime import Runtime
from app.store import mass_replies
from app.store.finishing import to_its_end
from app.store.transactions import TenantTx

Id = Annotated[UUID, Path(alias="id")]
DELIVERIES_PER_PUMP = 500
MOST_PUMPS = 4
"""The most processes in which one lane is woken. Each pump keeps hundreds of calls under way."""


async def wake(runtime: Runtime, lanes: Sequence[tuple[LaneKey, int]]) -> None:
    """Wake the workers after a commit, even if the caller has disconnected.

    If a wake-up is lost, the sweeper finds the lanes within a second.
    """
    await to_its_end(_wake(runtime, lanes))


async def _wake(runtime: Runtime, lanes: Sequence[tuple[LaneKey, int]]) -> None:
    for lane, queued in lanes:
        await runtime.wakeups.wake_lane(lane, min(MOST_PUMPS, 1 + queued // DELIVERIES_PER_PUMP))


async def read(runtime: Runtime, tenant: TenantId, id_: UUID) -> MassReply:
    """Return the mass reply. Raise NotFound if there is none."""
    async with runtime.database.begin(tenant) as tx:
        return await existing(tx, id_)


async def existing(tx: TenantTx, id_: UUID) -> MassReply:
    """Return the mass reply. Raise NotFound if there is none."""
    batch = await mass_replies.get(tx, MassReplyId(id_))
    if batch is None:
        raise NotFound
    return batch


def answer(batch: MassReply) -> MassReplyAnswer:
    return MassReplyAnswer.of(batch, datetime.now(UTC))
