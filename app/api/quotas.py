"""How often one caller may ask, and what is left of it, said in every answer to them.

The headers are those of draft-ietf-httpapi-ratelimit-headers-11: `RateLimit-Policy` has the quota `q` of a window of
`w` seconds, `RateLimit` the requests `r` that are left and the seconds `t` until there are more.
"""

import math
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.rate_limit import RateLimit
from app.domain.errors import RateLimited
from app.domain.permissions import Caller

WINDOW_SECONDS: Final = 60
_STATE: Final = "quota_headers"


class Quotas:
    """What one process lets each key or person ask; made with the application."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute` is 0 where nobody counts."""
        self._per_minute = per_minute
        self._limit = RateLimit(burst=per_minute, interval=WINDOW_SECONDS / per_minute) if per_minute else None

    def count(self, request: Request, caller: Caller) -> None:
        """Count a request. Raises RateLimited."""
        if self._limit is None:
            return
        try:
            left = self._limit.take((caller.tenant_id, caller.identity))
        except RateLimited as refused:
            self._say(request, 0, refused.wait.total_seconds())
            raise
        self._say(request, left, WINDOW_SECONDS / self._per_minute)

    def _say(self, request: Request, left: int, seconds: float) -> None:
        request.scope["state"][_STATE] = {
            "RateLimit-Policy": f'"default";q={self._per_minute};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={left};t={math.ceil(seconds)}',
        }


def current_quotas(request: Request) -> Quotas:
    quotas = request.app.state.quotas
    assert isinstance(quotas, Quotas)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return quotas


QuotasDep = Annotated[Quotas, Depends(current_quotas)]


class QuotaHeaders:
    """Adds to an answer, also to one that is an error or a stream, what was noted while the caller was counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(state.get(_STATE, {}))
            await send(message)

        await self._app(scope, receive, send_told)
