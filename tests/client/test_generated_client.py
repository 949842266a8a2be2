"""A client that openapi-python-client makes from our description, doing a mass reply with nothing but its own types."""

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.domain.permissions import Role
from app.main import create_app
from app.settings import Settings
from tests.api.conftest import MakeKey
from tests.conftest import SECRET_KEY
from tests.mass_replies.conftest import Live

CONFIG = Path(__file__).resolve().parents[2] / "docs" / "python-client.yml"
GENERATOR = Path(sys.executable).with_name("openapi-python-client")
PACKAGE = "generated_mass_reply"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The client's package, generated without a single warning."""
    folder = tmp_path_factory.mktemp("client")
    unopened = create_app(Settings(database_url="postgresql://nobody@/nothing", secret_key=SECRET_KEY))
    document = unopened.openapi()
    assert all(name.isalnum() for name in document["components"]["schemas"])  # generators name types after them
    (folder / "openapi.json").write_text(json.dumps(document))
    options = ("--config", CONFIG, "--meta", "none", "--output-path", folder / PACKAGE, "--fail-on-warning")
    done = subprocess.run(  # noqa: S603 - the generator of our own environment
        [GENERATOR, "generate", "--path", folder / "openapi.json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        calls = ("preview_mass_reply", "create_mass_reply", "confirm_mass_reply", "get_mass_reply", "list_deliveries")
        modules = {name: importlib.import_module(f"{PACKAGE}.api.mass_replies.{name}") for name in calls}
        yield SimpleNamespace(
            package=importlib.import_module(PACKAGE), models=importlib.import_module(f"{PACKAGE}.models"), **modules
        )


@pytest.fixture
async def caller(generated: Any, app: FastAPI, make_key: MakeKey) -> AsyncIterator[Any]:
    """The generated client over the application in this process."""
    address, key = "http://api.example.test", await make_key(Role.AGENT)
    made = generated.package.AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=address, headers=headers) as http:
        yield made.set_async_httpx_client(http)


async def test_a_generated_client_sends_a_mass_reply_and_reads_every_result(
    generated: Any, caller: Any, live: Live
) -> None:
    await live.add(emails=3, texts=2)
    m = generated.models
    selection = m.FilterSelection(filter_=m.Filter(tags=m.TagFilter(any_=["incident"]), channel=list(m.Channel)))
    message = m.MessageBody(text="Hi {{ contact.first_name }}")

    preview = await generated.preview_mass_reply.asyncio(
        client=caller, body=m.PreviewBody(selection=selection, message=m.DraftMessageBody(text=message.text))
    )
    assert isinstance(preview, m.PreviewResponse)
    assert preview.recipient_count == 5

    body, key = m.MassReplyBody(selection=selection, message=message, mark_as_done=True), str(uuid4())
    create = generated.create_mass_reply.asyncio
    created, repeated = [await create(client=caller, body=body, idempotency_key=key) for _ in range(2)]
    assert isinstance(created, m.MassReplyResponse)
    assert (repeated.id, created.status) == (created.id, m.MassReplyStatus.AWAITING_CONFIRMATION)

    confirmed = await generated.confirm_mass_reply.asyncio(
        created.id, client=caller, body=m.ConfirmBody(recipient_count=created.recipient_count)
    )
    assert isinstance(confirmed, m.MassReplyResponse)
    done = await _finished(generated, caller, created.id)
    assert (done.status, done.counts.sent) == (m.MassReplyStatus.COMPLETED, 5)

    page = await generated.list_deliveries.asyncio(created.id, client=caller, status=m.DeliveryStatus.SENT)
    assert [type(delivery) for delivery in page.items] == [m.DeliveryResponse] * 5
    assert {delivery.flips for delivery in page.items} == {m.Flips.APPLIED}
    live.assert_nobody_twice()


async def test_errors_come_as_problems_and_not_as_surprises(generated: Any, caller: Any) -> None:
    m = generated.models
    nobody = m.ConversationSelection(conversation_ids=[uuid4()])
    body = m.MassReplyBody(selection=nobody, message=m.MessageBody(text="Hi"))

    refused = await generated.create_mass_reply.asyncio(client=caller, body=body)
    assert (type(refused), refused.status, refused.code) == (m.Problem, 422, "conversation_not_found")
    missing = await generated.get_mass_reply.asyncio(uuid4(), client=caller)
    assert (type(missing), missing.code) == (m.Problem, "not_found")


async def _finished(generated: Any, caller: Any, id_: UUID) -> Any:
    async with asyncio.timeout(60):
        while True:
            batch = await generated.get_mass_reply.asyncio(id_, client=caller)
            if batch.finished_at is not None:
                return batch
            await asyncio.sleep(0.05)
