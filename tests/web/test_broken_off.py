"""Responses that are lost on their way, whole or in the middle: told, never thrown, and asked for again."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.cable import Cable, Where
from tests.web.conftest import INCIDENT, OPEN, PATIENCE, OpenDialog
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT, heading, write
from tests.web.test_editor import PDF

NO_ANSWER = "The service does not answer."
KEPT = "No connection. Your text is kept."
PARTS = "settings|snippets|automation-rules|webhook-endpoints|api-keys|audit-log"


async def again(page: Page, cable: Cable, told: str, times: int = 1) -> None:
    """The alert says it, as often as something is lost; once the service answers, its button leads on."""
    alert = page.get_by_role("alert").filter(has_text=told)
    await expect(alert).to_have_count(times)
    cable.plug_in()
    for left in reversed(range(times)):
        await page.get_by_role("button", name="Try again").first.click()
        await expect(alert).to_have_count(left)


@pytest.mark.parametrize("where", ["headers", "body"])
async def test_a_response_that_is_lost_on_its_way_to_the_dialog_is_told_and_asked_for_again(
    conversations: None, cable: Cable, page: Page, open_dialog: OpenDialog, make_key: MakeKey, where: Where
) -> None:
    cable.cut("GET /me", where)
    await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await heading(page, "This could not be opened yet.")
    await again(page, cable, NO_ANSWER)
    await heading(page, "12 of 14 conversations will get this message")

    cable.cut("POST /mass-replies/preview", where)
    await write(page)
    await again(page, cable, KEPT)
    cable.cut("POST /attachments", where)
    await page.locator("input[type=file]").set_input_files(PDF)
    await again(page, cable, KEPT)
    await expect(page.get_by_role("tabpanel")).to_contain_text("we are back.")
    cable.cut("POST /mass-replies HTTP", where)
    await page.get_by_role("button", name="Review").click()
    await again(page, cable, KEPT)
    await page.get_by_role("button", name="Review").click()
    await heading(page, "12 conversations will get this message")

    cable.cut("POST /mass-replies/.*/confirm|GET /mass-replies/.*/reasons", where)
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.get_by_text("2 will not get it").click()
    await expect(page.get_by_text(NO_ANSWER).first).to_be_visible()
    cable.cut("GET /mass-replies/.*/deliveries.status", where)
    await again(page, cable, NO_ANSWER)
    await expect(page.get_by_role("region", name="voice calls").get_by_role("listitem")).to_have_count(2)
    cable.cut("GET /mass-replies/.*/deliveries HTTP", where)
    await page.get_by_role("button", name="Export as CSV").click()
    await again(page, cable, NO_ANSWER)


async def test_a_response_that_is_lost_on_its_way_to_the_console_is_told_and_asked_for_again(
    conversations: None, cable: Cable, page: Page, url: str, make_key: MakeKey
) -> None:
    cable.cut("GET /me", "body")
    await sign_in(page, url, await make_key(Role.ADMIN, agent=AGENT))
    await expect(page.get_by_role("alert")).to_have_text(NO_ANSWER)
    cable.cut("POST /conversations/search", "body")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Conversations")
    await again(page, cable, NO_ANSWER)
    cable.cut("GET /conversations/.*/timeline", "body")
    await page.get_by_role("link", name="Ann Lee").first.click()
    await again(page, cable, NO_ANSWER)
    for place, requests, times in (
        ("Mass replies", "GET /mass-replies", 1),
        ("Accounts", "GET /channel-accounts", 1),
        ("Settings", f"GET /({PARTS})", len(PARTS.split("|"))),
    ):
        cable.cut(requests, "body")
        await page.get_by_role("link", name=place).click()
        await again(page, cable, NO_ANSWER, times)
    cable.cut("PUT /settings", "body")
    await page.get_by_role("region", name="Guards").get_by_role("button", name="Save").click()
    await again(page, cable, NO_ANSWER)
    await page.get_by_role("link", name="Accounts").click()
    cable.cut("POST /channel-accounts/.*/test", "body")
    await page.get_by_role("button", name="Test").first.click()
    await again(page, cable, NO_ANSWER)
    await expect(page.get_by_role("button", name="Test").first).to_be_enabled()


async def test_a_network_that_falls_silent_is_told(
    conversations: None, cable: Cable, chromium: Browser, make_key: MakeKey
) -> None:
    """Before a response or in its middle. Nothing is refused and nothing is cut off, so only the clock tells. The tab
    keeps it, so it is its own."""
    page = await chromium.new_page()
    try:
        await page.clock.install()
        await page.goto(f"{cable.url}/health/live")
        key = await make_key(Role.AGENT, agent=AGENT)
        await page.evaluate(OPEN, {"key": key, "selection": INCIDENT, "id": None, "lang": "en"})
        await heading(page, "12 of 14 conversations will get this message")
        cable.fall_silent()
        await write(page, hold=True)
        await told_in_time(page, KEPT)
        await again(page, cable, KEPT)
        cable.cut("POST /mass-replies HTTP", "silence")
        await page.get_by_role("button", name="Review").click()
        await told_in_time(page, KEPT)
        await again(page, cable, KEPT)
        await page.get_by_role("button", name="Review").click()
        await heading(page, "12 conversations will get this message")
        await page.get_by_role("button", name="Send to 12 conversations").click()
        await page.wait_for_function("told.includes('confirmed')")
        cable.fall_silent()
        await told_in_time(page, "No connection. Nothing is lost: it goes on.")
        cable.plug_in()
        await expect(page.get_by_text("No connection.")).to_be_hidden()
    finally:
        await page.close()


async def told_in_time(page: Page, text: str) -> None:
    """Half a minute of silence and the time for a response are enough, of the page's own clock."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not await page.get_by_text(text).is_visible():
            await page.clock.fast_forward(5_000)
