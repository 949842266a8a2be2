from collections.abc import AsyncIterator

import httpx
import pytest

from app.channels.http import open_http


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    client = open_http(allow_private_urls=True)
    yield client
    await client.aclose()
