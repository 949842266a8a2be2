"""What administrators trip over in the console: names twice, names taken, ids that are none, long histories."""

import asyncio
from uuid import UUID

import httpx
import sqlalchemy as sa
from playwright.async_api import Page, Route, expect

from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.scene import add_conversation
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT

SMTP = {
    "channel": "email",
    "provider": "smtp",
    "name": "Old mail",
    "config": {"from": "support@example.com", "host": "mail.example.com", "port": 587},
    "credentials": {"username": "support", "password": "secret-1"},
}
OWN = {
    "channel": "sms",
    "provider": "webhook",
    "name": "Own SMS",
    "config": {"url": "https://hooks.example.com/send"},
    "credentials": {"secret": "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"},
}
MANY = """
    INSERT INTO messages (tenant_id, conversation_id, kind, text)
    SELECT tenant_id, id, 'customer_message', 'Line ' || n FROM conversations, generate_series(1, 201) n
"""
READ = """
    async (id) => {
      const frame = () => new Promise(requestAnimationFrame);
      const timeline = (one) => one.name.includes(`${id}/timeline`);
      while (!performance.getEntriesByType("resource").some(timeline)) await frame();
      await frame();
      await new Promise((done) => setTimeout(done));
    }
"""


async def test_of_two_keys_with_one_name_one_is_revoked_and_a_taken_name_replaces_nothing(
    client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    for _ in range(2):
        await client.post("/api-keys", json={"name": "night shift", "roles": ["agent"], "agent": None})
    await client.put("/webhook-endpoints/desk", json={"url": "https://hooks.example.com/kept"})
    await client.put("/channel-accounts/support", json=SMTP)
    await sign_in(page, url, await make_key(Role.ADMIN, agent=AGENT), "#/settings")
    await expect(page).to_have_title("Settings · mass-reply")
    keys = page.get_by_role("region", name="API keys")
    await keys.get_by_role("button", name="Revoke: night shift").first.click()
    await expect(keys.get_by_role("button", name="Really: Revoke")).to_have_count(1)
    await keys.get_by_role("button", name="Really: Revoke").click()
    await expect(keys.get_by_text("revoked")).to_have_count(1)
    await page.reload()
    await sign_in(page, url, await make_key(Role.ADMIN, agent=AGENT), "#/settings")
    log = page.get_by_role("region", name="Who did what")
    await expect(log.get_by_role("row").filter(has_text="Key revoked")).to_contain_text("night shift")

    hooks = page.get_by_role("region", name="Webhooks")
    await hooks.get_by_text("New webhook").click()
    await hooks.get_by_label("Short name").fill("desk")
    await hooks.get_by_label("Address").fill("https://hooks.example.com/other")
    await hooks.get_by_role("button", name="Save").click()
    await expect(hooks.get_by_role("alert")).to_contain_text("This short name is taken.")
    assert (await client.get("/webhook-endpoints/desk")).json()["url"].endswith("/kept")

    await page.get_by_role("link", name="Accounts").click()
    await page.get_by_role("button", name="New account").click()
    form = page.get_by_role("form", name="New account")
    await form.get_by_label("Short name").fill("support")
    await form.get_by_label("Name", exact=True).fill("Support")
    await form.get_by_label("Sender").fill("support@example.com")
    await form.get_by_label("Server token").fill("token-1")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("This short name is taken.")
    assert (await client.get("/channel-accounts/support")).json()["provider"] == "smtp"


async def test_an_address_is_shown_where_somebody_calls_back_and_copied_without_a_clipboard(
    client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    """Without TLS, on a host that is not this machine, browsers have no `navigator.clipboard`."""
    for key, account in (("old", SMTP), ("own", OWN)):
        assert (await client.put(f"/channel-accounts/{key}", json=account)).is_success
    await page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    await sign_in(page, url, await make_key(Role.ADMIN), "#/accounts")
    own, old = (page.get_by_role("article", name=name) for name in ("Own SMS", "Old mail"))
    await own.get_by_role("button", name="Copy the address").click()
    await expect(own.get_by_role("button", name="Copied")).to_be_visible()
    assert await old.get_by_label("Callback address").count() == 0
    assert await old.get_by_role("button", name="Copy").count() == 0


async def test_an_id_that_is_none_is_told_in_words(
    runtime: Runtime, tenant: UUID, page: Page, url: str, make_key: MakeKey
) -> None:
    await sign_in(page, url, await make_key(Role.ADMIN), "#/mass-replies?id=nope")
    await expect(page.get_by_role("alert")).to_have_text("There is no such mass reply, or not any more.")
    await page.goto(f"{url}/console#/mass-replies?id={tenant}")
    await expect(page.get_by_role("alert")).to_have_text("There is no such mass reply, or not any more.")
    await page.goto(f"{url}/console#/mass-replies?status=nope")
    await expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()
    assert await page.get_by_role("alert").count() == 0

    conversation = await add_conversation(runtime, tenant, Channel.SMS, "+12025550142")
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(MANY))
    await page.goto(f"{url}/console#/conversations?thread={conversation}")
    thread = page.get_by_role("complementary")
    await expect(thread.get_by_text("Line 201", exact=True)).to_be_visible()
    await thread.get_by_role("button", name="Back").click()
    await expect(thread.get_by_text("Line 1", exact=True)).to_be_visible()


async def test_a_history_that_comes_late_is_not_shown_in_the_conversation_that_was_opened_since(
    runtime: Runtime, tenant: UUID, page: Page, url: str, make_key: MakeKey
) -> None:
    first, second = [await add_conversation(runtime, tenant, Channel.SMS, f"+1202555014{n}") for n in (2, 3)]
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(f"{MANY} WHERE conversations.id = :first"), first=first)
    late, later, asked = asyncio.Event(), asyncio.Event(), list[str]()

    async def hold(route: Route, until: asyncio.Event) -> None:
        await until.wait()
        await route.continue_()

    async def note(route: Route) -> None:
        asked.append(route.request.url)
        await route.continue_()

    history = f"**/conversations/{first}/timeline*"
    await page.route(history, lambda route: hold(route, late))
    await page.route(f"**/conversations/{second}", lambda route: hold(route, later))
    await page.route(f"**/conversations/{second}/timeline*", note)
    async with page.expect_request(history):
        await sign_in(page, url, await make_key(Role.ADMIN), f"#/conversations?thread={first}")
    async with page.expect_request(f"**/conversations/{second}"):
        await page.goto(f"{url}/console#/conversations?thread={second}")
    late.set()
    await page.evaluate(READ, str(first))
    thread = page.get_by_role("complementary")
    await expect(thread.get_by_text("Line")).to_have_count(0)
    later.set()
    await expect(thread.get_by_text("Nothing here.")).to_be_visible()
    assert [url.partition("cursor=")[2] for url in asked] == [""]
