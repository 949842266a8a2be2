"""A service for a measurement that begins with an empty database: PostgreSQL, Valkey and one process of the API."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev import servers
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.runtime import open_runtime
from app.settings import Settings
from app.store.schema import migrate
from bench.__main__ import _free_port, _wait_for, _worker
from bench.account import sms_account
from bench.cpu import Meter, server_of

LIMIT_SECONDS = 600
NOBODY = 9
"""A port at which no provider listens: nothing is sent here."""


@dataclass(frozen=True, slots=True)
class Scene:
    client: httpx.AsyncClient
    """Calls the API as a user does."""
    tenant: TenantId
    owner: Any
    """A connection to the database."""
    api: int
    """The API's process."""
    settings: Settings

    def meter(self) -> Meter:
        return Meter({"api": lambda: [self.api], "postgres": lambda: server_of(self.owner)})


@asynccontextmanager
async def opened(postgres: servers.PostgresServer, redis_url: str, name: str) -> AsyncIterator[Scene]:
    """Begin with an empty database, one tenant, and a channel account `sms`."""
    await servers.create_database(postgres, name, fresh=True)
    owner, runtime = postgres.url(servers.OWNER, name), postgres.url(servers.RUNTIME, name)
    await migrate(owner, runtime)
    given = {"database_url": runtime, "redis_url": redis_url, "secret_key": secrets.token_urlsafe(32)}
    settings = Settings.model_validate({**given, "allow_private_urls": True})
    async with open_runtime(settings) as running:
        tenant = await create_tenant(running.database, "Bench")
        async with running.database.begin(tenant) as tx:
            key = (await issue_api_key(tx, KeyDraft("bench", frozenset(Role)))).presented
    async with AsyncExitStack() as stack:
        port = _free_port()
        api = stack.enter_context(_worker(settings, "bench.api", str(port)))
        _wait_for(port)
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=LIMIT_SECONDS)
        await stack.enter_async_context(client)
        (await client.put("/channel-accounts/sms", json=sms_account(NOBODY, 32))).raise_for_status()
        connection: Any = await asyncpg.connect(postgres.url("postgres", name))
        stack.push_async_callback(connection.close)
        yield Scene(client, tenant, connection, api, settings)
