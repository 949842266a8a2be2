"""A PostgreSQL server of its own: what befalls it takes every connection with it."""

import shutil
from collections.abc import Iterator

import pytest

from app.dev import servers
from app.settings import Settings
from app.store.schema import migrate
from tests.conftest import VAR
from tests.faults.conftest import Valkey, hurried


@pytest.fixture
def postgres_server(worker_name: str) -> Iterator[servers.PostgresServer]:
    """One to be crashed. Not in pytest's own folder, which the next run of pytest shuts to PostgreSQL's user."""
    data = VAR / f"fragile-{worker_name}"
    with servers.postgres(data, durable=False) as server:
        yield server
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def superuser(postgres_server: servers.PostgresServer) -> str:
    return postgres_server.url("postgres", "fragile")


@pytest.fixture
async def settings(postgres_server: servers.PostgresServer, valkey: Valkey) -> Settings:
    await servers.create_database(postgres_server, "fragile")
    url = postgres_server.url(servers.RUNTIME, "fragile")
    await migrate(postgres_server.url(servers.OWNER, "fragile"), url)
    return hurried(url, valkey.url)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """The server is new: nobody has left anything."""
