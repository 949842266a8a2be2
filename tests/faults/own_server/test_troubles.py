"""A database that refuses to write, to connect or to grow, for longer than a lease: named, and nothing is false."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import asyncpg
import httpx
import pytest

from app.dev import servers
from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import LEASE, Begin
from tests.faults.processes import Worker
from tests.faults.trial import Trial, api, until

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(300)]

Trouble = Callable[[Trial], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def read_only(trial: Trial) -> AsyncIterator[None]:
    """As a server that was told so, or a standby that everybody is led to by mistake."""
    await trial.rows("ALTER SYSTEM SET default_transaction_read_only = on")
    await trial.rows("SELECT pg_reload_conf()")
    yield
    await trial.rows("ALTER SYSTEM RESET default_transaction_read_only")
    await trial.rows("SELECT pg_reload_conf()")


@asynccontextmanager
async def no_connections(trial: Trial) -> AsyncIterator[None]:
    """Somebody else has taken them all."""
    await trial.rows(f"ALTER ROLE {servers.RUNTIME} CONNECTION LIMIT 0")
    await trial.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()",
        servers.RUNTIME,
    )
    yield
    await trial.rows(f"ALTER ROLE {servers.RUNTIME} CONNECTION LIMIT -1")


SIZE = "24m"


@asynccontextmanager
async def disk_full(trial: Trial) -> AsyncIterator[None]:
    """The timeline lies on a disk without any room. Mounting one takes root."""
    [[data]] = await trial.rows("SHOW data_directory")
    disk = f"{data}-disk"
    await _run("mkdir", "--mode=700", disk)
    await _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", disk)
    await _run("chown", "--reference", data, disk)
    try:
        for statement in (
            f"CREATE TABLESPACE small LOCATION '{disk}'",
            "ALTER TABLE messages SET TABLESPACE small",
            "CREATE TABLE filler (text text) TABLESPACE small",
        ):
            await trial.rows(statement)
        for rows in (1_000, 100, 10, 1):
            await _fill(trial, rows)
        yield
        await trial.rows("DROP TABLE filler")
        await trial.over(seconds=100)
        await trial.rows("ALTER TABLE messages SET TABLESPACE pg_default")
        await trial.rows("DROP TABLESPACE small")
    finally:
        await _run("umount", "--lazy", disk)


async def _fill(trial: Trial, rows: int) -> None:
    """Write until the disk is full, so many rows at a time."""
    text = "SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 60)"
    with suppress(asyncpg.DiskFullError):
        while True:
            await trial.rows(f"INSERT INTO filler SELECT ({text}) FROM generate_series(1, {rows})")


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0, f"{' '.join(command)} failed; it takes root"


NAMED: Mapping[Trouble, str] = {read_only: "tick_failed", no_connections: "tick_failed", disk_full: "record_failed"}
"""What the worker's log says of it."""


@pytest.mark.parametrize("trouble", NAMED)
async def test_it_is_named_and_waited_for_and_nothing_is_false(begin: Begin, trouble: Trouble) -> None:
    trial = await begin(rate=20)
    worker = await trial.worker()
    await trial.accepted(40, seconds=120)
    async with api(trial.settings, trial.key) as client, trouble(trial):
        await named(worker, NAMED[trouble])
        await standstill(trial)
        if trouble is not disk_full:  # of which a pause needs nothing
            await refused(client, trial)
    history = await trial.over(seconds=150)

    assert history.faults() == {}
    assert history.of(DeliveryStatus.FAILED) == set()
    assert history.of(DeliveryStatus.SENT) | history.uncertain == history.confirmed.deliveries.keys()
    assert await worker.terminate() == 0


async def named(worker: Worker, event: str) -> None:
    before = worker.log.read_text().count(event)
    await until(lambda: worker.log.read_text().count(event) > before + 2, 60)


async def standstill(trial: Trial) -> None:
    """See that nothing is sent for longer than a lease, once what may be claimed without a record is."""
    await asyncio.sleep(3)
    before = trial.sandbox.journal.counts().accepted
    await asyncio.sleep(LEASE.total_seconds() + 2)
    assert trial.sandbox.journal.counts().accepted <= before + 2


async def refused(client: httpx.AsyncClient, trial: Trial) -> None:
    """See that a person who pauses it now is told that this is no fault of theirs."""
    answer = await client.post(f"/mass-replies/{trial.confirmed.mass_reply}/pause")
    assert answer.status_code >= 500
    assert answer.headers["content-type"] == "application/problem+json"
