"""The application, called as HTTP without a socket, and keys to call it with."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.api import rate_limit
from app.api.quotas import Quotas
from app.api.routes.chat import ChatLimits
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.main import create_app
from app.settings import Settings
from app.store.database import Database
from tests.conftest import create_tenant, started

MakeKey = Callable[..., Awaitable[str]]


@pytest.fixture
async def app(settings: Settings, usual_settings: Settings, usual_app: FastAPI) -> AsyncIterator[FastAPI]:
    """The application with nothing left in it of what an earlier test asked for or put there."""
    if settings is not usual_settings:
        async with started(create_app(settings)) as app:
            yield app
        return
    before = dict(usual_app.state._state)
    usual_app.state.runtime.time._seen.clear()  # the tenants of other tests, beside whom this one would wait
    usual_app.state.chat_limits, usual_app.state.quotas = ChatLimits(), Quotas(settings.requests_per_minute)
    yield usual_app
    usual_app.state._state.update(before)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = time.monotonic_ns()

    def monotonic_ns(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What rate limits count by. On a busy machine they would let more through while a test asks."""
    clock = Clock()
    monkeypatch.setattr(rate_limit, "time", clock)
    return clock


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a credential."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client:
        yield client


@pytest.fixture
def make_key(database: Database, tenant: UUID) -> MakeKey:
    """Issue a key of the test's tenant, or of another one, and give it back as a caller writes it."""

    async def make(
        *roles: Role,
        agent: Author | None = None,
        expires_at: datetime | None = None,
        name: str = "tests",
        owner: UUID | None = None,
    ) -> str:
        owner = TenantId(owner or tenant)
        async with database.begin(owner) as tx:
            draft = KeyDraft(name, frozenset(roles), agent, expires_at)
            return str((await issue_api_key(tx, draft)).presented)

    return make


@pytest.fixture
async def client(app: FastAPI, make_key: MakeKey) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may do everything in the test's tenant."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://api.example.test",
        headers=bearer(await make_key(Role.ADMIN)),
    ) as client:
        yield client


@pytest.fixture
async def other_tenant(database: Database) -> TenantId:
    return TenantId(await create_tenant(database))


@pytest.fixture
async def other_client(app: FastAPI, make_key: MakeKey, other_tenant: TenantId) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may do everything in the other tenant."""
    headers = bearer(await make_key(Role.ADMIN, owner=other_tenant))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.example.test", headers=headers) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def stored_rows(database: Database, tenant: UUID, table: str) -> str:
    """All rows of a tenant in a table, as PostgreSQL itself writes them down."""
    async with database.begin(tenant) as tx:
        return str(list(await tx.scalars(sa.text(f"SELECT row_to_json(t)::text FROM {table} t"))))
