"""What else happens around a mass reply: a sample, second thoughts, a second person, and things that go away."""

import re
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Page, Route, expect

from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.files import attach
from tests.scene import add_account, add_conversation
from tests.visitors import WEB_CHAT
from tests.web.conftest import INCIDENT, OpenDialog
from tests.web.test_dialog import AGENT, TEXT, heading, write

INCIDENT_BODY = {"selection": INCIDENT, "message": {"text": "We are back."}}
AT_ONCE = "(dialog => { dialog.close(); return dialog.show() })(document.querySelector('mass-reply-dialog'))"


async def confirm(page: Page, count: int = 12) -> None:
    await page.get_by_role("button", name="Review").click()
    await page.get_by_role("button", name=f"Send to {count} conversations").click()


async def test_what_is_held_is_found_again_and_can_be_undone(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    key = await make_key(Role.AGENT, agent=AGENT)
    page = await open_dialog(key)
    await write(page, hold=True)
    await confirm(page)
    await expect(page.get_by_role("heading", name="Sends in")).to_be_visible()
    await page.evaluate(AT_ONCE)
    await expect(page.get_by_role("heading", name="Sends in")).to_be_visible()
    page = await open_dialog(key)
    await expect(page.get_by_role("heading", name="Sends in")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await heading(page, "Undone. Nothing was sent.")


async def test_a_number_that_has_changed_is_named_and_a_draft_is_kept(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey, runtime: Runtime, tenant: UUID
) -> None:
    key = await make_key(Role.AGENT, agent=AGENT)
    page = await open_dialog(key)
    await write(page)
    await expect(page.get_by_role("tabpanel")).to_contain_text("we are back.")
    account = await add_account(runtime, tenant, WEB_CHAT)
    await add_conversation(runtime, tenant, Channel.CHAT, "visitor-1", account_id=account)
    await page.get_by_role("button", name="Review").click()
    await heading(page, "13 conversations will get this message")
    await expect(page.get_by_role("alert")).to_contain_text("It was 12 when you looked before; it is 13 now.")
    await page.get_by_role("button", name="Back").click()
    await heading(page, "13 of 15 conversations will get this message")
    page = await open_dialog(key)
    await expect(page.get_by_role("textbox", name="Message")).to_have_value(TEXT)
    await expect(page.get_by_text("is here again.")).to_be_visible()


async def test_a_second_person_sees_what_goes_out_and_approves_it_and_the_first_one_cannot(
    conversations: None, client: httpx.AsyncClient, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    await client.put("/settings", json={"approval_above": 5})
    page = await open_dialog(await make_key(Role.SUPERVISOR, agent=AGENT))
    await expect(page.get_by_text("Above 5 recipients a second person must approve.")).to_be_visible()
    await write(page)
    await page.get_by_role("button", name="Review").click()
    await expect(page.get_by_text("A second person must approve it first.")).to_be_visible()
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "Waits for a second person")
    assert await page.get_by_role("button", name="Approve").count() == 0
    [batch] = (await client.get("/mass-replies")).json()["items"]
    second = await make_key(Role.SUPERVISOR, agent=Author("agent-8", "Ben Ortiz", None))
    page = await open_dialog(second, selection=None, id_=batch["id"])
    await expect(page.get_by_text("Ann Lee wants to send this")).to_be_visible()
    await expect(page.get_by_text("we are back.").first).to_be_visible()
    await expect(page.get_by_text("4 SMS segments")).to_be_visible()
    await page.get_by_role("button", name="Approve sending to 12 conversations").click()
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")


async def test_a_second_person_sees_html_and_files_and_rejects_and_the_first_one_reads_why(
    conversations: None, client: httpx.AsyncClient, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    await client.put("/settings", json={"approval_above": 5})
    first = await make_key(Role.AGENT, agent=AGENT)
    headers = {"Authorization": f"Bearer {first}"}
    file = await attach(client)
    message = {"text": "We are back.", "html": "<p>We are <b>back</b>.</p>", "attachment_ids": [str(file)]}
    body = {**INCIDENT_BODY, "message": message}
    batch = (await client.post("/mass-replies", json=body, headers=headers)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 12}, headers=headers)
    second = await make_key(Role.SUPERVISOR, agent=Author("agent-8", "Ben Ortiz", None))
    page = await open_dialog(second, selection=None, id_=batch["id"])
    await expect(page.frame_locator("iframe").locator("b")).to_have_text("back")
    await expect(page.get_by_text("a.png")).to_be_visible()
    await expect(page.get_by_role("button", name="Reject")).to_be_disabled()
    await page.get_by_label("Why not?").fill("Wrong day.")
    await page.get_by_role("button", name="Reject").click()
    await heading(page, "Rejected. Nothing was sent.")
    page = await open_dialog(first, selection=None, id_=batch["id"])
    await expect(page.get_by_text("Ben Ortiz rejected it: Wrong day.")).to_be_visible()


async def test_where_nothing_can_be_sent_the_title_says_why_and_there_is_one_thing_to_do(
    client: httpx.AsyncClient, open_dialog: OpenDialog, make_key: MakeKey, runtime: Runtime, tenant: UUID
) -> None:
    nobody = {"filter": {"tags": {"any": ["nobody"]}}}
    page = await open_dialog(await make_key(Role.AGENT), selection=nobody)
    await heading(page, "No conversation matches this selection.")
    await expect(page.get_by_text("Close this and pick others.")).to_be_visible()
    assert await page.get_by_role("button", name="Review").count() == 0
    await add_conversation(runtime, tenant, Channel.VOICE, "+14155550100")
    page = await open_dialog(await make_key(Role.AGENT))
    await heading(page, "Nobody of those selected can get this message.")
    assert await page.get_by_role("button", name="Review").count() == 0
    page = await open_dialog(await make_key(Role.VIEWER))
    await heading(page, "You can look, not send")
    assert await page.get_by_role("textbox").count() == 0


async def test_without_a_connection_a_session_or_a_service_with_time_the_text_stays(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey, url: str
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))

    async def away(route: Route) -> None:
        await route.abort()

    await page.route("**/mass-replies/preview", away)
    await write(page)
    await expect(page.get_by_role("alert")).to_have_text("No connection. Your text is kept.")
    await page.unroute("**/mass-replies/preview")

    async def overloaded(route: Route) -> None:
        """For a second; and then for longer than anybody waits in front of a page."""
        seconds = told.pop(0)
        await route.fulfill(status=503, headers={"Retry-After": seconds}, json={"code": "overloaded", "title": ""})

    told = ["1", "60"]
    await page.route("**/mass-replies/preview", overloaded)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("The service is busy. Trying again in 1 s …")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("The service has too much to do just now.")
    await page.unroute("**/mass-replies/preview")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("we are back.")
    dialog = "document.querySelector('mass-reply-dialog')"
    await page.evaluate(f"window.getToken = {dialog}.getToken; {dialog}.getToken = async () => 'mr_over'")

    async def over(route: Route) -> None:
        await route.fulfill(status=401, json={"code": "unauthenticated", "title": "", "errors": []})

    await page.route("**/mass-replies/preview", over)
    await page.get_by_role("textbox", name="Message").press("End")
    await page.keyboard.type("!")
    await expect(page.get_by_role("alert")).to_have_text("Your session is over. Your text is kept.")
    await page.unroute("**/mass-replies/preview")
    await page.evaluate(f"{dialog}.getToken = window.getToken")
    await page.get_by_role("button", name="Sign in again").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("we are back.!")


async def test_the_keyboard_alone_is_enough_and_never_sends_by_itself(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await page.keyboard.type("Hello, we are back.")
    await heading(page, "12 of 14 conversations will get this message")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Throw the text away?")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+Enter")
    await heading(page, "12 conversations will get this message")
    await expect(page.get_by_role("status").last).to_have_text("12 conversations will get this message")
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Enter")
    await tab_to(page, "Send to 12 conversations")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Sends in")).to_be_visible()
    await tab_to(page, "Undo")
    await page.keyboard.press("Enter")
    await heading(page, "Undone. Nothing was sent.")
    await expect(page.get_by_role("status").last).to_have_text("Undone. Nothing was sent.")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus; once around is enough."""
    button = page.get_by_role("button", name=name)
    await expect(button).to_be_enabled()
    for _ in range(30):
        if await button.evaluate("(element) => element.getRootNode().activeElement === element"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name!r}.")


@pytest.mark.parametrize(
    ("written", "shown", "until"),
    [
        ("de_AT.UTF-8", "12 von 14 Unterhaltungen bekommen diese Nachricht", r"bis \d\d:\d\d"),
        ("fa-IR", "12 of 14 conversations will get this message", r"until \d\d:\d\d [AP]M"),
        ("C", "12 of 14 conversations will get this message", r"until \d\d:\d\d [AP]M"),
    ],
)
async def test_a_page_may_write_its_language_in_any_way_and_times_read_as_the_sentences_do(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey, written: str, shown: str, until: str
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT), lang=written)
    await heading(page, shown)
    await page.locator("#text").fill("We are back.")
    await page.locator("[part=actions] button.main").click()
    await expect(page.get_by_text(re.compile(until))).to_be_visible()


async def test_what_the_service_could_not_do_can_be_tried_again(
    conversations: None, open_dialog: OpenDialog, make_key: MakeKey, page: Page
) -> None:
    await page.route("**/preview", lambda route: route.fulfill(status=500, json={"code": "internal", "detail": "x"}))
    await open_dialog(await make_key(Role.AGENT, agent=AGENT))
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.unroute_all()
    await page.get_by_role("button", name="Try again").click()
    await heading(page, "12 of 14 conversations will get this message")
