"""One worker and four beside a slow provider: what more processes add, and how much of the machine they need for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench import memory, user
from bench.cpu import Used
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import provider
from bench.run import Run

WORKERS: Final = 4
ACCOUNTS: Final = 4
IN_FLIGHT: Final = 20
"""Of each account and worker, so that the machine has time left for four workers."""
DELIVERIES: Final[Mapping[int, int]] = {300: 4_800, 1_000: 2_000}
"""For each worker, by the provider's latency in milliseconds: a batch of some 20 seconds. Workers join a lane that has
1,000 left, in its first second."""
FEW: Final = 100
"""Of each account, sent before: connections and plans are warm."""


@dataclass(frozen=True, slots=True)
class Sent:
    per_second: float
    cores: float
    """How many cores the workers, PostgreSQL and the API used meanwhile."""
    memory: Figure


async def measure(run: Run) -> list[Figure]:
    return [figure for milliseconds in DELIVERIES for figure in await _figures(run, milliseconds)]


async def _figures(run: Run, milliseconds: int) -> list[Figure]:
    one, four = await _sent(run, milliseconds, 1), await _sent(run, milliseconds, WORKERS)
    limit = WORKERS * ACCOUNTS * IN_FLIGHT * 1000 / milliseconds
    goals = (
        Goal("to one worker", four.per_second / one.per_second, at_least=3.6),
        Goal("of the limit", four.per_second / limit),
    )
    beside = {"one worker": one.per_second, "limit": limit, "cores used": four.cores, "with one worker": one.cores}
    name = f"{WORKERS} workers, {milliseconds} ms, {ACCOUNTS * IN_FLIGHT} calls in flight for each worker"
    return [Figure(name, four.per_second, "deliveries/s", beside, goals), four.memory]


async def _sent(run: Run, milliseconds: int, workers: int) -> Sent:
    """Send with so many workers, each with as many calls in flight and deliveries."""
    limits = {"MASS_REPLY_MAX_CONNECTIONS": str(ACCOUNTS * IN_FLIGHT)}
    async with run.stack.service(workers=workers, about=limits) as service:
        with provider(milliseconds / 1000) as port:
            accounts = [f"sms-{number}" for number in range(ACCOUNTS)]
            for key in accounts:
                await user.save_account(service.client, key, account("sms", port, IN_FLIGHT * workers, key))
                await user.import_conversations(service.client, conversations("sms", FEW, key, run.seed))
            await user.send(service, "sms")
            each = run.fewer(DELIVERIES[milliseconds]) * workers // ACCOUNTS
            for key in accounts:
                await user.import_conversations(service.client, conversations("sms", each, key, run.seed))
            path, count = await user.create(service.client, "sms")
            used = Used(service)
            rate = await user.send_created(service, path, count)
            cores = rate * sum(used.per_1000(count).values()) / 1_000_000
            return Sent(rate, cores, memory.most(service, f"{workers} workers, {milliseconds} ms"))
