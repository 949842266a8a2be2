"""The HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from app.api.problems import add_problem_handlers
from app.api.routes import ROUTERS
from app.runtime import open_runtime
from app.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Make the application. It connects when it is started, and lets go of everything when it is stopped."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_runtime(settings) as runtime:
            app.state.runtime = runtime
            yield

    app = FastAPI(title="mass-reply", version=version("mass-reply"), lifespan=lifespan)
    add_problem_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
