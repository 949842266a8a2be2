"""A provider's API played by respx: what an adapter puts on the wire, and what it makes of an answer.

What became of a call that got no answer is not for here: that takes real sockets (`raw_server.py`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import respx

from app.channels.registry import build
from app.domain.outbound import SendResult
from tests.channels.cases import ProviderCase
from tests.channels.raw_server import Request

URL = "https://provider.example.com"


@dataclass(frozen=True)
class Provider:
    http: httpx.AsyncClient
    """A client whose every call ends at this provider."""
    requests: list[Request]


@asynccontextmanager
async def playing(status: int, body: Any = b"", headers: dict[str, str] | None = None) -> AsyncIterator[Provider]:
    """Answer every call to `URL` alike, and no call to another address."""
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    requests: list[Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        requests.append(Request(target, request.method, dict(request.headers), request.content))
        return await router.async_handler(request)

    with respx.MockRouter(assert_all_called=False) as router:
        router.route(url__startswith=URL).respond(status, headers=headers, **content)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            yield Provider(http, requests)


async def outcome(case: ProviderCase, status: int, body: Any, **headers: str) -> SendResult:
    """Send a case's message to a provider that gives this answer."""
    async with playing(status, body, headers) as provider:
        return await build(case.name, case.setup(URL), provider.http).send(case.message)
