"""Real PostgreSQL and Valkey for every test that asks: one pair of servers a run, one migrated database a worker."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import fasteners
import hypothesis
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import HealthCheck
from xdist.scheduler import LoadScopeScheduling, WorkStealingScheduling

from app.dev import servers
from app.dev.workdir import plain_folder
from app.main import create_app
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.store.database import Database
from app.store.schema import migrate
from app.telemetry.logs import configure_logging
from tests.browsers import browser_path, chromium

__all__ = ["browser_path", "chromium"]

VAR = plain_folder(Path(__file__).resolve().parents[1] / "var" / "tests")
SECRET_KEY = "only-for-tests-" + "0" * 32


TOGETHER = (
    ("tests/dev/test_stack.py", "tests/dev/test_soak.py", "tests/guide/"),
    ("tests/test_cli.py", "tests/test_settings.py", "tests/conversations/test_import_file.py"),
)
"""Files that share what is expensive to make: a whole stack, a process to fork. Large ones are handed out first."""


class SharingInOneProcess(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Hand out a file at a time, and each group of `TOGETHER` to one process, which makes what they share once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((group[0] for group in TOGETHER if file.startswith(group)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """What takes minutes is handed out one by one."""
    of_minutes = config.getoption("-m") == "matrix"
    return WorkStealingScheduling(config, log) if of_minutes else SharingInOneProcess(config, log)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.PostgresServer]:
    """One cluster a run: every worker takes part in it, and the last one to leave stops it."""
    data = VAR / "postgres"
    with fasteners.InterProcessLock(VAR / "postgres.lock"):
        if not (data / "PG_VERSION").exists():
            with servers.postgres(data, durable=False):
                pass  # the room for every worker's connections is there from the second start on
    with servers.postgres(data, durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """Names this process's database and folders, so that two runs at once do not take each other's away."""
    return f"{getattr(request.config, 'workerinput', {}).get('workerid', 'main')}_{os.getpid()}"


@pytest.fixture(scope="session")
def redis_url(worker_name: str) -> Iterator[str]:
    data = VAR / f"valkey-{worker_name}"
    with servers.valkey(data) as url:
        yield url
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
async def owner_url(postgres_server: servers.PostgresServer, worker_name: str) -> AsyncIterator[str]:
    with fasteners.InterProcessLock(VAR / "roles.lock"):  # roles belong to the cluster, so workers take turns
        await servers.create_database(postgres_server, f"test_{worker_name}", fresh=True)
    yield postgres_server.url(servers.OWNER, f"test_{worker_name}")
    await servers.drop_database(postgres_server, f"test_{worker_name}")


@pytest.fixture(scope="session")
async def database_url(owner_url: str, postgres_server: servers.PostgresServer, worker_name: str) -> str:
    """The runtime role's address of a database that Alembic has brought to head."""
    url = postgres_server.url(servers.RUNTIME, f"test_{worker_name}")
    with fasteners.InterProcessLock(VAR / "roles.lock"):
        await migrate(owner_url, url)
    return url


@pytest.fixture(scope="session")
def usual_settings(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET_KEY,
        allow_private_urls=True,
        attachments_url=tmp_path_factory.mktemp("attachments").as_uri(),
    )


@pytest.fixture
def settings(usual_settings: Settings) -> Settings:
    """A module that needs others has a fixture of this name; then it gets a runtime and an application of its own."""
    return usual_settings


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=5)
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def usual_runtime(usual_settings: Settings) -> AsyncIterator[Runtime]:
    """Opened once: its connections and certificates take longer than most tests."""
    async with open_runtime(usual_settings) as runtime:
        yield runtime


@pytest.fixture
async def runtime(settings: Settings, usual_settings: Settings, usual_runtime: Runtime) -> AsyncIterator[Runtime]:
    if settings is usual_settings:
        yield usual_runtime
    else:
        async with open_runtime(settings) as runtime:
            yield runtime


@pytest.fixture(scope="session")
async def usual_workers_runtime(usual_settings: Settings) -> AsyncIterator[Runtime]:
    """Opened once: a worker plans its statements on four connections before it begins."""
    async with open_runtime(usual_settings) as runtime:
        yield runtime


@pytest.fixture
async def workers_runtime(
    settings: Settings, usual_settings: Settings, usual_workers_runtime: Runtime
) -> AsyncIterator[Runtime]:
    if settings is usual_settings:
        usual_workers_runtime.time._seen.clear()  # the tenants of other tests, beside whom this one would wait
        yield usual_workers_runtime
    else:
        async with open_runtime(settings) as runtime:
            yield runtime


@pytest.fixture(scope="session")
async def usual_app(usual_settings: Settings) -> AsyncIterator[FastAPI]:
    async with started(create_app(usual_settings)) as app:
        yield app


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[FastAPI]:
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
async def superusers_connection(database_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database_url.replace(servers.RUNTIME, "postgres", 1))
    yield connection
    await connection.close()


@pytest.fixture
async def tenant(superusers_connection: Any) -> UUID:
    """A tenant of its own for each test: tests share a database and never each other's rows."""
    made = await superusers_connection.fetchval(
        "INSERT INTO tenants (id, name) VALUES (uuidv7(), 'Example Ltd') RETURNING id"
    )
    return UUID(int=made.int)


LEFT = """
    UPDATE mass_replies SET status = 'cancelled', finished_at = now() WHERE finished_at IS NULL;
    DELETE FROM webhook_endpoints;
    DELETE FROM automation_calls;
    -- Asked about for later, as a look-up leaves them: a page of them holds no more than twenty.
    UPDATE deliveries SET not_before = now() + interval '4 minutes' WHERE status = 'uncertain';
    UPDATE receipts SET settled_at = now() WHERE settled_at IS NULL;
"""


@pytest.fixture
async def quiet(superusers_connection: Any) -> None:
    """No open mass reply, endpoint or call of an earlier test: a worker works for every tenant of its database."""
    await superusers_connection.execute(LEFT)


async def create_tenant(database: Database, name: str = "Example Ltd") -> UUID:
    async with database.begin_routing() as tx:
        tenant_id = await tx.scalar(sa.text("SELECT uuidv7()"))
    async with database.begin(tenant_id) as tx:
        await tx.execute(sa.text("INSERT INTO tenants (id, name) VALUES (:id, :name)"), id=tenant_id, name=name)
    assert isinstance(tenant_id, UUID)
    return tenant_id


gc.disable()
"""What is imported and collected stays: looking through it again and again took a third of the time."""


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    # How long an example takes says how busy the machine is; what is measured is in bench/.
    hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis.settings.load_profile("any machine")
    configure_logging("WARNING")
    # Nobody is called but this machine, and to load all certificates for a client takes longer than most tests.
    os.environ.setdefault("SSL_CERT_DIR", os.devnull)
    if hasattr(config, "workerinput"):
        return
    VAR.mkdir(parents=True, exist_ok=True)
