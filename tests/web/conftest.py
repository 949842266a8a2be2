"""The pages in a real browser, on a service with a worker and the provider sandbox."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Error, Page, expect

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.cable import Cable
from tests.e2e.conftest import anonymous, app, client, finished, make_key, sandbox, stage, worker
from tests.scene import add_account, add_conversation, add_conversations, postmark, twilio
from tests.visitors import serving_http

__all__ = ["anonymous", "app", "client", "finished", "make_key", "sandbox", "stage", "worker"]

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 15_000
"""Milliseconds."""

OPEN = """
    async ({key, selection, id, lang}) => {
      document.documentElement.lang = lang;
      document.title = "Helpdesk";
      document.body.replaceChildren();
      await import("/assets/mass-reply-dialog.js");
      document.querySelector("mass-reply-dialog")?.remove();
      const dialog = document.createElement("mass-reply-dialog");
      Object.assign(dialog, {selection, massReply: id, getToken: async () => key});
      window.told = [];
      for (const name of ["created", "confirmed", "sent", "finished", "closed"])
        dialog.addEventListener(name, (event) => told.push(name));
      document.body.append(dialog);
      await dialog.show();
    }
"""
INCIDENT = {"filter": {"tags": {"any": ["incident"]}}}

OpenDialog = Callable[..., Awaitable[Page]]


@pytest.fixture
async def cable(app: FastAPI) -> AsyncIterator[Cable]:
    """The browser's way to the service."""
    async with serving_http(app) as api, Cable(int(api.rpartition(":")[2])).laid() as cable:
        yield cable


@pytest.fixture
def url(cable: Cable) -> str:
    return cable.url


@pytest.fixture(scope="session")
async def tab(chromium: Browser) -> Page:
    """The one tab of a run: each process for a tab costs more than most tests.

    Tests share nothing in it: each has a service of its own at a port of its own, which is another origin.
    """
    expect.set_options(timeout=PATIENCE)
    return await chromium.new_page()


@pytest.fixture
async def page(tab: Page) -> AsyncIterator[Page]:
    """The tab as it is when it is new. It fails the test when anything in it throws."""
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(str(error))

    tab.set_default_timeout(PATIENCE)
    await tab.set_viewport_size({"width": 1280, "height": 860})
    await tab.emulate_media(color_scheme="light")
    tab.on("pageerror", note)
    yield tab
    await tab.unroute_all(behavior="ignoreErrors")
    await tab.goto("about:blank")
    tab.remove_listener("pageerror", note)
    assert errors == []


@pytest.fixture
def open_dialog(page: Page, url: str) -> OpenDialog:
    async def opened(key: str, *, selection: object = INCIDENT, id_: str | None = None, lang: str = "en") -> Page:
        await page.goto(f"{url}/health/live")
        await page.evaluate(OPEN, {"key": key, "selection": selection, "id": id_, "lang": lang})
        return page

    return opened


@pytest.fixture
async def conversations(runtime: Runtime, tenant: UUID, sandbox: Sandbox, worker: WorkerProcess) -> None:
    """Twelve who get it, of whom one is refused and of one the answer is lost, and two voice calls."""
    email = await add_account(runtime, tenant, postmark(sandbox.url))
    sms = await add_account(runtime, tenant, twilio(sandbox.url))
    await add_conversations(runtime, tenant, Channel.EMAIL, 6, account=email)
    await add_conversations(runtime, tenant, Channel.SMS, 4, account=sms)
    await add_conversations(runtime, tenant, Channel.VOICE, 2)
    await add_conversation(runtime, tenant, Channel.EMAIL, "invalid@example.com", account_id=email)
    await add_conversation(runtime, tenant, Channel.EMAIL, "drop-after@example.com", account_id=email)


async def title(page: Page, text: str) -> None:
    """The dialog's, on a page that has headings of its own."""
    await expect(page.locator("mass-reply-dialog #title")).to_have_text(text)


async def violations(page: Page) -> list[str]:
    """What axe finds wrong, each rule with the first element that breaks it.

    Where `npm ci` has never been run in `web/` there is no axe, and nothing is found; `.ci/run` runs it where Node is.
    """
    if not AXE.exists():
        assert os.environ.get("CI") != "true" or shutil.which("npm") is None, "`make web` was not run."
        return []
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {json.dumps(one['nodes'][0]['html'])[:200]}" for one in found["violations"]]
