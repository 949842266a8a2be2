"""Contacts: erasing one. Their data is in their conversations."""

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
    str,
    Path(pattern=STORABLE, max_length=1000, examples=["u-1"], description="This service's id, or the external one."),
]


@router.delete(
    "/{name}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=problems(NotFound, ContactInFlight),
)
async def delete_contact(name: ContactName, caller: Administrator, runtime: RuntimeDep) -> None:
    """Erase a contact's personal data: name, addresses, custom fields, and every text of its conversations.

    Counts, statuses, ids and billed units stay. Queued deliveries to the contact are cancelled. A blocked address stays
    blocked if it is imported again. This cannot be undone.
    """
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        await erase_contact(tx, name, runtime.address_digests, Actor.of(caller))
