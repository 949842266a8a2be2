"""What a pump is given besides the database: an adapter, a message plan, files and texts, each as simple as can be."""

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from app.delivery.claim import ClaimedSend, ClaimResult
from app.delivery.senders import RenderingTime
from app.delivery.staged_files import StagedFiles
from app.domain.channel_port import AddressKind, Limits
from app.domain.outbound import Author, Outbound, SendResult
from app.domain.words import Channel
from tests.simulation.rows import TENANT


def senders(send: Callable[[Outbound], Awaitable[SendResult]]) -> Any:
    """Return what makes one adapter, which sends so."""
    adapter = SimpleNamespace(name="simulated", send=send, limits=Limits(AddressKind.OPAQUE))

    async def sender(*_: object) -> Any:
        return SimpleNamespace(adapter=adapter, account=SimpleNamespace(config={}))

    return SimpleNamespace(sender=sender)


def plans() -> Any:
    async def plan(*_: object) -> Any:
        return SimpleNamespace(guards=SimpleNamespace(max_per_contact_per_day=None))

    return SimpleNamespace(plan=plan, rendering_time=lambda _: RenderingTime())


def staging() -> Any:
    async def of(*_: object) -> StagedFiles:
        return StagedFiles()

    return SimpleNamespace(of=of)


async def rendered(context: Any, lane: object, taken: ClaimResult, *_: object) -> Sequence[ClaimedSend]:
    """Instead of rendering: a transaction in which the texts would be stored."""
    async with context.database.begin(TENANT):
        pass
    return [ClaimedSend(row, outbound_of(row)) for row in taken.rows]


def outbound_of(row: Any) -> Outbound:
    return Outbound(
        delivery_id=row.delivery_id,
        epoch=row.epoch,
        channel=Channel.SMS,
        address="+12025550100",
        text="Hi",
        conversation_id=uuid4(),
        conversation_external_id=None,
        callback_url="https://example.com",
        author=Author(None, "Ines"),
    )
