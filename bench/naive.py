"""The naive design, to compare with: one arq job for each recipient, httpx as it comes, a transaction for each result.

`python -m bench.naive PORT IN_FLIGHT DATABASE_URL REDIS_URL` is a worker of it.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func

from bench.bare import plain_http
from bench.load import MESSAGE, SID
from bench.processes import program
from bench.stack import PATIENCE, WORKERS

QUEUE: Final = "naive"
_TABLE = "CREATE TABLE IF NOT EXISTS naive (id int PRIMARY KEY, status text NOT NULL, sid text)"


@dataclass(frozen=True, slots=True)
class Naive:
    redis: ArqRedis
    connection: Any
    pids: list[int]

    async def rate(self, count: int) -> float:
        """Return deliveries per second, from the first job to the last result."""
        await self.connection.execute("TRUNCATE naive")
        await self.connection.execute("INSERT INTO naive SELECT n, 'queued' FROM generate_series(1, $1::int) n", count)
        started = time.perf_counter()
        for first in range(1, count + 1, 500):
            ids = range(first, min(first + 500, count + 1))
            await asyncio.gather(*(self.redis.enqueue_job("send", id_, _queue_name=QUEUE) for id_ in ids))
        async with asyncio.timeout(PATIENCE):
            while await self.connection.fetchval("SELECT count(*) FROM naive WHERE status = 'queued'"):
                await asyncio.sleep(0.05)
        return count / (time.perf_counter() - started)


@asynccontextmanager
async def naive_design(port: int, in_flight: int, database_url: str, redis_url: str) -> AsyncIterator[Naive]:
    """Start as many workers as the service has, and let them open their connections."""
    with ExitStack() as stack:
        arguments = (str(port), str(in_flight // WORKERS), database_url, redis_url)
        names = [f"naive-{number}" for number in range(WORKERS)]
        workers = [stack.enter_context(program(name, "bench.naive", *arguments)) for name in names]
        connection = await asyncpg.connect(database_url)
        redis: ArqRedis = await create_pool(RedisSettings.from_dsn(redis_url))
        try:
            await connection.execute(_TABLE)
            naive = Naive(redis, connection, [worker.process.pid for worker in workers])
            await naive.rate(4 * in_flight)
            yield naive
        finally:
            await redis.aclose()
            await connection.close()


async def send(context: dict[Any, Any], id_: int) -> None:
    url = f"http://127.0.0.1:{context['port']}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": "+12025550123", "From": "+12025550100", "Body": MESSAGE, "StatusCallback": f"{url}?d={id_}.1"}
    answer = await context["http"].post(url, data=form, auth=(SID, "token"))
    async with context["pool"].acquire() as connection, connection.transaction():
        await connection.execute("UPDATE naive SET status = 'sent', sid = $2 WHERE id = $1", id_, answer.json()["sid"])


async def work(port: int, in_flight: int, database_url: str, redis_url: str) -> None:
    async with plain_http(in_flight) as http, asyncpg.create_pool(database_url, max_size=10) as pool:
        worker = Worker(
            [func(send, keep_result=0)],  # type: ignore[arg-type]
            queue_name=QUEUE,
            redis_settings=RedisSettings.from_dsn(redis_url),
            ctx={"http": http, "pool": pool, "port": port},
            max_jobs=in_flight,
            poll_delay=0.05,
            keep_result=0,
        )
        await worker.async_run()


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5]))
