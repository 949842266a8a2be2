"""Wake-ups through Redis. They are only hints: the truth is in the database, and the sweeper makes up for a lost one.

This file and `worker.py` are the only ones that import arq.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from uuid import UUID

import structlog
from arq.connections import ArqRedis, RedisSettings
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import Connection
from redis.exceptions import RedisError

from app.domain.lanes import LaneKey
from app.domain.words import AccountId, MassReplyId, TenantId

log = structlog.get_logger()

QUEUE: Final = "mass-reply"
PUMP: Final = "pump"
PREPARE: Final = "prepare"
CONNECT_SECONDS: Final = 1.0
WAKE_SECONDS: Final = 1.0
"""The longest that a wake-up may delay its caller: it is only a hint."""
REST_SECONDS: Final = 5.0
"""How long to skip wake-ups after one failed: a Redis that hangs would delay each caller."""


def serialize(job: dict[str, Any]) -> bytes:
    """Return JSON instead of arq's pickle: write access to Redis must not mean code execution here."""
    return json.dumps(job).encode()


def deserialize(job: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(job)
    return read


class _Transaction(Pipeline):
    async def reset(self) -> None:
        """Return the connection to the pool, even if the server does not answer.

        redis-py 5.3 first sends UNWATCH, through a new connection if this one is lost. If that is not answered, the
        connection never returns to the pool. redis-py 8.0.1 returns it, but arq requires a version below 6.
        """
        if self.connection is not None and not self.connection.is_connected:
            self.watching = False  # a WATCH ends with its connection
        try:
            await super().reset()  # type: ignore[no-untyped-call]
        finally:
            if self.connection is not None:
                await self._drop(self.connection)

    async def _drop(self, connection: Connection) -> None:
        self.connection, self.watching = None, False
        try:
            await connection.disconnect(nowait=True)
        finally:
            await self.connection_pool.release(connection)

    async def _disconnect_reset_raise(self, connection: Connection, error: Exception) -> None:
        """Raise the error itself, not redis-py's WatchError, which does not tell why Redis is away.

        At EXEC the WatchError stays: arq then assumes that another client has enqueued the job, and the sweeper finds
        the work.
        """
        self.watching = False
        await super()._disconnect_reset_raise(connection, error)  # type: ignore[no-untyped-call]


class _ArqClient(ArqRedis):
    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> _Transaction:
        return _Transaction(self.connection_pool, self.response_callbacks, transaction, shard_hint)


def connect(url: str) -> ArqRedis:
    """Return a client without connecting: Redis may be absent at any moment. Raise ValueError if the URL is not
    valid."""
    settings = _read(url)
    return _ArqClient(
        host=settings.host if isinstance(settings.host, str) else "localhost",
        port=settings.port,
        unix_socket_path=settings.unix_socket_path,
        db=settings.database,
        username=settings.username,
        password=settings.password,
        ssl=settings.ssl,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=CONNECT_SECONDS * 5,
        job_serializer=serialize,
        job_deserializer=deserialize,
        default_queue_name=QUEUE,
    )


def _read(url: str) -> RedisSettings:
    try:
        return RedisSettings.from_dsn(url)
    except (RuntimeError, ValueError):  # their messages may repeat part of the address, which holds a password
        raise ValueError("must be like redis://host:6379/0, rediss://host:6379/0 or unix:///socket") from None


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[ArqRedis]:
    """Yield a client, and close its sockets at the end, even those interrupted in the middle of a command."""
    redis = connect(url)
    try:
        yield redis
    finally:
        await _close(redis)


async def _close(redis: ArqRedis) -> None:
    """Close its sockets. Ignore a server that does not complete the TLS shutdown."""
    with suppress(RedisError, OSError, TimeoutError):
        await redis.connection_pool.disconnect()


class Wakeups:
    """Tells workers that there is work. Without Redis it does nothing, and returns False.

    So it does after any error: no hint is worth a request or a worker. To write to a connection that was just lost
    raises TypeError, AttributeError or RuntimeError, as the event loop pleases
    (https://github.com/redis/redis-py/issues/4287).
    """

    def __init__(self, redis: ArqRedis | None) -> None:
        self._redis = redis
        self._ask_again_at = 0.0

    async def wake_lane(self, lane: LaneKey, pumps: int = 1) -> bool:
        """Ask for pumps on a lane. Return False if no new job was queued; then the caller may work the lane itself."""
        ids = [str(lane.tenant), str(lane.mass_reply), str(lane.account)]
        return all([await self._enqueue(PUMP, ids, number) for number in range(pumps)])

    async def wake_preparation(self, tenant: TenantId, mass_reply: MassReplyId) -> bool:
        return await self._enqueue(PREPARE, [str(tenant), str(mass_reply)], 0)

    async def ping(self) -> bool:
        if self._redis is None:
            return False
        try:
            await self._redis.ping()
        except Exception:  # noqa: BLE001 - see above
            return False
        return True

    async def _enqueue(self, name: str, ids: list[str], number: int) -> bool:
        now = asyncio.get_running_loop().time()
        if self._redis is None or now < self._ask_again_at:
            return False
        try:
            return await self._enqueue_in(self._redis, name, ids, number)
        except Exception as error:  # noqa: BLE001 - redis-py raises anything: see above
            log.warning("wake_up_failed", job=name, error=type(error).__name__)
            self._ask_again_at = now + REST_SECONDS
            return False

    async def _enqueue_in(self, redis: ArqRedis, name: str, ids: list[str], number: int) -> bool:
        async with asyncio.timeout(WAKE_SECONDS):
            # arq refuses a repeated id while its job waits or runs. That job may be about to end, or its worker may be
            # dead (arq takes the job for running for 40 s), so a refusal does not mean that the lane gets a pump.
            job = await redis.enqueue_job(name, *ids, number, _job_id=":".join([name, *ids, str(number)]))
        return job is not None

    async def close(self) -> None:
        if self._redis is not None:
            await _close(self._redis)


def lane_key(tenant: str, mass_reply: str, account: str) -> LaneKey:
    return LaneKey(TenantId(UUID(tenant)), MassReplyId(UUID(mass_reply)), AccountId(UUID(account)))
