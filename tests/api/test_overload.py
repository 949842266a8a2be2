"""What one tenant asks for takes no other's share, and what the service cannot do now is said as such."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.api.routes import conversations
from app.domain.api_keys import PresentedKey
from app.domain.permissions import Role
from app.settings import Settings
from app.store import shares
from app.store.database import Database
from app.store.shares import OF_THE_API, PARTS, QUICK, SEARCH, Shares, WorkKind
from tests.api.conftest import MakeKey, bearer
from tests.api.test_problems import assert_problem

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def watcher(settings: Settings, owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url.replace("mass_reply_owner", "postgres", 1))
    yield connection
    await connection.close()


@asynccontextmanager
async def standing_still(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """Let every search wait in the block."""
    async with owner.transaction():
        await owner.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        yield


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await met():
            await asyncio.sleep(0.01)


async def test_a_tenant_that_searches_without_end_takes_its_own_share_alone(
    client: httpx.AsyncClient,
    other_client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    watcher: asyncpg.Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def begin_searches(count: int) -> list[asyncio.Task[httpx.Response]]:
        return [asyncio.create_task(client.post("/conversations/search", json={"filter": {}})) for _ in range(count)]

    share = settings.database_pool_size * SEARCH.of_tenant // PARTS
    async with standing_still(owner):
        its_share = begin_searches(share)
        await until(lambda: _as_many_wait(watcher, share))
        with monkeypatch.context() as hurried:
            hurried.setattr(shares, "PATIENCE", 0.2)
            for refused in await asyncio.gather(*begin_searches(50)):
                assert_problem(refused, 503, "overloaded")
                assert int(refused.headers["Retry-After"]) > 0
        assert (await other_client.get("/me")).status_code == 200
        assert (await client.get("/me")).status_code == 200, "ordinary requests have a share of their own"
    assert {answer.status_code for answer in await asyncio.gather(*its_share)} == {200}


async def test_strangers_without_end_keep_out_nobody_who_has_a_key(
    client: httpx.AsyncClient,
    other_client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    owner: asyncpg.Connection,
    watcher: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await client.get("/me")).status_code == 200, "whose its key is, is known from now on"
    strangers = _strangers(300)
    async with owner.transaction():
        await owner.execute("LOCK TABLE api_key_routes IN ACCESS EXCLUSIVE MODE")
        asked = [asyncio.create_task(anonymous.get("/me", headers=stranger)) for stranger in strangers]
        await until(lambda: _waits(watcher))
        assert (await client.get("/me")).status_code == 200
        with monkeypatch.context() as hurried:
            hurried.setattr(shares, "PATIENCE", 0.05)
            assert_problem(await anonymous.get("/me", headers=strangers[0]), 503, "overloaded")
        first = asyncio.create_task(other_client.get("/me"))
        await asyncio.sleep(0)
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {401}
    assert (await first).status_code == 200


def _strangers(count: int) -> list[dict[str, str]]:
    """Credentials with keys that look like ours and that nobody has made."""
    return [bearer(str(PresentedKey(uuid4(), "x" * 43))) for _ in range(count)]


async def test_strangers_are_asked_about_together(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, really = list[None](), Database.begin_routing

    def begin(database: Database) -> Any:
        begun.append(None)
        return really(database)

    monkeypatch.setattr(Database, "begin_routing", begin)
    answers = await asyncio.gather(*(anonymous.get("/me", headers=stranger) for stranger in _strangers(200)))
    assert {answer.status_code for answer in answers} == {401}
    assert len(begun) < 10


def test_the_shares_of_all_kinds_fit_into_the_pool_together() -> None:
    assert sum(kind.of_all for kind in OF_THE_API) == PARTS


@pytest.mark.parametrize("pool", [6, 10, 16, 50])
async def test_whatever_hostile_tenants_hold_whoever_asks_who_they_are_finds_a_connection(pool: int) -> None:
    held = Shares(pool)
    async with AsyncExitStack() as stack:
        connections = 0
        for kind in OF_THE_API:
            if kind is not QUICK:
                connections += await _take_all(held, kind, stack)
        assert connections < pool
        async with held.taken(QUICK, uuid4()):
            pass


async def _take_all(held: Shares, kind: WorkKind, stack: AsyncExitStack) -> int:
    """Take what there is of a kind, for one tenant after the other."""
    taken = 0
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(0.02):
                await stack.enter_async_context(held.taken(kind, uuid4()))
            taken += 1
    return taken


async def test_what_waits_behind_too_many_is_refused_at_once(
    client: httpx.AsyncClient, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOST_WAITING", 0)
    assert_problem(await client.post("/conversations/search", json={"filter": {}}), 503, "overloaded")


async def test_a_statement_ends_with_its_time(
    client: httpx.AsyncClient, owner: asyncpg.Connection, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "SEARCH", replace(SEARCH, statement_seconds=0.05))
    async with standing_still(owner):
        problem = assert_problem(await client.post("/conversations/search", json={"filter": {}}), 503, "overloaded")
    assert "longer" in problem["detail"]
    figures = app.state.runtime.telemetry.metrics.text().decode()
    assert 'mass_reply_http_refusals_total{code="overloaded",limit="statement_time"}' in figures


@pytest.mark.parametrize("answer", ["search", "me"])
async def test_a_statement_ends_with_its_caller(
    app: FastAPI, make_key: MakeKey, owner: asyncpg.Connection, watcher: asyncpg.Connection, answer: str
) -> None:
    leaves = asyncio.Event()
    told: list[Any] = []
    body = b'{"filter": {}}' if answer == "search" else b""
    messages = iter([{"type": "http.request", "body": body}])

    async def receive() -> Any:
        message = next(messages, None)
        if message is None:
            await leaves.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: Any) -> None:
        told.append(message)

    method, path = ("POST", "/conversations/search") if answer == "search" else ("GET", "/me")
    headers = {**bearer(await make_key(Role.VIEWER)), "content-type": "application/json", "content-length": "14"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items() if body or "content" not in name]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b"", "client": None}
    table = "conversations" if answer == "search" else "api_keys"
    async with owner.transaction():
        await owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        request = asyncio.create_task(app({**scope, "http_version": "1.1", "scheme": "http"}, receive, send))
        await until(lambda: _waits(watcher))
        leaves.set()
        await request
        await until(lambda: _waits_not(watcher))
    assert not told


async def test_a_caller_who_leaves_in_the_middle_of_a_body_is_no_fault_of_ours(
    app: FastAPI, make_key: MakeKey, caplog: pytest.LogCaptureFixture
) -> None:
    messages = iter([{"type": "http.request", "body": b'{"filter"', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    headers = {**bearer(await make_key(Role.INTEGRATION)), "content-type": "application/x-ndjson"}
    headers["content-length"] = "1000"
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/conversations/import", "headers": raw, "query_string": b""}
    await app({**scope, "client": None, "http_version": "1.1", "scheme": "http"}, receive, send)
    assert not told
    assert "request_failed" not in caplog.text


async def _waits(watcher: asyncpg.Connection) -> bool:
    return bool(await watcher.fetchval(WAITING))


async def _as_many_wait(watcher: asyncpg.Connection, count: int) -> bool:
    return bool(await watcher.fetchval(WAITING) == count)


async def _waits_not(watcher: asyncpg.Connection) -> bool:
    return not await _waits(watcher)


async def test_a_connection_that_the_server_ends_is_overload_and_no_fault(
    client: httpx.AsyncClient, owner: asyncpg.Connection, watcher: asyncpg.Connection
) -> None:
    async with standing_still(owner):
        search = asyncio.create_task(client.post("/conversations/search", json={"filter": {}}))
        await until(lambda: _waits(watcher))
        await watcher.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        problem = assert_problem(await search, 503, "overloaded")
    assert "does not answer" in problem["detail"]
    assert (await client.get("/me")).status_code == 200


async def test_a_database_that_is_away_is_overload_and_no_fault(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    nowhere = Database(f"postgresql://nobody@/nothing?host={tmp_path}", pool_size=2)
    app.state.runtime = replace(app.state.runtime, database=nowhere)
    answer = await client.get("/me")
    assert_problem(answer, 503, "overloaded")
    assert answer.headers["Retry-After"]
