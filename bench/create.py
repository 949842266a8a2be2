"""Creating mass replies on few of many conversations: `python -m bench.create` prints one JSON.

The conversations come through the import, as a user's do. Mass replies of 1,000 recipients, found by a tag, are
previewed and created over HTTP. All conversations are counted by a search and frozen by a mass reply that is cancelled
at once. Then a worker prepares one on two ninths of them. `BENCH_CONVERSATIONS=5000000` makes it five million.
"""

import asyncio
import json
import math
import os
import statistics
import time
from typing import Any, Final

from bench import imports, user
from bench.cpu import Used
from bench.load import TEMPLATE, account
from bench.processes import peak_megabytes
from bench.stack import Service, Stack, running_stack

CONVERSATIONS: Final = int(os.environ.get("BENCH_CONVERSATIONS", "1000000"))
SELECTED: Final = 1_000
CREATES: Final = 7
COUNTS: Final = 3
WARM: Final = 2
SHARE_OF_FIRST: Final = 50
"""The first lines are a fiftieth: they say how long the others will take."""
_BYTES: Final = """
    SELECT sum(pg_total_relation_size(oid)) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace)
"""


def main() -> None:
    with running_stack() as stack:
        print(json.dumps(asyncio.run(measure(stack))), flush=True)


async def measure(stack: Stack, conversations: int = CONVERSATIONS, seconds: float = math.inf) -> dict[str, Any]:
    """Return milliseconds of creating and counting, recipients prepared per second, and CPU milliseconds for 1,000.

    There are fewer conversations if importing them would take longer than these seconds.
    """
    async with stack.service(workers=1) as service:
        await user.save_account(service.client, "sms", account("sms", imports.NOBODY))
        conversations, speed = await imported(service, conversations, seconds)
        await _settled(service)
        bytes_each = round(await service.database.fetchval(_BYTES) / conversations)
        found = await figures(service, conversations)
        return {"conversations": conversations, "bytes_each": bytes_each, **speed, **found}


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


async def imported(service: Service, count: int, seconds: float = math.inf) -> tuple[int, dict[str, Any]]:
    """Import conversations through the API, each with its contact, two tags, fields and a message, so that 1,000 share
    a tag. Import fewer if the first ones say that it would take longer than these seconds.

    Return how many there are, and how fast they came.
    """
    first = count // SHARE_OF_FIRST
    speed = first / await imports.import_lines(service, "first", 0, first)
    part = max(1, int(min(count - first, speed * seconds)) // imports.PARTS // SELECTED) * SELECTED
    lines, used = part * imports.PARTS, Used(service)
    took = [
        await imports.import_lines(service, "c", first + number * part, part, tags=lines // SELECTED)
        for number in range(imports.PARTS)
    ]
    return first + lines, {
        "imported": lines,
        "imported_per_second": round(lines / sum(took)),
        "imported_per_second_of_each_tenth": [round(part / each) for each in took],
        "import_cpu_ms_per_1000": used.per_1000(lines),
        "api_megabytes_after_import": round(peak_megabytes(service.api.process.pid)),
    }


async def _settled(service: Service) -> None:
    """Do what autovacuum does in the next minutes, and write all to the disk: that is not what is measured."""
    await service.database.execute("VACUUM (ANALYZE)")
    await service.database.execute("CHECKPOINT")


async def _created(service: Service, tag: int) -> float:
    """Create one and return the milliseconds until it awaits confirmation."""
    body = {"selection": {"filter": {"tags": {"any": [f"outage-c-{tag}"]}}}, "message": {"text": TEMPLATE}}
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
    body = {"selection": {"filter": {"tags": {"any": [f"outage-c-{tag}"]}}}, "message": {"text": TEMPLATE}}
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
