"""API keys."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import AwareDatetime, Field, FutureDatetime

from app.accounts.api_keys import KeyDraft, issue_api_key, revoke_api_key
from app.accounts.sql.api_keys import find_api_key, list_api_keys
from app.api.deps import Administrator, RuntimeDep
from app.api.headers import MADE
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import RFC3339, Body, Listing, Name, PersonBody, PersonResponse, ResponseBody
from app.domain.api_keys import ApiKey
from app.domain.audit import Actor
from app.domain.errors import NotFound
from app.domain.permissions import Role

router = APIRouter(prefix="/api-keys", tags=["api keys"], route_class=CallerFirst)


class ApiKeyBody(Body):
    name: Name = Field(examples=["helpdesk production"])
    roles: Annotated[list[Role], Field(min_length=1)] = Field(examples=[["integration"]])
    agent: PersonBody | None = Field(default=None, description="The author of the replies that are sent with this key.")
    expires_at: Annotated[AwareDatetime, FutureDatetime, RFC3339] | None = None


class ApiKeyResponse(ResponseBody):
    id: UUID
    name: str = Field(examples=["helpdesk production"])
    roles: list[Role]
    agent: PersonResponse | None
    created_at: datetime
    expires_at: datetime | None = Field(examples=[None])
    revoked_at: datetime | None = Field(examples=[None])
    last_used_at: datetime | None = Field(description="When it was last used, to within five minutes.")

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            roles=sorted(key.roles),
            agent=None if key.agent is None else PersonResponse.of(key.agent),
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
        )


class NewApiKeyResponse(ApiKeyResponse):
    key: str = Field(description="The key itself. It is shown only here.", examples=["mr_…"])


@router.post("", status_code=status.HTTP_201_CREATED, responses={201: MADE, **problems()})
async def create_api_key(
    body: ApiKeyBody, caller: Administrator, runtime: RuntimeDep, response: Response
) -> NewApiKeyResponse:
    """Issue a key. Only this response shows it."""
    agent = None if body.agent is None else body.agent.to_author()
    draft = KeyDraft(body.name, frozenset(body.roles), agent, body.expires_at)
    async with runtime.database.begin(caller.tenant_id) as tx:
        max_life = runtime.settings.api_key_max_life
        issued = await issue_api_key(tx, draft, Actor.of(caller), max_life=max_life)
    response.headers["Location"] = f"/api-keys/{issued.key.id}"
    response.headers["Cache-Control"] = "no-store"
    return NewApiKeyResponse(**ApiKeyResponse.of(issued.key).model_dump(), key=str(issued.presented))


@router.get("", responses=problems())
async def get_api_keys(caller: Administrator, runtime: RuntimeDep, page: PageDep) -> Listing[ApiKeyResponse]:
    """List the keys, newest first, revoked and expired ones included."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await list_api_keys(tx, older_than=page.after(UUID), limit=page.limit + 1)
    return page.listing(found, lambda key: key.id, ApiKeyResponse.of)


@router.get("/{key_id}", responses=problems(NotFound))
async def get_api_key(key_id: UUID, caller: Administrator, runtime: RuntimeDep) -> ApiKeyResponse:
    """Return what a key may do, and until when; never the key itself."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        key = await find_api_key(tx, key_id)
    if key is None:
        raise NotFound
    return ApiKeyResponse.of(key)


@router.delete(
    "/{key_id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response, responses=problems(NotFound)
)
async def delete_api_key(key_id: UUID, caller: Administrator, runtime: RuntimeDep) -> None:
    """Revoke a key, at once and permanently. It stays in the list, with `revoked_at`."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        await revoke_api_key(tx, key_id, Actor.of(caller))
