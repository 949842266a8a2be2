"""`/api-keys`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from dirty_equals import IsDatetime, IsNow, IsUUID

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.domain.errors import InvalidRequest
from app.domain.permissions import Role
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant

BODY = {
    "name": "helpdesk",
    "roles": ["integration"],
    "agent": {"id": "agent-7", "name": "Ann Lee", "email": "ann@example.test"},
    "expires_at": None,
}


async def issue(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/api-keys", json=BODY | changes)
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api-keys/{issued['id']}"
    assert answer.headers["cache-control"] == "no-store"
    return issued


async def test_a_key_is_shown_once_and_works(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    issued = await issue(client)
    key = issued.pop("key")
    assert issued == BODY | {
        "id": IsUUID,
        "created_at": IsDatetime(iso_string=True),
        "revoked_at": None,
        "last_used_at": None,
    }
    me = (await anonymous.get("/me", headers=bearer(key))).json()
    assert me["key"] == {"id": issued["id"], "name": "helpdesk"}
    assert me["user"] == BODY["agent"]

    issued["last_used_at"] = IsNow(iso_string=True, tz=UTC)
    assert (await client.get(f"/api-keys/{issued['id']}")).json() == issued
    listed = await client.get("/api-keys")
    assert issued in listed.json()["items"]
    assert key not in listed.text
    assert key.split("_", 2)[2] not in listed.text


async def test_a_deleted_key_opens_nothing_and_stays_on_record(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    issued = await issue(client)
    assert (await client.delete(f"/api-keys/{issued['id']}")).status_code == 204
    assert (await anonymous.get("/me", headers=bearer(issued["key"]))).status_code == 401
    revoked_at = (await client.get(f"/api-keys/{issued['id']}")).json()["revoked_at"]
    assert revoked_at is not None
    assert (await client.delete(f"/api-keys/{issued['id']}")).status_code == 204
    assert (await client.get(f"/api-keys/{issued['id']}")).json()["revoked_at"] == revoked_at


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"roles": []},
        {"roles": ["root"]},
        {"agent": {"id": "agent-7"}},
        {"expires_at": "2026-01-01T00:00:00Z"},
        {"expires_at": (datetime.now() + timedelta(days=1)).isoformat()},  # noqa: DTZ005 - that it has no zone is the point
        {"tenant": "another"},
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    answer = await client.post("/api-keys", json=BODY | changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["pointer"].split("/")[1] for error in answer.json()["errors"]] == list(changes)


async def test_a_key_can_be_given_an_end(client: httpx.AsyncClient) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    issued = await issue(client, expires_at=tomorrow.isoformat())
    assert datetime.fromisoformat(issued["expires_at"]) == tomorrow


async def test_the_newest_key_comes_first_and_pages_lose_none(client: httpx.AsyncClient) -> None:
    issued = [(await issue(client, name=f"key {number}"))["id"] for number in range(4)]
    seen: list[str] = []
    cursor = None
    while True:
        parameters = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api-keys", params=parameters)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
    assert seen[:4] == issued[::-1]
    assert len(seen) == len(set(seen)) == 5  # and the key that the client itself uses


async def test_another_tenants_key_is_not_there(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    foreign = await make_key(Role.ADMIN, owner=await create_tenant(database))
    foreign_id = (await anonymous.get("/me", headers=bearer(foreign))).json()["key"]["id"]
    for method in ("GET", "DELETE"):
        answer = await client.request(method, f"/api-keys/{foreign_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert UUID(foreign_id).hex not in (await client.get("/api-keys")).text.replace("-", "")
    assert (await anonymous.get("/me", headers=bearer(foreign))).status_code == 200


async def test_a_key_lives_no_longer_than_keys_may(database: Database, tenant: UUID) -> None:
    async with database.begin(tenant) as tx:
        life = timedelta(days=90)
        endless = KeyDraft("endless", frozenset({Role.AGENT}))
        made = await issue_api_key(tx, endless, max_life=life)
        assert made.key.expires_at is not None
        assert timedelta(days=89) < made.key.expires_at - datetime.now(UTC) <= life
        too_long = replace(endless, expires_at=datetime.now(UTC) + timedelta(days=91))
        with pytest.raises(InvalidRequest) as refused:
            await issue_api_key(tx, too_long, max_life=life)
        assert [fault.pointer for fault in refused.value.faults] == ["/expires_at"]
