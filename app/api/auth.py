"""Who is calling, and whether they may.

A credential is an API key. What else may stand behind `Authorization: Bearer` (an identity provider's token) is told
apart by its form in `authenticate`, and ends in a `Caller` too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.schemas import AuthorBody
from app.domain.api_keys import ApiKey, PresentedKey, read_key
from app.domain.errors import Fault, Forbidden, Unauthenticated
from app.domain.messaging import Author
from app.domain.model import TenantId
from app.domain.permissions import Caller, KeyIdentity, Permission
from app.runtime import Runtime
from app.store.api_keys import find_api_key, tenant_of_key
from app.store.database import Database

_bearer = HTTPBearer(auto_error=False, description="An API key: `mr_…`")


def current_runtime(request: Request) -> Runtime:
    runtime = request.app.state.runtime
    assert isinstance(runtime, Runtime)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return runtime


async def authenticate(
    runtime: Annotated[Runtime, Depends(current_runtime)],
    credential: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Raises Unauthenticated, in the same words whatever is wrong with the credential."""
    presented = None if credential is None else read_key(credential.credentials)
    if presented is None:
        raise Unauthenticated
    return await _caller_of_key(runtime.database, presented)


async def _caller_of_key(database: Database, presented: PresentedKey) -> Caller:
    async with database.begin_routing() as connection:
        tenant = await tenant_of_key(connection, presented.id)
    if tenant is None:
        raise Unauthenticated
    async with database.begin(tenant) as connection:
        key = await find_api_key(connection, tenant, presented.id)
    if key is None or not key.accepts(presented, datetime.now(UTC)):
        raise Unauthenticated
    return _caller(tenant, key)


def _caller(tenant: TenantId, key: ApiKey) -> Caller:
    return Caller(tenant, KeyIdentity(key.id, key.name), key.agent, key.roles)


@dataclass(frozen=True)
class Allow:
    """A route's dependency that lets in callers who hold a permission; None lets in everybody who is known."""

    permission: Permission | None

    async def __call__(self, caller: Annotated[Caller, Depends(authenticate)]) -> Caller:
        if self.permission is not None and not caller.may(self.permission):
            raise Forbidden(f"This needs the permission {self.permission}.")
        return caller


def author_of(caller: Caller, requested: AuthorBody | None) -> Author:
    """Whose name a reply bears: the one in the request where the caller may act as others, else the caller's own.

    Raises Forbidden where the request names an author and the caller may not.
    """
    if requested is None:
        return caller.own_author
    if not caller.may(Permission.MASS_REPLIES_ACT_AS):
        fault = Fault("/author", "forbidden", "Leave it out to reply in your own name.")
        raise Forbidden(f"Naming an author needs the permission {Permission.MASS_REPLIES_ACT_AS}.", faults=[fault])
    return requested.to_author()
