"""Who gets in, and what they may do there."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.sql.api_keys import revoke_api_key
from app.api.auth import author_of
from app.api.schemas import AuthorBody
from app.domain.api_keys import digest, read_key
from app.domain.errors import Forbidden
from app.domain.outbound import Author
from app.domain.permissions import Caller, KeyIdentity, Role
from app.domain.words import TenantId
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer, stored_rows
from tests.api.routes import guarded_routes
from tests.conftest import create_tenant

READ, WRITE, SEND, APPROVE, ACT_AS, ADMIN = (
    "conversations:read",
    "conversations:write",
    "mass_replies:send",
    "mass_replies:approve",
    "mass_replies:act_as",
    "admin",
)
TABLE = {
    Role.VIEWER: {READ},
    Role.AGENT: {READ, SEND},
    Role.SUPERVISOR: {READ, SEND, APPROVE},
    Role.INTEGRATION: {READ, WRITE, SEND, ACT_AS},
    Role.ADMIN: {READ, WRITE, SEND, APPROVE, ACT_AS, ADMIN},
}


@pytest.mark.parametrize("role", Role)
async def test_a_role_holds_its_permissions_and_no_other(
    anonymous: httpx.AsyncClient, make_key: MakeKey, role: Role
) -> None:
    me = await anonymous.get("/me", headers=bearer(await make_key(role)))
    assert set(me.json()["permissions"]) == TABLE[role]


@pytest.mark.parametrize("role", Role)
async def test_every_route_is_closed_to_a_role_without_its_permission(
    app: FastAPI, anonymous: httpx.AsyncClient, make_key: MakeKey, role: Role
) -> None:
    key = bearer(await make_key(role))
    for method, path, permission in guarded_routes(app):
        if permission is None or permission in TABLE[role]:
            continue
        answer = await anonymous.request(method, re.sub(r"{[^}]+}", str(uuid4()), path), headers=key)
        assert answer.status_code == 403, (method, path)
        assert answer.json()["code"] == "forbidden"
        assert f"permission {permission}." in answer.json()["detail"]


async def test_roles_add_up(anonymous: httpx.AsyncClient, make_key: MakeKey) -> None:
    me = await anonymous.get("/me", headers=bearer(await make_key(Role.INTEGRATION, Role.SUPERVISOR)))
    assert set(me.json()["permissions"]) == TABLE[Role.INTEGRATION] | TABLE[Role.SUPERVISOR]


async def assert_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Whatever is wrong with a credential, the answer is the same: it must teach nothing to whoever tries."""
    answer = await client.get("/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:mass-reply:problem:unauthenticated",
        "title": "Unauthenticated",
        "status": 401,
        "detail": "The credential is missing, unknown, revoked or expired.",
        "code": "unauthenticated",
        "errors": [],
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer not-a-key"},
        {"Authorization": f"Bearer mr_{'0' * 32}_{'a' * 43}"},
        {"Authorization": f"Bearer mr_{'0' * 32}_{'a' * 44}"},
    ],
    ids=["missing", "empty", "other scheme", "malformed", "unknown", "one letter more"],
)
async def test_a_credential_that_is_none_is_refused(anonymous: httpx.AsyncClient, headers: dict[str, str]) -> None:
    await assert_refused(anonymous, headers)


async def test_a_key_with_another_secret_is_refused(anonymous: httpx.AsyncClient, make_key: MakeKey) -> None:
    key = await make_key(Role.ADMIN)
    await assert_refused(anonymous, bearer(key[:-1] + ("A" if key[-1] != "A" else "B")))


async def test_the_secret_of_one_key_does_not_open_another(anonymous: httpx.AsyncClient, make_key: MakeKey) -> None:
    mine, other = read_key(await make_key(Role.ADMIN)), read_key(await make_key(Role.ADMIN))
    assert mine is not None
    assert other is not None
    await assert_refused(anonymous, bearer(f"mr_{other.id.hex}_{mine.secret}"))


async def test_an_expired_key_is_refused(anonymous: httpx.AsyncClient, make_key: MakeKey) -> None:
    expired = await make_key(Role.ADMIN, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    await assert_refused(anonymous, bearer(expired))
    lasting = await make_key(Role.ADMIN, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert (await anonymous.get("/me", headers=bearer(lasting))).status_code == 200


async def test_a_revoked_key_is_refused_at_once(
    anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database, tenant: UUID
) -> None:
    key = await make_key(Role.ADMIN)
    assert (await anonymous.get("/me", headers=bearer(key))).status_code == 200
    presented = read_key(key)
    assert presented is not None
    async with database.begin(tenant) as tx:
        assert await revoke_api_key(tx, presented.id)
    await assert_refused(anonymous, bearer(key))


async def test_a_key_sees_its_own_tenant(anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database) -> None:
    other = await create_tenant(database)
    me = await anonymous.get("/me", headers=bearer(await make_key(Role.ADMIN, owner=other)))
    assert me.json()["tenant"] == str(other)


async def test_the_database_holds_a_digest_and_no_secret(make_key: MakeKey, database: Database, tenant: UUID) -> None:
    presented = read_key(await make_key(Role.ADMIN))
    assert presented is not None
    stored = await stored_rows(database, tenant, "api_keys")
    assert presented.secret not in stored
    assert digest(presented.secret).hex() in stored


ANN = Author("agent-7", "Ann Lee", "ann@example.test")
KEY = KeyIdentity(uuid4(), "helpdesk")


def caller(role: Role, user: Author | None = None) -> Caller:
    return Caller(TenantId(uuid4()), KEY, user, frozenset({role}))


def test_a_reply_bears_the_name_of_the_person_or_else_of_the_key() -> None:
    assert author_of(caller(Role.AGENT, ANN), None) == ANN
    assert author_of(caller(Role.INTEGRATION), None) == Author(str(KEY.id), "helpdesk")


@pytest.mark.parametrize("role", Role)
def test_only_those_who_may_act_as_others_name_an_author(role: Role) -> None:
    named = AuthorBody(id="agent-7", name="Ann Lee", email="ann@example.test")
    if ACT_AS in TABLE[role]:
        assert author_of(caller(role), named) == ANN
    else:
        with pytest.raises(Forbidden, match=ACT_AS):
            author_of(caller(role, ANN), named)
