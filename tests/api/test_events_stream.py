"""A mass reply followed by server-sent events: every result once, in order, wherever connections end."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.api import event_streams
from app.api.auth import still_may
from app.api.event_streams import Feeds
from app.api.routes import mass_reply_events
from app.auth.sql import stream_tickets
from app.auth.stream_tickets import LIFETIME, StreamTicket
from app.domain.delivery_lifecycle import DeliveryEvent as E
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.permissions import Caller, Permission, Role
from app.domain.provider_events import ReceiptKind
from app.domain.words import DeliveryId, ReasonCode
from app.runtime import Runtime
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.api.event_reader import Comment, StreamEvent, following, told_until_the_end
from tests.api.streaming import (
    FAILED,
    LONGEST_WAIT,
    LOST,
    TICK,
    accept,
    address,
    deliveries,
    end,
    finished_batch,
    names,
    next_event,
    until_nobody_follows,
)
from tests.conftest import create_tenant
from tests.delivery.stage import Batch, Stage, because, make_stage, report
from tests.visitors import serving_http


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


async def test_a_stream_does_not_outlive_its_time(
    http: httpx.AsyncClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_reply_events, "LONGEST_SECONDS", 3 * TICK)
    assert names(await told_until_the_end(http, address(await stage.batch()))) == ["progress"]


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
