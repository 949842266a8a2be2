"""The HTTP application."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from pydantic import SecretStr
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api.allowed_methods import AllowedMethods
from app.api.bodies import BodyLimit
from app.api.client_disconnect import CancelOnDisconnect
from app.api.conditional import build
from app.api.description import DESCRIPTION, TAGS
from app.api.event_streams import Feeds
from app.api.metering import Metered
from app.api.middleware import Cors, RequestLog, Unhandled
from app.api.openapi import complete_openapi, operation_id
from app.api.problems import add_problem_handlers
from app.api.quotas import QuotaHeaders, Quotas
from app.api.refusals import Refusals
from app.api.routes import ROUTERS, docs, metrics, pages
from app.api.routes.chat import ChatLimits
from app.api.shutdown import on_shutdown
from app.api.slow_refusals import SlowRefusals
from app.process.garbage import collect_seldom
from app.runtime import open_runtime
from app.settings import Settings, load_settings
from app.store.shares import ORDINARY
from app.telemetry import Telemetry, open_telemetry
from app.telemetry.logs import configure_logging

FORM_BYTES = 10_000
"""The most bytes of a form besides its file."""
BODY_LIMIT = 2_000_000
"""Bytes: several times the size of 10,000 ids and a message as JSON."""

CHAT = "/chat/"
"""Visitors' browsers call these paths from any page that has the chat."""
ASSETS = "/assets/"
"""Other sites' pages load these: the dialog's module."""

OWN_BODY_LIMITS: Mapping[str, int | None] = {
    "/conversations/import": None,  # read line by line
    CHAT: 100_000,
    "/callbacks/": 50_000_000,  # a customer's e-mail arrives whole, its attachments in base64
}
"""By path prefix; None if no limit is needed."""
STREAMED = frozenset({"/conversations/import", "/attachments"})
"""The paths whose bodies are never held in memory as a whole."""


def from_environment() -> FastAPI:
    """Return the application. uvicorn calls this in each of its processes."""
    settings = load_settings()
    configure_logging(settings.log_level)
    app = create_app(settings)
    collect_seldom()
    return app


def describe() -> str:
    """Return `/openapi.json` with default settings, to be stored as a file (`make openapi`)."""
    settings = Settings(database_url="postgresql://nobody@/nothing", secret_key=SecretStr("0" * 32))
    return json.dumps(create_app(settings).openapi(), indent=1, ensure_ascii=False) + "\n"


def create_app(settings: Settings) -> FastAPI:
    """Return the application. It connects when it starts, and releases everything when it stops."""
    telemetry = open_telemetry(tracing=settings.tracing)
    app = FastAPI(
        title="mass-reply",
        summary="One message, sent as a real reply on every selected conversation.",
        description=DESCRIPTION,
        version=version("mass-reply"),
        servers=[{"url": settings.public_url, "description": "This installation."}],
        openapi_tags=list(TAGS),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.docs else None,
        lifespan=partial(_lifespan, settings=settings, telemetry=telemetry),
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        telemetry=telemetry.tracing.of_requests(),
    )
    for router in _routers(settings):
        app.include_router(router)
    add_problem_handlers(app)
    complete_openapi(app)
    _add_middleware(app, settings, telemetry)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, *, settings: Settings, telemetry: Telemetry) -> AsyncIterator[None]:
    """Open what the requests share. End the streams and close it when the process stops."""
    await asyncio.to_thread(build)  # it reads every file of the program, once
    async with open_runtime(settings, telemetry, ORDINARY) as runtime:
        app.state.runtime = runtime
        app.state.chat_limits = ChatLimits()
        app.state.quotas = Quotas(settings.requests_per_minute)
        app.state.refusals = Refusals(runtime.database)
        app.state.event_feeds = feeds = Feeds(runtime.database)

        def end_streams() -> None:
            runtime.chat_notifications.end()
            feeds.end()

        with on_shutdown(end_streams):
            yield
        await feeds.close()
    await asyncio.to_thread(telemetry.tracing.close)


def _routers(settings: Settings) -> Iterator[APIRouter]:
    """Return the routers that the settings have not switched off."""
    switches = (
        (metrics.router, settings.metrics),
        (docs.router, settings.docs),
        (pages.console, settings.console),
        (pages.frame, bool(settings.embed_origins)),
    )
    hidden = {id(router) for router, is_on in switches if not is_on}  # routers are compared by their routes
    return (router for router in ROUTERS if id(router) not in hidden)


def _add_middleware(app: FastAPI, settings: Settings, telemetry: Telemetry) -> None:
    """Add the middleware. The last one added is the first that a request meets."""
    own_limits = {**OWN_BODY_LIMITS, "/attachments": settings.attachment_limit + FORM_BYTES}
    app.add_middleware(AllowedMethods, routers=[*ROUTERS, app.router], public_url=settings.public_url)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, own_limits=own_limits, streamed=STREAMED)
    app.add_middleware(Unhandled)
    app.add_middleware(CancelOnDisconnect)
    app.add_middleware(QuotaHeaders)
    app.add_middleware(Metered)
    app.add_middleware(SlowRefusals)
    app.add_middleware(Cors, origins=settings.cors_origins, open_paths=(CHAT, ASSETS))
    app.add_middleware(RequestLog, metrics=telemetry.metrics)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
