"""One Chromium for all tests of a process: to start one costs more than most tests."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

PROGRAMS = ("chromium", "chromium-headless-shell")
"""Debian's packages of these names bring programs of these names."""


@pytest.fixture(scope="session")
def browser_path() -> str:
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("There is no Chromium here: .ci/run has to install Debian's package chromium-headless-shell.")
    return found or pytest.skip("There is no Chromium here: `apt-get install chromium-headless-shell` brings one.")


@pytest.fixture(scope="session")
async def chromium(browser_path: str) -> AsyncIterator[Browser]:
    """A test takes a page or a context of its own from it, and closes it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path)
        yield browser
        await browser.close()
