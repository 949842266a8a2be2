"""The client's commands, against the whole service on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from app.cli import app as program
from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey, anonymous, app, client, make_key
from tests.e2e.conftest import finished, sandbox, worker
from tests.mass_replies.conftest import Live, live, stage
from tests.scene import add_conversations
from tests.visitors import serving_http

__all__ = ["anonymous", "app", "client", "finished", "live", "make_key", "sandbox", "stage", "worker"]

Run = Callable[..., Awaitable[Result]]
ANSWERED = "Hi {{ contact.first_name }}, we are back."


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving_http(app) as url:
        yield url


@pytest.fixture
async def access(url: str, make_key: MakeKey) -> dict[str, str]:
    """What the environment of a script tells the client."""
    return {"MASS_REPLY_URL": url, "MASS_REPLY_KEY": await make_key(Role.AGENT), "NO_PROXY": "127.0.0.1"}


@pytest.fixture
def run(access: dict[str, str]) -> Run:
    """Run a command as a script does: without a terminal."""

    async def run(*arguments: str, stdin: str | None = None, **told: str) -> Result:
        return await asyncio.to_thread(
            lambda: CliRunner().invoke(program, arguments, input=stdin, env={**access, **told})
        )

    return run


@pytest.fixture
async def crowd(live: Live, runtime: Runtime, tenant: UUID) -> Live:
    """Six e-mails, four texts, and two calls that nobody can answer."""
    await live.add(emails=6, texts=4)
    await add_conversations(runtime, tenant, Channel.VOICE, 2)
    return live


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """Real workers run here."""
