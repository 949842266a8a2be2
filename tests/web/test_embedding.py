"""The guide's ten lines, in a page of somebody else's origin."""

import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from app.domain.permissions import Role
from app.settings import Settings
from tests.api.conftest import MakeKey
from tests.web.test_dialog import AGENT, heading, write

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "embed.md"
SERVICE_IN_GUIDE = "https://mass-reply.example.com"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' {url}; connect-src 'self' {url}; frame-src {url}; "
    "style-src 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types lit-html"
)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Where the helpdesk's page will be: the service must know its origin before."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def origin(listening: socket.socket) -> str:
    return f"http://localhost:{listening.getsockname()[1]}"


@pytest.fixture
def settings(usual_settings: Settings, origin: str) -> Settings:
    return usual_settings.model_copy(update={"cors_origins": (origin,), "embed_origins": (origin,)})


@pytest.fixture
async def desk(url: str, make_key: MakeKey, listening: socket.socket, origin: str) -> AsyncIterator[str]:
    """A helpdesk's pages with a strict policy, and the route that gives its agent's token."""
    lines, framed = re.findall(r"```html\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    key = await make_key(Role.AGENT, agent=AGENT)

    def page(lines: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def get(_: web.Request) -> web.Response:
            html = f"<!doctype html><title>Helpdesk</title>{lines.replace(SERVICE_IN_GUIDE, url)}"
            headers = {"Content-Security-Policy": POLICY.format(url=url)}
            return web.Response(text=html, content_type="text/html", headers=headers)

        return get

    async def token(_: web.Request) -> web.Response:
        return web.Response(text=key)

    site = web.Application()
    site.router.add_get("/", page(lines))
    site.router.add_get("/framed", page(framed))
    site.router.add_get("/my-token", token)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield origin
    await runner.cleanup()


async def test_the_guides_ten_lines_send_from_another_origin(conversations: None, page: Page, desk: str) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    await page.goto(desk)
    await page.get_by_role("button", name="Mass reply").click()
    await heading(page, "12 of 14 conversations will get this message")
    await write(page)
    await page.get_by_role("button", name="Review").click()
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert not any("mr_" in each for each in requested), "no credential is in an address"


async def test_a_frame_of_the_services_sends_and_hears_nobody_but_the_page_it_was_made_for(
    conversations: None, page: Page, desk: str, url: str
) -> None:
    requested, said = list[str](), list[str]()
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{desk}/framed")
    await page.get_by_role("button", name="Mass reply").click()
    framed = page.frame_locator("iframe")
    await expect(framed.get_by_role("heading", level=2)).to_have_text("12 of 14 conversations will get this message")
    await page.keyboard.type("We are back.")
    await framed.get_by_role("button", name="Review").click()
    await framed.get_by_role("button", name="Send to 12 conversations").click()
    await expect(framed.get_by_role("heading", name="Sends in")).to_be_visible()
    await framed.get_by_role("button", name="Undo").click()
    await expect(framed.get_by_role("heading", level=2)).to_have_text("Undone. Nothing was sent.")
    await framed.get_by_role("button", name="Close").last.click()
    await expect(page.locator("iframe")).to_be_hidden()
    assert not any("mr_" in each for each in requested), "no credential is in an address"
    assert said == []

    # Another origin is refused by the browser before our page runs, and heard by nobody where it asks from above.
    stranger = desk.replace("localhost", "127.0.0.1")
    await page.goto(f"{stranger}/framed")
    await expect(page.get_by_role("button", name="Mass reply")).to_be_hidden()
    assert any("frame-ancestors" in each for each in said)
    await page.goto(f"{url}/embed")
    await page.evaluate("postMessage({type: 'mass-reply:open', selection: {filter: {tags: {any: ['incident']}}}}, '*')")
    assert await page.get_by_role("dialog").count() == 0
