"""The README's pictures: taken here, of the real pages on the real service (`make screenshots`)."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.web.conftest import OpenDialog
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT, heading, write

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
WANTED = os.environ.get("SCREENSHOTS") == "1"


async def shoot(page: Page, name: str) -> None:
    """Keep it where pictures are asked for, and see that there is one all the same."""
    picture = await page.screenshot(path=IMAGES / f"{name}.png" if WANTED else None, animations="disabled")
    assert len(picture) > 10_000


@pytest.mark.proof
async def test_the_pictures_of_the_readme_can_be_taken(
    conversations: None, page: Page, url: str, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    key = await make_key(Role.AGENT, agent=AGENT)
    await page.set_viewport_size({"width": 1120, "height": 760})
    await sign_in(page, url, key, "#/conversations?tag=incident")
    await page.get_by_role("checkbox").nth(3).check()
    await page.get_by_role("button", name="All 14 matching").click()
    await expect(page.get_by_text("14 selected")).to_be_visible()
    await shoot(page, "console")
    page = await open_dialog(key)
    await write(page, hold=True)
    await expect(page.get_by_role("tabpanel")).to_contain_text("we are back.")
    await shoot(page, "write")
    await page.get_by_label("Hold for 30 s").uncheck()
    await page.get_by_role("button", name="Review").click()
    await heading(page, "12 conversations will get this message")
    await shoot(page, "confirm")
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")
    await page.get_by_label("Results").get_by_text("1 failed.").click()
    await expect(page.get_by_role("region", name="the provider says")).to_contain_text("Ann Lee")
    await shoot(page, "watch")
