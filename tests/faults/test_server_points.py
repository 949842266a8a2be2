"""API processes that stop in the middle of a request: whoever repeats it elsewhere gets one mass reply, sent once."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.dev.history.evidence import Confirmed
from app.dev.history.receiver import receiving
from app.dev.ports import free_port
from app.dev.sandbox.options import SandboxOptions, Timing
from app.dev.sandbox.server import Sandbox, run_sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel
from app.settings import Settings
from tests.faults.conftest import LATENCY
from tests.faults.processes import Worker, commanding, serving
from tests.faults.trial import Trial, api, begun, furnish, until
from tests.history import History, deliveries
from tests.imports import line, ndjson

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(300)]

WAYS = ("kill", "term", "freeze")
LINES = 20
"""Conversations that are imported, a quarter of which is on a second channel."""
FROZEN = 3.0
"""Seconds that an API stands still while receipts come: shorter than providers go on trying."""
TYPES = ("mass_reply.confirmed", "mass_reply.completed", "deliveries.updated", "message.created")
PATIENT = 90.0
"""Seconds for a repetition: a process that froze within a transaction holds its rows until PostgreSQL ends it."""


@dataclass
class Front:
    """Two API processes, the first of which stops at a point: who is not answered asks the second."""

    armed: Worker
    first: httpx.AsyncClient
    second: httpx.AsyncClient

    async def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Ask until there is an answer that says what became of it."""
        if not self.armed.stands and (answer := await self._first(method, path, **content)) is not None:
            return answer
        async with asyncio.timeout(PATIENT):
            while True:
                answer = await self.second.request(method, path, **content)
                if answer.status_code != 409 and answer.status_code < 500:
                    return answer
                await asyncio.sleep(0.2)

    async def _first(self, method: str, path: str, **content: Any) -> httpx.Response | None:
        asked = asyncio.ensure_future(self.first.request(method, path, **content))
        await until(lambda: asked.done() or self.armed.stands, 30)
        try:
            return await asyncio.wait_for(asked, 0.2)
        except (httpx.TransportError, TimeoutError):
            return None


@dataclass(frozen=True)
class Desk:
    """A tenant with accounts, and whatever its API processes need."""

    settings: Settings
    superuser: str
    sandbox: Sandbox
    logs: Path
    tenant: UUID
    key: str
    stack: AsyncExitStack

    async def front(self, crash: str) -> Front:
        port, log = free_port(), self.logs / f"api-{uuid4().hex[:6]}.log"
        armed = await self.stack.enter_async_context(serving(self.settings, log, port, crash=crash))
        headers = {"Authorization": f"Bearer {self.key}"}
        first = await self.stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=PATIENT)
        )
        return Front(armed, first, await self.stack.enter_async_context(api(self.settings, self.key)))

    def trial(self, confirmed: Confirmed) -> Trial:
        return Trial(
            self.settings, self.superuser, self.sandbox, self.tenant, self.key, self.logs, self.stack, confirmed
        )

    async def count(self, statement: str) -> int:
        trial = self.trial(Confirmed("", {}))
        return int((await trial.rows(f"SELECT count(*) FROM {statement}", self.tenant))[0][0])


@pytest.fixture
async def desk(settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        tenant, key = await furnish(settings, sandbox, {Channel.EMAIL: 0, Channel.SMS: 0}, (), 10_000)
        yield Desk(settings, superuser, sandbox, tmp_path, tenant, key, stack)


def imported() -> bytes:
    accounts = {"email": "email", "sms": "sms"}
    lines = []
    for number in range(LINES):
        channel = "sms" if number % 4 == 0 else "email"
        address = f"+1212555{number:04}" if channel == "sms" else f"customer-{number}@example.com"
        contact = {"external_id": f"u-{number}", "name": f"Customer {number}"}
        about = {"channel": channel, "channel_account": accounts[channel], "address": address, "contact": contact}
        lines.append(line(f"c-{number}", **about))
    return ndjson(*lines)


async def created(front: Front) -> dict[str, Any]:
    body = {"selection": {"filter": {"tags": {"any": ["vip"]}}}, "message": {"text": "We are back."}}
    headers = {"Idempotency-Key": uuid4().hex}
    batch = (await front.ask("POST", "/mass-replies", json=body, headers=headers)).json()
    async with asyncio.timeout(PATIENT):
        while batch["status"] == "preparing":
            await asyncio.sleep(0.1)
            batch = (await front.ask("GET", f"/mass-replies/{batch['id']}")).json()
    return dict(batch)


async def confirmed(front: Front, batch: dict[str, Any]) -> Confirmed:
    queued = {item["id"]: item["conversation_id"] async for item in deliveries(front.second, batch["id"])}
    count = {"recipient_count": batch["recipient_count"]}
    answer = await front.ask("POST", f"/mass-replies/{batch['id']}/confirm", json=count)
    assert answer.status_code == 202, answer.text
    return Confirmed(batch["id"], queued)


POINTS = (
    "import.stored",
    "prepare.frozen",
    "prepare.inserted",
    "prepare.page",
    "confirm.kept",
    "confirm.committed",
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("point", POINTS)
async def test_what_is_asked_again_elsewhere_happens_once(desk: Desk, point: str, way: str) -> None:
    front = await desk.front(f"{point}:1:{way}")
    worker = await desk.trial(Confirmed("", {})).worker()
    taken = await front.ask(
        "POST", "/conversations/import", content=imported(), headers={"Content-Type": "application/x-ndjson"}
    )
    assert (taken.json()["failed"], await desk.count("conversations WHERE tenant_id = $1")) == (0, LINES)
    trial = desk.trial(await confirmed(front, await created(front)))
    await trial.over()
    await ended(front.armed, way)
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert len(history.confirmed.deliveries) == LINES
    assert await desk.count("mass_replies WHERE tenant_id = $1") == 1
    assert await desk.count("messages WHERE tenant_id = $1 AND kind = 'customer_message'") == LINES
    for action in ("mass_reply.created", "mass_reply.confirmed"):
        assert await desk.count(f"audit_log WHERE tenant_id = $1 AND action = '{action}'") == 1
    assert await worker.terminate() == 0


ORDERLY = (0, -signal.SIGTERM)
"""An API ends by the signal itself, once it has finished."""


async def ended(process: Worker, way: str) -> None:
    """Wake a frozen one up, which finds that the world went on; see that one which was told to stop did."""
    await process.stopped()
    if way == "freeze":
        process.thaw()
        assert await process.terminate() in ORDERLY
    elif way == "term":
        assert process.process.exitcode in ORDERLY


@pytest.mark.parametrize("way", WAYS)
async def test_an_erasure_that_was_broken_off_is_done_when_it_is_asked_again(desk: Desk, way: str) -> None:
    front = await desk.front(f"erasure.scrubbed:1:{way}")
    await front.second.post(
        "/conversations/import", content=imported(), headers={"Content-Type": "application/x-ndjson"}
    )
    answer = await front.ask("DELETE", "/contacts/u-1")
    await ended(front.armed, way)

    assert answer.status_code in (204, 404)
    assert await desk.count("contacts WHERE tenant_id = $1 AND name = 'Customer 1'") == 0
    assert await desk.count("contacts WHERE tenant_id = $1 AND name LIKE 'Customer%'") == LINES - 1
    assert await desk.count("audit_log WHERE tenant_id = $1 AND action = 'contact.erased'") == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_purge_that_was_broken_off_goes_on_where_it_was(desk: Desk, way: str) -> None:
    front = await desk.front("import.stored:99:kill")
    await front.second.post(
        "/conversations/import", content=imported(), headers={"Content-Type": "application/x-ndjson"}
    )
    trial = desk.trial(await confirmed(front, await created(front)))
    worker = await trial.worker()
    await trial.over()
    assert await worker.terminate() == 0
    await trial.rows(
        "UPDATE mass_replies SET finished_at = now() - interval '30 days' WHERE tenant_id = $1", desk.tenant
    )
    for number, crash in enumerate((f"purge.deleted:1:{way}", "")):
        log = desk.logs / f"purge-{number}.log"
        program = await desk.stack.enter_async_context(
            commanding(desk.settings, log, "purge", "--older-than", "7d", crash=crash)
        )
        await program.stopped()
        if crash and way == "freeze":
            program.thaw()
            await asyncio.to_thread(program.process.join)
        whole = [await desk.count(f"{table} WHERE tenant_id = $1") for table in ("deliveries", "mass_replies")]
        assert whole in ([LINES, 1], [0, 0])

    assert whole == [0, 0]
    assert await desk.count("audit_log WHERE tenant_id = $1 AND action = 'mass_reply.purged'") == 1
    assert await desk.count("messages WHERE tenant_id = $1 AND kind = 'reply'") == LINES


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("point", ["outbox.numbered", "webhook.posted"])
async def test_what_was_published_reaches_the_endpoint_in_its_order(desk: Desk, point: str, way: str) -> None:
    front = await desk.front("import.stored:99:kill")
    await front.second.post(
        "/conversations/import", content=imported(), headers={"Content-Type": "application/x-ndjson"}
    )
    journal = desk.logs / "webhooks.jsonl"
    async with receiving(journal, TYPES) as receiver:
        await front.second.put("/webhook-endpoints/tests", json={"url": receiver.url, "events": list(TYPES)})
        trial = desk.trial(await confirmed(front, await created(front)))
        armed = await trial.worker(crash=f"{point}:2:{way}")
        await armed.stopped()
        worker = await trial.worker()
        await trial.over()
        await ended(armed, way)
        history = await told(front, trial, journal)

    assert history.faults() == {}
    assert await worker.terminate() == 0


async def told(front: Front, trial: Trial, journal: Path) -> History:
    """Wait until the endpoint has heard of everything, and put the history together."""

    async def nothing_left() -> bool:
        endpoint = (await front.second.get("/webhook-endpoints/tests")).json()
        return bool(endpoint["backlog"]["count"] == 0)

    await until(nothing_left, PATIENT)
    hooks = [json.loads(each) for each in (await asyncio.to_thread(journal.read_text)).splitlines()]
    return await trial.so_far(hooks)


@pytest.fixture
async def reporting() -> AsyncIterator[Sandbox]:
    timing = Timing(latency=LATENCY, receipt_delay=0.2)
    async with run_sandbox(SandboxOptions(timing=timing)) as sandbox:
        yield sandbox


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("point", ["receipt.stored", "receipt.settled"])
async def test_receipts_that_an_api_did_not_answer_count_once(
    desk: Desk, reporting: Sandbox, point: str, way: str
) -> None:
    port = free_port()
    settings = desk.settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    async with begun(settings, desk.superuser, reporting, desk.logs, email=0, sms=40) as trial:
        async with serving(settings, desk.logs / "api-1.log", port, crash=f"{point}:5:{way}") as armed:
            await trial.worker()
            await armed.stopped()
            if way == "freeze":
                await asyncio.sleep(FROZEN)
                await ended(armed, way)
        async with serving(settings, desk.logs / "api-2.log", port):
            async with asyncio.timeout(PATIENT):
                await reporting.receipts_settled()
            history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.DELIVERED) == history.confirmed.deliveries.keys()
