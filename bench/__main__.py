"""Deliveries per second, end to end with two workers, beside a bare loop of the same client: prints one JSON.

PostgreSQL, Valkey, the stub and both workers share the machine; the bare loop has it to itself and the stub. The ratio
is what can be compared between machines.
"""

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from app.delivery import prepare
from app.dev import servers
from app.dev.workdir import plain_folder
from app.domain.audit import OPERATOR
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply import Confirmation, Draft
from app.domain.outbound import Author
from app.domain.selection import parse_selection
from app.domain.text.message import OnUnresolved
from app.domain.words import MassReplyId, TenantId
from app.mass_replies import confirm, create
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.store import mass_replies as store
from app.store.schema import migrate
from bench.load import TEMPLATE, make_tenant

VAR = plain_folder(Path(__file__).resolve().parents[1] / "var" / "bench")
WORKERS = 2
ACCOUNTS = 4
DELIVERIES = int(os.environ.get("BENCH_DELIVERIES", "20000"))
CONCURRENCY = 128
LIMIT_SECONDS = 180


def main() -> None:
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres(VAR / "postgres"))
        redis_url = stack.enter_context(servers.valkey(VAR / "valkey"))
        port = _free_port()
        stack.enter_context(_process("bench.stub", str(port)))
        _wait_for(port)
        bare = _bare_loop(port)
        settings = asyncio.run(_migrated(postgres, redis_url))
        asyncio.run(_measure(settings, port, bare))


def _bare_loop(port: int) -> float:
    """Deliveries per second of two processes that do nothing but post."""
    command = [sys.executable, "-m", "bench.bare", str(port), str(DELIVERIES // WORKERS), str(CONCURRENCY)]
    loops = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]
    return sum(float(loop.communicate(timeout=LIMIT_SECONDS)[0]) for loop in loops)


async def _migrated(postgres: servers.PostgresServer, redis_url: str) -> Settings:
    await servers.create_database(postgres, "bench", fresh=True)
    owner, runtime = postgres.url(servers.OWNER, "bench"), postgres.url(servers.RUNTIME, "bench")
    await migrate(owner, runtime)
    return Settings.model_validate(
        {
            "database_url": runtime,
            "redis_url": redis_url,
            "secret_key": secrets.token_urlsafe(32),
            "allow_private_urls": True,
            "prepare_inline_limit": DELIVERIES,
        }
    )


async def _measure(settings: Settings, port: int, bare: float) -> None:
    async with open_runtime(settings) as runtime:
        tenant = await make_tenant(runtime, port, ACCOUNTS, DELIVERIES // ACCOUNTS)
        prepared, id_ = await _prepare(runtime, tenant)
        with ExitStack() as stack:
            for _ in range(WORKERS):
                stack.enter_context(_worker(settings))
            await asyncio.sleep(2)  # both workers are up before the clock starts
            seconds = await _send(runtime, tenant, id_)
    rate = DELIVERIES / seconds
    figures = {
        "deliveries": DELIVERIES,
        "workers": WORKERS,
        "deliveries_per_second": round(rate),
        "bare_loop_per_second": round(bare),
        "ratio": round(rate / bare, 2),
        "prepared_per_second": round(DELIVERIES / prepared),
    }
    print(json.dumps(figures))


async def _prepare(runtime: Runtime, tenant: TenantId) -> tuple[float, MassReplyId]:
    selection = parse_selection({"filter": {"channel": ["sms"]}})
    draft = Draft(selection, TEMPLATE, None, (), False, OnUnresolved.SKIP, None, Author(None, "Bench"))
    started = time.perf_counter()
    checked = await create.check(runtime.database, runtime.aside, tenant, draft, OPERATOR)
    async with runtime.database.begin(tenant) as tx:
        id_ = (await create.create(tx, draft, checked, OPERATOR)).id
    await prepare.prepare(runtime.database, runtime.aside, tenant, id_, timedelta(minutes=30))
    return time.perf_counter() - started, id_


async def _send(runtime: Runtime, tenant: TenantId, id_: MassReplyId) -> float:
    """Confirm, and wait until the last delivery is recorded; answers the seconds in between."""
    started = time.perf_counter()
    async with runtime.database.begin(tenant) as tx:
        lanes = await confirm.confirm(tx, id_, Confirmation(DELIVERIES), timedelta(hours=1), OPERATOR)
    for lane, _ in lanes:
        await runtime.wakeups.wake_lane(lane, WORKERS)
    async with asyncio.timeout(LIMIT_SECONDS):
        while await _sent(runtime, tenant, id_) < DELIVERIES:
            await asyncio.sleep(0.05)
    return time.perf_counter() - started


async def _sent(runtime: Runtime, tenant: TenantId, id_: MassReplyId) -> int:
    async with runtime.database.begin(tenant) as tx:
        batch = await store.get(tx, id_)
    assert batch is not None
    counts = batch.progress.counts
    assert counts is not None
    assert not counts[DeliveryStatus.FAILED]
    assert not counts[DeliveryStatus.UNCERTAIN]
    return counts[DeliveryStatus.SENT]


@contextmanager
def _worker(settings: Settings, module: str = "bench.worker", *arguments: str) -> Iterator[int]:
    """A process of the service; yields its id."""
    given = settings.model_dump(mode="json", exclude_none=True) | {"secret_key": settings.secret_key.get_secret_value()}
    environment = {f"MASS_REPLY_{name.upper()}": str(value) for name, value in given.items() if value not in ([], "")}
    with _process(module, *arguments, environment={**os.environ, **environment}) as pid:
        yield pid


@contextmanager
def _process(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=environment)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    for _ in range(2_400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port}.")


if __name__ == "__main__":
    main()
