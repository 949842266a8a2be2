"""The primary is gone in the middle of a batch, and its synchronous standby takes over. Or a process that has lost its
connections is led to a standby for a while, by a name or a balancer that is not up to date.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.dev import servers
from app.domain.delivery_lifecycle import DeliveryStatus
from app.settings import Settings
from tests.conftest import VAR
from tests.faults.commits import SOCKET, cutting
from tests.faults.conftest import Begin
from tests.faults.own_server.programs import run
from tests.faults.trial import until

_CUT_OFF = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{servers.RUNTIME}'"
_CONNECTED = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{servers.RUNTIME}'"

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(300)]


@pytest.fixture
async def standby(
    settings: Settings, postgres_server: servers.PostgresServer, superuser: str, worker_name: str
) -> AsyncIterator[servers.PostgresServer]:
    """A copy that follows the primary; what the primary acknowledges, it has."""
    del settings  # they have made the database
    data = VAR / f"standby-{worker_name}"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        await _copy(postgres_server, data, await _ask(superuser, "SHOW data_directory"))
        follower = stack.enter_context(servers.postgres(data, durable=False))
        await _ask(superuser, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        await _ask(superuser, "SELECT pg_reload_conf()")

        async def follows() -> bool:
            return bool(await _ask(superuser, "SELECT sync_state FROM pg_stat_replication") == "sync")

        await until(follows, 60)
        yield follower


async def _copy(primary: servers.PostgresServer, data: Path, original: str) -> None:
    options = ("--write-recovery-conf", "--checkpoint=fast", "--host", primary.socket_dir, "--username", "postgres")
    owner = await asyncio.to_thread(os.stat, original)
    await asyncio.to_thread(data.mkdir, 0o700)
    os.chown(data, owner.st_uid, owner.st_gid)
    await run("pg_basebackup", "--pgdata", str(data), *options, data=data)
    await asyncio.to_thread((data / f"{SOCKET}.lock").unlink)  # the primary's, in whose folder its socket lies


async def _ask(url: str, statement: str) -> Any:
    connection: Any = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_what_was_acknowledged_is_known_and_nobody_is_sent_to_again(
    begin: Begin, superuser: str, standby: servers.PostgresServer
) -> None:
    trial = await begin(rate=30)
    postmaster = int(await _ask(superuser, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
    async with cutting(trial.settings.database_url) as way:
        worker = await trial.worker(database_url=way.url)
        await trial.accepted(100, seconds=120)
        os.kill(postmaster, signal.SIGQUIT)  # at once, as if the machine were gone
        assert await _ask(standby.url("postgres", "fragile"), "SELECT pg_promote()")
        way.server = Path(standby.socket_dir, SOCKET)
        settings = trial.settings.model_copy(update={"database_url": standby.url(servers.RUNTIME, "fragile")})
        after = replace(trial, settings=settings, superuser=standby.url("postgres", "fragile"))
        history = await after.over(seconds=150)
        assert await worker.terminate() == 0

    assert history.faults() == {}
    assert history.of(DeliveryStatus.FAILED) == set()
    assert history.of(DeliveryStatus.SENT) | history.uncertain == history.confirmed.deliveries.keys()


async def test_a_worker_that_is_led_to_a_standby_does_not_stay_there(
    begin: Begin, superuser: str, standby: servers.PostgresServer
) -> None:
    trial = await begin(rate=30)
    async with cutting(trial.settings.database_url) as way:
        worker = await trial.worker(database_url=way.url)
        await trial.accepted(50, seconds=120)
        primary, way.server = way.server, Path(standby.socket_dir, SOCKET)
        await _ask(
            superuser,
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{servers.RUNTIME}'",
        )
        await until(lambda: worker.log.read_text().count("tick_failed") > 5, 60)
        assert await _ask(standby.url("postgres", "fragile"), _CONNECTED) == 0
        way.server = primary
        history = await trial.over(seconds=60)
        assert await worker.terminate() == 0

    assert history.faults() == {}
    assert history.of(DeliveryStatus.FAILED) == set()
    assert history.of(DeliveryStatus.SENT) | history.uncertain == history.confirmed.deliveries.keys()
