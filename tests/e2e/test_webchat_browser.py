"""The example page of the web chat in a real browser: closed, opened, reloaded, in two tabs, offline."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiohttp import web
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.cable import Cable
from tests.e2e.conftest import Poll
from tests.scene import row
from tests.visitors import add_web_chat, serving_http

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "webchat-example.html"
API_IN_EXAMPLE = "http://127.0.0.1:8000"
ACCOUNT_IN_EXAMPLE = f'account="{UUID(int=0)}"'
LONGEST_WAIT = 15


@pytest.fixture
async def cable(app: FastAPI) -> AsyncIterator[Cable]:
    """The browser's way to the service."""
    async with serving_http(app) as api, Cable(int(api.rpartition(":")[2])).laid() as cable:
        yield cable


@pytest.fixture
async def address(cable: Cable, runtime: Runtime, tenant: UUID) -> AsyncIterator[str]:
    """The example as a page of somebody's own site: on another origin than the service's."""
    account = await add_web_chat(runtime, tenant)
    html = EXAMPLE.read_text().replace(API_IN_EXAMPLE, cable.url).replace(ACCOUNT_IN_EXAMPLE, f'account="{account}"')

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    site = web.Application()
    site.router.add_get("/", page)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0).start()
    yield f"http://localhost:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
async def browser(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """One visitor's browser, with storage of its own."""
    context = await chromium.new_context()
    context.set_default_timeout(LONGEST_WAIT * 1000)
    yield context
    await context.close()


async def open_tab(browser: BrowserContext, address: str) -> Page:
    tab = await browser.new_page()
    await tab.goto(address)
    return tab


def shown(tab: Page, text: str) -> Locator:
    return tab.locator("#chat li").filter(has_text=text)


async def expect_once(tab: Page, *texts: str) -> None:
    """The tab shows these messages and no other, each once, in this order."""
    await expect(tab.locator("#chat li")).to_have_text(list(texts), timeout=LONGEST_WAIT * 1000)


async def reply(client: httpx.AsyncClient, finished: Poll, text: str, **message: str) -> dict[str, Any]:
    """Send a mass reply to everybody in the chat; answers its counts when it is over."""
    body = {"selection": {"filter": {"channel": ["chat"]}}, "message": {"text": text, **message}}
    batch = (await client.post("/mass-replies", json=body)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 1})
    return await finished(batch["id"])


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LONGEST_WAIT):
        while not await holds():
            await asyncio.sleep(0.05)


async def until_nobody_listens(app: FastAPI) -> None:
    """The service has noticed that every page is closed, or cut off."""

    async def is_so() -> bool:
        return not app.state.runtime.chat_notifications.is_watched

    await until(is_so)


async def until_delivered(client: httpx.AsyncClient, batch: dict[str, Any]) -> None:
    async def is_so() -> bool:
        counts = (await client.get(f"/mass-replies/{batch['id']}")).json()["counts"]
        return bool(counts["delivered"] == 1)

    await until(is_so)


async def test_a_visitor_misses_nothing_and_sees_nothing_twice(
    client: httpx.AsyncClient,
    app: FastAPI,
    runtime: Runtime,
    tenant: UUID,
    worker: WorkerProcess,
    finished: Poll,
    address: str,
    browser: BrowserContext,
    cable: Cable,
) -> None:
    question, first, second, third = "My payment failed.", "We are looking into it.", "We are back.", "All is well."

    tab = await open_tab(browser, address)
    await tab.fill("input", question)
    await tab.click("button")
    await expect_once(tab, question)
    await tab.close()
    await until_nobody_listens(app)

    batch = await reply(client, finished, first)
    assert batch["counts"]["sent"] == 1, "nobody has the page open"

    tab = await open_tab(browser, address)
    await expect_once(tab, question, first)
    await until_delivered(client, batch)
    await tab.reload()
    await expect_once(tab, question, first)

    beside = await open_tab(browser, address)
    await expect_once(beside, question, first)
    await until_delivered(client, await reply(client, finished, second))
    for each in (tab, beside):
        await expect_once(each, question, first, second)

    cable.pull_out()
    await until_nobody_listens(app)
    batch = await reply(client, finished, third)
    assert batch["counts"]["sent"] == 1, "the browser is offline"
    cable.plug_in()
    for each in (tab, beside):
        await expect_once(each, question, first, second, third)
    await until_delivered(client, batch)

    receipts = await row(runtime, tenant, "SELECT count(*) AS n FROM receipts")
    assert receipts.n == 3, "each reply was delivered once, in however many tabs it was shown"


async def test_markup_of_the_helpdesk_is_shown_and_a_customer_s_is_not(
    client: httpx.AsyncClient,
    worker: WorkerProcess,
    finished: Poll,
    address: str,
    browser: BrowserContext,
) -> None:
    tab = await open_tab(browser, address)
    await tab.fill("input", "<b id=mine>I</b>")
    await tab.click("button")
    await expect_once(tab, "<b id=mine>I</b>")

    body = {
        "selection": {"filter": {"channel": ["chat"]}},
        "message": {
            "text": "Bold",
            "html": "<b id='theirs' onclick='x()'>Bold</b><script>document.title = 'x'</script>",
        },
    }
    batch = (await client.post("/mass-replies", json=body)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 1})
    await expect(shown(tab, "Bold").locator("b")).to_have_count(1)

    assert await tab.locator("#chat #mine").count() == 0
    assert await shown(tab, "Bold").locator("b").get_attribute("onclick") is None
    assert await tab.title() == "Web chat"
