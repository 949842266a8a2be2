"""Creating mass replies on few of many conversations: `python -m bench.create` prints one JSON.

The conversations are made by SQL. Mass replies of 1,000 recipients, found by a tag, are previewed and created over
HTTP. All conversations are counted by a search and frozen by a mass reply that is cancelled at once. Then a worker
prepares one on two ninths of them.
"""

import asyncio
import json
import math
import os
import statistics
import time
from typing import Any, Final
from uuid import UUID

from bench import user
from bench.imports import NOBODY, Used
from bench.load import TEMPLATE, account
from bench.processes import peak_megabytes
from bench.stack import Service, Stack, running_stack

CONVERSATIONS: Final = int(os.environ.get("BENCH_CONVERSATIONS", "1000000"))
SELECTED: Final = 1_000
CREATES: Final = 7
COUNTS: Final = 3
WARM: Final = 2
AT_ONCE: Final = 50_000

# In parts, as they would come: each conversation has one of a few teams, and tags of which one is on 1,000 of them.
_CONTACTS: Final = """
    INSERT INTO contacts (tenant_id, external_id, name, first_name, phone, phone_key)
    SELECT $1, 'u-' || n, 'Customer ' || n, 'Name' || n % 300, '+1' || 2012000000 + n, '+1' || 2012000000 + n
    FROM generate_series($2::int, $3::int) n
"""
_CONVERSATIONS: Final = """
    INSERT INTO conversations (tenant_id, external_id, channel, account_id, contact_id, team, created_at,
                               last_customer_message_at)
    SELECT $1, 'c-' || n, 'sms', $4, k.id, 'team-' || n % 9, now() - interval '1 day', now() - interval '1 hour'
    FROM generate_series($2::int, $3::int) n JOIN contacts k ON k.tenant_id = $1 AND k.external_id = 'u-' || n
"""
_TAGS: Final = """
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT $1, 'outage-' || (substr(external_id, 3)::int % $4::int), id FROM conversations
    WHERE tenant_id = $1 AND external_id = ANY (SELECT 'c-' || n FROM generate_series($2::int, $3::int) n)
"""


def main() -> None:
    with running_stack() as stack:
        print(json.dumps(asyncio.run(measure(stack))), flush=True)


async def measure(stack: Stack, conversations: int = CONVERSATIONS, seconds: float = math.inf) -> dict[str, Any]:
    """Return milliseconds of creating and counting, recipients prepared per second, and CPU milliseconds for 1,000.

    There are fewer conversations if making them would take longer than these seconds.
    """
    async with stack.service(workers=1) as service:
        await user.save_account(service.client, "sms", account("sms", NOBODY))
        conversations = await make(service, conversations, seconds)
        return {"conversations": conversations, **await figures(service, conversations)}


async def figures(service: Service, conversations: int) -> dict[str, Any]:
    """Measure on conversations that are there."""
    for number in range(WARM):
        await _created(service, number)  # connections and plans are warm
    used = Used(service)
    creates = [await _created(service, WARM + number) for number in range(CREATES)]
    create = used.per_1000(SELECTED * CREATES)
    previews = [await _previewed(service, number) for number in range(COUNTS)]
    before = peak_megabytes(service.api.process.pid)
    counts = [await _counted(service, conversations) for _ in range(COUNTS)]
    frozen = [await _frozen(service, conversations) for _ in range(COUNTS)]
    used = Used(service)
    prepared, seconds = await _prepared(service)
    return {
        "create_1000_ms": round(statistics.median(creates)),
        "create_cpu_ms_per_1000": create,
        "preview_1000_ms": round(statistics.median(previews)),
        "count_all_ms": round(statistics.median(counts)),
        "freeze_all_ms": round(statistics.median(frozen)),
        "api_megabytes_before_counts": round(before),
        "api_megabytes": round(peak_megabytes(service.api.process.pid)),
        "prepared": prepared,
        "prepared_per_second": round(prepared / seconds),
        "prepare_cpu_ms_per_1000": used.per_1000(prepared),
        "worker_megabytes": round(peak_megabytes(service.workers[0].process.pid)),
    }


async def make(service: Service, count: int, seconds: float = math.inf) -> int:
    """Make conversations, each with a contact, and tag each so that 1,000 share a tag. Make fewer, in whole parts, if
    the first part says that it would take longer than these seconds; return how many there are.
    """
    database = service.database
    account_id: UUID = await database.fetchval("SELECT id FROM channel_accounts WHERE tenant_id = $1", service.tenant)
    first, began = 0, time.perf_counter()
    while first < count:
        part = (service.tenant, first, min(first + AT_ONCE, count) - 1)
        await database.execute(_CONTACTS, *part)
        await database.execute(_CONVERSATIONS, *part, account_id)
        if first == 0:
            await database.execute("ANALYZE contacts, conversations")
            parts = seconds / (time.perf_counter() - began)
            count = count if parts * AT_ONCE >= count else max(1, int(parts)) * AT_ONCE
        await database.execute(_TAGS, *part, max(1, count // SELECTED))
        if first == 0:
            await database.execute("ANALYZE conversation_tags")
        first += AT_ONCE
    await database.execute("VACUUM (ANALYZE) contacts, conversations, conversation_tags")
    await database.execute("CHECKPOINT")  # writing them out is not what is measured
    return count


async def _created(service: Service, tag: int) -> float:
    """Create one and return the milliseconds until it awaits confirmation."""
    body = {"selection": {"filter": {"tags": {"any": [f"outage-{tag}"]}}}, "message": {"text": TEMPLATE}}
    began = time.perf_counter()
    created = await service.client.post("/mass-replies", json=body)
    took = (time.perf_counter() - began) * 1000
    assert created.status_code == 201, created.text
    assert created.json()["recipient_count"] == SELECTED, created.text
    return took


async def _counted(service: Service, conversations: int) -> float:
    """Count all conversations, and return the milliseconds that it took."""
    began = time.perf_counter()
    answer = await service.client.post("/conversations/search", json={"filter": {"channel": ["sms"]}, "limit": 1})
    took = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    assert answer.json()["total"] == conversations, answer.text
    return took


async def _previewed(service: Service, tag: int) -> float:
    """Preview one, and return the milliseconds that it took."""
    body = {"selection": {"filter": {"tags": {"any": [f"outage-{tag}"]}}}, "message": {"text": TEMPLATE}}
    began = time.perf_counter()
    answer = await service.client.post("/mass-replies/preview", json=body)
    took = (time.perf_counter() - began) * 1000
    assert answer.json()["recipient_count"] == SELECTED, answer.text
    return took


async def _frozen(service: Service, conversations: int) -> float:
    """Create one on all conversations. Return the milliseconds until their number is known, and cancel it."""
    body = {"selection": {"filter": {"channel": ["sms"]}}, "message": {"text": TEMPLATE}}
    began = time.perf_counter()
    created = await service.client.post("/mass-replies", json=body)
    took = (time.perf_counter() - began) * 1000
    assert created.json()["selected_count"] == conversations, created.text
    (await service.client.post(f"/mass-replies/{created.json()['id']}/cancel", json={})).raise_for_status()
    return took


async def _prepared(service: Service) -> tuple[int, float]:
    """Create one that a worker prepares. Return its recipients, and the seconds from the request until it awaits
    confirmation."""
    body = {"selection": {"filter": {"team": ["team-0", "team-1"]}}, "message": {"text": TEMPLATE}}
    began = time.perf_counter()
    created = await service.client.post("/mass-replies", json=body)
    created.raise_for_status()
    path = f"/mass-replies/{created.json()['id']}"
    batch = await user.until(service.client, path, lambda batch: batch["status"] == "awaiting_confirmation")
    return int(batch["recipient_count"]), time.perf_counter() - began


if __name__ == "__main__":
    main()
