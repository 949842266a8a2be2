"""The API's own page, in a browser that reaches nothing but this service."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page

from tests.visitors import serving_http

LONGEST_WAIT = 60_000
"""Milliseconds."""


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    page = await chromium.new_page()
    yield page
    await page.close()


async def test_the_page_shows_the_operations_and_asks_nobody_else(page: Page, app: FastAPI) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    async with serving_http(app) as url:
        await page.goto(f"{url}/docs")
        await page.locator("#operations-mass_replies-create_mass_reply").click(timeout=LONGEST_WAIT)
        await page.get_by_text("Idempotency-Key").first.wait_for(timeout=LONGEST_WAIT)
        foreign = [address for address in asked if not address.startswith((url, "data:", "blob:"))]
    assert foreign == []
    assert [line for line in said if line.startswith(("error", "warning"))] == []


async def test_the_page_allows_no_script_but_its_own(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/docs")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
