"""What can be done about those who did not get it: try again, settle, export, write again."""

from pathlib import Path
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.e2e.conftest import Poll
from tests.scene import add_conversations
from tests.web.conftest import INCIDENT, OpenDialog, violations
from tests.web.test_dialog import AGENT, heading

MENDED = """
    UPDATE deliveries SET address = 'mended@example.com', address_key = 'mended@example.com', retryable = true,
                          reason_code = 'unreachable'
    WHERE status = 'failed'
"""


@pytest.fixture
async def sent(conversations: None, client: httpx.AsyncClient, finished: Poll, runtime: Runtime, tenant: UUID) -> str:
    """A mass reply that is over: ten got it, one failed for now, of one the answer was lost, two were voice calls."""
    body = {"selection": INCIDENT, "message": {"text": "We are back."}}
    batch = (await client.post("/mass-replies", json=body)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": batch["recipient_count"]})
    await finished(batch["id"])
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(MENDED))
    return str(batch["id"])


async def test_what_failed_is_tried_again_and_what_is_not_known_is_settled_exported_and_written_to(
    sent: str, open_dialog: OpenDialog, make_key: MakeKey
) -> None:
    page = await open_dialog(await make_key(Role.AGENT, agent=AGENT), selection=None, id_=sent)
    await heading(page, "Sent to 10. 1 failed. 1 is not known.")
    await page.get_by_text("1 failed.", exact=True).click()
    await expect(page.get_by_role("region", name="the provider could not reach them")).to_contain_text("Ann Lee")
    await page.get_by_role("button", name="Try 1 again").click()
    await heading(page, "Sent to 11. 1 is not known.")

    await page.get_by_label("Results").get_by_text("1 is not known.").click()
    await page.get_by_role("checkbox", name="Ann Lee").check()
    await expect(page.get_by_role("button", name="They were not sent")).to_be_disabled()
    await page.get_by_label("How do you know?").fill("The customer told me.")
    await page.get_by_role("button", name="They were not sent").click()
    await expect(page.get_by_role("alert")).to_contain_text("An attempt may still be under way.")
    assert await violations(page) == []
    await page.get_by_role("button", name="They were sent").click()
    await heading(page, "Sent to 12.")

    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export as CSV").click()
    lines = lines_of(await (await download.value).path())
    assert len(lines) == 1 + 14
    assert sum(",sent," in line for line in lines) == 12
    await page.get_by_role("button", name="Write to those who got it").click()
    await heading(page, "All 12 conversations will get this message")
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()


async def test_people_are_found_by_reason_and_by_name_a_page_at_a_time(
    client: httpx.AsyncClient, open_dialog: OpenDialog, make_key: MakeKey, runtime: Runtime, tenant: UUID
) -> None:
    await add_conversations(runtime, tenant, Channel.EMAIL, 30)
    await add_conversations(runtime, tenant, Channel.VOICE, 2)
    body = {"selection": INCIDENT, "message": {"text": "We are back."}}
    batch = (await client.post("/mass-replies", json=body)).json()
    page = await open_dialog(await make_key(Role.AGENT), selection=None, id_=batch["id"])
    await page.get_by_text("32 will not get it").click()
    await expect(page.get_by_text("there is no account to send from (30)")).to_be_visible()
    people = page.get_by_role("region", name="there is no account").get_by_role("listitem")
    await expect(people).to_have_count(25)
    await page.get_by_role("button", name="Next ›").click()
    await expect(page.get_by_text("26–30 of 30")).to_be_visible()
    await expect(people).to_have_count(5)
    await page.get_by_label("Find a customer").fill("customer 3")
    await expect(people).to_have_count(2)
    await expect(page.get_by_text("voice calls cannot be answered with a text (2)")).to_be_visible()


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
