"""CPU time for each 1,000 deliveries, process by process: `python -m bench.costs`. It holds on a busy machine.

One batch on one account, data through the API, two workers, a provider that answers at once. What the processes spend
by the second, with nothing to do, is measured before and taken off in `less_idle`: where others use the machine a
run takes longer, and that part of it grows. With `BENCH_PROFILE=1`
each worker samples where its CPU time goes and counts its statements, and says so on standard error when it ends;
that costs some time itself.
"""

import asyncio
import json
import os
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev import servers
from app.domain.permissions import Role
from app.runtime import open_runtime
from app.settings import Settings
from app.store.schema import migrate
from bench.__main__ import VAR, WORKERS, _free_port, _process, _wait_for, _worker
from bench.account import conversation, sms_account
from bench.load import TEMPLATE

DELIVERIES: Final = int(os.environ.get("BENCH_DELIVERIES", "3000"))
IN_FLIGHT: Final = int(os.environ.get("BENCH_IN_FLIGHT", "64"))
LATENCY: Final = os.environ.get("BENCH_LATENCY", "0")
LIMIT_SECONDS: Final = 60
IDLE_SECONDS: Final = 5
TICK: Final = 1000 / os.sysconf("SC_CLK_TCK")
"""Milliseconds of one of the kernel's ticks."""

WRITES = """
    SELECT relname, n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_hot_upd AS hot
    FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd > 0
"""


def main() -> None:
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres(VAR / "postgres"))
        redis_url = stack.enter_context(servers.valkey(VAR / "valkey"))
        provider = _free_port()
        stack.enter_context(_process("bench.stub", str(provider), LATENCY))
        _wait_for(provider)
        asyncio.run(_measure(postgres, redis_url, provider))


async def _measure(postgres: servers.PostgresServer, redis_url: str, provider: int) -> None:
    await servers.create_database(postgres, "costs", fresh=True)
    owner, runtime = postgres.url(servers.OWNER, "costs"), postgres.url(servers.RUNTIME, "costs")
    await migrate(owner, runtime)
    given = {"database_url": runtime, "redis_url": redis_url, "secret_key": secrets.token_urlsafe(32)}
    settings = Settings.model_validate({**given, "allow_private_urls": True})
    key = await _key(settings)
    with ExitStack() as stack:
        port = _free_port()
        api = stack.enter_context(_worker(settings, "bench.api", str(port)))
        workers = [stack.enter_context(_worker(settings)) for _ in range(WORKERS)]
        _wait_for(port)
        await asyncio.sleep(2)  # the workers are up before anything is measured
        watched = Watched(postgres, owner, {"api": [api], "workers": workers})
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=LIMIT_SECONDS
        ) as client:
            await _as_a_user(client, provider, watched)


async def _key(settings: Settings) -> str:
    async with open_runtime(settings) as runtime:
        tenant = await create_tenant(runtime.database, "Bench")
        async with runtime.database.begin(tenant) as tx:
            return str((await issue_api_key(tx, KeyDraft("bench", frozenset(Role)))).presented)


class Watched:
    """The processes that are measured, and the database's own counts."""

    def __init__(self, postgres: servers.PostgresServer, owner: str, pids: dict[str, list[int]]) -> None:
        self._postgres = postgres
        self._owner = owner
        self._pids = pids
        self._before: dict[str, Any] = {}
        self._idle: dict[str, float] = {}
        """Milliseconds of CPU in a second with nothing to do."""

    async def begin(self) -> None:
        self._before = await self._counts()

    async def note_idle(self) -> None:
        """Measure a few seconds in which there is nothing to do."""
        before = await self._counts()
        await asyncio.sleep(IDLE_SECONDS)
        after = await self._counts()
        self._idle = {
            name: (after["cpu"][name] - cpu) / (after["time"] - before["time"]) for name, cpu in before["cpu"].items()
        }

    async def end(self, step: str) -> None:
        """Print what the step took, for each 1,000 deliveries."""
        before, after = self._before, await self._counts()
        thousands = DELIVERIES / 1000
        seconds = after["time"] - before["time"]
        spent = {name: round((after["cpu"][name] - cpu) / thousands) for name, cpu in before["cpu"].items()}
        less_idle = {name: round(cpu - self._idle[name] * seconds / thousands) for name, cpu in spent.items()}
        figures: dict[str, Any] = {
            "step": step,
            "per_second": round(DELIVERIES / seconds),
            "cpu_ms_per_1000": {**spent, "all": sum(spent.values())},
            "less_idle": {**less_idle, "all": sum(less_idle.values())},
            "commits_per_1000": round((after["commits"] - before["commits"]) / thousands),
            "wal_bytes_each": round((after["wal"] - before["wal"]) / DELIVERIES),
            "writes_each": _writes(before["writes"], after["writes"]),
        }
        print(json.dumps(figures), flush=True)

    async def _counts(self) -> dict[str, Any]:
        connection: Any = await asyncpg.connect(self._postgres.url("postgres", "costs"))
        try:
            await asyncio.sleep(1.1)  # backends hand in their counts once a second
            return {
                "time": time.perf_counter() - 1.1,
                "cpu": {name: sum(map(_cpu, pids)) for name, pids in self._all(connection).items()},
                "wal": int(await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'")),
                "commits": await connection.fetchval(
                    "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
                ),
                "writes": {row["relname"]: dict(row) for row in await connection.fetch(WRITES)},
            }
        finally:
            await connection.close()

    def _all(self, connection: Any) -> dict[str, list[int]]:
        postmaster = _parent(connection.get_server_pid())
        return {**self._pids, "postgres": [postmaster, *_children(postmaster)]}


def _writes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Rows inserted, updated, and updated within their page, for each delivery."""
    found = {}
    for table, counts in after.items():
        was = before.get(table, {})
        moved = [counts[name] - was.get(name, 0) for name in ("inserted", "updated", "hot")]
        if sum(moved) >= DELIVERIES / 100:
            found[table] = " + ".join(f"{number / DELIVERIES:.2f}" for number in moved)
    return found


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    """Milliseconds of CPU, with those of children that have ended."""
    try:
        return sum(map(int, _stat(pid)[11:15])) * TICK
    except FileNotFoundError:
        return 0.0


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _as_a_user(client: httpx.AsyncClient, provider: int, watched: Watched) -> None:
    (await client.put("/channel-accounts/sms", json=sms_account(provider, IN_FLIGHT))).raise_for_status()
    lines = "\n".join(json.dumps(conversation(number)) for number in range(DELIVERIES))
    await watched.note_idle()
    await watched.begin()
    ndjson = {"Content-Type": "application/x-ndjson"}
    (await client.post("/conversations/import", content=lines, headers=ndjson)).raise_for_status()
    await watched.end("import")
    await watched.begin()
    body = {"selection": {"filter": {"channel": ["sms"]}}, "message": {"text": TEMPLATE}}
    created = await client.post("/mass-replies", json=body)
    created.raise_for_status()
    path = f"/mass-replies/{created.json()['id']}"
    await _until(client, path, lambda batch: batch["status"] == "awaiting_confirmation")
    await watched.end("create and prepare")
    await watched.begin()
    confirmed = await client.post(f"{path}/confirm", json={"recipient_count": DELIVERIES})
    confirmed.raise_for_status()
    await _until(client, path, lambda batch: batch["counts"]["sent"] == DELIVERIES)
    await watched.end("send")


async def _until(client: httpx.AsyncClient, path: str, is_done: Callable[[dict[str, Any]], bool]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not is_done((await client.get(path)).json()):
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    main()
