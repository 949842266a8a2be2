"""Limits on request bodies: their size at each address, the bytes held in memory at once, and the time to arrive.

FastAPI's own `max_body_size` responds in plain text, and we promise problem details.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import BodyTooLarge, BodyTooSlow, EncodingNotTaken, RefusedBody, problem_response
from app.domain.errors import Overloaded
from app.domain.json_values import MOST_VALUES, values_in

HELD_BYTES: Final = 160_000_000
"""The most bytes of bodies that one process holds in memory at once."""
HELD_BYTES_EACH: Final = 60_000_000
"""The share of one tenant or, if none is known, one client address. The largest body fits."""
PATIENCE: Final = 20.0
"""Seconds to wait for a body, in addition to the time that its bytes take at the slowest pace."""
SLOWEST: Final = 10_000
"""Bytes a second."""
_OWNER: Final = "body_owner"


class BodyLimit:
    """Refuses bodies that are compressed, too large (declared or not), too slow, or too many at once.

    Some path prefixes have a limit of their own or, if they are streamed, none. All other paths take JSON, and its
    values are counted too.
    """

    def __init__(
        self, app: ASGIApp, limit: int, own_limits: Mapping[str, int | None], streamed: frozenset[str]
    ) -> None:
        """`streamed` are the paths whose bodies are never held in memory as a whole."""
        self._app = app
        self._limit = limit
        self._own_limits = own_limits
        self._streamed = streamed
        self._held: Counter[Hashable] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if Headers(scope=scope).get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            await problem_response(EncodingNotTaken())(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        most_values = None if any(map(scope["path"].startswith, self._own_limits)) else MOST_VALUES
        if limit is not None and declared_length(scope) > limit:
            await problem_response(too_large(limit))(scope, receive, send)
            return
        held = None if scope["path"] in self._streamed else self._held
        body = _Body(scope, receive, limit, most_values, held)
        try:
            await self._app(scope, body.receive, send)
        finally:
            body.release()

    def _limit_of(self, path: str) -> int | None:
        own = (limit for beginning, limit in self._own_limits.items() if path.startswith(beginning))
        return next(own, self._limit)


class _Body:
    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        limit: int | None,
        most_values: int | None,
        held: Counter[Hashable] | None,
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._limit = limit
        self._most_values = most_values
        self._values = 0
        self._held = held
        self._owner: Hashable = None
        self._received = self._holding = 0
        self._waited = 0.0
        self._is_whole = False

    async def receive(self) -> Message:
        message = await (self._receive() if self._is_whole else self._next())
        if message["type"] == "http.request":
            self._is_whole = not message.get("more_body", False)
            body = message.get("body", b"")
            self._count(len(body))
            self._count_values(body)
        return message

    async def _next(self) -> Message:
        """Return the next part, or refuse a body that is too slow. The time between two calls does not count."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE + self._received / SLOWEST - self._waited):
                return await self._receive()
        except TimeoutError:
            raise RefusedBody(BodyTooSlow()) from None
        finally:
            self._waited += time.monotonic() - began

    def _count(self, size: int) -> None:
        self._received += size
        if self._limit is not None and self._received > self._limit:
            raise RefusedBody(too_large(self._limit))
        if self._held is None or size == 0:
            return
        if self._owner is None:
            self._owner = self._scope.get("state", {}).get(_OWNER) or (self._scope.get("client") or ("nobody",))[0]
        if self._held.total() + size > HELD_BYTES or self._held[self._owner] + size > HELD_BYTES_EACH:
            raise RefusedBody(Overloaded("Too many large bodies are being read at once.", limit="bodies"))
        self._held[self._owner] += size
        self._holding += size

    def _count_values(self, part: bytes) -> None:
        if self._most_values is None:
            return
        self._values += values_in(part)
        if self._values > self._most_values:
            raise RefusedBody(BodyTooLarge(f"The body holds more than {self._most_values:,} values."))

    def release(self) -> None:
        if self._held is not None and self._holding:
            self._held[self._owner] -= self._holding
            if self._held[self._owner] <= 0:
                del self._held[self._owner]


def belongs_to(request: Request, owner: Hashable) -> None:
    """Count the body that is read next against this owner's share."""
    request.scope.setdefault("state", {})[_OWNER] = owner


def too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than the {limit:,} bytes that this address accepts.")


def declared_length(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else 0


async def read_body(request: Request, limit: int) -> bytes:
    """Read a body that has a smaller limit than its path. Raise BodyTooLarge."""
    if declared_length(request.scope) > limit:
        raise too_large(limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
    return b"".join(parts)
