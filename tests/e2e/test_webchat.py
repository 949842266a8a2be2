"""Mass replies over the built-in web chat: kept until the visitor comes back, pushed while a page is open, once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.delivery.look_up import look_up_uncertain
from app.delivery.settle import Report, settle
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.words import DeliveryId, Reason, ReasonCode
from app.runtime import Runtime
from app.webchat.notifier import MOST_PAGES
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll, running_worker
from tests.files import PDF, attach
from tests.scene import row, timeline
from tests.visitors import Visitor, add_web_chat, serving_http, visit

LONGEST_WAIT = 10


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Browsers' way to the service: a real socket, on which streams stream."""
    async with serving_http(app) as url, httpx.AsyncClient(base_url=url, timeout=LONGEST_WAIT) as http:
        yield http


@pytest.fixture
async def visitor(http: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> Visitor:
    visitor = await visit(http, await add_web_chat(runtime, tenant), name="Ann Lee")
    await visitor.write("My payment failed.")
    return visitor


async def send(client: httpx.AsyncClient, visitor: Visitor, **message: Any) -> dict[str, Any]:
    """Confirm a mass reply to one visitor; answers it as it was confirmed."""
    body = {
        "selection": {"conversation_ids": [str(visitor.conversation)]},
        "message": {"text": "Hi {{ contact.name }}, we are back.", **message},
        "mark_as_done": True,
    }
    batch = (await client.post("/mass-replies", json=body)).json()
    assert (batch["recipient_count"], batch["preflight"]["warnings"]) == (1, [])
    confirmed = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 1})
    assert confirmed.status_code == 202, confirmed.text
    return dict(confirmed.json())


async def status_of(client: httpx.AsyncClient, batch: dict[str, Any]) -> str:
    [delivery] = (await client.get(f"/mass-replies/{batch['id']}/deliveries")).json()["items"]
    return str(delivery["status"])


@asynccontextmanager
async def open_page(visitor: Visitor, **headers: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Follow a session's messages as an open page does."""
    request = visitor.http.stream("GET", "/chat/sessions/me/events", headers={**visitor.headers, **headers})
    async with request as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield (json.loads(line.removeprefix("data: ")) async for line in answer.aiter_lines() if line[:5] == "data:")


async def next_of(page: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(LONGEST_WAIT):
        return await anext(page)


async def test_a_reply_waits_for_the_visitor_and_is_delivered_when_fetched(
    client: httpx.AsyncClient, visitor: Visitor, worker: WorkerProcess, finished: Poll
) -> None:
    batch = await send(client, visitor, html="<p>Hi <b>{{ contact.name }}</b><script>x</script></p>")
    await finished(batch["id"])
    assert await status_of(client, batch) == "sent"

    [question, reply] = await visitor.fetch()

    assert (question["sender"], reply["sender"]) == ("visitor", "agent")
    assert (reply["text"], reply["html"]) == ("Hi Ann Lee, we are back.", "<p>Hi <b>Ann Lee</b></p>")
    assert await status_of(client, batch) == "delivered"
    assert await visitor.fetch(after=reply["id"]) == []
    conversation = (await client.get(f"/conversations/{visitor.conversation}")).json()
    assert (conversation["status"], conversation["engagement"]) == ("done", "engaged")


async def test_an_answer_to_the_reply_reopens_the_conversation(
    client: httpx.AsyncClient, visitor: Visitor, worker: WorkerProcess, finished: Poll
) -> None:
    await finished((await send(client, visitor))["id"])
    await visitor.write("Thank you!")

    conversation = (await client.get(f"/conversations/{visitor.conversation}")).json()
    assert (conversation["status"], conversation["engagement"]) == ("active", "pending")


async def test_open_pages_all_show_the_reply_and_it_is_delivered_once(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    visitor: Visitor,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    async with open_page(visitor) as first, open_page(visitor) as second:
        assert [(await next_of(page))["sender"] for page in (first, second)] == ["visitor", "visitor"]
        batch = await send(client, visitor)
        replies = [await next_of(page) for page in (first, second)]

    assert replies[0] == replies[1]
    assert replies[0]["text"] == "Hi Ann Lee, we are back."
    done = await finished(batch["id"])
    assert done["counts"] == {**dict.fromkeys(done["counts"], 0), "delivered": 1}
    kept = [message.kind for message in await timeline(runtime, tenant, visitor.conversation)]
    assert kept.count("reply") == 1
    receipts = await row(runtime, tenant, "SELECT count(*) AS n, min(kind) AS kind FROM receipts")
    assert (receipts.n, receipts.kind) == (1, "delivered")


async def test_a_page_that_comes_back_goes_on_where_it_was(
    client: httpx.AsyncClient, visitor: Visitor, worker: WorkerProcess, finished: Poll
) -> None:
    async with open_page(visitor) as page:
        seen = await next_of(page)
    await finished((await send(client, visitor))["id"])

    async with open_page(visitor, **{"Last-Event-ID": seen["id"]}) as page:
        assert (await next_of(page))["sender"] == "agent"


async def test_two_pages_that_fetch_at_once_deliver_once(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, visitor: Visitor, worker: WorkerProcess, finished: Poll
) -> None:
    batch = await send(client, visitor)
    await finished(batch["id"])

    pages = await asyncio.gather(*(visitor.fetch() for _ in range(8)))

    assert all(page == pages[0] for page in pages)
    assert (await row(runtime, tenant, "SELECT count(*) AS n FROM receipts")).n == 1
    counts = (await client.get(f"/mass-replies/{batch['id']}")).json()["counts"]
    assert (counts["sent"], counts["delivered"]) == (0, 1)


async def test_files_come_with_the_reply_and_only_to_its_visitor(
    client: httpx.AsyncClient,
    http: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    visitor: Visitor,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    file = await attach(client, PDF, filename="Prix été.pdf", content_type="application/pdf")
    unsent = await attach(client)
    await finished((await send(client, visitor, attachment_ids=[str(file)]))["id"])

    [_, reply] = await visitor.fetch()
    assert [(one["id"], one["filename"]) for one in reply["attachments"]] == [(str(file), "Prix été.pdf")]
    path = f"/chat/sessions/me/attachments/{file}"
    answer = await http.get(path, headers=visitor.headers)
    assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Prix%20%C3%A9t%C3%A9.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"

    account = (await row(runtime, tenant, "SELECT id FROM channel_accounts")).id
    beside = await visit(http, account)
    for who, id_ in ((beside, file), (visitor, unsent), (visitor, uuid4())):
        refused = await http.get(f"/chat/sessions/me/attachments/{id_}", headers=who.headers)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_a_page_too_many_is_refused(visitor: Visitor) -> None:
    async with asyncio.timeout(60):
        pages = [open_page(visitor) for _ in range(MOST_PAGES)]
        for page in pages:
            await page.__aenter__()
        refused = await visitor.http.get("/chat/sessions/me/events", headers=visitor.headers)
        for page in pages:
            await page.__aexit__(None, None, None)

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")


async def test_a_reply_whose_worker_died_is_sent_again_and_shown_once(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, visitor: Visitor, workers_runtime: Runtime
) -> None:
    batch = await send(client, visitor)
    delivery = DeliveryId((await row(runtime, tenant, _CLAIM)).id)
    async with runtime.database.begin(tenant) as tx:
        lost = ReportedEvent(DeliveryEvent.LOSE_WORKER, 1, reason=Reason(ReasonCode.WORKER_LOST, "It died."))
        await settle(tx, [Report(delivery, lost)])
    assert await status_of(client, batch) == "uncertain"
    assert [message["sender"] for message in await visitor.fetch()] == ["visitor"]

    async with running_worker(workers_runtime), asyncio.timeout(LONGEST_WAIT):
        while await status_of(client, batch) != "sent":
            await look_up_uncertain(runtime.database, runtime.senders)
    async with runtime.database.begin(tenant) as tx:
        late = ReportedEvent(DeliveryEvent.ACCEPT, 1)
        await settle(tx, [Report(delivery, late)])

    assert [message["sender"] for message in await visitor.fetch()] == ["visitor", "agent"]
    assert await status_of(client, batch) == "delivered"


_CLAIM = """
    WITH lane AS (UPDATE lanes SET queued = 0, sending = 1),
    claimed AS (
        UPDATE deliveries SET status = 'sending', epoch = 1, settles_after = now() - interval '2 minutes'
        RETURNING tenant_id, id, epoch)
    INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, started_at)
    SELECT tenant_id, id, epoch, now() FROM claimed RETURNING delivery_id AS id
"""
