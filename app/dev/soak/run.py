"""A long run from its start to its verdict."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev import servers
from app.dev.api_client import Calls
from app.dev.history import folder as history
from app.dev.history.evidence import Confirmed
from app.dev.history.receiver import Receiver, receiving
from app.dev.history.verdict import judge
from app.dev.inboxes import inboxes, open_inboxes
from app.dev.ports import free_port
from app.dev.soak.people import batches, lines
from app.dev.soak.relay import CLEAR, Relay
from app.dev.soak.report import Outcome, Plan
from app.dev.soak.stage import Ground, Postgres, SoakProgram, Valkey, ready
from app.dev.soak.strikes import FAILING, STRIKES, SoakRun, draw
from app.dev.subprocesses import child
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.store.database import Database
from app.store.schema import migrate

DATABASE: Final = "soak"
WORKERS: Final = 3
LEASE, SLACK, CALL = 5, 1, 10
"""Seconds. What nobody knows is given up soon, so that there is time for the rest of its story."""
LARGEST: Final = 0.2
"""The share of the recipients that the largest account has."""
SECONDS_EACH: Final = 3.0
"""What a strike takes, with the pause after it: so slowly are messages sent that they last until the last one."""
RESTART_SECONDS: Final = 6.0
ROLLING: Final = 2_000
HURRY: Final = 500.0
"""Messages a second of each account, once everything has happened that was to happen."""
FINISHED_WITHIN: Final = 900.0
QUIET: Final = 9.0
"""Seconds without a change: longer than the sandbox tries to hand a receipt over."""
TYPES: Final = (
    "mass_reply.confirmed",
    "mass_reply.paused",
    "mass_reply.completed",
    "mass_reply.cancelled",
    "deliveries.updated",
)


async def soak(plan: Plan, folder: Path) -> Outcome:
    """Run it, and judge it. Raise TimeoutError if the mass reply does not end."""
    began, dice = time.monotonic(), Random(plan.seed)  # noqa: S311 - it draws recipients and faults
    evidence_folder = folder / "evidence"
    evidence_folder.mkdir()
    async with _ground(plan, folder, evidence_folder) as (ground, relays, receiver, sandbox):
        stage = _Stage(ground, relays, receiver, sandbox, evidence_folder, dice)
        rolling = await stage.prepare("rolling", min(ROLLING, plan.recipients), 0.0, plan.restarts * RESTART_SECONDS)
        restarted = await stage.roll(rolling, plan.restarts)
        storm = await stage.prepare("storm", plan.recipients, None, plan.faults * SECONDS_EACH)
        struck, died = await stage.strike(storm, draw(plan.faults, dice))
        died += await stage.end(storm)
        await stage.settle(rolling, storm)
        with Calls(ground.api_url, ground.key) as calls:
            ids = [rolling, storm]
            await asyncio.to_thread(history.collect, evidence_folder, calls, stage.database_url, ground.tenant, ids)
    seen = history.read(evidence_folder, settles_after=LEASE + CALL + SLACK)
    verdict = judge(seen)
    return Outcome(plan, evidence_folder, seen, verdict, struck, restarted, rolling, died, time.monotonic() - began)


class _Stage:
    """What is done with the ground."""

    def __init__(
        self, ground: Ground, relays: list[Relay], receiver: Receiver, sandbox: str, evidence: Path, dice: Random
    ) -> None:
        self.ground, self.relays, self.receiver, self.sandbox = ground, relays, receiver, sandbox
        self.evidence, self.dice = evidence, dice
        self.chosen = inboxes(f"http://127.0.0.1:{relays[0].port}", relays[1].port)
        headers = {"Authorization": f"Bearer {ground.key}"}
        self.http = httpx.AsyncClient(base_url=ground.api_url, headers=headers, timeout=60, trust_env=False)

    @property
    def database_url(self) -> str:
        return self.ground.api.variables["MASS_REPLY_DATABASE_URL"]

    async def prepare(self, tag: str, count: int, troubled: float | None, seconds: float) -> str:
        """Import conversations, and confirm a mass reply to them that takes this long. Return its id."""
        await asyncio.to_thread(self._furnish, max(1.0, count * LARGEST / max(seconds, 1.0)))
        await asyncio.to_thread(self._import, tag, count, troubled)
        selection = {"filter": {"tags": {"any": [tag]}}}
        text = "Hi {{ contact.name }}, card payments work again."
        body = {"selection": selection, "message": {"text": text}, "mark_as_done": True}
        created = await self._call("POST", "/mass-replies", json=body)
        while created["status"] == "preparing":
            await asyncio.sleep(0.5)
            created = await self._call("GET", f"/mass-replies/{created['id']}")
        with Calls(self.ground.api_url, self.ground.key) as calls:
            queued = await asyncio.to_thread(
                lambda: {
                    item["id"]: item["conversation_id"]
                    for item in calls.listing(f"/mass-replies/{created['id']}/deliveries")
                    if item["status"] == "queued"
                }
            )
        history.write_confirmed(self.evidence, Confirmed(created["id"], queued))
        count_ = {"recipient_count": created["recipient_count"]}
        await self._call("POST", f"/mass-replies/{created['id']}/confirm", json=count_)
        return str(created["id"])

    def _furnish(self, rate: float) -> None:
        with Calls(self.ground.api_url, self.ground.key) as api, Calls(self.sandbox) as sandbox:
            open_inboxes(api, sandbox, self.chosen, rate)

    def _import(self, tag: str, count: int, troubled: float | None) -> None:
        share = {} if troubled is None else {"troubled": troubled}
        with Calls(self.ground.api_url, self.ground.key) as api:
            for body in batches(lines(count, tag, self.dice, **share)):
                report = api.upload("/conversations/import", body, "application/x-ndjson")
                assert not report["failed"], report["errors"]  # noqa: S101 - the recipients are our own

    async def roll(self, mass_reply: str, restarts: int) -> int:
        """Restart one worker after the other while the mass reply is under way."""
        done = 0
        for number in range(restarts):
            if await self._finished(mass_reply):
                break
            worker = self.ground.workers[number % len(self.ground.workers)]
            await worker.restart()
            await worker.ready()
            done += 1
        await asyncio.to_thread(self._furnish, HURRY)
        await self._wait(mass_reply)
        return done

    async def strike(self, mass_reply: str, drawn: list[str]) -> tuple[dict[str, int], int]:
        """Apply the faults that were drawn. Return those that came while the mass reply was under way."""
        run = SoakRun(self.ground, self.relays, self.http, mass_reply, self.dice, fail_webhooks=self._fail_webhooks)
        struck: Counter[str] = Counter()
        died = 0
        for kind in drawn:
            if await self._finished(mass_reply):
                break
            await STRIKES[kind](run)
            struck[kind] += 1
            died += self._revive()
            await asyncio.sleep(self.dice.uniform(0.1, 1))
        await asyncio.gather(*run.asleep.values())
        return {kind: struck[kind] for kind in STRIKES if struck[kind]}, died

    def _fail_webhooks(self, share: float) -> None:
        self.receiver.failures = share

    def _revive(self) -> int:
        """Restart processes that have ended by themselves. Return how many had."""
        ended = [each for each in (*self.ground.workers, self.ground.api) if each.running.process.poll() is not None]
        for program in ended:
            program.start()
        return len(ended)

    async def end(self, mass_reply: str) -> int:
        """Heal everything, and wait until the mass reply ends. Return how many processes had ended."""
        self.receiver.failures = 0.0
        for relay in self.relays:
            relay.weather = CLEAR
        await ready(f"{self.ground.api_url}/health/ready")
        died = self._revive()
        await asyncio.to_thread(self._furnish, HURRY)
        await self._wait(mass_reply)
        return died

    async def _wait(self, mass_reply: str) -> None:
        async with asyncio.timeout(FINISHED_WITHIN):
            while not await self._finished(mass_reply):
                await asyncio.sleep(3)
                await self._resume(mass_reply)

    async def _resume(self, mass_reply: str) -> None:
        """Resume accounts that rest because their provider did not answer, or that were paused, as a person would."""
        batch = await self._call("GET", f"/mass-replies/{mass_reply}")
        for lane in batch["lanes"] or ():
            if lane["state"] in ("paused", "cooling") and lane["channel_account"]:
                body = {"channel_account": lane["channel_account"]}
                await self.http.post(f"/mass-replies/{mass_reply}/resume", json=body)
        if batch["status"] == "paused":
            await self.http.post(f"/mass-replies/{mass_reply}/resume")

    async def settle(self, *mass_replies: str) -> None:
        """Wait until neither a receipt nor a webhook changes anything any more."""
        seen, since = None, time.monotonic()
        async with asyncio.timeout(FINISHED_WITHIN):
            while time.monotonic() - since < QUIET:
                counts = [(await self._call("GET", f"/mass-replies/{id_}"))["counts"] for id_ in mass_replies]
                endpoint = await self._call("GET", "/webhook-endpoints/soak")
                now = (counts, endpoint["backlog"]["count"])
                if now != seen or endpoint["backlog"]["count"]:
                    seen, since = now, time.monotonic()
                await asyncio.sleep(0.5)

    async def _finished(self, mass_reply: str) -> bool:
        try:
            return (await self._call("GET", f"/mass-replies/{mass_reply}"))["finished_at"] is not None
        except (httpx.TransportError, httpx.HTTPStatusError):
            return False

    async def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = await self.http.request(method, path, **content)
        answer.raise_for_status()
        read: dict[str, Any] = answer.json()
        return read


@asynccontextmanager
async def _ground(plan: Plan, folder: Path, evidence: Path) -> AsyncIterator[tuple[Ground, list[Relay], Receiver, str]]:
    async with AsyncExitStack() as stack:
        processes = stack.enter_context(ExitStack())
        server = processes.enter_context(servers.postgres(folder / "postgres", durable=False))
        await servers.create_database(server, DATABASE, fresh=True)
        database_url = server.url(servers.RUNTIME, DATABASE)
        await migrate(server.url(servers.OWNER, DATABASE), database_url)
        valkey = Valkey(folder / "valkey")
        valkey.start()
        processes.callback(valkey.stop)
        tenant, key = await _tenant(database_url)
        sandbox_port, smtp_port, api_port = free_port(), free_port(), free_port()
        ports = ("--port", str(sandbox_port), "--smtp-port", str(smtp_port))
        options = ("--journal", str(evidence / history.JOURNAL), "--latency", "30", "--receipt-delay", "500")
        sandbox = processes.enter_context(child("sandbox", "app.dev.sandbox", (*ports, *options), {}, folder))
        sandbox_url, api_url = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{api_port}"
        await asyncio.to_thread(sandbox.wait_until_ready, sandbox_url)
        relays = [await stack.enter_async_context(Relay(port).running()) for port in (sandbox_port, smtp_port)]
        receiver = await stack.enter_async_context(receiving(evidence / history.HOOKS, TYPES, seed=plan.seed))
        variables = _environment(database_url, valkey.url, api_url)
        api = SoakProgram("api", "app", ("api", "--port", str(api_port)), variables, folder, processes)
        module, arguments = ("app.dev.soak.broken", (plan.broken, "worker")) if plan.broken else ("app", ("worker",))
        names = [f"worker {number}" for number in range(1, WORKERS + 1)]
        workers = [SoakProgram(name, module, arguments, variables, folder, processes) for name in names]
        for program in (api, *workers):
            program.start()
        await ready(f"{api_url}/health/ready")
        with Calls(api_url, key) as calls:
            calls.put("/webhook-endpoints/soak", {"url": receiver.url, "events": list(TYPES)})
        receiver.failures = FAILING
        superuser = server.url("postgres", DATABASE)
        yield (
            Ground(folder, Postgres(superuser), valkey, api, api_url, workers, tenant, key),
            relays,
            receiver,
            sandbox_url,
        )


def _environment(database_url: str, redis_url: str, api_url: str) -> dict[str, str]:
    return {
        "MASS_REPLY_DATABASE_URL": database_url,
        "MASS_REPLY_REDIS_URL": redis_url,
        "MASS_REPLY_SECRET_KEY": secrets.token_urlsafe(32),
        "MASS_REPLY_PUBLIC_URL": api_url,
        "MASS_REPLY_ALLOW_PRIVATE_URLS": "true",
        "MASS_REPLY_LEASE": f"PT{LEASE}S",
        "MASS_REPLY_SETTLE_SLACK": f"PT{SLACK}S",
    }


async def _tenant(database_url: str) -> tuple[UUID, str]:
    database = Database(database_url, pool_size=2)
    try:
        tenant = TenantId(await create_tenant(database, "Example Ltd"))
        async with database.begin(tenant) as tx:
            key = await issue_api_key(tx, KeyDraft("soak", frozenset({Role.ADMIN})))
    finally:
        await database.close()
    return tenant, str(key.presented)
