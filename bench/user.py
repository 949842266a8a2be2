"""What a user asks of the API, step by step."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

import httpx

from app.store.newest import newest_lanes
from bench.load import TEMPLATE
from bench.stack import PATIENCE, Service

POLL: Final = 0.05
"""Seconds between two polls of the status."""
LOOK: Final = 0.02
LESS_THAN: Final = 20
"""A look takes less than one of so many seconds: who looks on must not be what is measured."""
CANNOT_NOW: Final = ("overloaded", "idempotency_in_progress")
"""A connection to the database was lost, or the first request with this key is not over yet."""

_SENT: Final = f"""
    SELECT coalesce(sum(sent + delivered + read), 0), coalesce(sum(failed + uncertain), 0)
    FROM (SELECT $1::uuid AS tenant_id, CAST($2 AS uuid) AS id) m,
         LATERAL ({newest_lanes("sent, delivered, read, failed, uncertain")}) l
"""  # noqa: S608 - built from constants
"""The newest versions alone: a look at all of them would take longer than what it waits for."""


async def save_account(client: httpx.AsyncClient, key: str, body: Mapping[str, Any]) -> None:
    (await client.put(f"/channel-accounts/{key}", json=body)).raise_for_status()


async def import_conversations(client: httpx.AsyncClient, lines: Iterable[str]) -> float:
    """Import the lines; return how many seconds it took."""
    content = "\n".join(lines)
    started = time.perf_counter()
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await client.post("/conversations/import", content=content, headers=headers)
    answer.raise_for_status()
    assert not answer.json()["failed"], answer.text
    return time.perf_counter() - started


async def create(client: httpx.AsyncClient, *channels: str) -> tuple[str, int]:
    """Create a mass reply on all conversations of these channels; return its path and its recipients, once it awaits
    confirmation.
    """
    body = {"selection": {"filter": {"channel": channels}}, "message": {"text": TEMPLATE}}
    created = await _asked(client, "POST", "/mass-replies", json=body)
    path = f"/mass-replies/{created.json()['id']}"
    batch = await until(client, path, lambda batch: batch["status"] == "awaiting_confirmation")
    return path, int(batch["recipient_count"])


async def confirm(client: httpx.AsyncClient, path: str, count: int) -> None:
    await _asked(client, "POST", f"{path}/confirm", json={"recipient_count": count})


async def _asked(client: httpx.AsyncClient, method: str, path: str, **about: Any) -> httpx.Response:
    """Ask, and ask again under the same key when the service cannot answer now, as a client does."""
    headers = {"Idempotency-Key": uuid4().hex}
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await client.request(method, path, headers=headers, **about)
            if answer.is_success or answer.json().get("code") not in CANNOT_NOW:
                return answer.raise_for_status()
            await asyncio.sleep(POLL)


async def until(client: httpx.AsyncClient, path: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            batch: dict[str, Any] = (await _asked(client, "GET", path)).json()
            if done(batch):
                return batch
            await asyncio.sleep(POLL)


async def until_sent(service: Service, path: str, count: int, *, lossless: bool = True) -> None:
    """Wait until all are recorded as sent, or in another way if losses are allowed. Look on in the database: a
    poll of the API costs more than a delivery.
    """
    id_ = path.rpartition("/")[2]
    async with asyncio.timeout(PATIENCE):
        while True:
            began = time.perf_counter()
            sent, lost = await service.database.fetchrow(_SENT, service.tenant, id_)
            assert not (lost and lossless), f"{lost} deliveries of {path} failed or are uncertain"
            if sent + lost == count:
                return
            await asyncio.sleep(max(LOOK, LESS_THAN * (time.perf_counter() - began)))


async def send(service: Service, *channels: str, lossless: bool = True) -> float:
    """Send to all conversations of these channels; return deliveries per second from the confirmation to the last
    record.
    """
    path, count = await create(service.client, *channels)
    return await send_created(service, path, count, lossless=lossless)


async def send_created(service: Service, path: str, count: int, *, lossless: bool = True) -> float:
    """As `send`, with a mass reply that awaits its confirmation."""
    started = time.perf_counter()
    await confirm(service.client, path, count)
    await until_sent(service, path, count, lossless=lossless)
    return count / (time.perf_counter() - started)
