"""Deliveries per second in bad company, as a share of what the same run sends without it, and once it has gone.

One account, 64 calls in flight, a provider that answers at once. The company is one of `COMPANY`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from bench import an_hour, full_tables, user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import provider
from bench.run import Run
from bench.stack import Service

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

_ENDED: Final = """
    SELECT coalesce(sum(sent + delivered + read), 0) AS sent, coalesce(sum(uncertain), 0) AS uncertain,
           coalesce(sum(failed), 0) AS failed
    FROM lanes l JOIN mass_replies m ON m.tenant_id = l.tenant_id AND m.id = l.mass_reply_id
    WHERE l.tenant_id = $1 AND m.selection <> '{}'
"""


@dataclass(frozen=True, slots=True)
class Company:
    title: str
    join: Callable[[Run, Service], AbstractAsyncContextManager[None]]
    leaves: bool = True
    """Whether it goes again, so that what is sent afterwards is sent without it."""
    has_left: Callable[[Run, Service, UUID], Awaitable[None]] | None = None
    """Puts in what it has left behind, while a mass reply awaits its confirmation."""


async def measure(run: Run, name: str) -> list[Figure]:
    company = COMPANY[name]
    async with run.stack.service() as service:
        with provider() as port:
            await user.save_account(service.client, "sms", account("sms", port, IN_FLIGHT))
            lines = conversations("sms", run.fewer(DELIVERIES), seed=run.seed)
            await user.import_conversations(service.client, lines)
            await _send(service)  # finds no statement planned
            before = median([await _send(service) for _ in range(TURNS)])
            async with company.join(run, service):
                meanwhile = await _meanwhile_sent(run, service, company)
            goals, beside = [Goal("of that", meanwhile / before, at_least=0.8)], {"without it": before}
            if company.leaves:
                after, seconds = await _recovered(service, before)
                goals.append(Goal("afterwards, two in a row", after / before, at_least=AGAIN))
                goals.append(Goal("after seconds", seconds, at_most=RECOVERY))
            beside["uncertain"] = await _uncertain(service, port)
    return [Figure(f"in bad company: {company.title}", meanwhile, "deliveries/s", beside, goals)]


async def _send(service: Service) -> float:
    """Return deliveries per second. What a killed connection leaves uncertain counts as done."""
    return await user.send(service, "sms", lossless=False)


async def _meanwhile_sent(run: Run, service: Service, company: Company) -> float:
    if company.has_left is None:
        return median([await _send(service) for _ in range(TURNS + 1)][-TURNS:])
    path, count = await user.create(service.client, "sms")
    await company.has_left(run, service, UUID(path.rpartition("/")[2]))
    return await user.send_created(service, path, count, lossless=False)


async def _recovered(service: Service, before: float) -> tuple[float, float]:
    """Send until two batches in a row are as fast as before, for a minute at most; return the slower one's speed, and
    when they were over. One alone may be a lucky one.
    """
    started, last = time.perf_counter(), await _send(service)
    while True:
        rates = last, await _send(service)
        slower, last, seconds = min(rates), rates[1], time.perf_counter() - started
        if slower >= AGAIN * before or seconds > RECOVERY:
            return slower, seconds


async def _uncertain(service: Service, port: int) -> float:
    """Return how many deliveries are uncertain. Fail if any left twice, failed, or is sent and never came."""
    sent, uncertain, failed = await service.database.fetchrow(_ENDED, service.tenant)
    async with httpx.AsyncClient() as client:
        came = (await client.get(f"http://127.0.0.1:{port}/")).json()
    assert came["messages"] == came["deliveries"], f"messages left twice: {came}"
    assert sent <= came["deliveries"] <= sent + uncertain, f"{sent} sent, {uncertain} uncertain; what came: {came}"
    assert not failed, f"{failed} failed"
    return float(uncertain)


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
    """End one of the service's connections every second, one in a transaction if there is one."""

    async def end(other: Any) -> None:
        while True:
            await other.fetch("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'mass-reply' AND datname = current_database()
                ORDER BY state = 'idle', random() LIMIT 1
            """)
            await asyncio.sleep(1)

    async with _connected(run) as [other], _meanwhile(end(other)):
        yield


@asynccontextmanager
async def idle(run: Run, _: Service) -> AsyncIterator[None]:
    """Hold connections open that do nothing."""
    async with _connected(run, IDLE):
        yield


@asynccontextmanager
async def full(run: Run, service: Service) -> AsyncIterator[None]:
    """Put in deliveries that are over."""
    await full_tables.fill(run, service)
    yield


COMPANY: Final[Mapping[str, Company]] = {
    "pinned": Company("a REPEATABLE READ transaction that does nothing, since some seconds", pinned),
    "minutes": Company("the same, since six minutes", pinned, has_left=partial(an_hour.leave, share=0.1)),
    "hour": Company("the same, since an hour", pinned, has_left=an_hour.leave),
    "readers": Company(f"{READERS} REPEATABLE READ readers", readers),
    "terminated": Company("a backend terminated every second", terminated),
    "idle": Company(f"{IDLE} idle connections", idle),
    "full": Company("other deliveries in the tables", full, leaves=False),
}
