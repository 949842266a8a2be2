"""A long run from its start to its verdict."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

import httpx

from app.dev.api_client import CallFailed, Calls
from app.dev.history import folder as history
from app.dev.history.evidence import Confirmed
from app.dev.history.receiver import Receiver
from app.dev.history.verdict import judge
from app.dev.inboxes import inboxes, open_inboxes
from app.dev.soak.ground import prepared
from app.dev.soak.people import CROWDS, batches, lines
from app.dev.soak.relay import CLEAR, Relay
from app.dev.soak.report import Outcome, Plan
from app.dev.soak.stage import READY, Ground, Start, ready
from app.dev.soak.strikes import STRIKES, SoakRun, draw
from app.dev.subprocesses import child
from app.domain.delivery_lifecycle import DeliveryStatus

LEASE, SLACK, CALL = 5, 1, 10
"""Seconds, under faults: what nobody knows is given up soon, so that there is time for the rest of its story. Workers
that are only restarted have the leases that everybody has."""
HURRIED: Final = {"MASS_REPLY_LEASE": f"PT{LEASE}S", "MASS_REPLY_SETTLE_SLACK": f"PT{SLACK}S"}
PATIENT: Final = 300.0
"""Seconds for an answer: the machine may be busy."""
ROLLING: Final = 8_000
HURRY: Final = 2_000.0
"""Messages a second of all accounts, once everything has happened that was to happen."""
FINISHED_WITHIN: Final = 1_800.0
SPARE: Final = 0.1
"""The share of the messages that is to be left when the last fault has come."""
FURNISHED: Final = 20
"""How often the accounts' rates are set again, spread over the faults."""


async def soak(plan: Plan, folder: Path, begin: Start = child) -> Outcome:
    """Run it, and judge it. Raise TimeoutError if the mass reply does not end."""
    began, dice = time.monotonic(), Random(plan.seed)  # noqa: S311 - it draws recipients and faults
    evidence_folder = folder / "evidence"
    evidence_folder.mkdir()
    async with prepared(plan, folder, evidence_folder, begin) as (ground, relays, receiver, sandbox):
        stage = _Stage(plan, ground, relays, receiver, sandbox, evidence_folder, dice)
        async with stage.http:
            rolling = await stage.prepare("rolling", min(ROLLING, plan.recipients), 0.0)
            restarted = await stage.roll(rolling)
            await stage.hurry()
            storm = await stage.prepare("storm", plan.recipients, None)
            struck, died = await stage.strike(storm, draw(plan.faults, dice))
            died += await stage.end(storm)
            await stage.come_to_rest(rolling, storm)
            with stage.calls() as calls:
                ids = [rolling, storm]
                await asyncio.to_thread(history.collect, evidence_folder, calls, stage.database_url, ground.tenant, ids)
    seen = history.read(evidence_folder, settles_after=LEASE + CALL + SLACK)
    verdict = judge(seen)
    return Outcome(plan, evidence_folder, seen, verdict, struck, restarted, rolling, died, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Pacing:
    """Spreads faults over a mass reply by its progress: no fault strikes what stands still, or what is over."""

    steps: int
    seconds_each: float
    began: float = field(default_factory=time.monotonic)

    def rate(self, left: int, done: int) -> float:
        """Return how many messages a second make what is left last for the faults that are left."""
        each = (time.monotonic() - self.began) / done if done else self.seconds_each
        return max(1.0, left * (1 - SPARE) / (self.steps - done) / each)

    def patience(self, done: int) -> float:
        """Return the seconds of the wait for progress: late ones make up for those before."""
        return max(0.0, self.began + (done + 1) * self.seconds_each - time.monotonic())


class _Stage:
    """What is done with the ground."""

    def __init__(
        self,
        plan: Plan,
        ground: Ground,
        relays: list[Relay],
        receiver: Receiver,
        sandbox: str,
        evidence: Path,
        dice: Random,
    ) -> None:
        self.plan, self.ground, self.relays, self.receiver, self.sandbox = plan, ground, relays, receiver, sandbox
        self.evidence, self.dice, self.began = evidence, dice, time.monotonic()
        self.chosen = inboxes(f"http://127.0.0.1:{relays[0].port}", relays[1].port)
        headers = {"Authorization": f"Bearer {ground.key}"}
        self.http = httpx.AsyncClient(base_url=ground.api_url, headers=headers, timeout=PATIENT, trust_env=False)

    @property
    def database_url(self) -> str:
        return self.ground.api.variables["MASS_REPLY_DATABASE_URL"]

    def calls(self) -> Calls:
        """Return a client of the API."""
        return Calls(self.ground.api_url, self.ground.key, timeout=PATIENT)

    def _sandbox(self) -> Calls:
        return Calls(self.sandbox, timeout=PATIENT)

    async def hurry(self) -> None:
        """Give the API and the workers the short leases."""
        for program in (self.ground.api, *self.ground.workers):
            program.variables = {**program.variables, **HURRIED}
            await program.restart()
        await ready(f"{self.ground.api_url}/health/ready")

    async def prepare(self, tag: str, count: int, troubled: float | None) -> str:
        """Import conversations, and confirm a mass reply to them. Return its id."""
        self._said(f"{tag}: importing {count} conversations")
        await self._furnish(1.0)
        await asyncio.to_thread(self._import, tag, count, troubled)
        selection = {"filter": {"tags": {"any": [tag]}}}
        text = "Hi {{ contact.name }}, card payments work again."
        body = {"selection": selection, "message": {"text": text}, "mark_as_done": True}
        created = await self._call("POST", "/mass-replies", json=body)
        while created["status"] == "preparing":
            await asyncio.sleep(0.5)
            created = await self._call("GET", f"/mass-replies/{created['id']}")
        with self.calls() as calls:
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

    def _said(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:5.0f} s  {what}", file=sys.stderr, flush=True)  # noqa: T201 - for a person

    async def _furnish(self, rate: float) -> None:
        """Give every account its share of so many messages a second."""
        await asyncio.to_thread(self._open, rate)

    def _open(self, rate: float) -> None:
        with self.calls() as api, self._sandbox() as sandbox:
            for crowd, inbox in zip(CROWDS, self.chosen, strict=True):
                open_inboxes(api, sandbox, [inbox], max(0.5, rate * crowd.share / 100))

    def _import(self, tag: str, count: int, troubled: float | None) -> None:
        share = {} if troubled is None else {"troubled": troubled}
        with self.calls() as api:
            for body in batches(lines(count, tag, self.dice, **share)):
                report = api.upload("/conversations/import", body, "application/x-ndjson")
                assert not report["failed"], report["errors"]  # noqa: S101 - the recipients are our own

    async def roll(self, mass_reply: str) -> int:
        """Restart one worker after the other while the mass reply is under way. Return how often."""
        pace, done = Pacing(self.plan.restarts, self.plan.seconds_of_restart), 0
        while done < self.plan.restarts and (left := await self._left(mass_reply)):
            await self._furnish(pace.rate(left, done))
            worker = self.ground.workers[done % len(self.ground.workers)]
            await worker.restart()
            await worker.ready()
            done += 1
        self._said(f"rolling: {done} restarts, {await self._left(mass_reply)} messages left")
        await self._furnish(HURRY)
        await self._wait(mass_reply)
        return done

    async def strike(self, mass_reply: str, drawn: list[str]) -> tuple[dict[str, int], int]:
        """Apply the faults that were drawn. Return those that came while the mass reply was under way."""
        run = SoakRun(self.ground, self.relays, self.http, mass_reply, self.dice, fail_webhooks=self._fail_webhooks)
        struck: Counter[str] = Counter()
        pace, died = Pacing(len(drawn), self.plan.seconds_each), 0
        every = max(2, len(drawn) // FURNISHED)
        left = whole = await self._left(mass_reply)
        for number, kind in enumerate(drawn):
            if not left:
                break
            if number % every == 0:
                await self._try_to_furnish(pace.rate(left, number))
                self._said(f"storm: {number} faults, {left} messages left")
            await STRIKES[kind](run)
            struck[kind] += 1
            died += self._revive()
            await asyncio.sleep(self.dice.uniform(0.1, 1))
            goal = whole * (1 - (1 - SPARE) * (number + 1) / len(drawn))
            left = await self._advance(mass_reply, goal, pace.patience(number))
        await asyncio.gather(*run.asleep.values())
        return {kind: struck[kind] for kind in STRIKES if struck[kind]}, died

    async def _advance(self, mass_reply: str, goal: float, seconds: float) -> int:
        """Wait until no more than `goal` messages are left, so long at most: a fault hits what goes on. Return them."""
        give_up = time.monotonic() + seconds
        while True:
            await self._resume(mass_reply)
            left = await self._left(mass_reply)
            if left <= goal or time.monotonic() > give_up:
                return left
            await asyncio.sleep(0.25)

    async def _left(self, mass_reply: str) -> int:
        """Return how many messages are queued or under way, as soon as the API says so."""
        async with asyncio.timeout(READY):
            while True:
                if (batch := await self._seen(mass_reply)) is not None:
                    return sum(batch["counts"][each] for each in (DeliveryStatus.QUEUED, DeliveryStatus.SENDING))
                await asyncio.sleep(0.2)

    async def _seen(self, mass_reply: str) -> dict[str, Any] | None:
        """Return the mass reply, or None if the API or its database is away."""
        with suppress(httpx.TransportError, httpx.HTTPStatusError):
            return await self._ask("GET", f"/mass-replies/{mass_reply}")
        return None

    async def _try_to_furnish(self, rate: float) -> None:
        """Change the accounts' rates, unless a fault before has just taken the API away."""
        with suppress(CallFailed):
            await self._furnish(rate)

    def _fail_webhooks(self, share: float) -> None:
        self.receiver.failures = share

    def _revive(self) -> int:
        """Restart processes that have ended by themselves. Return how many had."""
        ended = [each for each in (*self.ground.workers, self.ground.api) if each.running.process.poll() is not None]
        for program in ended:
            self._said(f"storm: {program.name} ended by itself: {program.last_words}")
            program.start()
        return len(ended)

    async def end(self, mass_reply: str) -> int:
        """Heal everything, and wait until the mass reply ends. Return how many processes had ended."""
        self.receiver.failures = 0.0
        for relay in self.relays:
            relay.weather = CLEAR
        await ready(f"{self.ground.api_url}/health/ready")
        died = self._revive()
        self._said(f"storm: over, {await self._left(mass_reply)} messages left")
        await self._furnish(HURRY)
        await self._wait(mass_reply)
        return died

    async def _wait(self, mass_reply: str) -> None:
        async with asyncio.timeout(FINISHED_WITHIN):
            while not await self._finished(mass_reply):
                await asyncio.sleep(3)
                await self._resume(mass_reply)

    async def _resume(self, mass_reply: str) -> None:
        """Resume accounts that rest because their provider did not answer, or that were paused, as a person would."""
        batch = await self._seen(mass_reply)
        if batch is None:
            return
        resting = [lane for lane in batch["lanes"] or () if lane["state"] in ("paused", "cooling")]
        bodies: list[dict[str, str]] = [
            {"channel_account": lane["channel_account"]} for lane in resting if lane["channel_account"]
        ]
        for body in [*bodies, *([{}] if batch["status"] == "paused" else [])]:
            with suppress(httpx.TransportError):
                await self.http.post(f"/mass-replies/{mass_reply}/resume", json=body)

    async def come_to_rest(self, *mass_replies: str) -> None:
        """Settle, and stop the workers: they ask providers about what is uncertain, and may send it again at any
        moment, also while all is read that is judged.
        """
        while True:
            await self.settle(*mass_replies)
            await asyncio.gather(*(worker.stop() for worker in self.ground.workers))
            if not _any_to_send(await self._counts(mass_replies)) and not any((await self._waiting())[1:]):
                return
            for worker in self.ground.workers:
                worker.start()

    async def _counts(self, mass_replies: Sequence[str]) -> list[dict[str, int]]:
        return [(await self._call("GET", f"/mass-replies/{id_}"))["counts"] for id_ in mass_replies]

    async def settle(self, *mass_replies: str) -> None:
        """Wait until no message is to be sent and neither a receipt nor a webhook changes anything any more.

        A message that its provider proves absent is to be sent again, also when its mass reply had ended.
        """
        seen, since = None, time.monotonic()
        async with asyncio.timeout(FINISHED_WITHIN):
            while time.monotonic() - since < self.plan.quiet:
                counts, waiting = await self._counts(mass_replies), await self._waiting()
                to_send = _any_to_send(counts)
                if (counts, waiting) != seen or any(waiting[1:]) or to_send:
                    seen, since = (counts, waiting), time.monotonic()
                for id_ in mass_replies if to_send else ():
                    await self._resume(id_)
                await asyncio.sleep(0.5)

    async def _waiting(self) -> tuple[int, int, int]:
        """Return how many receipts are not settled, how many messages have some to come, and how many webhooks are
        not delivered. Receipts of a message whose answer was lost may name an id that nobody knows."""
        endpoint = await self._call("GET", "/webhook-endpoints/soak")
        [unsettled] = await self.ground.postgres.rows("SELECT count(*) FROM receipts WHERE settled_at IS NULL")
        with self._sandbox() as sandbox:
            to_send = (await asyncio.to_thread(sandbox.get, "/journal/counts"))["receipts_to_send"]
        return unsettled["count"], to_send, endpoint["backlog"]["count"]

    async def _finished(self, mass_reply: str) -> bool:
        batch = await self._seen(mass_reply)
        return batch is not None and batch["finished_at"] is not None

    async def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Call the API until it answers. Raise TimeoutError."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        async with asyncio.timeout(PATIENT):
            while True:
                with suppress(httpx.TransportError):
                    return await self._ask(method, path, headers=headers, **content)
                await asyncio.sleep(0.2)

    async def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = await self.http.request(method, path, **content)
        answer.raise_for_status()
        read: dict[str, Any] = answer.json()
        return read


def _any_to_send(counts: Sequence[dict[str, int]]) -> bool:
    return any(count["queued"] or count["sending"] for count in counts)
