"""Authentication and permissions.

A credential is an API key or, if the installation accepts them, a token of the helpdesk's identity provider. Its form
tells which of the two, and each identifies a `Caller`.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import APIKeyQuery, HTTPAuthorizationCredentials, HTTPBearer
from structlog.contextvars import bind_contextvars

from app.accounts.sql.api_keys import ask_for_api_key, find_api_key, note_use, tenant_of_key
from app.accounts.sql.tenants import is_tenant
from app.api.bodies import belongs_to
from app.api.quotas import Quotas, QuotasDep
from app.api.routing import AccessCheck
from app.api.schemas import AuthorBody
from app.auth.claims import TokenIdentity
from app.auth.sql import stream_tickets
from app.auth.stream_tickets import StreamTicket
from app.domain.api_keys import KEY_PREFIX, ApiKey, PresentedKey, read_key
from app.domain.errors import Fault, Forbidden, Unauthenticated
from app.domain.outbound import Author
from app.domain.permissions import Caller, KeyIdentity, Permission
from app.domain.words import TenantId
from app.process.tenant_time import PAUSE, TenantTime, TimeAccount
from app.runtime import Runtime
from app.store.database import Database
from app.store.shares import PATIENCE, QUICK

_bearer = HTTPBearer(
    auto_error=False,
    description="An API key (`mr_…`) or, if the installation accepts them, a JWT of the helpdesk's identity provider",
)
_ticket = APIKeyQuery(
    name="ticket",
    scheme_name="StreamTicket",
    auto_error=False,
    description="A ticket of `POST /stream-tickets`, for browsers' `EventSource`, which sends no header",
)


ADVANCE: Final = 0.02
"""Seconds charged for an expensive request when it begins, so that requests that waited begin one after another."""


async def current_runtime(request: Request) -> Runtime:
    runtime = request.app.state.runtime
    assert isinstance(runtime, Runtime)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return runtime


async def authenticate(
    request: Request,
    runtime: Annotated[Runtime, Depends(current_runtime)],
    quotas: QuotasDep,
    credential: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Return the caller, and count the request. Raise Unauthenticated, Forbidden or RateLimited."""
    return _admitted_before(request) or await _admit(
        await _identify(runtime, credential), request, quotas, runtime.time
    )


async def authenticate_stream(
    request: Request,
    runtime: Annotated[Runtime, Depends(current_runtime)],
    quotas: QuotasDep,
    credential: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ticket: Annotated[str | None, Depends(_ticket)],
) -> Caller:
    """Return the caller of a stream, which a ticket opens too. A ticket sent along with a credential stays unused."""
    if credential is None and ticket is not None:
        caller = await _caller_of_ticket(runtime.database.of(QUICK), ticket)
        return await _admit(caller, request, quotas, runtime.time)
    return await authenticate(request, runtime, quotas, credential)


def _admitted_before(request: Request) -> Caller | None:
    """Return the caller if this request was checked already: a route checks before it reads the body, and after."""
    caller = getattr(request.state, "caller", None)
    return caller if isinstance(caller, Caller) else None


async def _admit(caller: Caller, request: Request, quotas: Quotas, time: TenantTime) -> Caller:
    """Raise RateLimited, or Forbidden if a valid token gives no role."""
    _name_in_log(request, caller)
    quotas.count(request, caller)
    belongs_to(request, caller.tenant_id)
    request.state.caller = caller
    if not caller.roles:
        raise Forbidden("The token gives no role that this service knows.")
    time.note(caller.tenant_id)
    request.state.time = account = time.of(caller.tenant_id)
    await account.in_turn(caller.identity, PAUSE, PATIENCE)
    return caller


def _name_in_log(request: Request, caller: Caller) -> None:
    """Add the tenant, and the mass reply if the path names one, to this request's log lines from here on."""
    bind_contextvars(tenant=str(caller.tenant_id))
    if request.scope["path"].startswith("/mass-replies/"):
        with suppress(KeyError, ValueError):  # no id, or not a valid one: validation reports it
            bind_contextvars(mass_reply=str(UUID(request.path_params["id"])))


async def _identify(runtime: Runtime, credential: HTTPAuthorizationCredentials | None) -> Caller:
    """Return the caller. Raise Unauthenticated, with the same message for every invalid credential."""
    if credential is None:
        raise Unauthenticated
    presented = read_key(credential.credentials)
    if presented is not None:
        return await _caller_of_key(runtime.database.of(QUICK), presented)
    if runtime.tokens is None or credential.credentials.startswith(KEY_PREFIX):
        raise Unauthenticated
    return await _caller_of_token(runtime.database.of(QUICK), await runtime.tokens.identify(credential.credentials))


async def _caller_of_key(database: Database, presented: PresentedKey) -> Caller:
    tenant = await tenant_of_key(database, presented.id)
    if tenant is None:
        raise Unauthenticated
    key, now = await ask_for_api_key(database, tenant, presented.id), datetime.now(UTC)
    if key is None:
        raise Unauthenticated
    if (why := key.why_refused(presented, now)) is not None:
        raise Unauthenticated.of_key(tenant, key.id, why)
    if key.should_note_use(now):
        async with database.begin(tenant) as tx:
            await note_use(tx, key.id)
    return _caller(tenant, key)


def _caller(tenant: TenantId, key: ApiKey) -> Caller:
    return Caller(tenant, KeyIdentity(key.id, key.name), key.agent, key.roles)


async def _caller_of_ticket(database: Database, text: str) -> Caller:
    """Raise Unauthenticated. The holder's key is checked again: it may have been revoked since."""
    ticket = StreamTicket.read(text)
    if ticket is None:
        raise Unauthenticated
    async with database.begin(ticket.tenant) as tx:
        holder = await stream_tickets.take(tx, ticket)
        key = await find_api_key(tx, holder.key_id) if holder and holder.key_id else None
    if key is not None and key.usable_at(datetime.now(UTC)):
        return _caller(ticket.tenant, key)
    if holder is None or holder.user_id is None:
        raise Unauthenticated
    return Caller(ticket.tenant, None, Author(holder.user_id, holder.user_id), holder.roles, holder.until)


async def _caller_of_token(database: Database, identity: TokenIdentity | None) -> Caller:
    if identity is None:
        raise Unauthenticated
    if not await is_tenant(database, identity.tenant):
        raise Unauthenticated
    return Caller(identity.tenant, None, identity.user, identity.roles, identity.until)


async def still_may(database: Database, caller: Caller, permission: Permission) -> bool:
    """Return whether the caller of an open stream is still allowed: the key may be revoked, the token expired."""
    now = datetime.now(UTC)
    if caller.key is None:
        return caller.until is None or now < caller.until
    key = await ask_for_api_key(database.of(QUICK), caller.tenant_id, caller.key.id)
    return key is not None and key.usable_at(now) and _caller(caller.tenant_id, key).may(permission)


@dataclass(frozen=True)
class Allow(AccessCheck):
    """Admits callers who hold a permission; None admits every authenticated caller."""

    permission: Permission | None

    async def __call__(self, caller: Annotated[Caller, Depends(authenticate)]) -> Caller:
        return self.admit(caller)

    def admit(self, caller: Caller) -> Caller:
        if self.permission is not None and not caller.may(self.permission):
            raise Forbidden(f"This needs the permission {self.permission}.")
        return caller


@dataclass(frozen=True)
class AllowByTicket(Allow):
    """Admits a stream's callers, by a ticket too."""

    async def __call__(self, caller: Annotated[Caller, Depends(authenticate_stream)]) -> Caller:
        return self.admit(caller)


@dataclass(frozen=True)
class EnoughTime(AccessCheck):
    """Admits a request that may take long once its tenant has paid for what it used (`TenantTime`)."""

    async def __call__(self, request: Request, _: Annotated[Caller, Depends(authenticate)]) -> None:
        if getattr(request.state, "has_time", False):
            return  # a route checks before it reads the body, and after
        account: TimeAccount = request.state.time
        await account.require(PATIENCE)
        account.charge(ADVANCE)
        request.state.has_time = True


def author_of(caller: Caller, requested: AuthorBody | None) -> Author:
    """Return the author of a reply: the one in the request, else the caller.

    Raise Forbidden if the request names an author and the caller may not act as others.
    """
    if requested is None:
        return caller.own_author
    if not caller.may(Permission.MASS_REPLIES_ACT_AS):
        fault = Fault("/author", "forbidden", "Leave it out to reply in your own name.")
        raise Forbidden(f"Naming an author needs the permission {Permission.MASS_REPLIES_ACT_AS}.", faults=[fault])
    return requested.to_author()
