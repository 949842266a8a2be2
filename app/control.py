"""Use cases for people: what can be asked of a mass reply that is confirmed.

Locks are taken in the order of claims and records, so that nobody waits in a circle: accounts, deliveries, lanes, the
mass reply.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.actions import Action, refuse_action
from app.domain.errors import NotFound
from app.domain.mass_reply import PauseReason
from app.domain.model import MassReplyEvent, MassReplyId, MassReplyStatus, TenantId
from app.mass_replies import hold, move
from app.store import closing, control, mass_replies
from app.store.claims import LaneKey

Lanes = list[tuple[LaneKey, int]]
"""The lanes to wake once this is committed, each with the number of its queued deliveries."""

NO_SUCH_LANE = "The mass reply has no lane for that channel account."


async def pause(
    connection: AsyncConnection, tenant: TenantId, id_: MassReplyId, account_key: str | None = None
) -> None:
    """Stop claiming, of everything or of one account's lane; calls under way finish and are reported.

    Raises NotFound, InvalidState. A pause that stands already is left as it is.
    """
    if account_key is not None and not await control.pause_lane(
        connection, tenant, id_, account_key, PauseReason.PERSON
    ):
        raise NotFound(NO_SUCH_LANE)
    batch = await hold(connection, tenant, id_)
    refuse_action(Action.PAUSE, batch.status)
    if account_key is None and batch.status is MassReplyStatus.SENDING:
        await mass_replies.set_status(connection, tenant, id_, batch.status, MassReplyStatus.PAUSED, PauseReason.PERSON)


async def resume(
    connection: AsyncConnection, tenant: TenantId, id_: MassReplyId, account_key: str | None = None
) -> Lanes:
    """Go on with everything that stands still, lanes and accounts included; or with one account's lane alone.

    Where the whole mass reply was paused and one lane is named, the other lanes stay paused for the same reason.
    Raises NotFound, InvalidState. Where nothing stands still, nothing changes.
    """
    await control.resume_accounts(connection, tenant, id_, account_key)
    await closing.hold_lanes(connection, tenant, id_)
    batch = await hold(connection, tenant, id_)
    refuse_action(Action.RESUME, batch.status)
    found = await control.resume_lanes(connection, tenant, id_, account_key)
    if account_key is not None and not found:
        raise NotFound(NO_SUCH_LANE)
    if batch.status is MassReplyStatus.PAUSED:
        if account_key is not None:
            reason = batch.pause_reason or PauseReason.PERSON
            await control.pause_other_lanes(connection, tenant, id_, account_key, reason)
        await move(connection, tenant, batch, MassReplyEvent.RESUME)
    return await closing.lanes_with_work(connection, tenant, id_)


async def cancel(connection: AsyncConnection, tenant: TenantId, id_: MassReplyId) -> None:
    """Stop for good: claims end at once; what is queued is cancelled by the sweeper, calls under way finish.

    Raises NotFound, InvalidState.
    """
    batch = await hold(connection, tenant, id_)
    refuse_action(Action.CANCEL, batch.status)
    if batch.status is not MassReplyStatus.CANCELLED:
        await move(connection, tenant, batch, MassReplyEvent.CANCEL)
