"""Who the caller is, and what they may do."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.api.deps import AnyCaller
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import PersonResponse, ResponseBody
from app.domain.permissions import Permission, Role

router = APIRouter(tags=["me"], route_class=CallerFirst)


class KeyResponse(ResponseBody):
    id: UUID
    name: str = Field(examples=["helpdesk production"])


class Me(ResponseBody):
    tenant: UUID
    user: PersonResponse | None
    key: KeyResponse | None
    roles: list[Role]
    permissions: list[Permission]


@router.get("/me", responses=problems())
async def me(caller: AnyCaller) -> Me:
    """Return who the caller is and what they may do. A frontend hides its buttons by `permissions`."""
    return Me(
        tenant=caller.tenant_id,
        user=None if caller.user is None else PersonResponse.of(caller.user),
        key=None if caller.key is None else KeyResponse(id=caller.key.id, name=caller.key.name),
        roles=sorted(caller.roles),
        permissions=sorted(caller.permissions),
    )
