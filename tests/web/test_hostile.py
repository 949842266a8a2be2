"""Texts that others wrote, and that want to be scripts: they are shown as they are, and nothing runs."""

from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from playwright.async_api import FilePayload, Page, expect

from app.dev.sandbox.server import Sandbox
from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.scene import add_account, add_conversation, postmark
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT

CORPUS = (
    "<script>top.ran=1</script>",
    '"><img src=x onerror="top.ran=1">',
    "'><svg/onload=top.ran=1>",
    "</textarea></title></style><script>top.ran=1</script>",
    '<iframe srcdoc="<script>top.ran=1</script>"></iframe>',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=top.ran=1>",
    '<a href="javascript:top.ran=1">click</a>',
    "<details open ontoggle=top.ran=1><summary>x",
    "<form action=javascript:top.ran=1><input autofocus onfocus=top.ran=1>",
    '<meta http-equiv=refresh content="0;url=javascript:top.ran=1"><base href=https://evil.example>',
    "${top.ran=1}{{constructor.constructor('top.ran=1')()}}<template shadowrootmode=open><img src onerror=top.ran=1>",
)
RAN = "window.ran === undefined && ![...document.querySelectorAll('iframe')].some((one) => one.contentWindow?.ran)"
FAILED = """
    UPDATE deliveries SET status = 'failed', reason_code = 'provider_rejected', reason_detail = :detail
"""


@pytest.fixture
async def hostile(runtime: Runtime, tenant: UUID, sandbox: Sandbox, client: httpx.AsyncClient) -> str:
    """A customer for each text, who has it everywhere; and a mass reply that has failed with it."""
    account = await add_account(runtime, tenant, postmark(sandbox.url))
    for n, text in enumerate(CORPUS):
        await add_conversation(
            runtime,
            tenant,
            Channel.EMAIL,
            f"customer-{n}@example.com",
            account_id=account,
            human_id=text[:50],
            subject=text,
            contact={"name": text, "first_name": text, "custom_fields": {"plan": text}},
            custom_fields={text: text},
            team=text,
            tags=("incident", text),
        )
    everything = "".join(CORPUS).replace("{{", "{ {")
    await client.put("/snippets/evil", json={"text": everything})
    await client.put("/webhook-endpoints/evil", json={"url": "https://hooks.example.com/" + "%3Cscript%3E"})
    rule = {
        "name": CORPUS[1],
        "trigger": {"type": "message.sent"},
        "actions": [{"type": "add_note", "text": CORPUS[0]}],
    }
    await client.put("/automation-rules/evil", json=rule)
    body = {
        "selection": {"filter": {"tags": {"any": ["incident"]}}},
        "message": {"text": everything, "html": everything},
    }
    batch = (await client.post("/mass-replies", json=body)).json()
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(FAILED), detail=everything)
        await tx.execute(sa.text("UPDATE lanes SET failed = queued, queued = 0"))
        await tx.execute(
            sa.text("UPDATE mass_replies SET status = 'completed', confirmed_at = now(), finished_at = now()")
        )
        await tx.execute(sa.text("UPDATE channel_accounts SET pause_reason = :text"), text=everything)
    return str(batch["id"])


async def test_nothing_that_others_wrote_runs_in_the_console_or_the_dialog(
    hostile: str, page: Page, url: str, make_key: MakeKey
) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    key = await make_key(Role.ADMIN, agent=AGENT, name=CORPUS[1])
    said = await sign_in(page, url, key, "#/conversations?tag=incident")
    await expect(page.get_by_role("row")).to_have_count(1 + len(CORPUS))
    for text in CORPUS:
        assert await page.get_by_role("link", name=text, exact=True).count() == 1, "shown as it is"
    await page.get_by_role("link", name=CORPUS[0], exact=True).click()
    await expect(page.get_by_role("complementary").get_by_role("heading")).to_have_text(CORPUS[0])

    await page.get_by_role("checkbox", name="Tick this page").check()
    await page.get_by_role("button", name="Mass reply", exact=True).click()
    await page.get_by_role("textbox", name="Message").fill(
        "Hi {{ contact.name }} {{ contact.custom_fields.plan }} /evil"
    )
    await expect(page.get_by_role("tabpanel")).to_contain_text("top.ran=1")
    evil: FilePayload = {"name": f"{CORPUS[1]}.txt", "mimeType": "text/plain", "buffer": b"text"}
    await page.locator("input[type=file]").set_input_files(evil)
    await expect(page.get_by_text("E-mail: goes with the file")).to_be_visible()
    await page.get_by_role("button", name="Review").click()
    await expect(page.get_by_role("button", name=f"Send to {len(CORPUS)}")).to_be_enabled()
    await page.get_by_role("button", name="Back").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Throw away").click()

    assert said == [], "the policy had nothing to stop"

    await page.goto(f"{url}/console#/mass-replies?id={hostile}")
    await page.get_by_text(f"{len(CORPUS)} failed.", exact=True).click()
    await expect(page.get_by_role("region", name="the provider refused it")).to_contain_text(
        "<script>top.ran=1</script>"
    )
    shown = page.frame_locator("iframe").locator("body")
    await expect(shown).to_contain_text("click")
    assert await shown.locator("script, form, iframe, base, [onerror], [onload], [ontoggle]").count() == 0
    for place in ("mass-replies", "accounts", "settings"):
        await page.goto(f"{url}/console#/{place}")
        await expect(page.locator("main")).to_contain_text("ran=1")
        assert await page.evaluate(RAN)
    # The sanitiser reads HTML in a document that nobody sees, and the browser reports what the policy stops there.
    assert not [each for each in said if "Trusted" in each or "sandbox" in each]
    assert all(each.startswith((url, "data:", "about:")) for each in requested)
