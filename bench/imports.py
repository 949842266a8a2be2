"""Lines imported per second, and what a line costs: `python -m bench.imports` prints one JSON.

Whole lines (a contact with e-mail and number, two tags, two custom fields, a message) go over HTTP to one process of
the API, in ten requests, into an empty database. PostgreSQL and whoever sends the lines share the machine with it.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from app.dev import servers
from bench.__main__ import VAR
from bench.cpu import peak_memory
from bench.scene import Scene, opened

LINES: Final = int(os.environ.get("BENCH_LINES", "20000"))
PARTS: Final = 10
SENT_AT_ONCE: Final = 100
"""Lines in a piece of a request's body."""


def main() -> None:
    with servers.postgres(VAR / "postgres") as postgres, servers.valkey(VAR / "valkey") as redis_url:
        print(json.dumps(asyncio.run(measure(postgres, redis_url))), flush=True)


async def measure(postgres: servers.PostgresServer, redis_url: str, lines: int = LINES) -> dict[str, Any]:
    """Import lines, and the last tenth again. Return lines per second and CPU milliseconds for each 1,000 lines."""
    async with opened(postgres, redis_url, "imports") as scene:
        await import_lines(scene, "warm", 0, 500)
        part, meter = lines // PARTS, scene.meter()
        seconds = [await import_lines(scene, "c", start * part, part) for start in range(PARTS)]
        used = {name: round(ms / (part * PARTS / 1000)) for name, ms in meter.read().items()}
        again = await import_lines(scene, "c", (PARTS - 1) * part, part)
        return {
            "lines": part * PARTS,
            "per_second": round(part * PARTS / sum(seconds)),
            "first_tenth": round(part / seconds[0]),
            "last_tenth": round(part / seconds[-1]),
            "cpu_ms_per_1000": used,
            "unchanged_per_second": round(part / again),
            "unchanged_cpu_ms_per_1000": {name: round(ms / (part / 1000)) for name, ms in meter.read().items()},
            "api_memory_mb": peak_memory(scene.api),
        }


async def import_lines(scene: Scene, name: str, start: int, count: int) -> float:
    """Import lines of new conversations, or the same ones again. Return the seconds that it took."""
    began = time.perf_counter()
    ndjson = {"Content-Type": "application/x-ndjson"}
    answer = await scene.client.post("/conversations/import", content=_body(name, start, count), headers=ndjson)
    answer.raise_for_status()
    found = answer.json()
    assert found["created"] + found["unchanged"] == count, found
    assert not found["warnings"], found
    return time.perf_counter() - began


async def _body(name: str, start: int, count: int) -> AsyncIterator[bytes]:
    for first in range(start, start + count, SENT_AT_ONCE):
        numbers = range(first, min(first + SENT_AT_ONCE, start + count))
        yield "".join(line(name, number) for number in numbers).encode()


def line(name: str, number: int) -> str:
    """A conversation as a helpdesk exports it. Written by hand: making lines must not cost what is measured."""
    n, phone = f"{name}-{number}", f"+1{2_012_000_000 + number % 7_000_000}"
    return (
        f'{{"external_id": "{n}", "channel": "sms", "channel_account": "sms", "status": "active", '
        f'"engagement": "pending", "subject": "Order {number} is late", "human_id": "SUP-{number}", '
        f'"tags": ["outage-{number % 50}", "vip"], "team": "team-{number % 9}", "assignee": "agent-{number % 40}", '
        f'"contact": {{"external_id": "u-{n}", "name": "Customer {number}", "first_name": "Name{number % 300}", '
        f'"email": "customer{number}@example.com", "phone": "{phone}", "custom_fields": {{"plan": "pro"}}}}, '
        f'"custom_fields": {{"order": "A-{number}", "seats": {number % 20}}}, "created_at": "2026-05-01T09:00:00Z", '
        f'"last_customer_message": {{"text": "Where is my order {number}?", '
        f'"provider_message_id": "SM{number:032}", "sent_at": "2026-05-01T10:00:00Z"}}}}\n'
    )


if __name__ == "__main__":
    main()
