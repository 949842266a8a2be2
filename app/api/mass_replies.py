"""What the routes of mass replies share: reading one, returning it, waking its lanes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path

from app.api.mass_reply_schemas import MassReplyResponse
from app.api.progress_schemas import lane_state
from app.domain.errors import NotFound
from app.domain.lanes import LaneKey
from app.domain.mass_reply import MassReply
from app.domain.words import MassReplyId, TenantId
from app.runtime import Runtime
from app.store import mass_replies
from app.store.finishing import to_its_end
from app.store.mass_replies import Snapshot
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


async def snapshot(runtime: Runtime, tenant: TenantId, id_: UUID) -> Snapshot:
    """Return the mass reply as it is now. Raise NotFound if there is none."""
    found = await mass_replies.snapshot(runtime.database, tenant, id_)
    if found is None:
        raise NotFound
    return found


async def read(runtime: Runtime, tenant: TenantId, id_: UUID) -> MassReply:
    """Return the mass reply for a response. Raise NotFound if there is none."""
    return (await snapshot(runtime, tenant, id_)).whole()


async def must_exist(tx: TenantTx, id_: UUID) -> None:
    """Raise NotFound if there is no such mass reply."""
    if not await mass_replies.exists(tx, id_):
        raise NotFound


async def existing(tx: TenantTx, id_: UUID) -> MassReply:
    """Return the mass reply, with its whole selection. Raise NotFound if there is none."""
    return _there(await mass_replies.get(tx, MassReplyId(id_)))


async def whole(runtime: Runtime, tenant: TenantId, id_: UUID) -> MassReply:
    """As `existing`, without a transaction: one round trip."""
    return _there(await mass_replies.read(runtime.database, tenant, MassReplyId(id_)))


def _there(batch: MassReply | None) -> MassReply:
    if batch is None:
        raise NotFound
    return batch


def response_of(batch: MassReply) -> MassReplyResponse:
    return MassReplyResponse.of(batch, datetime.now(UTC))


def state_of(found: Snapshot, now: datetime) -> tuple[object, ...]:
    """Return the values that decide the response of this mass reply. They cost less than the response itself."""
    progress = found.progress
    lanes = (
        (lane.channel, lane.account_key, *lane_state(lane, progress, now), lane.billed, *lane.counts.values())
        for lane in progress.lanes
    )
    return (*found.columns, progress.halted_by, *lanes)
