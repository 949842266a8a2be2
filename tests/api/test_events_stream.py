"""A mass reply followed by server-sent events: every result once, in order, wherever connections end."""

import asyncio
import random
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from app.api import event_streams
from app.api.auth import still_may
from app.api.event_streams import Feeds, Watch
from app.api.routes import mass_reply_events
from app.api.routes.mass_reply_events import ReadAccess, stream_events
from app.auth.sql import stream_tickets
from app.auth.stream_tickets import LIFETIME, StreamTicket
from app.delivery.sql import lifecycle
from app.domain.delivery import DeliveryEvent as E
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.permissions import Caller, Permission, Role
from app.domain.provider_events import ReceiptKind
from app.domain.stream_cursor import BEGINNING
from app.domain.words import DeliveryId, ReasonCode
from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.api.event_reader import Comment, StreamEvent, following, told_until_the_end
from tests.conftest import create_tenant
from tests.delivery.stage import Batch, Stage, because, make_stage, report
from tests.visitors import add_web_chat, serving_http, visit

TICK = 0.02


async def _yes() -> bool:
    return True


ALWAYS = ReadAccess(_yes)
LONGEST_WAIT = 20
FAILED = because(ReasonCode.CONTENT_REJECTED, "The provider did not like it.")
LOST = because(ReasonCode.ANSWER_LOST, "No answer.")


@pytest.fixture
async def stage(runtime: Runtime, tenant: UUID) -> Stage:
    return await make_stage(runtime, tenant)


@pytest.fixture
async def feeds(app: FastAPI) -> AsyncIterator[Feeds]:
    """The application's, only that its clock goes faster."""
    feeds = app.state.event_feeds = Feeds(app.state.runtime.database, tick=TICK, heartbeat=5 * TICK)
    yield feeds
    await feeds.close()


@pytest.fixture
async def http(app: FastAPI, feeds: Feeds, make_key: MakeKey) -> AsyncIterator[httpx.AsyncClient]:
    headers = bearer(await make_key(Role.VIEWER))
    async with serving_http(app) as url, httpx.AsyncClient(base_url=url, headers=headers, timeout=LONGEST_WAIT) as http:
        yield http


def address(batch: Batch) -> str:
    return f"/mass-replies/{batch.id}/events"


async def accept(stage: Stage, *deliveries: DeliveryId) -> None:
    await stage.settle(*(report(one, E.ACCEPT, outcome="accepted") for one in deliveries))


async def end(stage: Stage, batch: Batch, after: MassReplyStatus = MassReplyStatus.COMPLETED) -> None:
    before = MassReplyStatus((await stage.mass_reply(batch)).status)
    async with stage.database.begin(stage.tenant) as tx:
        assert await lifecycle.finish(tx, batch.id, before, after)


async def finished_batch(stage: Stage, count: int = 3) -> Batch:
    batch = await stage.batch(count)
    await stage.claim(batch)
    await accept(stage, *batch.deliveries)
    await end(stage, batch)
    return batch


def names(events: list[StreamEvent]) -> list[str]:
    return [event.name for event in events]


def deliveries(events: list[StreamEvent]) -> list[dict[str, Any]]:
    return [event.data for event in events if event.name == "delivery"]


async def next_event(events: AsyncIterator[StreamEvent | Comment], name: str) -> StreamEvent:
    async with asyncio.timeout(LONGEST_WAIT):
        async for event in events:
            if isinstance(event, StreamEvent) and event.name == name:
                return event
    raise AssertionError(f"The stream ended without {name}.")


async def until_nobody_follows(feeds: Feeds) -> None:
    async with asyncio.timeout(LONGEST_WAIT):
        while feeds.open_streams:
            await asyncio.sleep(0.005)


async def test_the_whole_story_is_told_to_who_comes_late(http: httpx.AsyncClient, stage: Stage) -> None:
    batch = await finished_batch(stage)
    events = await told_until_the_end(http, address(batch))

    assert names(events) == ["progress", *["delivery"] * 3, "completed"]
    listed = (await http.get(f"/mass-replies/{batch.id}/deliveries")).json()["items"]
    assert sorted(deliveries(events), key=lambda each: each["id"]) == listed
    shown = (await http.get(f"/mass-replies/{batch.id}")).json()
    assert shown["links"]["events"] == address(batch)
    for event in (events[0], events[-1]):
        assert event.data == {name: shown[name] for name in ("status", "counts", "lanes")}
    assert events[0].retry == "2000"
    assert [event.place for event in events] == sorted(event.place for event in events)


async def test_what_happens_is_told_as_it_happens(http: httpx.AsyncClient, stage: Stage) -> None:
    batch = await stage.batch(2)
    first, second = batch.deliveries
    async with following(http, address(batch)) as events:
        assert (await next_event(events, "progress")).data["counts"]["queued"] == 2
        await stage.claim(batch)
        await accept(stage, first)
        assert (await next_event(events, "delivery")).data["status"] == "sent"
        await stage.receipt(first, ReceiptKind.DELIVERED)
        assert (await next_event(events, "delivery")).data["status"] == "delivered"
        await stage.settle(report(second, E.REJECT, reason=FAILED, outcome="rejected"))
        failed = (await next_event(events, "delivery")).data
        assert (failed["id"], failed["reason"]) == (str(second), {"code": FAILED.code, "detail": FAILED.detail})
        await end(stage, batch)
        assert (await next_event(events, "completed")).data["counts"]["delivered"] == 1


async def test_a_delivery_that_has_gone_on_is_told_once_as_it_stands(http: httpx.AsyncClient, stage: Stage) -> None:
    batch = await finished_batch(stage, 1)
    await stage.receipt(batch.first, ReceiptKind.DELIVERED)
    [delivery] = deliveries(await told_until_the_end(http, address(batch)))
    assert delivery["status"] == "delivered"


@pytest.mark.parametrize("seed", range(3))
async def test_wherever_connections_end_each_result_is_told_once_and_in_order(
    http: httpx.AsyncClient, stage: Stage, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    monkeypatch.setattr(event_streams, "PAGE", chance.choice([2, 3, 7]))
    batch = await stage.batch(16)
    await stage.claim(batch)

    sending = asyncio.create_task(send_by_chance(stage, batch, chance))
    told = await read_with_cuts(http, address(batch), random.Random(seed))  # noqa: S311 - the same
    await sending

    places = [event.place for event in told]
    assert places == sorted(set(places))
    last = {event.data["id"]: event.data["status"] for event in told}
    assert last == {str(one): await stage.status(one) for one in batch.deliveries}
    said = [(event.data["id"], event.data["status"]) for event in told]
    assert len(said) == len(set(said))


async def send_by_chance(stage: Stage, batch: Batch, chance: random.Random) -> None:
    """Settle all deliveries, in groups that overlap in time, each in one of the ways in which one can end."""
    waiting = list(batch.deliveries)
    chance.shuffle(waiting)
    while waiting:
        size = chance.randint(1, 5)
        groups, waiting = [waiting[:size], waiting[size : 2 * size]], waiting[2 * size :]
        await asyncio.gather(*(settle_by_chance(stage, group, chance) for group in groups if group))
    await end(stage, batch)


async def settle_by_chance(stage: Stage, group: list[DeliveryId], chance: random.Random) -> None:
    how, reason = chance.choice([(E.ACCEPT, None), (E.REJECT, FAILED), (E.LOSE_ANSWER, LOST)])
    await stage.settle(*(report(one, how, outcome="done", reason=reason) for one in group))
    if how is not E.REJECT:
        await stage.receipt(chance.choice(group), ReceiptKind.DELIVERED)


async def read_with_cuts(http: httpx.AsyncClient, address: str, chance: random.Random) -> list[StreamEvent]:
    """What a reader hears of deliveries whose connection ends again and again after a few events."""
    told: list[StreamEvent] = []
    seen: str | None = None
    async with asyncio.timeout(LONGEST_WAIT):
        while True:
            left = chance.randint(1, 6)
            async with following(http, address, seen) as events:
                async for event in events:
                    if isinstance(event, Comment):
                        continue
                    seen, left = event.id, left - 1
                    told += [event] if event.name == "delivery" else []
                    if event.name == "completed":
                        return told
                    if not left:
                        break


async def test_after_the_end_a_reader_hears_only_what_is_new(http: httpx.AsyncClient, stage: Stage) -> None:
    batch = await finished_batch(stage)
    seen = (await told_until_the_end(http, address(batch)))[-1].id
    await stage.receipt(batch.first, ReceiptKind.READ)

    again = await told_until_the_end(http, address(batch), seen)
    assert names(again) == ["progress", "delivery", "completed"]
    assert (deliveries(again)[0]["id"], deliveries(again)[0]["status"]) == (str(batch.first), "read")
    assert await told_until_the_end(http, address(batch), after=seen) == again


async def test_the_progress_alone_may_be_followed(http: httpx.AsyncClient, stage: Stage) -> None:
    batch = await finished_batch(stage)
    assert names(await told_until_the_end(http, address(batch), deliveries=False)) == ["progress", "completed"]


@pytest.mark.parametrize("status", [MassReplyStatus.CANCELLED, MassReplyStatus.EXPIRED])
async def test_it_ends_with_the_name_of_what_it_came_to(
    http: httpx.AsyncClient, stage: Stage, status: MassReplyStatus
) -> None:
    batch = await stage.batch(2)
    async with following(http, address(batch)) as events:
        await next_event(events, "progress")
        cancelled = because(ReasonCode.CANCELLED)
        await stage.settle(*(report(one, E.CANCEL, None, reason=cancelled) for one in batch.deliveries))
        await end(stage, batch, status)
        assert (await next_event(events, status)).data["status"] == status
        assert [event async for event in events] == []
    told = await told_until_the_end(http, address(batch))
    assert [each["status"] for each in deliveries(told)] == ["cancelled"] * 2


async def test_a_mass_reply_that_is_forgotten_ends_its_streams(http: httpx.AsyncClient, stage: Stage) -> None:
    batch = await stage.batch()
    async with following(http, address(batch)) as events:
        await next_event(events, "progress")
        await stage.runs("DELETE FROM mass_replies WHERE id = :batch", batch=batch.id)
        assert [event async for event in events if isinstance(event, StreamEvent)] == []


async def test_silence_is_filled_with_comments(http: httpx.AsyncClient, stage: Stage) -> None:
    async with following(http, address(await stage.batch())) as events, asyncio.timeout(LONGEST_WAIT):
        await anext(events)
        assert [await anext(events) for _ in range(2)] == [Comment("ping")] * 2


async def test_nobody_follows_what_is_not_theirs(
    http: httpx.AsyncClient, stage: Stage, database: Database, make_key: MakeKey, feeds: Feeds
) -> None:
    batch = await stage.batch()
    stranger = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    for path, headers in ((address(batch), stranger), (f"/mass-replies/{uuid4()}/events", {})):
        refused = await http.get(path, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert feeds.open_streams == 0


@pytest.mark.parametrize("place", ["x", "1", "1.2.3", "-1.0", f"{10**18}.0", "1.0\u0661"])
async def test_a_place_that_is_none_is_refused(http: httpx.AsyncClient, stage: Stage, place: str) -> None:
    refused = await http.get(address(await stage.batch()), params={"after": place})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


async def test_opening_a_stream_counts_as_one_request(http: httpx.AsyncClient, stage: Stage) -> None:
    opened = await http.get(address(await finished_batch(stage)))
    quota, left, _ = opened.headers["RateLimit"].split(";")
    assert (quota, left) == ('"default"', "r=5999")


async def test_a_reader_who_goes_leaves_nothing_behind(http: httpx.AsyncClient, stage: Stage, feeds: Feeds) -> None:
    batch = await stage.batch()
    async with following(http, address(batch)) as events:
        await next_event(events, "progress")
        assert feeds.open_streams == 1
    await until_nobody_follows(feeds)


async def test_streams_above_the_limit_are_refused(
    http: httpx.AsyncClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "MOST_STREAMS", 1)
    batch = await stage.batch()
    async with following(http, address(batch)):
        refused = await http.get(address(batch))
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")


async def test_one_caller_does_not_take_all_the_streams_of_a_tenant(
    http: httpx.AsyncClient, stage: Stage, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "MOST_STREAMS_EACH", 1)
    batch = await stage.batch()
    async with following(http, address(batch)):
        refused = await http.get(address(batch))
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert "1 streams of this caller" in refused.json()["detail"]
        http.headers.update(bearer(await make_key(Role.VIEWER)))
        async with following(http, address(batch)) as events:
            await next_event(events, "progress")


@pytest.mark.parametrize("ending", ["revoked_at = now()", "expires_at = now()", "roles = '{}'"])
async def test_a_stream_ends_with_the_right_to_read_it(
    ending: str, http: httpx.AsyncClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_reply_events, "RECHECK_SECONDS", TICK)
    batch = await stage.batch()
    async with following(http, address(batch)) as events:
        await next_event(events, "progress")
        async with stage.database.begin(stage.tenant) as tx:
            await tx.execute(sa.text(f"UPDATE api_keys SET {ending}"))
        async with asyncio.timeout(LONGEST_WAIT):
            assert [event async for event in events if not isinstance(event, Comment)] == []


async def test_a_person_s_stream_ends_with_their_token(stage: Stage) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.1)
    person = Caller(stage.tenant, None, Author("agent-7", "Kim"), frozenset({Role.VIEWER}), soon)
    assert await still_may(stage.database, person, Permission.CONVERSATIONS_READ)
    later = replace(person, until=datetime.now(UTC))
    assert not await still_may(stage.database, later, Permission.CONVERSATIONS_READ)


async def test_a_ticket_hands_on_when_its_holder_s_token_ends(stage: Stage) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    person = Caller(stage.tenant, None, Author("agent-7", "Kim"), frozenset({Role.VIEWER}), until)
    ticket = StreamTicket.new(stage.tenant)
    async with stage.database.begin(stage.tenant) as tx:
        await stream_tickets.keep(tx, ticket, person, LIFETIME)
        holder = await stream_tickets.take(tx, ticket)
    assert holder is not None
    assert holder.until == until


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


async def test_a_stream_does_not_outlive_its_time(
    http: httpx.AsyncClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_reply_events, "LONGEST_SECONDS", 3 * TICK)
    assert names(await told_until_the_end(http, address(await stage.batch()))) == ["progress"]


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
