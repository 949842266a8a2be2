"""How often one caller may ask."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.api.rate_limit import RateLimit
from app.domain.errors import RateLimited
from app.domain.permissions import Role
from app.main import create_app
from app.settings import Settings
from tests.api.conftest import Clock, MakeKey, bearer

PER_MINUTE = 6


@pytest.fixture
async def few(settings: Settings, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"requests_per_minute": PER_MINUTE}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        yield client


async def use_up(client: httpx.AsyncClient, key: str) -> list[httpx.Response]:
    return [await client.get("/me", headers=bearer(key)) for _ in range(PER_MINUTE)]


async def test_every_answer_says_what_is_left(few: httpx.AsyncClient, make_key: MakeKey) -> None:
    answers = await use_up(few, await make_key(Role.VIEWER))
    assert [answer.status_code for answer in answers] == [200] * PER_MINUTE
    assert [answer.headers["ratelimit"] for answer in answers] == [f'"default";r={r};t=10' for r in (5, 4, 3, 2, 1, 0)]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"default";q=6;w=60'}


async def test_more_is_refused_until_the_time_it_says(few: httpx.AsyncClient, make_key: MakeKey, clock: Clock) -> None:
    key = await make_key(Role.VIEWER)
    await use_up(few, key)
    refused = await few.get("/me", headers=bearer(key))
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert (refused.headers["retry-after"], refused.headers["ratelimit"]) == ("10", '"default";r=0;t=10')
    clock.now += 9_900_000_000
    assert (await few.get("/me", headers=bearer(key))).status_code == 429
    clock.now += 100_000_000
    assert (await few.get("/me", headers=bearer(key))).status_code == 200
    assert (await few.get("/me", headers=bearer(key))).status_code == 429


async def test_errors_count_and_say_it_too(few: httpx.AsyncClient, make_key: MakeKey) -> None:
    refused = await few.get("/api-keys", headers=bearer(await make_key(Role.VIEWER)))
    assert (refused.status_code, refused.headers["ratelimit"]) == (403, '"default";r=5;t=10')


async def test_each_key_has_its_own(few: httpx.AsyncClient, make_key: MakeKey) -> None:
    await use_up(few, await make_key(Role.VIEWER))
    assert (await few.get("/me", headers=bearer(await make_key(Role.VIEWER)))).status_code == 200


async def test_nobody_counts_who_asks_for_health_or_is_unknown(few: httpx.AsyncClient) -> None:
    for path, expected in (("/health/live", 200), ("/me", 401)):
        answers = [await few.get(path) for _ in range(PER_MINUTE + 1)]
        assert {answer.status_code for answer in answers} == {expected}
        assert not any("ratelimit" in answer.headers for answer in answers)


async def test_there_may_be_no_limit(settings: Settings, make_key: MakeKey) -> None:
    app = create_app(settings.model_copy(update={"requests_per_minute": 0}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        answer = await client.get("/me", headers=bearer(await make_key(Role.VIEWER)))
    assert answer.status_code == 200
    assert not any(re.match("ratelimit", name) for name in answer.headers)


@pytest.mark.parametrize("interval", [0.01, 0.1, 1 / 3, 6.0])
def test_what_is_left_is_just_what_may_follow(clock: Clock, interval: float) -> None:
    limit = RateLimit(burst=7, interval=interval)
    assert [limit.take("somebody") for _ in range(7)] == [6, 5, 4, 3, 2, 1, 0]
    with pytest.raises(RateLimited):
        limit.take("somebody")
