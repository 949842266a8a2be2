"""An upgrade in the middle of a batch: the former release and this one work over one schema, and `migrate` may die."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.dev import servers
from app.dev.ports import free_port
from app.dev.sandbox.server import Sandbox
from app.dev.subprocesses import Child, child
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel
from app.settings import Settings
from app.store.schema import MIGRATIONS, migrate
from tests.faults.conftest import Valkey, hurried
from tests.faults.processes import commanding, environment_of
from tests.faults.trial import Trial, furnish, until
from tests.history import confirm, create

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(300)]

ROOT = MIGRATIONS.parent
EACH = 150
"""Recipients on each of two channels."""
STARTED = 60.0


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it was before the last migration: the newest whose schema was another one."""
    folder = tmp_path_factory.mktemp("former")
    last = _git("log", "-1", "--format=%H", "--diff-filter=A", "--", "migrations/versions").decode().strip()
    archive = _git("archive", f"{last}^", "app")
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=archive, check=True)  # noqa: S603, S607
    return folder


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout  # noqa: S603, S607


@pytest.fixture
def start(former: Path, settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Start a process of the former release, or of this one."""
    with ExitStack() as stack:

        def begin(name: str, *arguments: str, old: bool = False) -> Child:
            variables = {**environment_of(settings), "PYTHONPATH": str(former if old else ROOT)}
            return stack.enter_context(child(name, "app", arguments, variables, tmp_path))

        yield begin


async def started(worker: Child) -> None:
    await until(lambda: "worker_started" in worker.log.read_text(), STARTED)


async def test_both_releases_send_one_batch_and_a_rolling_upgrade_leaves_nothing_uncertain(
    start: Callable[..., Child], settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    tenant, key = await furnish(settings, sandbox, {Channel.EMAIL: EACH, Channel.SMS: EACH}, (), 30)
    apis = {}
    for name, old in (("former", True), ("present", False)):
        port = free_port()
        process = start(f"api {name}", "api", "--port", str(port), old=old)
        url = f"http://127.0.0.1:{port}"
        await asyncio.to_thread(process.wait_until_ready, f"{url}/health/ready")
        headers = {"Authorization": f"Bearer {key}"}
        apis[name] = httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30)
    workers = [start("worker former 1", "worker", old=True), start("worker former 2", "worker", old=True)]
    for worker in workers:
        await started(worker)
    # Created by one, confirmed by the other: a person's page may ask either.
    confirmed = await confirm(apis["present"], await create(apis["former"]))
    async with AsyncExitStack() as stack:
        trial = Trial(settings, superuser, sandbox, tenant, key, tmp_path, stack, confirmed)
        for number, worker in enumerate(workers):
            await trial.accepted((number + 1) * EACH // 2, seconds=60)
            present = start(f"worker present {number}", "worker")
            await started(present)
            worker.process.terminate()
            assert await asyncio.to_thread(worker.process.wait) == 0
        history = await trial.over(seconds=120)
    for client in apis.values():
        await client.aclose()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()


@pytest.fixture
async def fresh(postgres_server: servers.PostgresServer, worker_name: str) -> AsyncIterator[str]:
    name = f"fresh_{worker_name}"
    await servers.create_database(postgres_server, name, fresh=True)
    yield name
    await servers.drop_database(postgres_server, name)


async def test_a_migration_that_was_killed_is_begun_again(
    fresh: str, postgres_server: servers.PostgresServer, valkey: Valkey, database_url: str, tmp_path: Path
) -> None:
    url = postgres_server.url(servers.RUNTIME, fresh)
    settings = hurried(url, valkey.url, owner_url=postgres_server.url(servers.OWNER, fresh))
    connection: Any = await asyncpg.connect(postgres_server.url("postgres", fresh))
    try:
        for number in range(3):
            async with commanding(settings, tmp_path / f"migrate-{number}.log", "migrate") as program:
                await until(lambda: _busy(connection), STARTED)
                await program.kill()
        await migrate(postgres_server.url(servers.OWNER, fresh), url)
        assert await _described(connection) == await _described_at(database_url.replace(servers.RUNTIME, "postgres", 1))
    finally:
        await connection.close()


async def _busy(connection: Any) -> bool:
    """Whether the migration holds locks: it is in the middle of something."""
    held = """
        SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND l.mode = 'AccessExclusiveLock'
    """
    return bool(await connection.fetchval(held) > 5)


async def _described(connection: Any) -> list[Any]:
    """Every column of every table, and the version."""
    columns = """
        SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1, 2
    """
    return [tuple(row) for row in await connection.fetch(columns)] + [
        tuple(row) for row in await connection.fetch("SELECT version_num FROM alembic_version")
    ]


async def _described_at(url: str) -> list[Any]:
    connection: Any = await asyncpg.connect(url)
    try:
        return await _described(connection)
    finally:
        await connection.close()
