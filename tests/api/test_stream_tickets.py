"""A browser's way to an event stream: a ticket in the address, good for one stream and one minute."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
import structlog

from app.api.routes import stream_tickets as routes
from app.auth.sql import stream_tickets
from app.auth.stream_tickets import LIFETIME, StreamTicket
from app.domain.outbound import Author
from app.domain.permissions import Caller, Role
from app.domain.words import TenantId
from app.runtime import Runtime
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer, stored_rows
from tests.conftest import create_tenant
from tests.delivery.stage import make_stage
from tests.scene import row


@pytest.fixture
async def address(runtime: Runtime, tenant: UUID) -> str:
    """The events of a mass reply that is over, so that streams end by themselves."""
    stage = await make_stage(runtime, tenant)
    batch = await stage.batch()
    await stage.runs("UPDATE mass_replies SET status = 'completed', finished_at = now() WHERE id = :id", id=batch.id)
    return f"/mass-replies/{batch.id}/events"


@pytest.fixture
async def viewer(anonymous: httpx.AsyncClient, make_key: MakeKey) -> dict[str, str]:
    return bearer(await make_key(Role.VIEWER))


async def ticket(http: httpx.AsyncClient, headers: dict[str, str]) -> str:
    issued = await http.post("/stream-tickets", headers=headers)
    assert (issued.status_code, issued.headers["Cache-Control"]) == (201, "no-store")
    left = datetime.fromisoformat(issued.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(0) < left <= LIFETIME
    return str(issued.json()["ticket"])


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def open_with(http: httpx.AsyncClient, address: str, ticket: str) -> httpx.Response:
    return await http.get(address, params={"ticket": ticket})


async def test_a_ticket_opens_one_stream(anonymous: httpx.AsyncClient, viewer: dict[str, str], address: str) -> None:
    given = await ticket(anonymous, viewer)
    opened = await open_with(anonymous, address, given)
    assert (opened.status_code, "event: completed" in opened.text) == (200, True)
    assert_refused(await open_with(anonymous, address, given))


async def test_of_many_who_come_at_once_with_a_ticket_one_gets_in(
    anonymous: httpx.AsyncClient, viewer: dict[str, str], address: str
) -> None:
    given = await ticket(anonymous, viewer)
    opened = await asyncio.gather(*(open_with(anonymous, address, given) for _ in range(8)))
    assert sorted(answer.status_code for answer in opened) == [200, *[401] * 7]


async def test_a_ticket_opens_nothing_but_a_stream(
    anonymous: httpx.AsyncClient, viewer: dict[str, str], address: str
) -> None:
    given = await ticket(anonymous, viewer)
    for path in ("/me", "/mass-replies", address.removesuffix("/events"), "/chat/sessions/me/events"):
        assert_refused(await open_with(anonymous, path, given))
    assert_refused(await anonymous.post("/stream-tickets", params={"ticket": given}))
    assert (await open_with(anonymous, address, given)).status_code == 200


async def test_a_ticket_expires(
    anonymous: httpx.AsyncClient, viewer: dict[str, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LIFETIME", timedelta(0))
    issued = await anonymous.post("/stream-tickets", headers=viewer)
    assert_refused(await open_with(anonymous, address, issued.json()["ticket"]))


@pytest.mark.parametrize("made_up", ["", "mt_", "mr_" + "0" * 32 + "_" + "x" * 43, "mt_" + "0" * 32 + "_" + "x" * 43])
async def test_a_ticket_that_was_never_given_opens_nothing(
    anonymous: httpx.AsyncClient, address: str, made_up: str
) -> None:
    assert_refused(await open_with(anonymous, address, made_up))


async def test_a_ticket_opens_its_own_tenants_streams_only(
    anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database, address: str, tenant: UUID
) -> None:
    stranger = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    given = await ticket(anonymous, stranger)
    assert (await open_with(anonymous, address, given)).status_code == 404
    posing = await ticket(anonymous, stranger)
    posing = posing.replace(posing.split("_")[1], tenant.hex)
    assert_refused(await open_with(anonymous, address, posing))


async def test_a_ticket_is_worth_no_more_than_the_key_that_it_was_given_to(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, address: str
) -> None:
    body = {"name": "short", "roles": ["viewer"]}
    issued = (await client.post("/api-keys", json=body)).json()
    given = await ticket(anonymous, bearer(issued["key"]))
    await client.delete(f"/api-keys/{issued['id']}")
    assert_refused(await open_with(anonymous, address, given))


async def test_a_person_gets_a_ticket_too(
    anonymous: httpx.AsyncClient, database: Database, tenant: UUID, address: str
) -> None:
    person = Caller(TenantId(tenant), None, Author("agent-7", "Ines Agent"), frozenset({Role.AGENT}))
    given = StreamTicket.new(TenantId(tenant))
    async with database.begin(tenant) as tx:
        await stream_tickets.keep(tx, given, person, LIFETIME)
    assert (await open_with(anonymous, address, str(given))).status_code == 200


async def test_a_credential_leaves_the_ticket_unused(
    anonymous: httpx.AsyncClient, viewer: dict[str, str], address: str
) -> None:
    given = await ticket(anonymous, viewer)
    assert (await anonymous.get(address, params={"ticket": given}, headers=viewer)).status_code == 200
    assert (await open_with(anonymous, address, given)).status_code == 200


async def test_a_ticket_is_neither_stored_nor_logged(
    anonymous: httpx.AsyncClient, viewer: dict[str, str], address: str, database: Database, tenant: UUID
) -> None:
    with structlog.testing.capture_logs() as lines:
        given = await ticket(anonymous, viewer)
        stored = await stored_rows(database, tenant, "stream_tickets")
        for _ in range(2):
            await open_with(anonymous, address, given)
    secret = given.split("_", 2)[2]
    assert "expires_at" in stored
    assert secret not in stored
    assert secret not in str(lines)
    assert [line["status"] for line in lines if line["event"] == "request"] == [201, 200, 401]


async def test_tickets_that_nobody_used_are_forgotten(
    runtime: Runtime,
    anonymous: httpx.AsyncClient,
    viewer: dict[str, str],
    tenant: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes, "LIFETIME", timedelta(0))
    for _ in range(3):
        await anonymous.post("/stream-tickets", headers=viewer)
    assert (await row(runtime, tenant, "SELECT count(*) AS n FROM stream_tickets")).n == 1
