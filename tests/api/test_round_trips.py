"""How often the API asks PostgreSQL for one request: beside a busy neighbour each time is a wait of its own."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy.engine import make_url

from app.domain.permissions import Role
from app.domain.words import Channel
from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from tests.api.conftest import MakeKey, bearer
from tests.conftest import started
from tests.scene import add_account, add_conversation, add_conversations, postmark

LEAST_POOL = 6


class Line:
    """A socket of its own in front of PostgreSQL's, that counts what is sent there: each part is a question."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self.questions = 0

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """Yield the folder that a client names as its host."""
        with tempfile.TemporaryDirectory() as folder:
            async with await asyncio.start_unix_server(self._carry, f"{folder}/{self._server.name}"):
                yield folder

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(str(self._server))
        await asyncio.gather(self._pass_on(reader, far_writer, 1), self._pass_on(far_reader, writer, 0))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, worth: int) -> None:
        while part := await reader.read(65_536):
            self.questions += worth
            writer.write(part)
        writer.close()


@pytest.fixture
async def line(usual_settings: Settings) -> AsyncIterator[tuple[Line, Settings]]:
    url = make_url(usual_settings.database_url)
    line = Line(Path(str(url.query["host"])) / ".s.PGSQL.5432")
    async with line.laid() as folder:
        there = url.set(query={**url.query, "host": folder}).render_as_string(hide_password=False)
        yield line, usual_settings.model_copy(update={"database_url": there, "database_pool_size": LEAST_POOL})


LINES = "\n".join(f'{{"external_id": "c-{n}", "channel": "other", "tags": ["told"]}}' for n in range(3))
BATCH = {"selection": {"filter": {"tags": {"any": ["told"]}}}, "message": {"text": "Hello."}}


@pytest.fixture
async def caller(line: tuple[Line, Settings], make_key: MakeKey) -> AsyncIterator[httpx.AsyncClient]:
    headers = bearer(await make_key(Role.ADMIN))
    async with started(create_app(line[1])) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.test", headers=headers) as each:
            yield each


async def round_trips(line: Line, caller: httpx.AsyncClient, path: str, **headers: str) -> int:
    # Whose the key is, and that it is used, is asked and noted once; each connection prepares its statements.
    for _ in range(2 * LEAST_POOL):
        assert (await caller.get(path, headers=headers)).status_code in {200, 304}
    before = line.questions
    await caller.get(path, headers=headers)
    return line.questions - before


async def test_who_is_calling_takes_one_round_trip(line: tuple[Line, Settings], caller: httpx.AsyncClient) -> None:
    assert await round_trips(line[0], caller, "/me") == 1


async def test_a_poll_takes_one_round_trip_more(line: tuple[Line, Settings], caller: httpx.AsyncClient) -> None:
    ndjson = {"Content-Type": "application/x-ndjson"}
    (await caller.post("/conversations/import", content=LINES, headers=ndjson)).raise_for_status()
    path = f"/mass-replies/{(await caller.post('/mass-replies', json=BATCH)).json()['id']}"
    for each in (path, "/mass-replies"):
        tag = (await caller.get(each)).headers["ETag"]
        whole, known = [await round_trips(line[0], caller, each, **given) for given in ({}, {"If-None-Match": tag})]
        assert (whole, known) == (2, 2)


async def test_creating_takes_the_same_few_round_trips_for_a_piece_of_conversations_as_for_one(
    line: tuple[Line, Settings], caller: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    await add_account(runtime, tenant, postmark("https://api.example.com"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 40, tag="many")
    await add_conversation(runtime, tenant, Channel.EMAIL, "ann@example.com", tags=["one"])
    asked = {tag: [await questions_of_create(caller, line[0], tag) for _ in range(6)] for tag in ("one", "many")}
    assert min(asked["one"]) == min(asked["many"]) <= 26, asked


async def questions_of_create(caller: httpx.AsyncClient, line: Line, tag: str) -> int:
    before = line.questions
    body = {**BATCH, "selection": {"filter": {"tags": {"any": [tag]}}}}
    created = await caller.post("/mass-replies", json=body)
    assert created.status_code == 201, created.text
    return line.questions - before
