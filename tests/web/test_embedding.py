"""The guide's ten lines, in a page of somebody else's origin."""

import re
from collections.abc import AsyncIterator
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
    "default-src 'none'; script-src 'unsafe-inline' {url}; connect-src 'self' {url}; "
    "style-src 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types lit-html"
)


@pytest.fixture
def settings(usual_settings: Settings) -> Settings:
    """Any page may call: which port the page gets is not known yet."""
    return usual_settings.model_copy(update={"cors_origins": ("*",)})


@pytest.fixture
async def desk(url: str, make_key: MakeKey) -> AsyncIterator[str]:
    """A helpdesk's page with a strict policy, and the route that gives its agent's token."""
    [lines] = re.findall(r"```html\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    key = await make_key(Role.AGENT, agent=AGENT)

    async def page(_: web.Request) -> web.Response:
        html = f"<!doctype html><title>Helpdesk</title>{lines.replace(SERVICE_IN_GUIDE, url)}"
        headers = {"Content-Security-Policy": POLICY.format(url=url)}
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def token(_: web.Request) -> web.Response:
        return web.Response(text=key)

    site = web.Application()
    site.router.add_get("/", page)
    site.router.add_get("/my-token", token)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0).start()
    yield f"http://localhost:{runner.addresses[0][1]}/"
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
