"""What befalls the service during a long run."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from app.dev.soak.relay import CLEAR, Relay, Weather
from app.dev.soak.stage import Ground, SoakProgram, ready

DECIDED_AT_ONCE: Final = 3
FAILING: Final = 0.005
"""The share of its calls that the webhook endpoint refuses in between."""


@dataclass
class SoakRun:
    """A run that is under way, as a strike sees it."""

    ground: Ground
    relays: list[Relay]
    http: httpx.AsyncClient
    mass_reply: str
    dice: Random
    asleep: dict[SoakProgram, "asyncio.Task[None]"] = field(default_factory=dict)
    """Workers that are frozen for longer than a strike takes."""
    fail_webhooks: Callable[[float], None] = lambda _: None
    """Makes the webhook endpoint refuse this share of its calls."""

    def worker(self) -> SoakProgram:
        """Draw a worker that is not frozen."""
        awake = [worker for worker in self.ground.workers if worker not in self.asleep]
        return self.dice.choice(awake or self.ground.workers)

    async def post(self, path: str, **body: Any) -> httpx.Response | None:
        """Call the API, which may be away."""
        try:
            return await self.http.post(path, json=body)
        except httpx.TransportError:
            return None

    async def weather(self, weather: Weather, seconds: float) -> None:
        for relay in self.relays:
            relay.weather = weather
        await asyncio.sleep(seconds)
        for relay in self.relays:
            relay.weather = CLEAR


Strike = Callable[[SoakRun], Awaitable[None]]


async def kill_worker(run: SoakRun) -> None:
    await run.worker().kill()


async def restart_worker(run: SoakRun) -> None:
    await run.worker().restart()


async def pause_worker(run: SoakRun) -> None:
    await run.worker().freeze(run.dice.uniform(0.5, 2))


async def sleep_worker(run: SoakRun) -> None:
    """Freeze a worker until the leases of everything it holds have ended."""
    if len(run.asleep) + 1 >= len(run.ground.workers):
        return
    worker = run.worker()

    async def nap() -> None:
        try:
            await worker.freeze(run.dice.uniform(18, 25))
        finally:
            run.asleep.pop(worker, None)

    run.asleep[worker] = asyncio.create_task(nap())


async def kill_api(run: SoakRun) -> None:
    await run.ground.api.kill()
    await ready(f"{run.ground.api_url}/health/ready")


async def restart_api(run: SoakRun) -> None:
    await run.ground.api.restart()
    await ready(f"{run.ground.api_url}/health/ready")


async def cut_database(run: SoakRun) -> None:
    await run.ground.postgres.cut_off()


async def crash_database(run: SoakRun) -> None:
    await run.ground.postgres.crash()
    await asyncio.sleep(1)


async def freeze_database(run: SoakRun) -> None:
    await run.ground.postgres.freeze(run.dice.uniform(0.5, 2))


async def wipe_valkey(run: SoakRun) -> None:
    await run.ground.valkey.execute("FLUSHALL")


async def freeze_valkey(run: SoakRun) -> None:
    await run.ground.valkey.execute("CLIENT", "PAUSE", "3000", "ALL")


async def restart_valkey(run: SoakRun) -> None:
    await asyncio.to_thread(run.ground.valkey.stop)
    await asyncio.sleep(run.dice.uniform(0.2, 2))
    await asyncio.to_thread(run.ground.valkey.start)


async def slow_network(run: SoakRun) -> None:
    await run.weather(Weather(latency=run.dice.uniform(0.2, 1)), 2)


async def reset_network(run: SoakRun) -> None:
    for relay in run.relays:
        relay.cut()


async def refuse_connections(run: SoakRun) -> None:
    await run.weather(Weather(refuses=True), 1)


async def black_hole(run: SoakRun) -> None:
    await run.weather(Weather(swallows=True), 1)


async def cut_requests(run: SoakRun) -> None:
    await run.weather(Weather(cuts_after=run.dice.randrange(1, 3_000)), 1)


async def lose_answers(run: SoakRun) -> None:
    await run.weather(Weather(ends_answers=True), 0.5)


async def half_close(run: SoakRun) -> None:
    await run.weather(Weather(ends_requests=True), 0.5)


async def refuse_webhooks(run: SoakRun) -> None:
    run.fail_webhooks(1.0)
    await asyncio.sleep(2)
    run.fail_webhooks(FAILING)


async def pause_and_resume(run: SoakRun) -> None:
    await run.post(f"/mass-replies/{run.mass_reply}/pause")
    await asyncio.sleep(1)
    await run.post(f"/mass-replies/{run.mass_reply}/resume")


async def decide(run: SoakRun) -> None:
    """A person settles some of what is uncertain, at their own risk."""
    query: dict[str, str | int] = {"status": "uncertain", "limit": DECIDED_AT_ONCE}
    try:
        found = (await run.http.get(f"/mass-replies/{run.mass_reply}/deliveries", params=query)).json()
    except (httpx.TransportError, ValueError):
        return
    ids = [item["conversation_id"] for item in found.get("items", ())]
    outcome = run.dice.choice(("sent", "not_sent", "not_sent"))
    again = outcome == "not_sent" and run.dice.random() < 0.5
    if ids:
        body = {"conversation_ids": ids, "outcome": outcome, "send_again": again, "reason": "Somebody called."}
        await run.post(f"/mass-replies/{run.mass_reply}/resolve", **body)


STRIKES: Final[Mapping[str, Strike]] = {
    "worker killed": kill_worker,
    "worker restarted": restart_worker,
    "worker frozen for a moment": pause_worker,
    "worker frozen beyond its leases": sleep_worker,
    "API killed": kill_api,
    "API restarted": restart_api,
    "database connections cut": cut_database,
    "database crashed and recovered": crash_database,
    "database frozen": freeze_database,
    "Valkey wiped": wipe_valkey,
    "Valkey frozen": freeze_valkey,
    "Valkey stopped and started": restart_valkey,
    "network slow": slow_network,
    "network connections reset": reset_network,
    "network refuses connections": refuse_connections,
    "network swallows bytes": black_hole,
    "requests cut after some bytes": cut_requests,
    "answers cut off": lose_answers,
    "requests half-closed": half_close,
    "webhook endpoint refuses": refuse_webhooks,
    "paused and resumed": pause_and_resume,
    "a person decides": decide,
}


def draw(count: int, dice: Random) -> list[str]:
    """Draw strikes: each kind as often as every other, in any order."""
    kinds = list(STRIKES)
    drawn = [kind for _ in range(count // len(kinds) + 1) for kind in dice.sample(kinds, len(kinds))]
    return drawn[:count]
