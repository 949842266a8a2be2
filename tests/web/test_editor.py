"""Writing: snippets, values, files and what each channel does with them, and a later start."""

import asyncio

import httpx
from playwright.async_api import FilePayload, Route, expect

from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.web.conftest import OpenDialog, violations
from tests.web.test_dialog import AGENT, heading

PDF: FilePayload = {
    "name": "guide.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF",
}


async def test_a_text_is_written_with_snippet_value_and_file_and_sent_later(
    conversations: None, client: httpx.AsyncClient, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    await client.put("/snippets/sorry", json={"text": "We are very sorry."})
    await client.put("/snippets/signature", json={"text": "Your team"})
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await heading(page, "12 of 14 conversations will get this message")
    text = page.get_by_role("textbox", name="Message")
    await text.press_sequentially("Hi ")
    await page.get_by_label("If it is missing, write").fill("you")
    await page.get_by_role("button", name="Insert").click()
    await text.press_sequentially(", /s")
    await expect(page.get_by_role("listbox", name="Snippets").get_by_role("option")).to_have_count(2)
    assert await violations(page) == []
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("Hi {{ contact.first_name | default: 'you' }}, /sorry ")
    await expect(page.get_by_role("tabpanel")).to_contain_text(", We are very sorry.")

    told = asyncio.Event()

    async def later(route: Route) -> None:
        await told.wait()
        await route.continue_()

    await page.route("**/mass-replies/preview", later)
    await page.locator("input[type=file]").set_input_files(PDF)
    await expect(page.get_by_text("SMS: …")).to_be_visible()
    told.set()
    await expect(page.get_by_text("SMS: goes without the file")).to_be_visible()
    await expect(page.get_by_text("E-mail: goes with the file")).to_be_visible()
    await text.press_sequentially("{{ contact.shoe_size }}")
    await expect(page.locator("#faults")).to_contain_text("shoe_size")
    await expect(page.get_by_role("button", name="Review")).to_be_disabled()
    await text.fill("Hi, /sorry")
    await page.get_by_role("tab", name="SMS").click()
    await expect(page.get_by_text("1 SMS segment", exact=True)).to_be_visible()

    await page.get_by_role("checkbox", name="Send later").check()
    await expect(page.get_by_label("Hold for 30 s")).to_be_disabled()
    await page.get_by_role("button", name="Review").click()
    await expect(page.get_by_text("It is sent on")).to_be_visible()
    await expect(page.get_by_text("without the file, which this channel does not carry")).to_be_visible()
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await expect(page.get_by_role("heading", name="Sends on")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await heading(page, "Undone. Nothing was sent.")
