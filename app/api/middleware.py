"""Middleware for every request, as plain ASGI, so that streams are not buffered."""

import re
import time
import uuid
from collections.abc import Mapping, Sequence

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import REFUSAL, Refusal, problem_response
from app.domain.errors import MassReplyError
from app.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


PUBLIC = frozenset({"/docs", "/docs/start.js", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/openapi.json"})
"""Responses that are the same for every caller. Caches may store no others."""


class RequestLog:
    """Gives each request an id, counts it, and logs one line: the route's pattern, never a query or a body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        began = time.monotonic()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update({"X-Request-Id": request_id, **SECURITY_HEADERS})
                if scope["path"] not in PUBLIC:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._note(scope, status, time.monotonic() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], getattr(scope.get("route"), "path", None)
        self._metrics.count_request(method, route, status, seconds)
        refusal = scope.get("state", {}).get(REFUSAL)
        if isinstance(refusal, Refusal):
            self._metrics.count_refusal(refusal.code, refusal.limit)
        log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class Unhandled:
    """Turns an unhandled exception into a problem that reveals nothing about it. The log has the details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except ClientDisconnect:
            log.info("caller_left")
        except Exception:
            if scope["type"] != "http" or started:
                raise
            log.exception("request_failed")
            await problem_response(MassReplyError())(scope, receive, send)


class Cors:
    """Allows the configured pages to call and, for some path prefixes, every page.

    That is safe there: no credential is sent unless the page adds it itself. CORS guards against cookies.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str], open_paths: tuple[str, ...]) -> None:
        self._open_paths = open_paths
        self._open = _cors(app, ["*"])
        self._rest = _cors(app, origins) if origins else app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"].startswith(self._open_paths)
        await (self._open if is_open else self._rest)(scope, receive, send)


def _cors(app: ASGIApp, origins: Sequence[str]) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID"],
        expose_headers=[
            "ETag",
            "Idempotent-Replayed",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
        ],
    )
