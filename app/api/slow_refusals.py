"""Delay refusals when there are many, so that clients that retry at once, again and again, cost little."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.rate_limit import RateLimit
from app.domain.errors import RateLimited

AT_ONCE: Final = 500
A_SECOND: Final = 50
"""Refusals that one process sends without delay. All callers share them, since a refused caller is often unknown."""
DELAY: Final = 1.0
"""Seconds by which the others are delayed."""
REFUSED: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


class SlowRefusals:
    """Delays refusals while there are many."""

    def __init__(self, app: ASGIApp, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._app = app
        self._sleep = sleep
        self._limit = RateLimit(burst=AT_ONCE, interval=1 / A_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in REFUSED and self._are_many():
                await self._sleep(DELAY)
            await send(message)

        await self._app(scope, receive, send_late)

    def _are_many(self) -> bool:
        try:
            self._limit.take("refusals")
        except RateLimited:
            return True
        return False
