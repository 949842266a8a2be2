"""Faults that strike the service during a long run. Each returns whether there was anything to strike."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

import httpx

from app.dev.api_client import CallFailed
from app.dev.history.receiver import Receiver
from app.dev.soak.helpdesk import Helpdesk
from app.dev.soak.relay import CLEAR, Relay, Weather
from app.dev.soak.stage import LEASE, SLACK, Environment, SoakProgram

DECIDED_AT_ONCE: Final = 3
FAILING: Final = 0.005
"""The share of calls that the webhook endpoint refuses between faults."""
WAITED: Final = 5.0
"""Seconds within which the effect of a fault must be felt."""
BESIDE_AT_MOST: Final = 500
BESIDE_AT_LEAST: Final = 20
BESIDE_SHARE: Final = 50
"""A mass reply beside the big one has a fiftieth of its recipients."""
BEGUN: Final = 0.75
"""The share of them that is left when it is cancelled."""


@dataclass
class SoakRun:
    """A run that is under way, as a fault sees it."""

    environment: Environment
    relays: list[Relay]
    receiver: Receiver
    helpdesk: Helpdesk
    mass_reply: str
    recipients: int
    dice: Random
    asleep: dict[SoakProgram, "asyncio.Task[None]"] = field(default_factory=dict)
    """Workers that are frozen for longer than a fault takes."""
    beside: list[str] = field(default_factory=list)
    """Other mass replies that were confirmed meanwhile."""

    def worker(self) -> SoakProgram:
        """Draw a worker that is not frozen."""
        awake = [worker for worker in self.environment.workers if worker not in self.asleep]
        return self.dice.choice(awake or self.environment.workers)

    async def weather(self, weather: Weather, seconds: float) -> bool:
        """Let it last so long, and until it is felt. Return whether it was."""
        before = self._felt()
        for relay in self.relays:
            relay.weather = weather
        await asyncio.sleep(seconds)
        felt = await self.until(lambda: self._felt() > before)
        for relay in self.relays:
            relay.weather = CLEAR
        return felt

    def _felt(self) -> int:
        return sum(relay.felt for relay in self.relays)

    async def until(self, happened: Callable[[], bool]) -> bool:
        """Wait for something, a while at most. Return whether it happened."""
        give_up = time.monotonic() + WAITED
        while not (done := happened()) and time.monotonic() < give_up:  # noqa: ASYNC110 - what is counted sets no event
            await asyncio.sleep(0.05)
        return done


Fault = Callable[[SoakRun], Awaitable[bool]]


async def kill_worker(run: SoakRun) -> bool:
    await run.worker().kill()
    return True


async def restart_worker(run: SoakRun) -> bool:
    await run.worker().restart()
    return True


async def pause_worker(run: SoakRun) -> bool:
    await run.worker().freeze(run.dice.uniform(0.5, 2))
    return True


async def sleep_worker(run: SoakRun) -> bool:
    """Freeze a worker until the leases of everything it holds have ended. One worker at least stays awake."""
    if len(run.asleep) + 1 >= len(run.environment.workers):
        return False
    worker = run.worker()

    async def nap() -> None:
        try:
            await worker.freeze(run.dice.uniform(18, 25))
        finally:
            run.asleep.pop(worker, None)

    run.asleep[worker] = asyncio.create_task(nap())
    return True


async def kill_api(run: SoakRun) -> bool:
    await run.environment.api.kill()
    await run.environment.ready()
    return True


async def restart_api(run: SoakRun) -> bool:
    await run.environment.api.restart()
    await run.environment.ready()
    return True


async def cut_database(run: SoakRun) -> bool:
    return await run.environment.postgres.cut_off()


async def crash_database(run: SoakRun) -> bool:
    struck = await run.environment.postgres.crash()
    await asyncio.sleep(1)
    return struck


async def freeze_database(run: SoakRun) -> bool:
    return await run.environment.postgres.freeze(run.dice.uniform(0.5, 2))


async def hang_database(run: SoakRun) -> bool:
    """Freeze it until the leases of everything that was claimed have ended."""
    return await run.environment.postgres.freeze(LEASE + SLACK + run.dice.uniform(1, 3))


async def wipe_valkey(run: SoakRun) -> bool:
    await run.environment.valkey.execute("FLUSHALL")
    return True


async def freeze_valkey(run: SoakRun) -> bool:
    await run.environment.valkey.execute("CLIENT", "PAUSE", "3000", "ALL")
    return True


async def restart_valkey(run: SoakRun) -> bool:
    await asyncio.to_thread(run.environment.valkey.stop)
    await asyncio.sleep(run.dice.uniform(0.2, 2))
    await asyncio.to_thread(run.environment.valkey.start)
    return True


async def slow_network(run: SoakRun) -> bool:
    return await run.weather(Weather(latency=run.dice.uniform(0.2, 1)), 2)


async def reset_network(run: SoakRun) -> bool:
    return await run.until(lambda: any([relay.cut() for relay in run.relays]))  # noqa: C419 - each of them


async def refuse_connections(run: SoakRun) -> bool:
    return await run.weather(Weather(refuses=True), 1)


async def black_hole(run: SoakRun) -> bool:
    return await run.weather(Weather(swallows=True), 1)


async def cut_requests(run: SoakRun) -> bool:
    return await run.weather(Weather(cuts_requests_after=run.dice.randrange(1, 3_000)), 1)


async def cut_answers(run: SoakRun) -> bool:
    """An answer is some hundred bytes: a status line, headers and a short body."""
    return await run.weather(Weather(cuts_answers_after=run.dice.randrange(1, 300)), 1)


async def lose_answers(run: SoakRun) -> bool:
    return await run.weather(Weather(cuts_answers_after=0), 0.5)


async def half_close(run: SoakRun) -> bool:
    return await run.weather(Weather(ends_requests=True), 0.5)


async def refuse_webhooks(run: SoakRun) -> bool:
    before, run.receiver.failures = run.receiver.failed, 1.0
    await asyncio.sleep(2)
    struck = await run.until(lambda: run.receiver.failed > before)
    run.receiver.failures = FAILING
    return struck


async def pause_and_resume(run: SoakRun) -> bool:
    paused = await run.helpdesk.act(run.mass_reply, "pause")
    await asyncio.sleep(1)
    await run.helpdesk.act(run.mass_reply, "resume")
    return paused


async def decide(run: SoakRun) -> bool:
    """A person settles some of what is uncertain, at their own risk. It is refused while an attempt may be open."""
    ids = await run.helpdesk.uncertain(run.mass_reply, DECIDED_AT_ONCE)
    outcome = run.dice.choice(("sent", "not_sent", "not_sent"))
    again = outcome == "not_sent" and run.dice.random() < 0.5
    body = {"conversation_ids": ids, "outcome": outcome, "send_again": again, "reason": "Somebody called."}
    return bool(ids) and await run.helpdesk.act(run.mass_reply, "resolve", **body)


async def retry_failed(run: SoakRun) -> bool:
    """A person has all sent again that failed for a reason that may pass."""
    return await run.helpdesk.act(run.mass_reply, "retry")


async def cancel_another(run: SoakRun) -> bool:
    """A person sends another mass reply beside it, with a file, and cancels it when some of it has left."""
    count = max(BESIDE_AT_LEAST, min(BESIDE_AT_MOST, run.recipients // BESIDE_SHARE))
    try:
        another = await run.helpdesk.prepare(f"beside-{len(run.beside) + 1}", count, with_file=True)
    except (CallFailed, httpx.HTTPStatusError, TimeoutError):  # the database is away
        return False
    run.beside.append(another)
    whole = left = await run.helpdesk.left(another)
    give_up = time.monotonic() + 2 * WAITED
    while left > whole * BEGUN and time.monotonic() < give_up:
        await asyncio.sleep(0.1)
        left = await run.helpdesk.left(another)
    return await run.helpdesk.cancel(another) and left < whole


FAULTS: Final[Mapping[str, Fault]] = {
    "worker killed": kill_worker,
    "worker restarted": restart_worker,
    "worker frozen for a moment": pause_worker,
    "worker frozen beyond its leases": sleep_worker,
    "API killed": kill_api,
    "API restarted": restart_api,
    "database connections cut": cut_database,
    "database crashed and recovered": crash_database,
    "database frozen for a moment": freeze_database,
    "database frozen beyond the leases": hang_database,
    "Valkey wiped": wipe_valkey,
    "Valkey frozen": freeze_valkey,
    "Valkey stopped and started": restart_valkey,
    "network slow": slow_network,
    "network connections reset": reset_network,
    "network refuses connections": refuse_connections,
    "network swallows bytes": black_hole,
    "requests cut after some bytes": cut_requests,
    "requests half-closed": half_close,
    "answers cut after some bytes": cut_answers,
    "answers cut off": lose_answers,
    "webhook endpoint refuses": refuse_webhooks,
    "paused and resumed": pause_and_resume,
    "a person decides": decide,
    "failed ones sent again": retry_failed,
    "another mass reply cancelled": cancel_another,
}


def draw(count: int, dice: Random) -> list[str]:
    """Draw faults: each kind as often as every other, in any order."""
    kinds = list(FAULTS)
    drawn = [kind for _ in range(count // len(kinds) + 1) for kind in dice.sample(kinds, len(kinds))]
    return drawn[:count]


class FaultsToCome:
    """What was drawn. A fault that found nothing comes again later; another kind takes its place if it never does."""

    TRIES: Final = 4
    """Of a kind that finds nothing, before another one comes instead; and of all, on average."""
    LATER: Final = 3
    """How many others come before it is tried again."""

    def __init__(self, drawn: Sequence[str], dice: Random) -> None:
        self._left, self._dice = deque(drawn), dice
        self._chances = self.TRIES * len(drawn)
        self.missed: Counter[str] = Counter()
        """How often a kind found nothing."""

    def __bool__(self) -> bool:
        return bool(self._left) and self._chances > 0

    def take(self) -> str:
        self._chances -= 1
        return self._left.popleft()

    def put_back(self, kind: str) -> None:
        """Let a fault that found nothing come again."""
        self.missed[kind] += 1
        if self.missed[kind] % self.TRIES == 0:
            kind = self._dice.choice([each for each in FAULTS if not self.missed[each]] or list(FAULTS))
        self._left.insert(min(self.LATER, len(self._left)), kind)
