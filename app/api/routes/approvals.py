"""A second person's approval or rejection of a mass reply."""

from fastapi import APIRouter, status

from app.api.action_schemas import NO_AUTHOR, ActionBody
from app.api.approval_schemas import RejectBody
from app.api.deps import Approver, RuntimeDep
from app.api.mass_replies import Id, read, response_of, wake
from app.api.mass_reply_schemas import MassReplyResponse
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.domain.audit import Actor
from app.domain.errors import InvalidSchedule, InvalidState, NotFound
from app.domain.words import MassReplyId
from app.mass_replies import confirm
from app.store.shares import BULK

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)


@router.post(
    "/{id}/approve",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound, InvalidState, InvalidSchedule),
)
async def approve_mass_reply(
    id_: Id, caller: Approver, runtime: RuntimeDep, body: ActionBody = NO_AUTHOR
) -> MassReplyResponse:
    """Approve it: it is sent as it was confirmed. A hold begins now; a start time that has passed means now.

    Returns 403 to its author and to everyone who created or confirmed it: the second person must be somebody else.
    """
    by = Actor.of(caller, body.acting(caller))
    within = runtime.settings.send_within
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        lanes = await confirm.approve(tx, MassReplyId(id_), within, by)
    await wake(runtime, lanes)
    return response_of(await read(runtime, caller.tenant_id, id_))


@router.post("/{id}/reject", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def reject_mass_reply(id_: Id, body: RejectBody, caller: Approver, runtime: RuntimeDep) -> MassReplyResponse:
    """Reject it: it is cancelled, with the reason, and nothing is sent.

    Returns 403 to its author and to everyone who created or confirmed it; they may cancel it.
    """
    by = Actor.of(caller, body.acting(caller))
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        await confirm.reject(tx, MassReplyId(id_), body.reason, by)
    return response_of(await read(runtime, caller.tenant_id, id_))
