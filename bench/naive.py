"""The naive design, to compare with: one arq job for each recipient, httpx as it comes, a transaction for each result.

Its jobs are all in the queue before the clock starts, as with our own design the deliveries are.

`python -m bench.naive PORT IN_FLIGHT DATABASE_URL REDIS_URL` is a worker of it.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func

from bench.plain_calls import plain_call, plain_http
from bench.processes import frozen, program
from bench.stack import PATIENCE, WORKERS

QUEUE: Final = "naive"
AT_ONCE: Final = 500
"""Jobs that are enqueued at once."""
_TABLE = "CREATE TABLE IF NOT EXISTS naive (id int PRIMARY KEY, status text NOT NULL, sid text)"


@dataclass(frozen=True, slots=True)
class Naive:
    redis: ArqRedis
    connection: Any
    pids: list[int]
    channels: Sequence[str]

    async def rate(self, count: int) -> float:
        """Return deliveries per second, from the moment at which the workers may begin to the last result."""
        with frozen(self.pids):
            await self._queue(count)
            started = time.perf_counter()
        async with asyncio.timeout(PATIENCE):
            while await self.connection.fetchval("SELECT count(*) FROM naive WHERE status = 'queued'"):
                await asyncio.sleep(0.05)
        return count / (time.perf_counter() - started)

    async def _queue(self, count: int) -> None:
        await self.connection.execute("TRUNCATE naive")
        await self.connection.execute("INSERT INTO naive SELECT n, 'queued' FROM generate_series(1, $1::int) n", count)
        for first in range(1, count + 1, AT_ONCE):
            await asyncio.gather(*(self._enqueue(id_) for id_ in range(first, min(first + AT_ONCE, count + 1))))

    async def _enqueue(self, id_: int) -> None:
        await self.redis.enqueue_job("send", id_, self.channels[id_ % len(self.channels)], _queue_name=QUEUE)


@asynccontextmanager
async def naive_design(
    port: int, in_flight: int, database_url: str, redis_url: str, channels: Sequence[str] = ("sms",)
) -> AsyncIterator[Naive]:
    """Start as many workers as the service has, and let them open their connections."""
    with ExitStack() as stack:
        arguments = (str(port), str(in_flight // WORKERS), database_url, redis_url)
        names = [f"naive-{number}" for number in range(WORKERS)]
        workers = [stack.enter_context(program(name, "bench.naive", *arguments)) for name in names]
        connection = await asyncpg.connect(database_url)
        redis: ArqRedis = await create_pool(RedisSettings.from_dsn(redis_url))
        try:
            await connection.execute(_TABLE)
            naive = Naive(redis, connection, [worker.process.pid for worker in workers], channels)
            await naive.rate(4 * in_flight)
            yield naive
        finally:
            await redis.aclose()
            await connection.close()


async def send(context: dict[Any, Any], id_: int, channel: str) -> None:
    sid = None
    if (call := plain_call(channel, context["port"], id_)) is not None:
        url, about = call
        sid = (await context["http"].post(url, **about)).json()["sid"]
    async with context["pool"].acquire() as connection, connection.transaction():
        await connection.execute("UPDATE naive SET status = 'sent', sid = $2 WHERE id = $1", id_, sid)


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
