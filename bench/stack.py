"""The servers and the service's own processes, as an operator runs them: PostgreSQL, Valkey, an API and workers."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx
from redis.asyncio import Redis

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.delivery.wakeups import QUEUE
from app.dev import servers
from app.dev.ports import free_port
from app.dev.subprocesses import Child
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.runtime import open_runtime
from app.settings import Settings
from app.store.schema import migrate
from bench.processes import READY_WITHIN, VAR, program

WORKERS: Final = 2
CONNECTIONS: Final = 400
"""That the server allows: the idle ones of bad company, the service's, and some room."""
NOTHING: Final[Mapping[str, str]] = {}
PATIENCE: Final = 180
"""Seconds that a request, and a batch, may take."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service with an empty database, and a client with a key of its only tenant."""

    client: httpx.AsyncClient
    tenant: TenantId
    database: Any
    """A superuser's connection, to look on without asking the API."""
    owner_url: str
    redis_url: str
    api: Child
    workers: Sequence[Child]

    @property
    def pids(self) -> list[int]:
        return [each.process.pid for each in (self.api, *self.workers)]


@dataclass(frozen=True, slots=True)
class Stack:
    """The servers, started once. Each service gets a database of its own."""

    postgres: servers.PostgresServer
    redis_url: str

    @asynccontextmanager
    async def service(self, *, workers: int = WORKERS, about: Mapping[str, str] = NOTHING) -> AsyncIterator[Service]:
        """Run an API and workers until the block ends; `about` goes to their environment."""
        await servers.create_database(self.postgres, "bench", fresh=True)
        owner, runtime = (self.postgres.url(user, "bench") for user in (servers.OWNER, servers.RUNTIME))
        await migrate(owner, runtime)
        await _flush(self.redis_url)
        settings = {
            "database_url": runtime,
            "redis_url": self.redis_url,
            "secret_key": secrets.token_urlsafe(32),
            "allow_private_urls": "true",  # the provider is on this machine
            "requests_per_minute": "0",  # the polls are asked as fast as they are answered
        }
        variables = {**{f"MASS_REPLY_{name.upper()}": value for name, value in settings.items()}, **about}
        tenant, key = await _tenant(Settings.model_validate(settings))
        with ExitStack() as stack:
            port = free_port()
            api = stack.enter_context(program("api", "bench.api", str(port), variables=variables))
            started = [
                stack.enter_context(program(f"worker-{number}", "bench.worker", variables=variables))
                for number in range(workers)
            ]
            url = f"http://127.0.0.1:{port}"
            api.wait_until_ready(f"{url}/health/ready")
            await _until_they_work(self.redis_url, started)
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as client:
                database = await asyncpg.connect(self.postgres.url("postgres", "bench"))
                try:
                    yield Service(client, tenant, database, owner, self.redis_url, api, started)
                finally:
                    await database.close()
        await servers.drop_database(self.postgres, "bench")


@contextmanager
def running_stack() -> Iterator[Stack]:
    with servers.postgres(VAR / "postgres") as postgres:
        asyncio.run(_allow_connections(postgres))  # from its next start on
    with servers.postgres(VAR / "postgres") as postgres, servers.valkey(VAR / "valkey") as redis_url:
        yield Stack(postgres, redis_url)


async def _allow_connections(postgres: servers.PostgresServer) -> None:
    connection: Any = await asyncpg.connect(postgres.url("postgres", "postgres"))
    try:
        await connection.execute(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
    finally:
        await connection.close()


async def _tenant(settings: Settings) -> tuple[TenantId, str]:
    async with open_runtime(settings) as runtime:
        tenant = await create_tenant(runtime.database, "Bench")
        async with runtime.database.begin(tenant) as tx:
            return tenant, str((await issue_api_key(tx, KeyDraft("bench", frozenset(Role)))).presented)


async def _flush(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()


async def _until_they_work(redis_url: str, workers: Sequence[Child]) -> None:
    """Wait until each worker has said in Redis that it listens."""
    async with Redis.from_url(redis_url) as client, asyncio.timeout(READY_WITHIN):
        while len(await client.keys(f"{QUEUE}:health:*")) < len(workers):
            for worker in workers:
                worker.check()
            await asyncio.sleep(0.05)
