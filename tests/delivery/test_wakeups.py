"""Wake-ups are hints: a Redis that hangs holds up nobody, and costs nothing that stays."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import structlog
from arq.connections import ArqRedis
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.delivery.wakeups import PUMP, QUEUE, Wakeups, connect, connection
from app.domain.lanes import LaneKey
from app.domain.words import AccountId, MassReplyId, TenantId
from app.settings import Settings
from app.worker import _arq_worker, _end, _JobTasks
from tests.cable import Cable, Through
from tests.channels.mail_server import certificate
from tests.conftest import SECRET_KEY


class Freezing(Cable):
    """Leads to a Redis that freezes at a word of a request: then nobody gets an answer, as behind CLIENT PAUSE."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.at: bytes | None = None
        self.frozen = False
        self.connections = 0

    def _one_request_at_a_time(self) -> tuple[Through, Through]:
        self.connections += 1

        def ask(part: bytes) -> tuple[bytes, bool]:
            self.frozen |= self.at is not None and self.at in part
            return b"" if self.frozen else part, True

        return ask, lambda part: (part, True)


@pytest.fixture
async def cable(redis_url: str) -> AsyncIterator[Freezing]:
    async with Freezing(urlsplit(redis_url).port or 0).laid() as cable:
        yield cable


@pytest.fixture
async def redis(cable: Freezing, redis_url: str) -> AsyncIterator[ArqRedis]:
    async with connection(redis_url) as direct, connection(_through(cable)) as redis:
        yield redis
        await direct.delete(QUEUE)
    gc.collect()  # redis-py warns of what was left open, and warnings are errors here


def _through(cable: Cable, scheme: str = "redis") -> str:
    return f"{scheme}://{urlsplit(cable.url).netloc}/0"


def _impatient(redis: ArqRedis) -> None:
    pool = redis.connection_pool
    pool.connection_kwargs["socket_timeout"] = 0.1
    for each in (*pool._available_connections, *pool._in_use_connections):
        each.socket_timeout = each.socket_connect_timeout = 0.1


def a_lane() -> LaneKey:
    return LaneKey(TenantId(uuid4()), MassReplyId(uuid4()), AccountId(uuid4()))


@pytest.mark.parametrize("command", [b"CLIENT", b"WATCH", b"EXISTS", b"UNWATCH", b"EXEC"])
async def test_a_redis_that_freezes_within_a_wake_up_is_asked_once_and_keeps_no_connection(
    redis: ArqRedis, cable: Freezing, command: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wakeups, woken = Wakeups(redis), a_lane()
    assert await wakeups.wake_lane(woken) is True
    if command == b"CLIENT":  # the first that a new connection says
        await redis.connection_pool.disconnect()
    monkeypatch.setattr("app.delivery.wakeups.WAKE_SECONDS", 0.2)
    cable.at, before = command, cable.connections
    with structlog.testing.capture_logs() as lines:
        # Only a wake-up whose job is queued already is given up with an UNWATCH.
        assert await wakeups.wake_lane(woken if command == b"UNWATCH" else a_lane()) is False
    assert [line["event"] for line in lines] == ["wake_up_failed"]
    assert cable.connections - before <= (command == b"CLIENT")
    assert redis.connection_pool._in_use_connections == set()


@pytest.mark.parametrize("error", [TypeError, AttributeError, RuntimeError, ConnectionResetError])
async def test_whatever_a_lost_connection_raises_is_a_wake_up_that_failed(
    redis: ArqRedis, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """It would end the pumps of its worker."""

    async def lost(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(redis, "enqueue_job", lost)
    monkeypatch.setattr(redis, "ping", lost)
    wakeups = Wakeups(redis)
    assert (await wakeups.wake_lane(a_lane()), await wakeups.ping()) == (False, False)


@pytest.mark.parametrize("command", [b"ZRANGEBYSCORE", b"WATCH", b"EXISTS", b"ZSCORE", b"UNWATCH", b"EXEC"])
async def test_a_redis_that_freezes_while_a_worker_looks_for_jobs_leaves_no_client_open(
    redis: ArqRedis, cable: Freezing, redis_url: str, command: bytes
) -> None:
    begun = asyncio.Event()

    async def job(_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    settings = Settings(database_url="postgresql://nobody@127.0.0.1/none", secret_key=SECRET_KEY)
    worker = _arq_worker(redis, [(PUMP, job)], settings)
    await redis.enqueue_job(PUMP)
    hearing = asyncio.create_task(worker.async_run())
    await begun.wait()  # arq looks at a job that runs, too, and gives it up with an UNWATCH
    _impatient(redis)
    cable.at, before = command, cable.connections
    async with connection(redis_url) as direct:
        await direct.enqueue_job(PUMP)
    await asyncio.wait({hearing})
    # arq takes a job whose EXEC is lost for somebody else's, and looks at the next one.
    assert cable.connections - before <= (command == b"EXEC")
    with pytest.raises(RedisTimeoutError):
        await _end(worker, hearing)
    assert redis.connection_pool._in_use_connections == set()


async def test_a_process_ends_in_order_though_its_redis_froze_behind_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    async with (
        await asyncio.start_server(_agree, "127.0.0.1", 0, ssl=made.context) as server,
        Freezing(server.sockets[0].getsockname()[1]).laid() as cable,
    ):
        redis = connect(_through(cable, "rediss"))
        assert await redis.set("key", "value")
        _impatient(redis)
        cable.frozen = True
        await Wakeups(redis).close()


async def _agree(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(65_536):
        writer.write(b"+OK\r\n" * said.count(b"*"))
    writer.close()


async def test_two_runs_of_one_job_may_both_delete_its_entry() -> None:
    tasks = _JobTasks()
    tasks["pump:1"] = asyncio.create_task(asyncio.sleep(0))
    await tasks["pump:1"]
    for _ in range(2):
        del tasks["pump:1"]
    assert not tasks
