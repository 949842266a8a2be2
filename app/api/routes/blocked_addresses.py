"""Addresses that get no more messages: listed for everyone who reads conversations, lifted by those who may approve."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from pydantic import Field, StringConstraints

from app.api.deps import Approver, ConversationReader, RuntimeDep
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import STORABLE, Body, Listing, ResponseBody
from app.compliance.blocked_addresses import lift_block, list_blocked
from app.compliance.sql.blocked_addresses import BlockedAddress
from app.domain.audit import Actor
from app.domain.errors import NotFound
from app.domain.words import Channel, ReasonCode

router = APIRouter(prefix="/blocked-addresses", tags=["blocked addresses"], route_class=CallerFirst)


class BlockedAddressResponse(ResponseBody):
    id: UUID
    channel: Channel
    address: str = Field(
        examples=["ann@example.test"], description="Normalised: in the spelling that addresses are compared by."
    )
    reason: ReasonCode = Field(examples=["opted_out"])
    created_at: datetime

    @classmethod
    def of(cls, blocked: BlockedAddress) -> Self:
        return cls(
            id=blocked.id,
            channel=blocked.channel,
            address=blocked.address,
            reason=blocked.reason,
            created_at=blocked.created_at,
        )


class LiftBody(Body):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)] = Field(
        examples=["She asked for it on the phone."], description="Why; stored in the audit log."
    )


@router.get("", responses=problems())
async def get_blocked_addresses(
    caller: ConversationReader,
    runtime: RuntimeDep,
    page: PageDep,
    channel: Channel | None = None,
    address: Annotated[
        str | None, Query(pattern=STORABLE, min_length=1, max_length=1_000, description="In any spelling.")
    ] = None,
) -> Listing[BlockedAddressResponse]:
    """List the addresses that opted out, complained or bounced, newest first, with one entry for each reason."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await list_blocked(tx, channel, address, before=page.after(UUID), limit=page.limit + 1)
    return page.listing(found, lambda blocked: blocked.id, BlockedAddressResponse.of)


@router.delete("/{id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response, responses=problems(NotFound))
async def delete_blocked_address(id: UUID, body: LiftBody, caller: Approver, runtime: RuntimeDep) -> None:
    """Lift a block, so that mass replies go to the address again. The audit log stores who did it and why.

    An address that a provider blocks itself stays blocked there until that is lifted at the provider.
    """
    async with runtime.database.begin(caller.tenant_id) as tx:
        await lift_block(tx, id, body.reason, Actor.of(caller))
