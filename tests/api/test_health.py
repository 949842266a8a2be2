"""`/health`: what an orchestrator acts on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from app.main import create_app
from app.settings import Settings
from app.store.database import Database


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        yield client


async def test_a_process_with_everything_is_ready(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/health/live")).json() == {"status": "alive"}
    answer = await anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "postgres": "ok", "redis": "ok"})


@pytest.mark.parametrize(("url", "said"), [(None, "not_configured"), ("redis://127.0.0.1:1/0", "unreachable")])
async def test_a_process_without_redis_is_ready_and_says_so(settings: Settings, url: str | None, said: str) -> None:
    async with running(settings.model_copy(update={"redis_url": url})) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["redis"]) == (200, said)


async def test_a_process_without_postgresql_lives_and_is_not_ready(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Database) -> None:
        raise OperationalError("SELECT", {}, Exception("the database at 10.0.0.1 is starting up"))

    monkeypatch.setattr(Database, "begin_routing", refuse)
    assert (await anonymous.get("/health/live")).status_code == 200
    answer = await anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "10.0.0.1" not in answer.text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_a_probe_may_ask_for_the_head_alone(anonymous: httpx.AsyncClient, path: str) -> None:
    answer = await anonymous.head(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (await anonymous.post(path)).headers["allow"] == "GET, HEAD"
