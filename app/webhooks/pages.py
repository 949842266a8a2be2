"""One page of the outbox for an endpoint, with its contents: no more than may be held in memory at once."""

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
MESSAGES: Final = 200
SUBJECTS: Final = 1_000
"""The most that a page holds: entries of the outbox, calls, and the subjects of those calls."""
BYTES: Final = 1024 * 1024
"""The most bytes of a page's entries as JSON, and again of the texts and tags of their subjects. The first entry and
the first call are always included, or they would never be posted: an import's entry may hold 4 MiB, an e-mail 25.
"""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    events: Sequence[Event]
    messages: Sequence[WebhookMessage]
    contents: Contents = field(repr=False)
    end: int
    """The endpoint's position once all of them are delivered; events that it does not want are included."""
    is_last: bool
    """Whether nothing comes after it."""


async def read_page(tx: TenantTx, claim: ClaimedEndpoint) -> OutboxPage:
    """Read what comes after the endpoint's position. Call `outbox.number` first, in its own transaction."""
    newest = await outbox.last_position(tx)
    found = await outbox.page_after(tx, claim.position, EVENTS, BYTES, claim.events)
    pending = [n for event in found.events for n in messages_of(event) if n.id not in claim.ahead]
    short = list(_short(pending))
    subjects = [subject for outgoing in short for subject in outgoing.subjects]
    sizes = await event_contents.sizes(tx, subjects)
    page = list(_light(short, sizes))
    batches = {n.event.entry.mass_reply_id for n in page if not n.subjects} - {None}
    shown = [subject for outgoing in page for subject in outgoing.subjects]
    contents = await event_contents.load(tx, [b for b in batches if b], shown)
    end = max(claim.position, newest if found.is_last else 0, *(event.position for event in found.events))
    return OutboxPage(found.events, page, contents, end, is_last=found.is_last and len(page) == len(pending))


def _short(pending: Iterable[WebhookMessage]) -> Iterator[WebhookMessage]:
    """Yield as many as MESSAGES and SUBJECTS allow."""
    subjects = 0
    for number, outgoing in enumerate(pending):
        subjects += len(outgoing.subjects)
        if number and (number >= MESSAGES or subjects > SUBJECTS):
            return
        yield outgoing


def _light(pending: Iterable[WebhookMessage], sizes: Mapping[UUID, int]) -> Iterator[WebhookMessage]:
    """Yield as many as BYTES allow."""
    held = 0
    for number, outgoing in enumerate(pending):
        held += sum(sizes.get(id_, 0) for id_ in outgoing.about)
        if number and held > BYTES:
            return
        yield outgoing
