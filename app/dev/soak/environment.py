"""The environment of a long run: servers, processes, a network between them, and the one tenant."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev import servers
from app.dev.api_client import Calls
from app.dev.history import folder as history
from app.dev.history.receiver import Receiver, receiving
from app.dev.ports import free_port
from app.dev.soak.faults import FAILING
from app.dev.soak.relay import Relay
from app.dev.soak.report import Plan
from app.dev.soak.stage import Environment, Postgres, SoakProgram, Start, Valkey
from app.dev.subprocesses import child
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.store.database import Database
from app.store.schema import migrate

DATABASE: Final = "soak"
WORKERS: Final = 3
TYPES: Final = (
    "mass_reply.confirmed",
    "mass_reply.paused",
    "mass_reply.completed",
    "mass_reply.cancelled",
    "deliveries.updated",
)


@asynccontextmanager
async def prepared(
    plan: Plan, folder: Path, evidence: Path, begin: Start = child
) -> AsyncIterator[tuple[Environment, list[Relay], Receiver, str]]:
    """Start everything. Yield it, the network, the webhook endpoint, and the address of the sandbox."""
    async with AsyncExitStack() as stack:
        processes = stack.enter_context(ExitStack())
        server = processes.enter_context(servers.postgres(folder / "postgres", durable=False))
        await servers.create_database(server, DATABASE, fresh=True)
        database_url = server.url(servers.RUNTIME, DATABASE)
        await migrate(server.url(servers.OWNER, DATABASE), database_url)
        valkey = Valkey(folder / "valkey")
        valkey.start()
        processes.callback(valkey.stop)
        tenant, key = await _tenant(database_url)
        sandbox_port, smtp_port, api_port = free_port(), free_port(), free_port()
        options = {
            "port": sandbox_port,
            "smtp-port": smtp_port,
            "journal": evidence / history.JOURNAL,
            "latency": 30,
            "receipt-delay": 500,
            "receipts-at-once": 50,
        }
        arguments = tuple(f"--{name}={value}" for name, value in options.items())
        sandbox = processes.enter_context(begin("sandbox", "app.dev.sandbox", arguments, {}, folder))
        sandbox_url, api_url = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{api_port}"
        await asyncio.to_thread(sandbox.wait_until_ready, sandbox_url)
        relays = [await stack.enter_async_context(Relay(port).running()) for port in (sandbox_port, smtp_port)]
        receiver = await stack.enter_async_context(receiving(evidence / history.HOOKS, TYPES, seed=plan.seed))
        variables = _environment(database_url, valkey.url, api_url, folder / "files")
        api = SoakProgram("api", "app", ("api", "--port", str(api_port)), variables, folder, processes, begin)
        module, command = ("app.dev.soak.broken", (plan.broken, "worker")) if plan.broken else ("app", ("worker",))
        names = [f"worker {number}" for number in range(1, WORKERS + 1)]
        workers = [SoakProgram(name, module, command, variables, folder, processes, begin) for name in names]
        for program in (api, *workers):
            program.start()
        superuser = Postgres(server.url("postgres", DATABASE))
        environment = Environment(folder, superuser, valkey, api, api_url, workers, tenant, key)
        await environment.ready()
        with Calls(api_url, key) as calls:
            calls.put("/webhook-endpoints/soak", {"url": receiver.url, "events": list(TYPES)})
        receiver.failures = FAILING
        yield environment, relays, receiver, sandbox_url


def _environment(database_url: str, redis_url: str, api_url: str, files: Path) -> dict[str, str]:
    return {
        "MASS_REPLY_DATABASE_URL": database_url,
        "MASS_REPLY_REDIS_URL": redis_url,
        "MASS_REPLY_SECRET_KEY": secrets.token_urlsafe(32),
        "MASS_REPLY_PUBLIC_URL": api_url,
        "MASS_REPLY_ALLOW_PRIVATE_URLS": "true",
        "MASS_REPLY_ATTACHMENTS_URL": files.resolve().as_uri(),
    }


async def _tenant(database_url: str) -> tuple[UUID, str]:
    database = Database(database_url, pool_size=2)
    try:
        tenant = TenantId(await create_tenant(database, "Example Ltd"))
        async with database.begin(tenant) as tx:
            key = await issue_api_key(tx, KeyDraft("soak", frozenset({Role.ADMIN})))
    finally:
        await database.close()
    return tenant, str(key.presented)
