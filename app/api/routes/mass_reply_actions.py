"""Acting on a mass reply that is under way. Every action answers 202 with the mass reply as it stands then."""

from fastapi import APIRouter, status

from app import control
from app.api.action_schemas import LaneBody
from app.api.batches import Id, answer, read, wake
from app.api.deps import RuntimeDep, Sender
from app.api.mass_reply_schemas import MassReplyAnswer
from app.api.problems import problems
from app.domain.errors import InvalidState, NotFound
from app.domain.model import MassReplyId

router = APIRouter(prefix="/mass-replies", tags=["mass replies"])

EVERYTHING = LaneBody()


@router.post("/{id}/pause", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def pause_mass_reply(
    id_: Id, caller: Sender, runtime: RuntimeDep, body: LaneBody = EVERYTHING
) -> MassReplyAnswer:
    """Send nothing more until it is resumed. Calls under way finish and are reported."""
    async with runtime.database.begin(caller.tenant_id) as connection:
        await control.pause(connection, caller.tenant_id, MassReplyId(id_), body.channel_account)
    return answer(await read(runtime, caller.tenant_id, id_))


@router.post("/{id}/resume", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def resume_mass_reply(
    id_: Id, caller: Sender, runtime: RuntimeDep, body: LaneBody = EVERYTHING
) -> MassReplyAnswer:
    """Go on: with everything that stands still, or with one lane. A paused account of a resumed lane goes on too."""
    async with runtime.database.begin(caller.tenant_id) as connection:
        lanes = await control.resume(connection, caller.tenant_id, MassReplyId(id_), body.channel_account)
    await wake(runtime, lanes)
    return answer(await read(runtime, caller.tenant_id, id_))


@router.post("/{id}/cancel", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def cancel_mass_reply(id_: Id, caller: Sender, runtime: RuntimeDep) -> MassReplyAnswer:
    """Stop for good. What is not sent becomes `cancelled`; calls under way finish and are reported."""
    async with runtime.database.begin(caller.tenant_id) as connection:
        await control.cancel(connection, caller.tenant_id, MassReplyId(id_))
    return answer(await read(runtime, caller.tenant_id, id_))
