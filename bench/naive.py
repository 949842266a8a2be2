"""The naive design, to compare with: one arq job for each recipient, httpx as it comes, a transaction for each result.

`python -m bench.naive PORT COUNT IN_FLIGHT DATABASE_URL REDIS_URL` prints deliveries per second of two such workers.
"""

import asyncio
import subprocess
import sys
import time
from typing import Any

import asyncpg
import httpx
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func

from bench.load import MESSAGE, SID

WORKERS = 2
QUEUE = "naive"
LIMIT_SECONDS = 180

_TABLE = "CREATE TABLE IF NOT EXISTS naive (id int PRIMARY KEY, status text NOT NULL, sid text)"


async def send(context: dict[Any, Any], id_: int) -> None:
    url = f"http://127.0.0.1:{context['port']}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": "+12025550123", "From": "+12025550100", "Body": MESSAGE, "StatusCallback": f"{url}?d={id_}.1"}
    answer = await context["http"].post(url, data=form, auth=(SID, "token"))
    async with context["pool"].acquire() as connection, connection.transaction():
        await connection.execute("UPDATE naive SET status = 'sent', sid = $2 WHERE id = $1", id_, answer.json()["sid"])


async def work(port: int, in_flight: int, database_url: str, redis_url: str) -> None:
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    async with httpx.AsyncClient(limits=limits) as http, asyncpg.create_pool(database_url, max_size=10) as pool:
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


async def measure(port: int, count: int, in_flight: int, database_url: str, redis_url: str) -> float:
    """Deliveries per second, from the first job to the last result."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(_TABLE)
    workers = _start(port, in_flight // WORKERS, database_url, redis_url)
    try:
        redis: ArqRedis = await create_pool(RedisSettings.from_dsn(redis_url))
        await _send_all(redis, connection, 2 * in_flight)  # the workers are up before the clock starts
        return count / await _send_all(redis, connection, count)
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(timeout=30)
        await connection.close()


async def _send_all(redis: ArqRedis, connection: "asyncpg.Connection[asyncpg.Record]", count: int) -> float:
    """Seconds from the first job to the last result."""
    await connection.execute("TRUNCATE naive")
    await connection.execute("INSERT INTO naive SELECT n, 'queued' FROM generate_series(1, $1::int) n", count)
    started = time.perf_counter()
    for first in range(1, count + 1, 500):
        ids = range(first, min(first + 500, count + 1))
        await asyncio.gather(*(redis.enqueue_job("send", id_, _queue_name=QUEUE) for id_ in ids))
    async with asyncio.timeout(LIMIT_SECONDS):
        while await connection.fetchval("SELECT count(*) FROM naive WHERE status = 'queued'"):
            await asyncio.sleep(0.05)
    return time.perf_counter() - started


def _start(*arguments: object) -> list[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "bench.naive", "work", *map(str, arguments)]
    return [subprocess.Popen(command) for _ in range(WORKERS)]


if __name__ == "__main__":
    if sys.argv[1] == "work":
        asyncio.run(work(int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:6]))
    else:
        print(asyncio.run(measure(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:6])))
