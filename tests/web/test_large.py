"""A hundred thousand recipients: as many elements and requests as for a hundred."""

from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from playwright.async_api import Page, Request, expect

from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.scene import add_account, add_conversations, postmark
from tests.web.conftest import PATIENCE, title
from tests.web.test_console import sign_in
from tests.web.test_dialog import AGENT, write

MANY = 100_000
VOICE = 50
MOST_ELEMENTS = 4_000
COUNT = """
    () => {
      const count = (root) => [...root.querySelectorAll("*")].reduce(
        (sum, one) => sum + 1 + (one.shadowRoot ? count(one.shadowRoot) : 0), 0);
      return count(document);
    }
"""

# What a worker does in a minute, in a second.
_FILL = """
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                            subject, status, reason_code, reason_detail)
    SELECT tenant_id, :batch, id, contact_id, account_id, channel, address, subject,
           CASE channel WHEN 'voice' THEN 'skipped' ELSE 'queued' END,
           CASE channel WHEN 'voice' THEN 'voice_not_supported' END, CASE channel WHEN 'voice' THEN 'A call.' END
    FROM conversations WHERE tenant_id = :tenant ORDER BY id OFFSET :done LIMIT :more
"""
_COUNT_LANES = """
    INSERT INTO lanes (tenant_id, mass_reply_id, channel, account_id, queued, skipped, cancelled)
    SELECT tenant_id, mass_reply_id, channel, account_id, count(*) FILTER (WHERE status = 'queued'),
           count(*) FILTER (WHERE status = 'skipped'), count(*) FILTER (WHERE status = 'cancelled')
    FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :batch GROUP BY 1, 2, 3, 4
    ON CONFLICT (tenant_id, mass_reply_id, channel, account_id)
    DO UPDATE SET queued = excluded.queued, skipped = excluded.skipped, cancelled = excluded.cancelled
"""
_READY = """
    UPDATE mass_replies SET status = 'awaiting_confirmation', recipient_count = :recipients,
           expires_at = now() + interval '30 minutes',
           preflight = '{"by_channel": [], "skipped": [], "warnings": [], "billable": {}, "samples": []}'
    WHERE tenant_id = :tenant AND id = :batch
"""
_STOP = """
    UPDATE deliveries SET status = 'cancelled', reason_code = 'cancelled', reason_detail = 'It was stopped.'
    WHERE tenant_id = :tenant AND mass_reply_id = :batch AND status = 'queued'
"""


class Machines:
    """The part of the worker, by SQL."""

    def __init__(self, runtime: Runtime, tenant: UUID) -> None:
        self.runtime = runtime
        self.values: dict[str, Any] = {"tenant": tenant, "recipients": MANY - VOICE, "done": 0}

    async def run(self, *statements: str, **values: Any) -> None:
        self.values |= values
        async with self.runtime.database.begin(self.values["tenant"]) as tx:
            for statement in statements:
                await tx.execute(sa.text(statement), **self.values)


@pytest.mark.proof
@pytest.mark.timeout(240)
async def test_a_hundred_thousand_take_no_more_elements_or_requests_than_a_hundred(
    runtime: Runtime, tenant: UUID, client: httpx.AsyncClient, page: Page, url: str, make_key: MakeKey
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, MANY - VOICE, account=account)
    await add_conversations(runtime, tenant, Channel.VOICE, VOICE)
    asked: Counter[str] = Counter()

    def note(request: Request) -> None:
        asked[request.url.removeprefix(url).partition("?")[0].rpartition("/")[2]] += 1

    page.on("request", note)
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    try:
        await turn_pages(page, url, await make_key(Role.ADMIN, agent=AGENT))
        assert asked["search"] == 4
        await confirm_and_undo(page, client, Machines(runtime, tenant))
    finally:
        expect.set_options(timeout=PATIENCE)
    assert await page.evaluate(COUNT) < MOST_ELEMENTS
    few = {"deliveries": 4, "reasons": 4, "preview": 3, "search": 4}
    assert {name: asked[name] for name in few if asked[name] > few[name]} == {}


async def turn_pages(page: Page, url: str, key: str) -> None:
    await sign_in(page, url, key, "#/conversations?tag=incident")
    await expect(page.get_by_text("100,000 conversations")).to_be_visible()
    for shown in ("101–200", "201–300", "301–400"):
        await page.get_by_role("button", name="Next ›").click()
        await expect(page.get_by_text(f"{shown} of 100,000")).to_be_visible()
    assert await page.evaluate(COUNT) < MOST_ELEMENTS
    await page.get_by_role("checkbox", name="Tick this page").check()
    await page.get_by_role("button", name="All 100,000 matching").click()
    await page.get_by_role("button", name="Mass reply", exact=True).click()


async def confirm_and_undo(page: Page, client: httpx.AsyncClient, machines: Machines) -> None:
    await title(page, "100,000 conversations are selected")
    await write(page, hold=True)
    await page.get_by_role("button", name="Review").click()
    await title(page, "Preparing 100,000 conversations …")
    [batch] = (await client.get("/mass-replies")).json()["items"]
    await machines.run(_FILL, _COUNT_LANES, batch=batch["id"], more=40_000)
    await title(page, "Preparing: 40,000 of 100,000")
    await machines.run(_FILL, _COUNT_LANES, _READY, done=40_000, more=MANY)
    await title(page, "99,950 conversations will get this message")

    await expect(page.get_by_role("button", name="Send to 99,950 conversations")).to_be_disabled()
    await page.get_by_label("Type 99,950 to confirm the number").fill("99950")
    await page.get_by_role("button", name="Send to 99,950 conversations").click()
    await page.get_by_role("button", name="Undo").click()
    await machines.run(_STOP, _COUNT_LANES)
    await title(page, "Undone. Nothing was sent.")
    await page.get_by_text("99,950 were not sent.", exact=True).click()
    stopped = page.get_by_role("region", name="it was stopped").get_by_role("listitem")
    await expect(stopped).to_have_count(25)
    await page.get_by_label("Find a customer").fill("customer 99949")
    await expect(stopped).to_have_count(1)
