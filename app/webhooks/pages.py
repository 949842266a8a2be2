"""What an endpoint is to hear next: so much of the outbox, with what it is about, as may be held at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.domain.outbox import Event
from app.store import outbox
from app.store.transactions import TenantTx
from app.webhooks.payloads import WebhookMessage, messages_of
from app.webhooks.sql import event_contents
from app.webhooks.sql.endpoints import ClaimedEndpoint
from app.webhooks.sql.event_contents import Contents

EVENTS: Final = 40
NOTICES: Final = 200
SUBJECTS: Final = 1_000
"""What one page holds at most: entries of the outbox, calls, and messages, conversations and deliveries in them."""
BYTES: Final = 1024 * 1024
"""What a page's entries have as JSON at most, and as much again the texts and tags that they are about. The first entry
and the first call are in it whatever they have, so that each comes through: 4 MiB and more of an import, 25 of a mail.
"""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    events: Sequence[Event]
    notices: Sequence[WebhookMessage]
    contents: Contents = field(repr=False)
    end: int
    """How far the endpoint has come when all of them are taken: behind what it does not want to hear of, too."""
    is_last: bool
    """Whether nothing was left behind it."""


async def read_page(tx: TenantTx, claim: ClaimedEndpoint) -> OutboxPage:
    """Read what comes behind the endpoint's position. Call `events.number` first, in a transaction of its own."""
    newest = await outbox.last_position(tx)
    found = await outbox.page_after(tx, claim.position, EVENTS, BYTES, claim.events)
    pending = [n for event in found.events for n in messages_of(event) if n.id not in claim.ahead]
    short = list(_short(pending))
    subjects = [subject for outgoing in short for subject in outgoing.subjects]
    sizes = await event_contents.sizes(tx, subjects)
    page = list(_light(short, sizes))
    batches = {n.event.entry.mass_reply_id for n in page if not n.subjects} - {None}
    told = [subject for outgoing in page for subject in outgoing.subjects]
    contents = await event_contents.load(tx, [b for b in batches if b], told)
    end = max(claim.position, newest if found.is_last else 0, *(event.position for event in found.events))
    return OutboxPage(found.events, page, contents, end, is_last=found.is_last and len(page) == len(pending))


def _short(pending: Iterable[WebhookMessage]) -> Iterator[WebhookMessage]:
    """As many as their number allows."""
    subjects = 0
    for number, outgoing in enumerate(pending):
        subjects += len(outgoing.subjects)
        if number and (number >= NOTICES or subjects > SUBJECTS):
            return
        yield outgoing


def _light(pending: Iterable[WebhookMessage], sizes: Mapping[UUID, int]) -> Iterator[WebhookMessage]:
    """As many as what they are about allows."""
    held = 0
    for number, outgoing in enumerate(pending):
        held += sum(sizes.get(id_, 0) for id_ in outgoing.about)
        if number and held > BYTES:
            return
        yield outgoing
