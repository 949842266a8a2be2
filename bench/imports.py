"""Lines imported per second, and what a line costs: `python -m bench.imports` prints one JSON.

Whole lines (a contact with e-mail and number, two tags, two custom fields, a message) go over HTTP to one process of
the API, in ten requests, into an empty database. PostgreSQL and whoever sends the lines share the machine with it.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from bench import user
from bench.cpu import Used
from bench.load import account
from bench.processes import peak_megabytes
from bench.stack import Service, Stack, running_stack

LINES: Final = int(os.environ.get("BENCH_LINES", "20000"))
PARTS: Final = 10
SENT_AT_ONCE: Final = 100
"""Lines in a piece of a request's body."""
TAGS: Final = 50
"""That an import's lines share, one on each, beside the tag that all have."""
NOBODY: Final = 9
"""A port at which no provider listens: nothing is sent here."""


def main() -> None:
    with running_stack() as stack:
        print(json.dumps(asyncio.run(measure(stack))), flush=True)


async def measure(stack: Stack, lines: int = LINES) -> dict[str, Any]:
    """Import lines, and the last tenth of them again. Return lines per second, and CPU milliseconds for 1,000 lines."""
    async with stack.service(workers=0) as service:
        await user.save_account(service.client, "sms", account("sms", NOBODY))
        await import_lines(service, "warm", 0, 500)
        part, used = lines // PARTS, Used(service)
        seconds, megabytes = [], []
        for start in range(PARTS):
            seconds.append(await import_lines(service, "c", start * part, part))
            megabytes.append(round(peak_megabytes(service.api.process.pid)))
        new = used.per_1000(part * PARTS)
        again = await import_lines(service, "c", (PARTS - 1) * part, part)
        return {
            "lines": part * PARTS,
            "per_second": round(part * PARTS / sum(seconds)),
            "per_second_of_each_tenth": [round(part / each) for each in seconds],
            "first_tenth_per_second": round(part / seconds[0]),
            "last_tenth_per_second": round(part / seconds[-1]),
            "cpu_ms_per_1000": new,
            "unchanged_per_second": round(part / again),
            "unchanged_cpu_ms_per_1000": used.per_1000(part),
            "api_megabytes_after_each_tenth": megabytes,
        }


async def measure_cold(stack: Stack, lines: int) -> float:
    """Import lines in one request into a database whose statistics say that it is empty, by processes that have done
    nothing yet. Return lines per second.
    """
    async with stack.service(workers=0) as service:
        await user.save_account(service.client, "sms", account("sms", NOBODY))
        await service.database.execute("ANALYZE")
        return lines / await import_lines(service, "c", 0, lines)


async def import_lines(service: Service, name: str, start: int, count: int, tags: int = TAGS) -> float:
    """Import lines of new conversations, or the same ones again. Return the seconds that it took.

    The lines are made before, as whoever sends a file has made it.
    """
    pieces = _pieces(name, start, count, tags)
    ndjson = {"Content-Type": "application/x-ndjson"}
    began = time.perf_counter()
    answer = await service.client.post("/conversations/import", content=_body(pieces), headers=ndjson)
    took = time.perf_counter() - began
    answer.raise_for_status()
    found = answer.json()
    assert found["created"] + found["unchanged"] == count, found
    assert not found["warnings"], found
    return took


def _pieces(name: str, start: int, count: int, tags: int) -> list[bytes]:
    firsts = range(start, start + count, SENT_AT_ONCE)
    numbers = [range(first, min(first + SENT_AT_ONCE, start + count)) for first in firsts]
    return ["".join(line(name, number, tags) for number in piece).encode() for piece in numbers]


async def _body(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def line(name: str, number: int, tags: int = TAGS) -> str:
    """A conversation as a helpdesk exports it."""
    n, phone = f"{name}-{number}", f"+1{2_012_000_000 + number % 7_000_000}"
    return (
        f'{{"external_id": "{n}", "channel": "sms", "channel_account": "sms", "status": "active", '
        f'"engagement": "pending", "subject": "Order {number} is late", "human_id": "SUP-{number}", '
        f'"tags": ["outage-{name}-{number % tags}", "vip"], "team": "team-{number % 9}", '
        f'"assignee": "agent-{number % 40}", '
        f'"contact": {{"external_id": "u-{n}", "name": "Customer {number}", "first_name": "Name{number % 300}", '
        f'"email": "customer{number}@example.com", "phone": "{phone}", "custom_fields": {{"plan": "pro"}}}}, '
        f'"custom_fields": {{"order": "A-{number}", "seats": {number % 20}}}, "created_at": "2026-05-01T09:00:00Z", '
        f'"last_customer_message": {{"text": "Where is my order {number}?", '
        f'"provider_message_id": "SM{number:032}", "sent_at": "2026-05-01T10:00:00Z"}}}}\n'
    )


if __name__ == "__main__":
    main()
