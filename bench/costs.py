"""CPU time for each 1,000 deliveries, process by process: `python -m bench.costs`. It holds on a busy machine.

One batch on one account, or on an account of each channel in a list (`BENCH_CHANNEL=email,sms`), data through the API,
two workers, a provider that answers at once. What the processes spend by the second, with nothing to do, is measured
before and taken off in `less_idle`: where others use the machine a run takes longer, and that part of it grows. With
`BENCH_PROFILE=1` each worker samples where its CPU time goes and counts its statements, and says so when it ends, in
var/bench/logs/worker-0.log and worker-1.log; that costs some time itself.
"""

import asyncio
import json
import os
import time
from typing import Any, Final

from bench import user
from bench.load import account, conversations
from bench.processes import cpu_ms, provider, server_pids
from bench.stack import Service, Stack, running_stack

IN_FLIGHT: Final = int(os.environ.get("BENCH_IN_FLIGHT", "64")) or None
"""Calls that each account may have under way. 0: as many as by the default settings."""
LATENCY: Final = os.environ.get("BENCH_LATENCY", "0")
CHANNELS: Final = os.environ.get("BENCH_CHANNEL", "sms").split(",")
EACH: Final = int(os.environ.get("BENCH_DELIVERIES", "3000")) // len(CHANNELS)
DELIVERIES: Final = EACH * len(CHANNELS)
IDLE_SECONDS: Final = 5

WRITES = """
    SELECT relname, n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_hot_upd AS hot
    FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd > 0
"""


def main() -> None:
    with running_stack() as stack, provider(float(LATENCY)) as port:
        asyncio.run(_measure(stack, port))


async def _measure(stack: Stack, port: int) -> None:
    async with stack.service() as service:
        pids = {"api": [service.api.process.pid], "workers": [worker.process.pid for worker in service.workers]}
        await _as_a_user(service, port, Watched(service.database, pids))


class Watched:
    """The processes that are measured, and the database's own counts."""

    def __init__(self, database: Any, pids: dict[str, list[int]]) -> None:
        self._database = database
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
        await asyncio.sleep(1.1)  # backends hand in their counts once a second
        return {
            "time": time.perf_counter() - 1.1,
            "cpu": {name: sum(map(cpu_ms, pids)) for name, pids in self._all(self._database).items()},
            "wal": int(await self._database.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'")),
            "commits": await self._database.fetchval(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
            ),
            "writes": {row["relname"]: dict(row) for row in await self._database.fetch(WRITES)},
        }

    def _all(self, connection: Any) -> dict[str, list[int]]:
        return {**self._pids, "postgres": server_pids(connection.get_server_pid())}


def _writes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Rows inserted, updated, and updated within their page, for each delivery."""
    found = {}
    for table, counts in after.items():
        was = before.get(table, {})
        moved = [counts[name] - was.get(name, 0) for name in ("inserted", "updated", "hot")]
        if sum(moved) >= DELIVERIES / 100:
            found[table] = " + ".join(f"{number / DELIVERIES:.2f}" for number in moved)
    return found


async def _as_a_user(service: Service, port: int, watched: Watched) -> None:
    client = service.client
    for channel in CHANNELS:
        await user.save_account(client, channel, account(channel, port, IN_FLIGHT))
    lines = [line for channel in CHANNELS for line in conversations(channel, EACH)]
    await watched.note_idle()
    await watched.begin()
    await user.import_conversations(client, lines)
    await watched.end("import")
    await watched.begin()
    path, count = await user.create(client, *CHANNELS)
    await watched.end("create and prepare")
    await watched.begin()
    await user.confirm(client, path, count)
    await user.until_sent(service, path, count)
    await watched.end("send")


if __name__ == "__main__":
    main()
