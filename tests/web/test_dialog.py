"""The dialog on a page: write, confirm, watch."""

import re

from playwright.async_api import Page, expect

from app.domain.outbound import Author
from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.web.conftest import OpenDialog, violations

AGENT = Author("agent-7", "Ann Lee", None)
TEXT = "Hi {{ contact.first_name | default: 'there' }}, we are back."


async def write(page: Page, text: str = TEXT, *, hold: bool = False) -> None:
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.get_by_label("Hold for 30 s").set_checked(hold)


async def heading(page: Page, text: str) -> None:
    await expect(page.get_by_role("heading", level=2)).to_have_text(text)


async def test_what_is_written_and_confirmed_is_sent_and_every_result_is_told(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await heading(page, "12 of 14 conversations will get this message")
    await expect(page.get_by_text("2 × voice calls cannot be answered with a text")).to_be_visible()
    await write(page)
    await expect(page.get_by_role("tabpanel")).to_contain_text("we are back.")
    assert await violations(page) == []
    await page.get_by_role("button", name="Review").click()

    await heading(page, "12 conversations will get this message")
    await expect(page.get_by_text("This cannot be recalled once it is sent.")).to_be_visible()
    await expect(page.get_by_text("4 SMS segments")).to_be_visible()
    await page.get_by_text("2 will not get it").click()
    await expect(page.get_by_role("region", name="voice calls").get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("button", name="Send to 12 conversations").hover()
    assert await violations(page) == [], "under the pointer too"
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Enter")
    await heading(page, "12 conversations will get this message")
    await page.get_by_role("button", name="Send to 12 conversations").click()

    await heading(page, "Sent to 10. 1 failed. 1 is not known.")
    await expect(page.get_by_label("By channel")).to_contain_text("6 sent · 1 failed · 1 not known")
    await page.get_by_text("1 failed.", exact=True).click()
    await expect(page.get_by_text(re.compile("the provider says that the address is not valid"))).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Results").get_by_text("1 is not known.").click()
    await expect(page.get_by_text("It is not sent again automatically.")).to_be_visible()
    await page.get_by_role("button", name="Close").last.click()
    await page.wait_for_function("told.join() === 'created,confirmed,sent,finished,closed'")
