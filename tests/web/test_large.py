"""A hundred thousand recipients: as many elements and requests as for a hundred."""

from collections import Counter
from uuid import UUID

import pytest
from playwright.async_api import Page, Request, expect

from app.dev.sandbox.server import Sandbox
from app.domain.model import Channel
from app.domain.permissions import Role
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.api.conftest import MakeKey
from tests.scene import add_account, add_conversations, postmark
from tests.web.conftest import title
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT, write

MANY = 100_000
MOST_ELEMENTS = 4_000
COUNT = """
    () => {
      const count = (root) => [...root.querySelectorAll("*")].reduce(
        (sum, one) => sum + 1 + (one.shadowRoot ? count(one.shadowRoot) : 0), 0);
      return count(document);
    }
"""
WATCH = """
    () => {
      window.drawn = 0;
      const heading = document.querySelector("mass-reply-console").shadowRoot
        .querySelector("mass-reply-dialog").shadowRoot.querySelector("#title");
      const changes = {subtree: true, characterData: true, childList: true};
      new MutationObserver(() => window.drawn++).observe(heading, changes);
    }
"""


@pytest.mark.proof
@pytest.mark.timeout(280)
async def test_a_hundred_thousand_take_no_more_elements_or_requests_than_a_hundred(
    runtime: Runtime, tenant: UUID, sandbox: Sandbox, worker: WorkerProcess, page: Page, url: str, make_key: MakeKey
) -> None:
    account = await add_account(runtime, tenant, postmark(sandbox.url))
    await add_conversations(runtime, tenant, Channel.EMAIL, MANY - 50, account=account)
    await add_conversations(runtime, tenant, Channel.VOICE, 50)
    asked: Counter[str] = Counter()

    def note(request: Request) -> None:
        asked[request.url.removeprefix(url).partition("?")[0].rpartition("/")[2]] += 1

    page.on("request", note)
    page.set_default_timeout(90_000)
    expect.set_options(timeout=90_000)
    try:
        await play(page, url, await make_key(Role.ADMIN, agent=AGENT), asked)
    finally:
        expect.set_options(timeout=5_000)


async def play(page: Page, url: str, key: str, asked: Counter[str]) -> None:
    await sign_in(page, url, key, "#/conversations?tag=incident")
    await expect(page.get_by_text("100,000 conversations")).to_be_visible()
    for shown in ("101–200", "201–300", "301–400"):
        await page.get_by_role("button", name="Next ›").click()
        await expect(page.get_by_text(f"{shown} of 100,000")).to_be_visible()
    assert await page.evaluate(COUNT) < MOST_ELEMENTS
    assert asked["search"] == 4
    await page.get_by_role("checkbox", name="Tick this page").check()
    await page.get_by_role("button", name="All 100,000 matching").click()
    await page.get_by_role("button", name="Mass reply", exact=True).click()
    await title(page, "100,000 conversations are selected")
    await write(page, hold=True)
    await page.get_by_role("button", name="Review").click()
    await page.evaluate(WATCH)
    await title(page, "99,950 conversations will get this message")
    assert await page.evaluate("window.drawn") > 2, "a moving number"

    await expect(page.get_by_role("button", name="Send to 99,950 conversations")).to_be_disabled()
    await page.get_by_label("Type 99,950 to confirm the number").fill("99950")
    await page.get_by_role("button", name="Send to 99,950 conversations").click()
    await page.get_by_role("button", name="Undo").click()
    await title(page, "Undone. Nothing was sent.")
    await page.get_by_text("99,950 were not sent.", exact=True).click()
    await expect(page.get_by_role("region", name="it was stopped").get_by_role("listitem")).to_have_count(25)
    await page.get_by_label("Find a customer").fill("customer 99949")
    await expect(page.get_by_role("region", name="it was stopped").get_by_role("listitem")).to_have_count(1)
    assert await page.evaluate(COUNT) < MOST_ELEMENTS
    assert asked["deliveries"] <= 12
    assert asked["reasons"] <= 12
    assert asked["preview"] <= 3
    assert asked["search"] <= 5
