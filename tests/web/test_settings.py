"""What an administrator edits in the console: keys, webhooks and rules."""

import json
from typing import Any

import httpx
from playwright.async_api import Page, expect

from app.domain.permissions import Role
from tests.api.conftest import MakeKey
from tests.web.conftest import violations
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT

RULE: dict[str, Any] = {
    "name": "Take an announcement off the list",
    "enabled": True,
    "trigger": {"type": "message.sent"},
    "conditions": {"tags": {"any": ["incident"]}},
    "actions": [{"type": "set_status", "status": "snoozed"}, {"type": "add_tag", "tag": "told"}],
}
ADDRESS = "https://hooks.example.com/mass-reply"


async def test_keys_webhooks_and_rules_are_made_changed_and_taken_away(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    await sign_in(page, url, await make_key(Role.ADMIN, agent=AGENT), "#/settings")
    keys = page.get_by_role("region", name="API keys")
    await keys.get_by_text("New key").click()
    await keys.get_by_label("Name", exact=True).fill("night shift")
    await keys.get_by_label("Agent’s id").fill("agent-9")
    await keys.get_by_label("Agent’s name").fill("Kim")
    await keys.get_by_role("button", name="Create").click()
    await expect(keys.get_by_role("status")).to_contain_text("This is shown once.")
    key = await keys.get_by_label("Secret").input_value()
    me = (await anonymous.get("/me", headers={"Authorization": f"Bearer {key}"})).json()
    assert (me["roles"], me["user"]["name"]) == (["agent"], "Kim")
    await keys.get_by_role("button", name="Revoke: night shift").click()
    await keys.get_by_role("button", name="Really: Revoke").click()
    await expect(keys.get_by_role("row", name="night shift")).to_contain_text("revoked")
    assert (await anonymous.get("/me", headers={"Authorization": f"Bearer {key}"})).status_code == 401

    hooks = page.get_by_role("region", name="Webhooks")
    await hooks.get_by_text("New webhook").click()
    await hooks.get_by_label("Short name").fill("desk")
    await hooks.get_by_label("Address").fill(ADDRESS)
    await hooks.get_by_role("button", name="Save").click()
    secret = await hooks.get_by_label("Secret", exact=True).input_value()
    assert secret.startswith("whsec_")
    await hooks.get_by_role("button", name="New secret: desk").click()
    await expect(hooks.get_by_label("Secret", exact=True)).not_to_have_value(secret)
    await hooks.get_by_role("button", name="Turn off: desk").click()
    await expect(hooks.get_by_role("row")).to_contain_text("○ off")
    assert (await client.get("/webhook-endpoints/desk")).json()["enabled"] is False

    rules = page.get_by_role("region", name="Rules")
    await rules.get_by_role("button", name="New rule").click()
    await rules.get_by_role("button", name="Save").click()
    await expect(rules.get_by_label("Short name")).to_be_focused()
    await expect(rules.get_by_role("alert")).to_have_count(0)
    await rules.get_by_label("Short name").fill("snooze")
    await rules.get_by_label("Name", exact=True).fill("Take an announcement off the list")
    await rules.get_by_label("Value").fill("tag_any:incident")
    await page.keyboard.press("Enter")
    await rules.get_by_role("button", name="Another action").click()
    await rules.get_by_role("textbox", name="add the tag").fill("told")
    assert await violations(page) == []
    await rules.get_by_role("button", name="Write it as JSON").click()
    text = rules.get_by_label("The rule, as JSON")
    written = await text.input_value()
    assert json.loads(written) == RULE
    await text.fill("{")
    await rules.get_by_role("button", name="Save").click()
    await expect(rules.get_by_role("alert")).to_have_text("This is not valid JSON.")
    await text.fill(written.replace("snoozed", "asleep"))
    await rules.get_by_role("button", name="Save").click()
    await expect(rules.get_by_role("alert")).to_contain_text("/actions/0")
    await text.fill(json.dumps({**RULE, "conditions": {"any_of": [RULE["conditions"]]}}))
    await rules.get_by_role("button", name="Write it in fields").click()
    await expect(rules.get_by_role("alert")).to_contain_text("The fields have no room for all of this rule")
    await text.fill(written)
    await rules.get_by_role("button", name="Write it in fields").click()
    await expect(rules.get_by_role("textbox", name="add the tag")).to_have_value("told")
    await rules.get_by_role("button", name="Save").click()
    await expect(rules.get_by_role("row")).to_contain_text("a reply was sent → set the status, add the tag")
    await rules.get_by_role("button", name="Edit: Take an announcement").click()
    await expect(rules.get_by_text("Tags, any of incident")).to_be_visible()
    await rules.get_by_role("button", name="Cancel").click()
    await rules.get_by_role("button", name="Turn off: Take an announcement").click()
    await expect(rules.get_by_role("row")).to_contain_text("○ off")
    assert await violations(page) == []
    await rules.get_by_role("button", name="Delete: Take an announcement").click()
    await rules.get_by_role("button", name="Really: Delete").click()
    await expect(rules.get_by_text("Nothing here.")).to_be_visible()
    assert (await client.get("/automation-rules/snooze")).status_code == 404
