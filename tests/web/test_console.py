"""The console: sign in, filter, all that match, write, and look at what became of it."""

import json

import httpx
import pytest
from playwright.async_api import Page, expect

from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.web.conftest import violations
from tests.web.test_dialog import AGENT, TEXT, heading, write

HOSTILE = (
    "<b>Bold</b><script>parent.document.title='x'</script><img src=x onerror=\"parent.document.title='x'\">"
    "<a href=\"javascript:parent.document.title='x'\">l</a><svg onload=\"parent.document.title='x'\"></svg>"
    '<form action="https://evil.example"><input name=a></form><iframe srcdoc="<script>1</script>"></iframe>'
)
IMPORTED = (
    '{"external_id": "c-1", "channel": "email", "team": "billing", "tags": ["vip"], "custom_fields": {"plan": "pro"},'
    ' "contact": {"external_id": "p-1", "email": "pro@example.com"}}'
)


@pytest.fixture
async def narrow(page: Page) -> Page:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.emulate_media(color_scheme="dark")
    return page


async def sign_in(page: Page, url: str, key: str, place: str = "") -> list[str]:
    """What the browser complains about from here on, breaches of the page's policy among it."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{url}/console{place}")
    await expect(page.get_by_label("Key or token")).to_be_focused()  # or the browser complains that it was too late
    await page.get_by_label("Key or token").fill(key)
    await page.keyboard.press("Enter")
    return said


async def test_all_that_match_a_filter_are_written_to_and_the_result_has_an_address(
    conversations: None, page: Page, url: str, make_key: MakeKey
) -> None:
    said = await sign_in(page, url, await make_key(Role.ADMIN), "#/conversations?tag=incident")
    await expect(page.get_by_text("14 conversations")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("checkbox").nth(3).check()
    await page.get_by_role("button", name="All 14 matching").click()
    await expect(page.get_by_text("14 selected")).to_be_visible()
    await page.get_by_role("button", name="Mass reply", exact=True).click()

    await heading(page, "12 of 14 conversations will get this message")
    await write(page)
    await page.get_by_role("button", name="Review").click()
    await page.get_by_role("button", name="Send to 12 conversations").click()
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")
    await page.get_by_role("button", name="Close").last.click()

    await expect(page.get_by_text("Dispatched to 12 conversations.")).to_be_visible()
    await page.get_by_role("link", name="See what becomes of it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Finished")
    await expect(page.get_by_label("Numbers").get_by_role("row").last).to_have_text("selected14")
    assert await violations(page) == []
    assert "incident" not in page.url
    for name in ("Mass replies", "Accounts", "Settings"):
        await page.get_by_role("navigation").get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert await violations(page) == []
    assert said == []


async def test_a_hostile_message_is_shown_and_can_do_nothing(
    conversations: None, client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": TEXT, "html": HOSTILE}}
    made = (await client.post("/mass-replies", json=body)).json()
    await sign_in(page, url, await make_key(Role.ADMIN), f"#/mass-replies?id={made['id']}")
    shown = page.frame_locator("iframe[title^='As HTML']").locator("body")
    await expect(shown.locator("b")).to_have_text("Bold")
    assert await shown.locator("script, form, iframe, [onerror], [onload], a[href^=javascript]").count() == 0
    assert await page.title() == "Mass replies · mass-reply"


async def test_a_customer_without_a_whole_name_is_called_by_what_is_known(
    client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    lines = (
        IMPORTED + '\n{"external_id": "c-2", "channel": "sms", "contact": {"external_id": "p-2", "first_name": "Ben"}}'
    )
    await client.post("/conversations/import", content=lines, headers={"Content-Type": "application/x-ndjson"})
    await sign_in(page, url, await make_key(Role.VIEWER))
    for known in ("pro@example.com", "Ben"):
        await expect(page.get_by_role("link", name=known, exact=True)).to_be_visible()


async def test_filters_are_typed_as_chips_and_kept_in_the_address(
    conversations: None, client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    await client.post("/conversations/import", content=IMPORTED, headers={"Content-Type": "application/x-ndjson"})
    key = await make_key(Role.VIEWER)
    await sign_in(page, url, key)
    await expect(page.get_by_text("15 conversations")).to_be_visible()
    value = page.get_by_label("Value")
    for typed, left in (
        ("tag_any:incident, vip", 15),
        ("channel:sms,email", 13),
        ("created_from:2020-01-31", 13),
        ('json:{"any_of": [{"team": ["billing"]}, {"channel": ["sms"]}]}', 5),
        ("field:plan=pro", 1),
    ):
        await value.fill(typed)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text(f"{left} conversation")).to_be_visible()
    await expect(page.get_by_role("list", name="Filters").get_by_role("listitem")).to_have_count(6)
    assert "field.plan=pro" in page.url

    await page.reload()
    await page.get_by_label("Key or token").fill(key)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 conversation", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Remove plan pro").click()
    await expect(page.get_by_text("5 conversations")).to_be_visible()
    await page.get_by_role("combobox", name="Filter by").select_option("Channel")
    await page.get_by_role("combobox", name="Value").select_option("Voice")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_text("Channel SMS or E-mail or Voice")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Clear filters").click()
    await expect(page.get_by_text("15 conversations")).to_be_visible()


async def test_it_works_from_360_pixels_in_the_dark_and_in_german(
    conversations: None, narrow: Page, url: str, make_key: MakeKey
) -> None:
    await sign_in(narrow, url, await make_key(Role.AGENT))
    await narrow.get_by_role("button", name="Deutsch").click()
    await expect(narrow.get_by_text("14 Unterhaltungen")).to_be_visible()
    assert await violations(narrow) == []
    assert await narrow.evaluate("document.documentElement.scrollWidth") <= 360
    await narrow.get_by_role("checkbox", name="Diese Seite anhaken").check()
    await narrow.get_by_role("button", name="Sammelantwort", exact=True).click()
    await heading(narrow, "12 von 14 Unterhaltungen bekommen diese Nachricht")
    assert await violations(narrow) == []
    await narrow.get_by_role("textbox", name="Nachricht").fill("{{ contact.shoe_size }}")
    await expect(narrow.locator("#faults")).to_contain_text("Der Text nennt einen Wert, den es nicht gibt.")


async def test_who_may_only_look_has_no_button_and_a_wrong_key_is_told_so(
    conversations: None, page: Page, url: str, make_key: MakeKey
) -> None:
    await sign_in(page, url, "mr_ключ")  # no header can carry it
    await expect(page.get_by_role("alert")).to_have_text("This key or token is not accepted.")
    await page.get_by_label("Key or token").fill(await make_key(Role.VIEWER))
    await page.keyboard.press("Enter")
    await page.get_by_role("checkbox", name="Tick this page").check()
    await expect(page.get_by_text("14 selected")).to_be_visible()
    assert await page.get_by_role("button", name="Mass reply", exact=True).count() == 0


ODD = {
    "external_id": "odd",
    "channel": "sms",
    "tags": ["odd"],
    "contact": {"external_id": "p-odd", "name": " \u200b ", "phone": "+12025550142"},
    "last_customer_message": {"text": "x" * 900, "provider_message_id": "m-odd"},
}
TURNED = {
    **ODD,
    "external_id": "turned",
    "contact": {"external_id": "p-turned", "name": "Ann \u202egnorw", "phone": "+12025550143"},
}


async def test_odd_names_and_long_words_leave_every_column_in_sight_and_every_row_a_name(
    client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    lines = "\n".join(map(json.dumps, (ODD, TURNED)))
    await client.post("/conversations/import", content=lines, headers={"Content-Type": "application/x-ndjson"})
    await sign_in(page, url, await make_key(Role.ADMIN), "#/conversations?tag=odd")
    await page.get_by_role("link", name="+12025550142").click()
    await expect(page.get_by_role("heading", level=2)).to_have_text("+12025550142")
    for width in (1280, 1024, 768, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.locator(".wide").evaluate("(one) => one.scrollWidth <= one.clientWidth"), width
        assert await page.locator("td.tight").evaluate_all("(all) => all.every((one) => one.clientHeight < 60)"), width
    await page.go_back()
    turned = page.get_by_role("link", name="gnorw")
    assert await turned.locator("bdi").count() == 1, "it would turn what follows it"


async def test_an_address_with_a_day_that_does_not_exist_is_refused_in_words(
    client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    await sign_in(page, url, await make_key(Role.ADMIN), "#/conversations?written_from=yesterday")
    await expect(page.get_by_role("alert")).to_contain_text("/filter/last_customer_message_at/from")
    await page.goto(f"{url}/console#/conversations?created_to=2026-02-30")
    await expect(page.get_by_role("alert")).to_contain_text("/filter/created_at/to")


async def test_back_closes_the_dialog_and_keeps_its_draft(
    conversations: None, page: Page, url: str, make_key: MakeKey
) -> None:
    await sign_in(page, url, await make_key(Role.AGENT, agent=AGENT), "#/mass-replies")
    await page.goto(f"{url}/console#/conversations?tag=incident")
    await open_for_this_page(page)
    await page.get_by_role("textbox", name="Message").fill("We are back.")
    await page.go_back()
    await expect(page.get_by_role("textbox", name="Message")).to_be_hidden()
    await page.go_forward()
    await open_for_this_page(page)
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("We are back.")


async def open_for_this_page(page: Page) -> None:
    await page.get_by_role("checkbox", name="Tick this page").check()
    await page.get_by_role("button", name="Mass reply", exact=True).click()
