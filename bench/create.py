"""Creating mass replies on few of many conversations: `python -m bench.create` prints one JSON.

The conversations are made by SQL. Mass replies of 1,000 recipients, found by a tag, are created over HTTP; then all
conversations are counted by a preview, and one mass reply on PREPARED of them is prepared by a worker.
"""

import asyncio
import json
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
PREPARED: Final = min(CONVERSATIONS, 20_000)
SELECTED: Final = 1_000
CREATES: Final = 7
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


async def measure(stack: Stack, conversations: int = CONVERSATIONS) -> dict[str, Any]:
    """Return milliseconds of creating and counting, recipients prepared per second, and CPU milliseconds for 1,000."""
    async with stack.service(workers=1) as service:
        await user.save_account(service.client, "sms", account("sms", NOBODY))
        await make(service, conversations)
        await _created(service, 0)  # connections and plans are warm
        used = Used(service)
        took = [await _created(service, number + 1) for number in range(CREATES)]
        create = used.per_1000(SELECTED * CREATES)
        counts = [await _counted(service, conversations) for _ in range(3)]
        memory = round(peak_megabytes(service.api.process.pid))
        began = time.perf_counter()
        await _prepared(service)
        return {
            "conversations": conversations,
            "create_1000_ms": round(statistics.median(took)),
            "create_cpu_ms_per_1000": create,
            "count_all_ms": round(statistics.median(counts)),
            "prepared_per_second": round(PREPARED / (time.perf_counter() - began)),
            "api_megabytes": memory,
            "worker_megabytes": round(peak_megabytes(service.workers[0].process.pid)),
        }


async def make(service: Service, count: int) -> None:
    """Make conversations, each with a contact, and tag each so that 1,000 share a tag."""
    database = service.database
    account_id: UUID = await database.fetchval("SELECT id FROM channel_accounts WHERE tenant_id = $1", service.tenant)
    for first in range(0, count, AT_ONCE):
        part = (service.tenant, first, min(first + AT_ONCE, count) - 1)
        await database.execute(_CONTACTS, *part)
        await database.execute(_CONVERSATIONS, *part, account_id)
        await database.execute(_TAGS, *part, max(1, count // SELECTED))
        if first == 0:
            await database.execute("ANALYZE contacts, conversations, conversation_tags")
    await database.execute("VACUUM (ANALYZE) contacts, conversations, conversation_tags")


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


async def _prepared(service: Service) -> None:
    """Create a mass reply that a worker prepares, and wait until it awaits confirmation."""
    tags = [f"outage-{number}" for number in range(PREPARED // SELECTED)]
    body = {"selection": {"filter": {"tags": {"any": tags}}}, "message": {"text": TEMPLATE}}
    created = await service.client.post("/mass-replies", json=body)
    created.raise_for_status()
    path = f"/mass-replies/{created.json()['id']}"
    await user.until(service.client, path, lambda batch: batch["status"] == "awaiting_confirmation")


if __name__ == "__main__":
    main()
