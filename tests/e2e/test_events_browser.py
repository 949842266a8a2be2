"""The guide's lines for a browser, in one: it hears every result once, though its stream ends in the middle."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page

from app.api.event_streams import Feeds
from app.delivery.sql import lifecycle
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.permissions import Role
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.delivery.stage import make_stage, report
from tests.visitors import serving_http

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "frontend.md"
LONGEST_WAIT = 15_000
"""Milliseconds."""

PAGE = """
    const API = "", told = [], post = async (path) => {
      const headers = {Authorization: "Bearer " + KEY};
      return (await fetch(path, {method: "POST", headers})).json();
    };
    const showProgress = ({status}) => told.push(status), showDelivery = ({id}) => told.push(id);
"""


@pytest.fixture
async def page(app: FastAPI, chromium: Browser, make_key: MakeKey) -> AsyncIterator[Page]:
    """A page of the service's own origin that holds the guide's lines, and what it calls from them."""
    [lines] = re.findall(r"```js\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    key = json.dumps(await make_key(Role.VIEWER))
    async with serving_http(app) as url:
        page = await chromium.new_page()
        await page.goto(f"{url}/health/live")
        await page.add_script_tag(content=f"const KEY = {key};{PAGE}{lines}")
        yield page
        await page.close()


async def test_the_guides_lines_hear_every_result_once(
    page: Page, app: FastAPI, runtime: Runtime, tenant: UUID
) -> None:
    stage = await make_stage(runtime, tenant)
    feeds = app.state.event_feeds
    assert isinstance(feeds, Feeds)
    batch = await stage.batch(4)
    await stage.claim(batch)
    await page.evaluate(f"follow({json.dumps(str(batch.id))})")
    for half in (batch.deliveries[:2], batch.deliveries[2:]):
        await stage.settle(*(report(one, DeliveryEvent.ACCEPT, outcome="accepted") for one in half))
        await page.wait_for_function(f"told.includes({json.dumps(str(half[-1]))})", timeout=LONGEST_WAIT)
        feeds.end()
    async with stage.database.begin(tenant) as tx:
        await lifecycle.finish(tx, batch.id, MassReplyStatus.SENDING, MassReplyStatus.COMPLETED)
    await page.wait_for_function("told.at(-1) === 'completed'", timeout=LONGEST_WAIT)

    told = Counter(await page.evaluate("told"))
    assert {told[str(one)] for one in batch.deliveries} == {1}
