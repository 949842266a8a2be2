"""Providers report back over real sockets: what was uncertain settles, and what fails later is taken back."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.dev.sandbox.options import SandboxOptions as SandboxSettings
from app.dev.sandbox.options import Timing
from app.dev.sandbox.server import Sandbox, run_sandbox
from app.domain.callback_urls import Callbacks
from app.domain.words import Channel
from app.main import create_app
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.worker import WorkerProcess
from tests.conftest import SECRET_KEY, started
from tests.scene import (
    CORRESPONDENTS,
    Correspondent,
    add_account,
    add_conversation,
    postmark,
    row,
    the_delivery,
    whatsapp,
)


@pytest.fixture(scope="module")
def listening() -> Iterator[socket.socket]:
    """The socket on which the service is reached by providers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening


@pytest.fixture(scope="module")
def settings(usual_settings: Settings, listening: socket.socket) -> Settings:
    port = listening.getsockname()[1]
    return usual_settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})


@pytest.fixture(scope="module")
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    async with open_runtime(settings) as runtime:
        yield runtime


@pytest.fixture(scope="module")
async def workers_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    async with open_runtime(settings) as runtime:
        yield runtime


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with started(create_app(settings)) as app:
        yield app


@pytest.fixture(scope="module")
async def public(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield
    server.should_exit = True
    await serving


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with run_sandbox(SandboxSettings(timing=Timing(receipt_delay=0.5))) as sandbox:
        yield sandbox


async def send(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, sandbox: Sandbox, by: Correspondent, address: str
) -> str:
    """Send one reply through a correspondent that the sandbox knows; answers the mass reply's id."""
    account = by.account(sandbox.url)
    account_id = await add_account(runtime, tenant, account)
    callbacks = Callbacks(runtime.settings.public_url, SECRET_KEY)
    secret = callbacks.token(account_id) if account.provider == "postmark" else None
    sandbox.register(account.provider, by.identity, by.secret, callbacks.address(account_id, secret))
    await add_conversation(
        runtime, tenant, account.channel, address, account_id=account_id, subject="Payment failed", external_id="c-1"
    )
    selection = {"filter": {"tags": {"any": ["incident"]}}}
    created = await client.post("/mass-replies", json={"selection": selection, "message": {"text": "We are back."}})
    assert created.json()["recipient_count"] == 1, created.text
    await client.post(f"/mass-replies/{created.json()['id']}/confirm", json={"recipient_count": 1})
    return str(created.json()["id"])


async def until_status(client: httpx.AsyncClient, id_: str, *statuses: str) -> list[str]:
    """Poll until the delivery has one of the statuses; answers all that were seen on the way."""
    seen: list[str] = []
    async with asyncio.timeout(20):
        while True:
            status = (await the_delivery(client, id_))["status"]
            if not seen or seen[-1] != status:
                seen.append(status)
            if status in statuses:
                return seen
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("provider", sorted(CORRESPONDENTS))
async def test_an_uncertain_delivery_settles_through_the_providers_webhook(
    provider: str,
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    public: None,
) -> None:
    by = CORRESPONDENTS[provider]
    id_ = await send(client, runtime, tenant, sandbox, by, by.lost_answer)
    seen = await until_status(client, id_, "delivered", "read")
    assert "uncertain" in seen
    reply = await row(runtime, tenant, "SELECT text FROM messages WHERE kind = 'reply'")
    assert reply.text == "We are back."
    assert sandbox.journal.counts().accepted == 1


@pytest.mark.parametrize("provider", ["postmark", "sendgrid"])
@pytest.mark.parametrize(
    ("address", "code", "skipped"),
    [("bounce@example.com", "bounced", "address_invalid"), ("complaint@example.com", "complained", "opted_out")],
)
async def test_a_bounce_or_a_complaint_is_a_later_failure_and_ends_the_address(
    provider: str,
    address: str,
    code: str,
    skipped: str,
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    public: None,
) -> None:
    id_ = await send(client, runtime, tenant, sandbox, CORRESPONDENTS[provider], address)
    seen = await until_status(client, id_, "failed")
    delivery = await the_delivery(client, id_)
    assert "sent" in seen
    assert (delivery["reason"]["code"], delivery["flips"], delivery["retryable"]) == (code, "restored", False)
    conversation = (await client.get(f"/conversations/{delivery['conversation_id']}")).json()
    assert conversation["engagement"] == "pending"
    kinds = [item["kind"] for item in (await client.get("/conversations/c-1/timeline")).json()["items"]]
    assert kinds == ["reply", "system_note", "system_error"]

    selection = {"filter": {"tags": {"any": ["incident"]}}}
    again = {"selection": selection, "message": {"text": "Sorry for the noise."}}
    preview = (await client.post("/mass-replies/preview", json=again)).json()
    assert [skip["code"] for skip in preview["preflight"]["skipped"]] == [skipped]


async def test_outside_the_window_the_template_goes_and_is_billed_as_one(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
    worker: WorkerProcess,
    public: None,
) -> None:
    by = CORRESPONDENTS["whatsapp_cloud"]
    account_id = await add_account(runtime, tenant, by.account(sandbox.url))
    days_ago = datetime.now(UTC) - timedelta(days=2)
    for number, at in (("+12025550123", days_ago), ("+12025550124", datetime.now(UTC))):
        await add_conversation(
            runtime, tenant, Channel.WHATSAPP, number, account_id=account_id, last_customer_message_at=at
        )
    body = {
        "selection": {"filter": {"tags": {"any": ["incident"]}}},
        "message": {"text": "We are back."},
        "whatsapp_template": {
            "name": "incident_update",
            "language": "en",
            "body_parameters": ["{{ contact.first_name }}"],
        },
    }
    created = (await client.post("/mass-replies", json=body)).json()
    expected = {"sms_segments": 0, "whatsapp_in_window": 1, "whatsapp_templates": 1}
    assert created["preflight"]["billable"] == expected
    await client.post(f"/mass-replies/{created['id']}/confirm", json={"recipient_count": 2})
    async with asyncio.timeout(20):
        while (await client.get(f"/mass-replies/{created['id']}")).json()["billed"] != expected:
            await asyncio.sleep(0.05)
    items = (await client.get(f"/mass-replies/{created['id']}/deliveries")).json()["items"]
    assert sorted(item["used_template"] for item in items) == [False, True]
    [template] = [entry for entry in sandbox.journal if "template" in str(entry.message.fields.get("type", ""))]
    assert template.message.recipient == "+12025550123"


async def test_a_template_with_too_few_parameters_fails_with_that_reason(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, sandbox: Sandbox, worker: WorkerProcess
) -> None:
    template = {"name": "incident_update", "language": "en", "body_parameters": []}
    account = whatsapp(sandbox.url)
    account = replace(account, config={**account.config, "fallback_template": template})
    account_id = await add_account(runtime, tenant, account)
    days_ago = datetime.now(UTC) - timedelta(days=2)
    await add_conversation(
        runtime, tenant, Channel.WHATSAPP, "+12025550123", account_id=account_id, last_customer_message_at=days_ago
    )
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
    id_ = (await client.post("/mass-replies", json=body)).json()["id"]
    await client.post(f"/mass-replies/{id_}/confirm", json={"recipient_count": 1})
    await until_status(client, id_, "failed")
    reason = (await the_delivery(client, id_))["reason"]
    assert reason["code"] == "template_rejected"
    assert "132000" in reason["detail"]


async def test_a_forged_call_changes_nothing(
    client: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    sandbox: Sandbox,
) -> None:
    account = await add_account(runtime, tenant, postmark(sandbox.url))
    forged = await anonymous.post(f"/callbacks/{account}?token=guessed", json={"RecordType": "Delivery"})
    assert (forged.status_code, forged.json()["code"]) == (401, "unauthenticated")
    nobody = await anonymous.post("/callbacks/00000000-0000-7000-8000-000000000000", json={})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")
    kept = await row(runtime, tenant, "SELECT count(*) AS number FROM receipts")
    assert kept.number == 0
