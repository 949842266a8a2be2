"""`/settings`: the tenant's guards."""

from typing import Any

import httpx
import pytest

from app.domain.permissions import Role
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant

DEFAULTS: dict[str, Any] = {
    "max_recipients": {},
    "approval_above": None,
    "once_per_contact": False,
    "inactive_after_days": 30,
    "inactive": "warn",
    "max_per_contact_per_day": None,
}
STRICT = {
    "max_recipients": {"agent": 500, "supervisor": 5000},
    "approval_above": 0,
    "once_per_contact": True,
    "inactive_after_days": None,
    "inactive": "skip",
    "max_per_contact_per_day": 2,
}


async def test_a_tenant_that_never_set_any_has_the_defaults(client: httpx.AsyncClient) -> None:
    answer = await client.get("/settings")
    assert (answer.status_code, answer.json()) == (200, DEFAULTS)


async def test_settings_are_replaced_as_a_whole(client: httpx.AsyncClient) -> None:
    for body, kept in ((STRICT, STRICT), ({"approval_above": 7}, DEFAULTS | {"approval_above": 7}), ({}, DEFAULTS)):
        put = await client.put("/settings", json=body)
        assert (put.status_code, put.json()) == (200, kept)
        assert (await client.get("/settings")).json() == kept


@pytest.mark.parametrize(
    "body",
    [
        {"aproval_above": 5},
        {"max_recipients": {"boss": 5}},
        {"max_recipients": {"agent": 0}},
        {"max_recipients": {"agent": None}},
        {"max_recipients": None},
        {"approval_above": -1},
        {"approval_above": True},
        {"approval_above": 10**18},
        {"once_per_contact": "yes"},
        {"once_per_contact": None},
        {"inactive_after_days": 0},
        {"inactive": "hide"},
        {"max_per_contact_per_day": 0},
        {"max_per_contact_per_day": 1.5},
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    refused = await client.put("/settings", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert refused.json()["errors"][0]["pointer"].startswith(f"/{next(iter(body))}")
    assert (await client.get("/settings")).json() == DEFAULTS


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
async def test_only_an_administrator_sees_or_changes_them(
    anonymous: httpx.AsyncClient, make_key: MakeKey, role: Role
) -> None:
    headers = bearer(await make_key(role))
    assert (await anonymous.get("/settings", headers=headers)).status_code == 403
    assert (await anonymous.put("/settings", json={}, headers=headers)).status_code == 403


async def test_each_tenant_has_its_own(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    await client.put("/settings", json=STRICT)
    other = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    assert (await anonymous.get("/settings", headers=other)).json() == DEFAULTS
