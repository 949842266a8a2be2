"""What a worker's log says of a Redis that comes and goes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

import pytest
import structlog
from arq.connections import ArqRedis

from app.delivery.wakeups import connection
from app.settings import Settings
from app.worker import STILL_AWAY, RedisAbsence, WorkerProcess
from tests.cable import Cable
from tests.delivery.stage import eventually

AWAY = {"event": "redis_away", "log_level": "warning", "error": "ConnectionError"}
BACK = {"event": "redis_back", "log_level": "info"}


@pytest.fixture
async def cable(redis_url: str) -> AsyncIterator[Cable]:
    async with Cable(urlsplit(redis_url).port or 0).laid() as cable:
        yield cable


@pytest.fixture
def settings(usual_settings: Settings, redis_url: str, cable: Cable) -> Settings:
    through = urlsplit(redis_url)._replace(netloc=urlsplit(cable.url).netloc).geturl()
    return usual_settings.model_copy(update={"redis_url": through})


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each attempt of the worker to talk to Redis."""
    calls: list[str] = []

    def counted(url: str) -> AbstractAsyncContextManager[ArqRedis]:
        calls.append(url)
        return connection(url)

    monkeypatch.setattr("app.worker.connection", counted)
    monkeypatch.setattr("app.worker.TICK", 0.01)
    return calls


async def test_a_worker_says_once_that_redis_went_and_once_that_it_is_back(
    cable: Cable, calls: list[str], worker: WorkerProcess
) -> None:
    await eventually(lambda: worker._redis_hears)
    with structlog.testing.capture_logs() as lines:
        cable.pull_out()
        before = len(calls)
        await eventually(lambda: len(calls) >= before + 5)
        cable.plug_in()
        await eventually(lambda: worker._redis_hears)
    assert [line["event"] for line in lines if line["event"].startswith("redis_")] == ["redis_away", "redis_back"]


def test_a_long_absence_is_said_again_after_a_minute_and_so_is_the_next_one() -> None:
    absence, error = RedisAbsence(), ConnectionError()
    with structlog.testing.capture_logs() as lines:
        for now in (0.0, 1.0, STILL_AWAY - 1, STILL_AWAY, STILL_AWAY + 1):
            absence.noticed(error, now)
        assert lines == [AWAY, AWAY]
        absence.over()
        absence.over()
        absence.noticed(error, STILL_AWAY + 2)
    assert lines == [AWAY, AWAY, BACK, AWAY]
