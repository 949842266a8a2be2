"""Lock a mass reply, and move it from one state to the next."""

from typing import Final

from app.delivery.sql import delivery_pages, lifecycle
from app.domain.errors import InvalidState, NotFound
from app.domain.lanes import LanesToWake
from app.domain.mass_reply import MassReply
from app.domain.mass_reply_lifecycle import MassReplyEvent, MassReplyStatus, next_status
from app.domain.words import MassReplyId
from app.store import mass_replies
from app.store.transactions import TenantTx

AT_ONCE: Final = 10_000
"""The most notes on skipped conversations that a confirm writes itself. More are handed over to the sweeper."""


async def begin_sending(tx: TenantTx, id_: MassReplyId, before: MassReplyStatus, event: MassReplyEvent) -> LanesToWake:
    """Begin to send. Return the lanes to wake after the commit."""
    after = next_status(before, event)
    if after is None or not await lifecycle.mark_started(tx, id_, before, after):
        return []
    await _note_skipped(tx, id_)
    return await lifecycle.lanes_with_work(tx, id_)


async def _note_skipped(tx: TenantTx, id_: MassReplyId) -> None:
    """Write notes on the timelines of skipped conversations. If there are many, leave that to the sweeper."""
    count = await lifecycle.count_noted(tx, id_)
    if count > AT_ONCE:
        await delivery_pages.hand_over_notes(tx, id_)
    elif count:
        await lifecycle.note_skipped(tx, await lifecycle.noted_ids(tx, id_))


async def lock_mass_reply(tx: TenantTx, id_: MassReplyId) -> MassReply:
    """Load a mass reply and lock it until the transaction ends. Raise NotFound if there is none."""
    batch = await mass_replies.lock(tx, id_)
    if batch is None:
        raise NotFound("There is no such mass reply.")
    return batch


async def apply_event(tx: TenantTx, batch: MassReply, event: MassReplyEvent) -> None:
    """Move a locked mass reply to its next state. Raise InvalidState if the event does not apply."""
    after = next_status(batch.status, event)
    if after is None:
        raise InvalidState(f"The mass reply is {batch.status}; {event} does not apply to it.")
    await mass_replies.set_status(tx, batch.id, batch.status, after)
