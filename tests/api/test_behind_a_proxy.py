"""Whose request it is behind a proxy, and what an installation may keep to itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest

from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from tests.visitors import add_web_chat

PROXY = "10.9.8.7"


@asynccontextmanager
async def calling(settings: Settings, **changes: object) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update=changes))
    transport = httpx.ASGITransport(app, client=(PROXY, 4711))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://api.example.test") as client,
    ):
        yield client


@pytest.mark.parametrize(("trusted", "refused"), [(("10.9.8.0/24",), False), (("10.9.9.0/24",), True), ((), True)])
async def test_the_chat_counts_visitors_where_the_proxy_is_trusted_and_callers_where_not(
    trusted: tuple[str, ...], refused: bool, settings: Settings, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_web_chat(runtime, tenant)
    async with calling(settings, trusted_proxies=trusted) as client:
        statuses = {
            (
                await client.post(
                    "/chat/sessions",
                    json={"channel_account": str(account)},
                    # What a visitor wrote stands before the address that the proxy saw.
                    headers={"X-Forwarded-For": f"1.2.3.4, 203.0.113.{number}"},
                )
            ).status_code
            for number in range(15)
        }
        assert (429 in statuses) is refused
        if trusted and not refused:
            same = [
                await client.post(
                    "/chat/sessions",
                    json={"channel_account": str(account)},
                    headers={"X-Forwarded-For": f"1.2.3.{number}, 198.51.100.1"},
                )
                for number in range(15)
            ]
            assert 429 in {answer.status_code for answer in same}, "what the visitor writes changes nothing"


async def test_the_description_and_the_figures_may_be_kept_private(settings: Settings) -> None:
    hidden = ("/docs", "/docs/start.js", "/openapi.json", "/metrics")
    async with calling(settings, docs=False, metrics=False) as client:
        assert {(await client.get(path)).status_code for path in hidden} == {404}
    async with calling(settings) as client:
        assert {(await client.get(path)).status_code for path in hidden} == {200}


async def test_no_cache_keeps_what_is_somebody_s(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/me"), await client.get("/mass-replies/7"), await client.get("/nowhere")):
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in (await client.get("/openapi.json")).headers
