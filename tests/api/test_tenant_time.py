"""A tenant that asks for much waits while others ask too, and is refused before its body is read."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.api import auth
from app.api.slow_refusals import AT_ONCE as AT_ONCE_REFUSED
from app.api.slow_refusals import DELAY, SlowRefusals
from app.domain.words import TenantId
from app.process.tenant_time import AT_ONCE, DEEPEST, Purse, TimeAccount
from app.runtime import Runtime
from app.store import shares
from tests.api.test_problems import assert_problem
from tests.scene import add_account, helpdesk

COSTLY = ("/conversations/search", "/conversations/import", "/mass-replies", "/mass-replies/preview")
MUCH = AT_ONCE + DEEPEST


@pytest.fixture
def serving(app: FastAPI) -> Runtime:
    """What the application itself runs on."""
    runtime = app.state.runtime
    assert isinstance(runtime, Runtime)
    return runtime


class Unread(AsyncIterator[bytes]):
    """A body that nobody may read."""

    async def __anext__(self) -> bytes:
        raise AssertionError("The body was read.")


@pytest.mark.parametrize("path", COSTLY)
async def test_what_may_take_long_is_refused_unread_once_the_share_is_used(
    client: httpx.AsyncClient,
    other_client: httpx.AsyncClient,
    serving: Runtime,
    tenant: UUID,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "PATIENCE", 0)
    monkeypatch.setattr(auth, "PAUSE", 0)
    assert (await other_client.get("/me")).status_code == 200
    serving.time.of(TenantId(tenant)).charge(MUCH)

    refused = await client.post(path, content=Unread())
    assert_problem(refused, 503, "overloaded")
    assert int(refused.headers["Retry-After"]) > 5
    assert (await client.get("/me")).status_code == 200, "what takes a moment is never refused"
    assert (await other_client.post("/conversations/search", json={"filter": {}})).status_code == 200


async def test_a_query_of_a_filter_s_cost_is_refused_too(
    client: httpx.AsyncClient,
    other_client: httpx.AsyncClient,
    serving: Runtime,
    tenant: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "PAUSE", 0)
    await other_client.get("/me")
    serving.time.of(TenantId(tenant)).charge(MUCH)
    path = f"/mass-replies/{UUID(int=1)}/deliveries"
    assert_problem(await client.get(path), 404, "not_found")
    monkeypatch.setattr(shares, "PATIENCE", 0)
    assert_problem(await client.get(path, params={"search": "x"}), 503, "overloaded")


async def test_a_request_is_charged_for_its_time_on_the_loop_and_in_the_database(
    client: httpx.AsyncClient, serving: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    charged, began = list[tuple[TimeAccount, float]](), time.thread_time()
    monkeypatch.setattr(TimeAccount, "charge", lambda account, seconds: charged.append((account, seconds)))
    assert (await client.get("/me")).status_code == 200
    on_the_loop = sum(seconds for _, seconds in charged)
    assert 0 < on_the_loop <= time.thread_time() - began
    held = list[float]()
    spending = TimeAccount.spending

    @contextmanager
    def held_while(account: TimeAccount) -> Iterator[None]:
        with spending(account):
            yield
        held.append(charged[-1][1])

    monkeypatch.setattr(TimeAccount, "spending", held_while)
    assert (await client.post("/conversations/search", json={"filter": {}})).status_code == 200
    assert {account for account, _ in charged} == {serving.time.of(TenantId(tenant))}
    assert held
    assert all(seconds > 0 for seconds in held)


async def test_reports_are_charged_apart_and_never_refused(
    client: httpx.AsyncClient,
    other_client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    serving: Runtime,
    tenant: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.api.routes.callbacks.PAUSE", 0)
    account = await add_account(serving, tenant, helpdesk("http://127.0.0.1:9"))
    await other_client.get("/me")
    reports, requests = serving.time.of(TenantId(tenant), Purse.REPORTS), serving.time.of(TenantId(tenant))
    reports.charge(MUCH)
    called = await anonymous.post(f"/callbacks/{account}", content=b"{}", headers={"webhook-signature": "v1,x"})
    assert called.status_code == 401
    assert requests.wait() == 0


async def test_refusals_are_slow_while_there_are_many() -> None:
    slept, status = list[float](), 401

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({}, status)(scope, receive, send)

    transport = httpx.ASGITransport(SlowRefusals(answer, sleep))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.example.test") as client:
        for _ in range(AT_ONCE_REFUSED * 2):
            await client.get("/")
        assert slept
        assert set(slept) == {DELAY}
        many, status = len(slept), 200
        await client.get("/")
    assert len(slept) == many, "whoever is let in waits for nobody"


def test_each_kind_of_request_is_charged_but_for_who_calls() -> None:
    assert {kind.name for kind in shares.OF_THE_API if kind.purse is None} == {"routing", "quick"}
