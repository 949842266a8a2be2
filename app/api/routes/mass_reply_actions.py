"""Actions on a mass reply that is under way. Each returns 202 with the mass reply as it is then."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Response, status

from app.api.action_schemas import NO_AUTHOR, ActionBody, LaneBody, ResolveBody, RetryBody
from app.api.deps import RuntimeDep, Sender
from app.api.idempotency import KeyHeader, read_key, replay
from app.api.mass_replies import Id, existing, read, response_of, wake
from app.api.mass_reply_schemas import MassReplyResponse
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.domain.audit import Actor
from app.domain.errors import (
    ConversationsNotFound,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InvalidSchedule,
    InvalidState,
    NotFound,
    NothingToRetry,
    StillSettling,
)
from app.domain.lanes import LanesToWake
from app.domain.words import MassReplyId, TenantId
from app.mass_replies import control
from app.mass_replies.idempotency import IdempotencyKey, earlier
from app.runtime import Runtime
from app.store.shares import BULK
from app.store.transactions import TenantTx

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)

ALL_LANES = LaneBody()
ALL_FAILED = RetryBody()


@router.post("/{id}/pause", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def pause_mass_reply(
    id_: Id, caller: Sender, runtime: RuntimeDep, body: LaneBody = ALL_LANES
) -> MassReplyResponse:
    """Pause it: nothing more is sent until it is resumed. Calls under way finish and are recorded."""
    by = Actor.of(caller, body.acting(caller))
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        await control.pause(tx, MassReplyId(id_), by, body.channel_account)
    return response_of(await read(runtime, caller.tenant_id, id_))


@router.post("/{id}/resume", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def resume_mass_reply(
    id_: Id, caller: Sender, runtime: RuntimeDep, body: LaneBody = ALL_LANES
) -> MassReplyResponse:
    """Resume the whole mass reply, or one lane. The lane's channel account resumes too if it is paused."""
    by = Actor.of(caller, body.acting(caller))
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        lanes = await control.resume(tx, MassReplyId(id_), by, body.channel_account)
    await wake(runtime, lanes)
    return response_of(await read(runtime, caller.tenant_id, id_))


@router.post("/{id}/cancel", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def cancel_mass_reply(
    id_: Id, caller: Sender, runtime: RuntimeDep, body: ActionBody = NO_AUTHOR
) -> MassReplyResponse:
    """Cancel it permanently. What is not sent becomes `cancelled`; calls under way finish and are recorded."""
    by = Actor.of(caller, body.acting(caller))
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        await control.cancel(tx, MassReplyId(id_), by)
    return response_of(await read(runtime, caller.tenant_id, id_))


@router.post(
    "/{id}/retry",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=MassReplyResponse,
    responses=problems(
        NotFound, InvalidState, InvalidSchedule, NothingToRetry, IdempotencyKeyReused, IdempotencyInProgress
    ),
)
async def retry_mass_reply(
    id_: Id, caller: Sender, runtime: RuntimeDep, body: RetryBody = ALL_FAILED, key: KeyHeader = None
) -> MassReplyResponse | Response:
    """Queue the deliveries again that failed for a temporary reason. A completed mass reply is `sending` then.

    Up to 1,000 are `queued` in the response. If there are more, exactly those that have failed by now are queued
    within seconds, or minutes if there are very many, and count as `failed` until then. Meanwhile another retry gets a
    409; a cancel leaves the rest failed.
    """
    by = Actor.of(caller, body.acting(caller))
    once = read_key(caller, key, f"retry {id_}", body)
    wanted = control.Retry(body.reason_codes, body.not_after)
    act = partial(control.retry, id_=MassReplyId(id_), wanted=wanted, send_within=runtime.settings.send_within, by=by)
    return await _act_once(runtime, caller.tenant_id, id_, once, act)


@router.post(
    "/{id}/resolve",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=MassReplyResponse,
    responses=problems(
        NotFound,
        InvalidState,
        InvalidSchedule,
        ConversationsNotFound,
        StillSettling,
        IdempotencyKeyReused,
        IdempotencyInProgress,
    ),
)
async def resolve_mass_reply(
    id_: Id, body: ResolveBody, caller: Sender, runtime: RuntimeDep, key: KeyHeader = None
) -> MassReplyResponse | Response:
    """Decide whether uncertain deliveries were sent, after a person has found out. Their name and reason are stored.

    `sent` adds the reply to the timeline as if the provider had confirmed it. `not_sent` makes the delivery `failed`,
    and it may be retried. With `send_again` it is queued at once: a customer who did get the message gets it twice.
    """
    decision, within = body.to_decision(caller), runtime.settings.send_within
    by = Actor.of(caller, decision.by)
    once = read_key(caller, key, f"resolve {id_}", body)
    act = partial(control.resolve, id_=MassReplyId(id_), decision=decision, send_within=within, by=by)
    return await _act_once(runtime, caller.tenant_id, id_, once, act)


async def _act_once(
    runtime: Runtime,
    tenant: TenantId,
    id_: UUID,
    key: IdempotencyKey | None,
    act: Callable[[TenantTx], Awaitable[LanesToWake]],
) -> MassReplyResponse | Response:
    """Act once for each key, and store the response in the action's own transaction."""
    async with runtime.database.of(BULK).begin(tenant) as tx:
        if (record := await earlier(tx, key)) is not None:
            return replay(record)
        lanes = await act(tx)
        batch = response_of(await existing(tx, id_))
        if key is not None:
            await key.open(tx, MassReplyId(id_))
            await key.close(tx, status.HTTP_202_ACCEPTED, batch.model_dump_json())
    await wake(runtime, lanes)
    return batch
