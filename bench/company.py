"""Deliveries per second in bad company, as a share of what the same run sends without it, and once it has gone.

One account, 64 calls in flight, a provider that answers at once. The company is one of `COMPANY`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from statistics import median
from typing import Any, Final

import asyncpg

from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import provider
from bench.run import Run
from bench.stack import Service

Company = Callable[[Run, Service], AbstractAsyncContextManager[None]]

DELIVERIES: Final = 9_000
"""Of each batch."""
IN_FLIGHT: Final = 64
TURNS: Final = 2
AGAIN: Final = 0.95
"""What counts as the old speed."""
RECOVERY: Final = 60.0

READERS: Final = 4
READ_EVERY: Final = 1.0
HELD: Final = 20
"""Reads that each reader makes of one moment, before it begins anew."""
READ: Final = "SELECT id FROM conversations WHERE tenant_id = $1 AND status = 'active' ORDER BY id DESC LIMIT 100"
IDLE: Final = 300
OWN: Final = 90
"""Connections of the service, and some room."""

ROWS: Final = 10_000_000
TENANTS: Final = 20
_INDEXES: Final = """
    SELECT CAST(indexrelid AS regclass)::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index WHERE indrelid = CAST('deliveries' AS regclass) AND NOT indisunique
"""
_DELIVERIES: Final = """
    WITH others AS (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, $3::int)),
    batches AS (SELECT array_agg(uuidv7()) AS ids FROM generate_series(1, 1 + $1::int / 10000)),
    account AS (SELECT id FROM channel_accounts WHERE tenant_id = $2)
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                            address_key, status, epoch, segments, provider_message_id, times_billed, sent_at)
    SELECT CASE WHEN n % 2 = 0 THEN $2 ELSE others.ids[1 + n % $3] END, batches.ids[1 + n / 10000], uuidv7(), uuidv7(),
           account.id, 'sms', '+120' || n, '+120' || n, 'sent', 1, 1, 'SM' || md5(n::text), 1, now()
    FROM generate_series(1, $1::int) n, others, batches, account
"""
_ATTEMPTS: Final = """
    INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, outcome, text)
    SELECT tenant_id, id, 1, 'accepted', 'Our payments provider is back up. Sorry for the wait.' FROM deliveries
    WHERE $1::int > 0 AND $2::uuid IS NOT NULL AND $3::int > 0
"""


async def measure(run: Run, company: str) -> list[Figure]:
    async with run.stack.service() as service:
        with provider() as port:
            await user.save_account(service.client, "sms", account("sms", port, IN_FLIGHT))
            lines = conversations("sms", run.fewer(DELIVERIES), seed=run.seed)
            await user.import_conversations(service.client, lines)
            await user.send(service, "sms")  # finds no statement planned
            before = median([await _send(service) for _ in range(TURNS)])
            async with COMPANY[company](run, service):
                meanwhile = [await _send(service) for _ in range(TURNS + 1)][-TURNS:]
            after, seconds = await _recovered(service, before)
    share, later = median(meanwhile) / before, after / before
    goals = (Goal("of that", share, at_least=0.8), Goal("afterwards", later, at_least=AGAIN))
    beside = {"without it": before, "seconds until afterwards": seconds}
    return [Figure(f"in bad company: {company}", median(meanwhile), "deliveries/s", beside, goals)]


async def _send(service: Service) -> float:
    """Return deliveries per second. What a killed connection leaves uncertain counts as done."""
    return await user.send(service, "sms", lossless=False)


async def _recovered(service: Service, before: float) -> tuple[float, float]:
    """Send until it is as fast as before, for a minute at most; return how fast it is, and when."""
    started = time.perf_counter()
    while True:
        rate, seconds = await _send(service), time.perf_counter() - started
        if rate >= AGAIN * before or seconds > RECOVERY:
            return rate, seconds


@asynccontextmanager
async def _connected(run: Run, count: int = 1) -> AsyncIterator[list[Any]]:
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(count):
            found.append(await asyncpg.connect(run.stack.postgres.url("postgres", "bench")))
            stack.push_async_callback(found[-1].close)
        yield found


@asynccontextmanager
async def _meanwhile(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def pinned(run: Run, _: Service) -> AsyncIterator[None]:
    """Leave a transaction open that may still read every row as it was: nothing dead can be removed."""
    async with _connected(run) as [other], other.transaction(isolation="repeatable_read"):
        await other.fetchval("SELECT count(*) FROM tenants")
        yield


@asynccontextmanager
async def readers(run: Run, service: Service) -> AsyncIterator[None]:
    """Read pages of conversations, each reader twenty times in one transaction, once a second."""

    async def read(connection: Any) -> None:
        while True:
            async with connection.transaction(isolation="repeatable_read"):
                for _ in range(HELD):
                    await connection.fetch(READ, service.tenant)
                    await asyncio.sleep(READ_EVERY)

    async with _connected(run, READERS) as connections, AsyncExitStack() as stack:
        for connection in connections:
            await stack.enter_async_context(_meanwhile(read(connection)))
        yield


@asynccontextmanager
async def terminated(run: Run, _: Service) -> AsyncIterator[None]:
    """End one of the service's connections every second."""

    async def end(other: Any) -> None:
        while True:
            await other.fetch("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'mass-reply' ORDER BY random() LIMIT 1
            """)
            await asyncio.sleep(1)

    async with _connected(run) as [other], _meanwhile(end(other)):
        yield


@asynccontextmanager
async def idle(run: Run, _: Service) -> AsyncIterator[None]:
    """Hold connections open that do nothing, as many as the server allows beside those of the service."""
    async with _connected(run) as [other]:
        allowed = int(await other.fetchval("SHOW max_connections")) - OWN
        async with _connected(run, max(0, min(IDLE, allowed))):
            yield


@asynccontextmanager
async def full(run: Run, service: Service) -> AsyncIterator[None]:
    """Put in deliveries that are over, half of them of this tenant and account, each with its attempt. By SQL, without
    the checks of foreign keys, and with the indexes made once at the end.
    """
    async with _connected(run) as [other]:
        await other.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
        indexes = await other.fetch(_INDEXES)
        for index in indexes:
            await other.execute(f"DROP INDEX {index['name']}")
        for statement in (_DELIVERIES, _ATTEMPTS):
            await other.execute(statement, run.fewer(ROWS), service.tenant, TENANTS)
        for index in indexes:
            await other.execute(index["definition"])
        await other.execute("VACUUM ANALYZE deliveries, delivery_attempts")
    yield


COMPANY: Final[Mapping[str, Company]] = {
    "pinned": pinned,
    "readers": readers,
    "terminated": terminated,
    "idle": idle,
    "full": full,
}
