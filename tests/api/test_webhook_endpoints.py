"""`/webhook-endpoints`: what goes in, what comes out once, and what never does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from dirty_equals import IsDatetime, IsStr, IsUUID

from app.domain.permissions import Role
from app.main import create_app
from app.settings import Settings
from app.store import audit
from app.store.database import Database
from app.webhooks import endpoints
from tests.api.conftest import MakeKey, bearer, stored_rows

URL = "http://127.0.0.1:9/hooks"
OFF: dict[str, Any] = {"url": URL, "enabled": False}
"""Workers of later tests leave it alone."""
PATH = "/webhook-endpoints/helpdesk"
TIME = IsDatetime(iso_string=True)


async def put(client: httpx.AsyncClient, body: dict[str, Any], *, status: int = 201, path: str = PATH) -> Any:
    answer = await client.put(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_endpoint_is_made_read_listed_changed_and_forgotten(client: httpx.AsyncClient) -> None:
    made = await put(client, OFF | {"events": ["message.created"]})
    assert made == {
        "id": IsUUID,
        "key": "helpdesk",
        "url": URL,
        "events": ["message.created"],
        "enabled": False,
        "state": "off",
        "disabled_reason": None,
        "last_success_at": None,
        "last_failure_at": None,
        "last_failure": None,
        "failing_since": None,
        "next_try_at": None,
        "backlog": {"count": 0, "oldest": None},
        "secret": IsStr(regex=r"whsec_[A-Za-z0-9+/]{43}="),
        "previous_secret_until": None,
        "created_at": TIME,
    }
    shown = made | {"secret": None}
    assert (await client.get(PATH)).json() == shown
    assert (await client.get("/webhook-endpoints")).json() == {"items": [shown], "next_cursor": None}
    changed = await put(client, {"url": URL + "2", "enabled": False}, status=200)
    assert changed == shown | {"url": URL + "2", "events": None}
    assert (await client.delete(PATH)).status_code == 204
    assert (await client.get(PATH)).status_code == 404
    assert (await client.delete(PATH)).status_code == 404


async def test_a_tenant_has_so_many_endpoints_and_no_more(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MAX_ENDPOINTS", 2)
    answers = [(await client.put(f"/webhook-endpoints/e{n}", json=OFF)).status_code for n in (1, 2, 3, 2)]
    assert answers == [201, 201, 422, 200]
    assert len((await client.get("/webhook-endpoints")).json()["items"]) == 2


async def test_those_who_save_at_once_make_no_more_either(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = audit.record

    async def record_slowly(*entry: Any) -> None:
        await asyncio.sleep(0.2)
        await record(*entry)

    monkeypatch.setattr(audit, "record", record_slowly)
    monkeypatch.setattr(endpoints, "MAX_ENDPOINTS", 1)
    answers = await asyncio.gather(*(client.put(f"/webhook-endpoints/e{n}", json=OFF) for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]


async def test_the_list_goes_on_behind_a_cursor(client: httpx.AsyncClient) -> None:
    for key in ("c", "a", "b"):
        await put(client, OFF, path=f"/webhook-endpoints/{key}")
    first = (await client.get("/webhook-endpoints?limit=2")).json()
    rest = (await client.get("/webhook-endpoints", params={"cursor": first["next_cursor"]})).json()
    assert [each["key"] for each in first["items"] + rest["items"]] == ["a", "b", "c"]


async def test_a_secret_is_stored_sealed_and_shown_only_by_what_makes_it(
    client: httpx.AsyncClient, database: Database, tenant: UUID
) -> None:
    secrets = [(await put(client, OFF))["secret"]]
    secrets.append((await client.post(f"{PATH}/rotate-secret")).json()["secret"])
    said = (await client.get(PATH)).text + (await client.get("/webhook-endpoints")).text
    said += (await client.get("/audit-log")).text + await stored_rows(database, tenant, "webhook_endpoints")
    assert [secret for secret in secrets if secret in said or secret.removeprefix("whsec_") in said] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": ""}, "/url"),
        ({"url": "ftp://helpdesk.example.com/"}, "/url"),
        ({"url": "https://user:word@helpdesk.example.com/"}, "/url"),
        ({"url": "https://helpdesk.example.com/#here"}, "/url"),
        ({"url": "http://2130706433/"}, "/url"),
        ({"url": URL, "events": []}, "/events"),
        ({"url": URL, "events": ["message.deleted"]}, "/events/0"),
        ({"url": URL, "enabled": "yes"}, "/enabled"),
        ({"url": URL, "secret": "mine"}, "/secret"),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    problem = await put(client, body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert (await client.get(PATH)).status_code == 404


@pytest.fixture
async def careful(settings: Settings, make_key: MakeKey) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an installation that does not talk to private addresses."""
    app = create_app(settings.model_copy(update={"allow_private_urls": False}))
    transport, headers = httpx.ASGITransport(app), bearer(await make_key(Role.ADMIN))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://api.example.test", headers=headers) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "localhost", "[fd00::1]"]
)
async def test_a_private_address_is_refused_when_it_is_typed(careful: httpx.AsyncClient, host: str) -> None:
    problem = await put(careful, {"url": f"http://{host}/hooks", "enabled": False}, status=422)
    [error] = problem["errors"]
    assert (error["pointer"], error["code"]) == ("/url", "invalid_url")
    assert "private network" in error["detail"]
    assert host not in error["detail"]


async def test_a_public_address_is_not(careful: httpx.AsyncClient) -> None:
    await put(careful, {"url": "https://1.1.1.1/hooks", "enabled": False})


async def test_only_administrators_may(client: httpx.AsyncClient, make_key: MakeKey) -> None:
    await put(client, OFF)
    for role in set(Role) - {Role.ADMIN}:
        headers = bearer(await make_key(role))
        for method, path in (
            ("GET", PATH),
            ("GET", "/webhook-endpoints"),
            ("PUT", PATH),
            ("DELETE", PATH),
            ("POST", f"{PATH}/replay"),
            ("POST", f"{PATH}/rotate-secret"),
        ):
            answer = await client.request(method, path, headers=headers, json=OFF)
            assert answer.status_code == 403, (role, method, path)


async def test_a_replay_begins_in_the_past(client: httpx.AsyncClient) -> None:
    await put(client, {"url": URL})
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    problem = (await client.post(f"{PATH}/replay", json={"from": later})).json()
    assert (problem["status"], problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (
        422,
        "/from",
        "in_the_future",
    )
    for body in ({}, {"from": "2026-05-01T09:00:00"}, {"from": 0}, {"since": later}):
        assert (await client.post(f"{PATH}/replay", json=body)).status_code == 422
    long_ago = await client.post(f"{PATH}/replay", json={"from": "1999-12-31T23:59:59Z"})
    assert (long_ago.status_code, long_ago.json()["key"]) == (202, "helpdesk")


async def test_a_replay_to_nobody_is_refused_with_what_to_do_and_moves_nothing(
    client: httpx.AsyncClient, database: Database, tenant: UUID
) -> None:
    await put(client, OFF)
    before = await stored_rows(database, tenant, "webhook_endpoints")
    off = await client.post(f"{PATH}/replay", json={"from": "2026-05-01T09:00:00Z"})
    assert (off.status_code, off.json()["code"]) == (409, "invalid_state")
    assert off.json()["detail"] == "The endpoint is off. Save it with `enabled` true, then replay."
    assert await stored_rows(database, tenant, "webhook_endpoints") == before
    assert "webhook_endpoint.replayed" not in (await client.get("/audit-log")).text


@pytest.mark.parametrize("action", ["replay", "rotate-secret"])
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, action: str) -> None:
    answer = await client.post(f"/webhook-endpoints/nobody/{action}", json={"from": "2026-05-01T09:00:00Z"})
    assert answer.status_code == 404


async def test_what_is_done_to_an_endpoint_is_audited(client: httpx.AsyncClient) -> None:
    await put(client, {"url": URL})
    await client.post(f"{PATH}/replay", json={"from": "2026-05-01T09:00:00Z"})
    await client.delete(PATH)
    entries = (await client.get("/audit-log")).json()["items"]
    done = [entry["action"] for entry in entries if entry["action"].startswith("webhook_endpoint")]
    assert done == ["webhook_endpoint.deleted", "webhook_endpoint.replayed", "webhook_endpoint.saved"]
