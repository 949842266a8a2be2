"""What somebody else has changed meanwhile, and a service that goes away in the middle."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import sqlalchemy as sa
from playwright.async_api import Page, Route, expect

from app.domain.permissions import Role
from app.domain.words import TenantId
from app.runtime import Runtime
from tests.api.conftest import MakeKey, other_tenant
from tests.cable import Cable
from tests.web.conftest import OpenDialog
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT, heading, write

__all__ = ["other_tenant"]

Press = Callable[[], Awaitable[None]]


async def test_a_number_that_is_another_by_now_is_shown_beside_the_old_one_and_nothing_is_sent(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey, runtime: Runtime, tenant: UUID
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await write(page, hold=True)
    await page.get_by_role("button", name="Review").click()
    await heading(page, "12 conversations will get this message")

    async def meanwhile(route: Route) -> None:
        """Between the click and its arrival; before, the page would show the new number by itself."""
        async with runtime.database.begin(tenant) as tx:
            await tx.execute(sa.text("UPDATE mass_replies SET recipient_count = 11"))
        await route.continue_()

    await page.route("**/confirm", meanwhile, times=1)
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "11 conversations will get this message")
    await expect(page.get_by_text("It was 12 when you looked before; it is 11 now.")).to_be_visible()
    await expect(page.get_by_text("You confirmed 12 recipients; there are 11. Nothing was sent.")).to_be_visible()
    await page.get_by_role("button", name="Send to 11 conversations").click()
    await expect(page.get_by_role("heading", name="Sends in")).to_be_visible()


async def test_a_number_that_changes_under_the_pointer_is_not_confirmed_by_the_press_that_began_before(
    conversations: None,
    cable: Cable,
    client: httpx.AsyncClient,
    open_dialog: OpenDialog,
    make_key: MakeKey,
    runtime: Runtime,
    tenant: UUID,
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await write(page, hold=True)
    async with page.expect_response("**/events?*"):
        await page.get_by_role("button", name="Review").click()
    await heading(page, "12 conversations will get this message")
    send = page.get_by_role("button", name="Send to")
    await expect(send).to_be_enabled()
    mouse, key = page.mouse, page.keyboard
    presses: list[tuple[Press, Press]] = [(mouse.down, mouse.up), (lambda: key.down(" "), lambda: key.up(" "))]
    for count, (press, release) in zip((11, 10), presses, strict=True):
        await send.hover()
        await send.focus()
        await press()
        async with runtime.database.begin(tenant) as tx:
            await tx.execute(sa.text("UPDATE mass_replies SET recipient_count = :n, updated_at = now()"), n=count)
        async with page.expect_response("**/events?*"):
            cable.pull_out()
            cable.plug_in()
            await heading(page, f"{count} conversations will get this message")
        await expect(send).to_be_enabled()
        await release()
        [batch] = (await client.get("/mass-replies")).json()["items"]
        assert batch["status"] == "awaiting_confirmation"
    await send.click()
    await expect(page.get_by_role("heading", name="Sends in")).to_be_visible()


async def test_what_another_tab_has_stopped_cannot_be_confirmed_here(
    conversations: None, client: httpx.AsyncClient, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await write(page)
    await page.get_by_role("button", name="Review").click()
    await heading(page, "12 conversations will get this message")
    [batch] = (await client.get("/mass-replies")).json()["items"]
    await client.post(f"/mass-replies/{batch['id']}/cancel")
    await heading(page, "Undone. Nothing was sent.")
    assert await page.get_by_role("button", name="Send to").count() == 0


async def test_a_sample_goes_first_and_the_rest_goes_on_after_a_service_that_went_away_in_the_middle(
    conversations: None, cable: Cable, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await write(page)
    await page.get_by_role("checkbox", name="First a sample of").check()
    await expect(page.get_by_role("button", name="Review")).to_be_enabled()
    await page.get_by_role("button", name="Review").dblclick()
    await expect(page.get_by_text("5 go first; the others wait for you.")).to_be_visible()
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "The sample is sent. 7 others wait.")
    cable.pull_out()
    await page.get_by_role("button", name="Go on with the other 7").click()
    await expect(page.get_by_text("The service does not answer.")).to_be_visible()
    await expect(page.get_by_text("No connection. Nothing is lost: it goes on.")).to_be_visible()
    cable.plug_in()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("No connection.")).to_be_hidden()
    await page.get_by_role("button", name="Go on with the other 7").click()
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")


async def test_a_session_that_ends_is_renewed_in_the_console_and_the_text_is_still_there(
    conversations: None, client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey, other_tenant: TenantId
) -> None:
    await sign_in(page, url, await make_key(Role.AGENT, agent=AGENT, name="yesterday"), "#/conversations?tag=incident")
    await page.get_by_role("checkbox", name="Tick this page").check()
    await page.get_by_role("button", name="Mass reply", exact=True).click()
    await heading(page, "12 of 14 conversations will get this message")
    keys = (await client.get("/api-keys")).json()["items"]
    [over] = [key["id"] for key in keys if key["name"] == "yesterday"]
    await client.delete(f"/api-keys/{over}")
    await page.get_by_role("textbox", name="Message").fill("We are back.")
    await page.get_by_label("Key or token").fill("mr_wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("This key or token is not accepted.")
    await page.get_by_label("Key or token").fill(await make_key(Role.AGENT, agent=AGENT, owner=other_tenant))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("belongs to another company")
    await page.get_by_label("Key or token").fill(await make_key(Role.AGENT, agent=AGENT))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("tabpanel")).to_contain_text("We are back.")
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("We are back.")
