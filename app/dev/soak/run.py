"""A long run from its start to its verdict."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from app.dev.api_client import CallFailed
from app.dev.history import folder as history
from app.dev.history.receiver import Receiver
from app.dev.history.verdict import judge
from app.dev.soak.doubts import Restart
from app.dev.soak.environment import prepared
from app.dev.soak.faults import FAULTS, FaultsToCome, SoakRun, draw
from app.dev.soak.helpdesk import UNFINISHED, Helpdesk
from app.dev.soak.machine import watched
from app.dev.soak.relay import CLEAR, Relay
from app.dev.soak.report import Outcome, Plan
from app.dev.soak.stage import CALL, LEASE, SLACK, Environment, Start
from app.dev.subprocesses import child

HURRIED: Final = {"MASS_REPLY_LEASE": f"PT{LEASE}S", "MASS_REPLY_SETTLE_SLACK": f"PT{SLACK}S"}
ROLLING: Final = 8_000
HURRY: Final = 2_000.0
"""Messages a second of all accounts, once everything has happened that was to happen."""
FINISHED_WITHIN: Final = 1_800.0
SPARE: Final = 0.1
"""The share of the messages that is to be left when the last fault has come."""
FURNISHED: Final = 20
"""How often the accounts' rates are set again, spread over the faults."""

State = tuple[Mapping[str, int], str | None]
"""How a mass reply stands: its deliveries by status, and when it ended."""


async def soak(plan: Plan, folder: Path, begin: Start = child) -> Outcome:
    """Run it, and judge it. Raise TimeoutError if the mass reply does not end."""
    began, dice = time.monotonic(), Random(plan.seed)  # noqa: S311 - it draws recipients and faults
    evidence = folder / "evidence"
    evidence.mkdir()
    async with (
        watched() as machine,
        prepared(plan, folder, evidence, begin) as (environment, relays, receiver, sandbox),
        Helpdesk(environment, relays, sandbox, evidence, dice) as helpdesk,
    ):
        stage = _Stage(plan, environment, relays, receiver, helpdesk, dice)
        rolling = await stage.begin("rolling", min(ROLLING, plan.recipients), calm=True)
        restarts = await stage.roll(rolling)
        await stage.hurry()
        storm = await stage.begin("storm", plan.recipients)
        struck, missed = await stage.apply_faults(storm)
        await stage.end(storm)
        ids = [rolling, storm, *stage.beside]
        await stage.come_to_rest(*ids)
        with helpdesk.calls() as calls:
            await asyncio.to_thread(history.collect, evidence, calls, environment.database_url, environment.tenant, ids)
    seen = history.read(evidence, settles_after=LEASE + CALL + SLACK)
    return Outcome(
        plan=plan,
        machine=machine,
        folder=evidence,
        evidence=seen,
        verdict=judge(seen),
        struck=struck,
        missed=missed,
        restarts=restarts,
        rolling=rolling,
        died=environment.died,
        seconds=time.monotonic() - began,
    )


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
    """The steps of a run."""

    def __init__(
        self,
        plan: Plan,
        environment: Environment,
        relays: list[Relay],
        receiver: Receiver,
        helpdesk: Helpdesk,
        dice: Random,
    ) -> None:
        self.plan, self.environment, self.relays, self.receiver = plan, environment, relays, receiver
        self.helpdesk, self.dice = helpdesk, dice
        self.beside: list[str] = []
        """Mass replies that were confirmed beside the one that is sent under faults."""

    async def hurry(self) -> None:
        """Give the API and the workers the short leases."""
        for program in (self.environment.api, *self.environment.workers):
            program.variables = {**program.variables, **HURRIED}
            await program.restart()
        await self.environment.ready()

    async def begin(self, tag: str, count: int, *, calm: bool = False) -> str:
        """Import conversations, and confirm a mass reply to them. Return its id."""
        self.helpdesk.said(f"{tag}: importing {count} conversations")
        await self.helpdesk.furnish(1.0)
        return await self.helpdesk.prepare(tag, count, calm=calm)

    async def roll(self, mass_reply: str) -> Sequence[Restart]:
        """Restart one worker after the other while the mass reply is under way."""
        pace, done = Pacing(self.plan.restarts, self.plan.seconds_of_restart), list[Restart]()
        while len(done) < self.plan.restarts and (left := await self.helpdesk.left(mass_reply)):
            await self.helpdesk.furnish(pace.rate(left, len(done)))
            worker = self.environment.workers[len(done) % len(self.environment.workers)]
            sigterm_at, status = datetime.now(UTC), await worker.stop()
            done.append(Restart(worker.name, sigterm_at, datetime.now(UTC), status, worker.last_words))
            worker.start()
            await worker.ready()
        self.helpdesk.said(f"rolling: {len(done)} restarts, {await self.helpdesk.left(mass_reply)} messages left")
        await self.helpdesk.furnish(HURRY)
        await self._wait(mass_reply)
        return done

    async def apply_faults(self, mass_reply: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Draw faults and apply them. Return how often each kind struck while the mass reply was under way, and how
        often it found nothing."""
        plan, about = self.plan, (self.environment, self.relays, self.receiver, self.helpdesk)
        run = SoakRun(*about, mass_reply, plan.recipients, self.dice, beside=self.beside)
        struck: Counter[str] = Counter()
        faults, pace = plan.faults, Pacing(plan.faults, plan.seconds_each)
        to_come = FaultsToCome(draw(faults, self.dice), self.dice)
        every, furnished = max(2, faults // FURNISHED), -1
        left = whole = await self.helpdesk.left(mass_reply)
        while to_come and left:
            done = struck.total()
            if done // every > furnished:
                furnished = done // every
                await self._try_to_furnish(pace.rate(left, done))
                self.helpdesk.said(f"storm: {done} faults, {left} messages left")
            kind = to_come.take()
            if await FAULTS[kind](run):
                struck[kind] += 1
            else:
                to_come.put_back(kind)
            self.environment.revive()
            await asyncio.sleep(self.dice.uniform(0.1, 1))
            goal = whole * (1 - (1 - SPARE) * struck.total() / faults)
            left = await self._advance(mass_reply, goal, pace.patience(done))
        await asyncio.gather(*run.asleep.values())
        return {kind: struck[kind] for kind in FAULTS if struck[kind]}, to_come.missed

    async def _advance(self, mass_reply: str, goal: float, seconds: float) -> int:
        """Wait until no more than `goal` messages are left, so long at most: a fault hits what goes on. Return them."""
        give_up = time.monotonic() + seconds
        while True:
            await self.helpdesk.resume(mass_reply)
            left = await self.helpdesk.left(mass_reply)
            if left <= goal or time.monotonic() > give_up:
                return left
            await asyncio.sleep(0.25)

    async def _try_to_furnish(self, rate: float) -> None:
        """Change the accounts' rates, unless a fault before has just taken the API away."""
        with suppress(CallFailed):
            await self.helpdesk.furnish(rate)

    async def end(self, mass_reply: str) -> None:
        """Heal everything, and wait until the mass reply ends."""
        self.receiver.failures = 0.0
        for relay in self.relays:
            relay.weather = CLEAR
        await self.environment.ready()
        self.helpdesk.said(f"storm: over, {await self.helpdesk.left(mass_reply)} messages left")
        await self.helpdesk.furnish(HURRY)
        await self._wait(mass_reply)

    async def _wait(self, mass_reply: str) -> None:
        async with asyncio.timeout(FINISHED_WITHIN):
            while (batch := await self.helpdesk.seen(mass_reply)) is None or batch["finished_at"] is None:
                self.helpdesk.says_now_and_then(
                    f"waits for {await self.helpdesk.left(mass_reply)} messages that are left"
                )
                await asyncio.sleep(3)
                await self.helpdesk.resume(mass_reply)

    async def come_to_rest(self, *mass_replies: str) -> None:
        """Settle, and stop the workers: they ask providers about what is uncertain, and may send it again at any
        moment, also while all is read that is judged.
        """
        while True:
            await self.settle(*mass_replies)
            await asyncio.gather(*(worker.stop() for worker in self.environment.workers))
            if not _to_send(await self._states(mass_replies)) and not any((await self._waiting())[1:]):
                return
            for worker in self.environment.workers:
                worker.start()

    async def _states(self, mass_replies: Sequence[str]) -> list[State]:
        read = [await self.helpdesk.call("GET", f"/mass-replies/{id_}") for id_ in mass_replies]
        return [(batch["counts"], batch["finished_at"]) for batch in read]

    async def settle(self, *mass_replies: str) -> None:
        """Wait until no message is to be sent and neither a receipt nor a webhook changes anything any more.

        A message that its provider proves absent is to be sent again, also when its mass reply had ended.
        """
        seen, since = None, time.monotonic()
        async with asyncio.timeout(FINISHED_WITHIN):
            while time.monotonic() - since < self.plan.quiet:
                states, waiting = await self._states(mass_replies), await self._waiting()
                to_send = _to_send(states)
                if (states, waiting) != seen or any(waiting[1:]) or to_send:
                    seen, since = (states, waiting), time.monotonic()
                for id_ in mass_replies if to_send else ():
                    await self.helpdesk.resume(id_)
                self.helpdesk.says_now_and_then(
                    f"waits for {to_send} messages, for the receipts of {waiting[1]}, "
                    f"and for {waiting[2]} events that a webhook is to tell; {waiting[0]} receipts are not settled"
                )
                await asyncio.sleep(0.5)

    async def _waiting(self) -> tuple[int, int, int]:
        """Return how many receipts are not settled, how many messages have some to come, and how many webhooks are
        not delivered. Receipts of a message whose answer was lost may name an id that nobody knows."""
        endpoint = await self.helpdesk.call("GET", "/webhook-endpoints/soak")
        [unsettled] = await self.environment.postgres.rows("SELECT count(*) FROM receipts WHERE settled_at IS NULL")
        with self.helpdesk.sandbox() as sandbox:
            to_come = (await asyncio.to_thread(sandbox.get, "/journal/counts"))["receipts_to_send"]
        return unsettled["count"], to_come, endpoint["backlog"]["count"]


def _to_send(states: Sequence[State]) -> int:
    """Return how many messages are to be sent. A mass reply that has not ended counts as one at least."""
    left = [(sum(counts[status] for status in UNFINISHED), finished_at) for counts, finished_at in states]
    return sum(max(1, number) if finished_at is None else number for number, finished_at in left)
