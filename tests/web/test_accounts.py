"""A channel account from nothing to tested, in the console."""

import httpx
from playwright.async_api import Page, expect

from app.dev.sandbox.server import Sandbox
from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.web.conftest import violations
from tests.web.test_console import sign_in


async def test_an_account_is_made_tested_changed_and_deleted_and_its_secret_is_never_shown_again(
    client: httpx.AsyncClient, sandbox: Sandbox, page: Page, url: str, make_key: MakeKey
) -> None:
    api = f"{sandbox.url}/postmark"
    await sign_in(page, url, await make_key(Role.ADMIN), "#/accounts")
    await page.get_by_role("button", name="New account").click()
    form = page.get_by_role("form", name="New account")
    await form.get_by_label("Provider").select_option("Twilio")
    await expect(form.get_by_label("Account SID")).to_be_visible()
    await form.get_by_label("Provider").select_option("Postmark")
    assert await violations(page) == []
    await form.get_by_label("Short name").fill("support-email")
    await form.get_by_label("Name", exact=True).fill("Support")
    await form.get_by_label("Sender").fill("nobody")
    await form.get_by_label("Server token").fill("token-1")
    await form.get_by_text("More settings").click()
    await form.get_by_label("API address").fill(api)
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("Sender")
    await form.get_by_label("Sender").fill("support@example.com")
    await form.get_by_role("button", name="Save").click()

    card = page.get_by_role("article", name="Support")
    await expect(card.get_by_role("status").first).to_contain_text("Now enter the callback address")
    await expect(card).to_be_focused()
    assert "/callbacks/" in await card.get_by_label("Callback address").input_value()
    await card.get_by_role("button", name="Test").click()
    await expect(card).to_contain_text("✓ Works.")
    assert await violations(page) == []

    await card.get_by_role("button", name="Edit: Support").click()
    form = page.get_by_role("form", name="Support")
    await expect(form.get_by_label("Server token")).to_have_value("")
    await expect(form.get_by_label("Sender")).to_have_value("support@example.com")
    await form.get_by_label("Name", exact=True).fill("Support desk")
    await form.get_by_role("button", name="Save").click()
    card = page.get_by_role("article", name="Support desk")
    await card.get_by_role("button", name="Test").click()
    await expect(card).to_contain_text("✓ Works.")
    assert "token-1" not in await page.content()
    kept = (await client.get("/channel-accounts/support-email")).json()
    assert (kept["config"]["from"], kept["config"]["base_url"]) == ("support@example.com", api)
    await card.get_by_role("button", name="Delete: Support desk").click()
    await card.get_by_role("button", name="Really: Delete").click()
    await expect(page.get_by_text("There is no account yet.")).to_be_visible()
