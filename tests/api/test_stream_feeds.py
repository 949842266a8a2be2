"""What a process does for the streams of its readers: how often it asks, whom it waits for, when it ends."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from sqlalchemy.exc import OperationalError

from app.api import event_streams
from app.api.event_streams import Feeds, Watch
from app.api.routes.mass_reply_events import stream_events
from app.domain.permissions import Role
from app.domain.stream_cursor import BEGINNING
from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.api.streaming import (
    ALWAYS,
    LONGEST_WAIT,
    TICK,
    accept,
    address,
    end,
    finished_batch,
)
from tests.delivery.stage import Stage, make_stage
from tests.visitors import add_web_chat, visit


@pytest.fixture
async def stage(runtime: Runtime, tenant: UUID) -> Stage:
    return await make_stage(runtime, tenant)


class CountingDatabase(Database):
    """A database that counts what it is asked, and can go away."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.database_url, pool_size=2)
        self.asked = 0
        self.away = False

    def begin(self, tenant: UUID) -> Any:
        self.asked += 1
        if self.away:
            raise OperationalError("SELECT", {}, OSError())
        return super().begin(tenant)


@pytest.fixture
async def counting(settings: Settings) -> AsyncIterator[CountingDatabase]:
    database = CountingDatabase(settings)
    yield database
    await database.close()


@pytest.fixture
async def counted(counting: CountingDatabase) -> AsyncIterator[Feeds]:
    """Feeds whose questions are counted."""
    feeds = Feeds(counting, tick=TICK)
    yield feeds
    await feeds.close()


async def all_told(watch: Watch) -> bytes:
    return b"".join([event async for event in stream_events(watch, ALWAYS, BEGINNING, with_deliveries=True)])


async def test_two_hundred_readers_ask_the_database_as_much_as_one(
    stage: Stage, counting: CountingDatabase, counted: Feeds
) -> None:
    batch = await stage.batch(50)
    await stage.claim(batch)
    async with asyncio.timeout(LONGEST_WAIT), asyncio.TaskGroup() as readers:
        opened = asyncio.Barrier(201)

        async def read(who: str) -> bytes:
            async with counted.watch(stage.tenant, batch.id, who) as watch:
                await opened.wait()
                return await all_told(watch)

        reading = [readers.create_task(read(f"reader {number}")) for number in range(200)]
        await opened.wait()
        counting.asked, began = 0, time.monotonic()
        await accept(stage, *batch.deliveries)
        await end(stage, batch)
    told = {task.result() for task in reading}
    assert {text.count(b"event: delivery") for text in told} == {50}
    ticks = (time.monotonic() - began) / TICK
    assert counting.asked <= 2 * (1 + ticks)  # a look and at most one page each


async def test_what_one_reader_sees_on_coming_the_others_hear_too(stage: Stage) -> None:
    batch, feeds = await stage.batch(), Feeds(stage.database, tick=LONGEST_WAIT, heartbeat=LONGEST_WAIT)
    async with feeds.watch(stage.tenant, batch.id, "tests") as early:
        reading = stream_events(early, ALWAYS, BEGINNING, with_deliveries=True)
        await anext(reading)
        await stage.claim(batch)
        async with asyncio.timeout(LONGEST_WAIT / 2), feeds.watch(stage.tenant, batch.id, "tests"):
            assert b'"sending":1' in await anext(reading)
    await feeds.close()


async def test_a_slow_reader_holds_nobody_up_and_misses_nothing(
    stage: Stage, counted: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "PAGE", 2)
    monkeypatch.setattr(event_streams, "KEPT_PAGES", 2)
    batch = await stage.batch(20)
    async with (
        counted.watch(stage.tenant, batch.id, "tests") as slow,
        counted.watch(stage.tenant, batch.id, "quick") as quick,
    ):
        reading = stream_events(slow, ALWAYS, BEGINNING, with_deliveries=True)
        seen = await anext(reading)
        await stage.claim(batch)
        await accept(stage, *batch.deliveries)
        await end(stage, batch)
        async with asyncio.timeout(LONGEST_WAIT):
            assert (await all_told(quick)).count(b"event: delivery") == 20
            assert slow.feed.kept_pages == 2
            seen += b"".join([event async for event in reading])
    assert seen.count(b"event: delivery") == 20


async def test_a_stream_ends_when_the_database_is_away(
    stage: Stage, counting: CountingDatabase, counted: Feeds
) -> None:
    batch = await finished_batch(stage)
    async with counted.watch(stage.tenant, batch.id, "tests") as watch:
        counting.away = True
        assert b"event: completed" not in await all_told(watch)


async def test_closing_waits_for_the_last_question_of_what_nobody_follows_any_more(
    stage: Stage, counting: CountingDatabase, counted: Feeds
) -> None:
    batch = await stage.batch()
    async with counted.watch(stage.tenant, batch.id, "tests"):
        counting.asked = 0
        async with asyncio.timeout(LONGEST_WAIT):
            while not counting.asked:
                await asyncio.sleep(0)
    assert counting.pool_use().in_use == 1  # the ticking is in the middle of a question, and the reader has gone
    await counted.close()
    assert counting.pool_use().in_use == 0


@pytest.fixture
def survivor() -> Iterator[None]:
    """This process lets a signal pass that uvicorn hands on when it has stopped."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    yield
    signal.signal(signal.SIGTERM, before)


async def test_streams_end_in_good_order_when_the_process_is_told_to_stop(
    settings: Settings, stage: Stage, make_key: MakeKey, survivor: None
) -> None:
    batch, key = await stage.batch(), bearer(await make_key(Role.VIEWER))
    chat = await add_web_chat(stage.runtime, stage.tenant)
    async with serving_whole(settings) as (url, served), httpx.AsyncClient(base_url=url, timeout=LONGEST_WAIT) as http:
        page = http.stream("GET", "/chat/sessions/me/events", headers=(await visit(http, chat)).headers)
        async with http.stream("GET", address(batch), headers=key) as stream, page as visited:
            signal.raise_signal(signal.SIGTERM)
            for answer in (stream, visited):
                await answer.aread()  # to its proper end, or this raises
            async with asyncio.timeout(LONGEST_WAIT / 2):
                await served


@asynccontextmanager
async def serving_whole(settings: Settings) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """Serve the application as `mass-reply api` does: started, and stopped by signals, by uvicorn."""
    config = uvicorn.Config(
        create_app(settings), lifespan="on", log_config=None, timeout_graceful_shutdown=LONGEST_WAIT
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served = asyncio.create_task(uvicorn.Server(config).serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", served
        await served
