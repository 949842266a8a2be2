"""Each caller's request quota, and the headers that show in every response how much of it is left.

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
    """The requests that one process allows each key or person."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute` is 0 if requests are not counted."""
        self._per_minute = per_minute
        self._limit = RateLimit(burst=per_minute, interval=WINDOW_SECONDS / per_minute) if per_minute else None

    def count(self, request: Request, caller: Caller) -> None:
        """Count a request. Raise RateLimited if the quota is used up."""
        if self._limit is None:
            return
        try:
            left = self._limit.take((caller.tenant_id, caller.identity))
        except RateLimited as refused:
            self._set_headers(request, 0, refused.wait.total_seconds())
            raise
        self._set_headers(request, left, WINDOW_SECONDS / self._per_minute)

    def _set_headers(self, request: Request, left: int, seconds: float) -> None:
        request.scope["state"][_STATE] = {
            "RateLimit-Policy": f'"default";q={self._per_minute};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={left};t={math.ceil(seconds)}',
        }


async def current_quotas(request: Request) -> Quotas:
    quotas = request.app.state.quotas
    assert isinstance(quotas, Quotas)  # noqa: S101 - narrows for mypy: the lifespan sets it before any request
    return quotas


QuotasDep = Annotated[Quotas, Depends(current_quotas)]


class QuotaHeaders:
    """Adds the quota's headers to every response, errors and streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(state.get(_STATE, {}))
            await send(message)

        await self._app(scope, receive, send_with_headers)
