"""One account as a user has it: data through the API, a provider that takes its time, two workers.

`python -m bench.account` prints a JSON line for each pair of latency and calls in flight: deliveries per second of this
service, of the naive design and of the bare loop with as many calls in flight, and the ratio to the limit. The limit is
the smaller of calls in flight / latency and the bare loop against a provider that answers at once.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev import servers
from app.domain.permissions import Role
from app.runtime import open_runtime
from app.settings import Settings
from app.store.schema import migrate
from bench import naive
from bench.__main__ import VAR, WORKERS, _free_port, _process, _wait_for, _worker
from bench.load import RATE, SID, TEMPLATE

CASES = ((0.0, 64), (0.05, 64), (0.1, 32))[: int(os.environ.get("BENCH_CASES", "3"))]
DELIVERIES = int(os.environ.get("BENCH_DELIVERIES", "3000"))
LIMIT_SECONDS = 180


def main() -> None:
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres(VAR / "postgres"))
        redis_url = stack.enter_context(servers.valkey(VAR / "valkey"))
        at_once = stack.enter_context(_provider(0.0))
        machine = _bare(at_once, 64)
        for latency, in_flight in CASES:
            with _provider(latency) as port:
                figures = asyncio.run(_case(postgres, redis_url, port, in_flight))
                bare = machine if latency == 0 else _bare(port, in_flight)
            limit = machine if latency == 0 else min(machine, in_flight / latency)
            about = {"latency_ms": round(latency * 1000), "in_flight": in_flight, "deliveries": DELIVERIES}
            rates = {**figures, "bare_loop": bare, "limit": limit}
            ratios = {
                "ratio_to_limit": round(figures["here"] / limit, 2),
                "ratio_to_naive": round(figures["here"] / figures["naive"], 2),
            }
            print(json.dumps({**about, **{name: round(rate) for name, rate in rates.items()}, **ratios}), flush=True)


@contextmanager
def _provider(latency: float) -> Iterator[int]:
    port = _free_port()
    with _process("bench.stub", str(port), str(latency)):
        _wait_for(port)
        yield port


def _bare(port: int, in_flight: int) -> float:
    command = [sys.executable, "-m", "bench.bare", str(port), str(DELIVERIES // WORKERS), str(in_flight // WORKERS)]
    loops = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]
    return sum(float(loop.communicate(timeout=LIMIT_SECONDS)[0]) for loop in loops)


async def _case(postgres: servers.PostgresServer, redis_url: str, provider: int, in_flight: int) -> dict[str, float]:
    await servers.create_database(postgres, "bench", fresh=True)
    owner, runtime = postgres.url(servers.OWNER, "bench"), postgres.url(servers.RUNTIME, "bench")
    await migrate(owner, runtime)
    settings = Settings.model_validate(
        {
            "database_url": runtime,
            "redis_url": redis_url,
            "secret_key": secrets.token_urlsafe(32),
            "allow_private_urls": True,
        }
    )
    here = await _here(settings, provider, in_flight)
    return {**here, "naive": await naive.measure(provider, DELIVERIES, in_flight, owner, redis_url)}


async def _here(settings: Settings, provider: int, in_flight: int) -> dict[str, float]:
    async with open_runtime(settings) as runtime:
        tenant = await create_tenant(runtime.database, "Bench")
        async with runtime.database.begin(tenant) as tx:
            key = await issue_api_key(tx, KeyDraft("bench", frozenset(Role)))
    with ExitStack() as stack:
        port = _free_port()
        stack.enter_context(_worker(settings, "bench.api", str(port)))
        for _ in range(WORKERS):
            stack.enter_context(_worker(settings))
        _wait_for(port)
        await asyncio.sleep(2)  # the workers are up before the clock starts
        headers = {"Authorization": f"Bearer {key.presented}"}
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=LIMIT_SECONDS) as client:
            return await _as_a_user(client, provider, in_flight)


async def _as_a_user(client: httpx.AsyncClient, provider: int, in_flight: int) -> dict[str, float]:
    (await client.put("/channel-accounts/sms", json=sms_account(provider, in_flight))).raise_for_status()
    started = time.perf_counter()
    lines = "\n".join(json.dumps(conversation(number)) for number in range(DELIVERIES))
    ndjson = {"Content-Type": "application/x-ndjson"}
    (await client.post("/conversations/import", content=lines, headers=ndjson)).raise_for_status()
    imported = time.perf_counter() - started
    body = {"selection": {"filter": {"channel": ["sms"]}}, "message": {"text": TEMPLATE}}
    created = await client.post("/mass-replies", json=body)
    created.raise_for_status()
    id_ = created.json()["id"]
    started = time.perf_counter()
    confirmed = await client.post(f"/mass-replies/{id_}/confirm", json={"recipient_count": DELIVERIES})
    confirmed.raise_for_status()
    async with asyncio.timeout(LIMIT_SECONDS):
        while (batch := (await client.get(f"/mass-replies/{id_}")).json())["counts"]["sent"] < DELIVERIES:
            await asyncio.sleep(0.05)
    assert batch["counts"]["uncertain"] == 0
    return {"here": DELIVERIES / (time.perf_counter() - started), "import": DELIVERIES / imported}


def sms_account(provider: int, in_flight: int) -> dict[str, Any]:
    return {
        "channel": "sms",
        "provider": "twilio",
        "name": "SMS",
        "config": {"account_sid": SID, "from": "+12025550100", "base_url": f"http://127.0.0.1:{provider}"},
        "credentials": {"auth_token": "token"},
        "rate_per_second": RATE,
        "max_in_flight": in_flight,
        "enabled": True,
    }


def conversation(number: int) -> dict[str, Any]:
    phone = f"+1202{number:07}"
    return {
        "external_id": f"c-{number}",
        "channel": "sms",
        "channel_account": "sms",
        "contact": {"external_id": f"u-{number}", "name": f"Customer {number}", "first_name": "Name", "phone": phone},
        "address": phone,
        "last_customer_message": {"text": "Hi", "sent_at": "2026-05-01T10:00:00Z"},
    }


if __name__ == "__main__":
    main()
