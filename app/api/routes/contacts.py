"""Contacts, as far as they are not told of in their conversations: erasing one."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from app.api.deps import Administrator, RuntimeDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import STORABLE
from app.compliance.erasure import erase_contact
from app.domain.audit import Actor
from app.domain.errors import ContactInFlight, NotFound
from app.store.shares import BULK

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=CallerFirst)

ContactName = Annotated[
    str, Path(pattern=STORABLE, max_length=1000, examples=["u-1"], description="Our id, or the external one.")
]


@router.delete(
    "/{name}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=problems(NotFound, ContactInFlight),
)
async def delete_contact(name: ContactName, caller: Administrator, runtime: RuntimeDep) -> None:
    """Erase a contact's personal data: name, addresses, custom fields, and every text of its conversations.

    Counts, statuses, ids and units to pay stay. What was still to be sent to it is cancelled; an address that was
    blocked stays blocked when it is imported again. It cannot be undone.
    """
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        await erase_contact(tx, name, runtime.address_digests, Actor.of(caller))
