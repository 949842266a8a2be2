"""E-mail by batch against e-mail by single calls, on one Postmark server with the default settings.

The naive design makes a call for each e-mail. A quick run has none.
"""

from dataclasses import dataclass
from statistics import median
from typing import Final

from bench import memory, user
from bench.accounts import AT_ONCE, NAIVE_DELIVERIES
from bench.cpu import Used
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.naive import naive_design
from bench.processes import frozen, provider
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = 6_000
MILLISECONDS: Final = (0, 100)
TURNS: Final = 2
FEW: Final = 32
"""Calls in flight, as most providers allow them."""
SINGLE: Final = {"BENCH_SINGLE_CALLS": "1"}


@dataclass(frozen=True, slots=True)
class Speed:
    per_second: float
    cpu: float
    """Milliseconds of the API, the workers and PostgreSQL for 1,000 deliveries."""


async def measure(run: Run) -> list[Figure]:
    count, turns = run.fewer(DELIVERIES), 1 if run.quick else TURNS
    async with run.stack.service() as service:
        batch = await _speeds(service, count, turns, run.seed)
        used = memory.most(service, "e-mail by batch")
        naive = {} if run.quick else await _naive(service)
    async with run.stack.service(about=SINGLE) as service:
        few = await _speeds(service, count // 3, turns, run.seed, FEW)
        single = await _speeds(service, count, turns, run.seed)
    return [*(_figure(each, batch[each], single[each], few[each], naive.get(each)) for each in MILLISECONDS), used]


def _figure(milliseconds: int, batch: Speed, single: Speed, few: Speed, naive: float | None) -> Figure:
    beside = {
        "by single calls": single.per_second,
        f"by single calls, {FEW} in flight": few.per_second,
        "CPU ms for 1,000": batch.cpu,
        "and by single calls": single.cpu,
    }
    goals = [
        Goal("to single calls", batch.per_second / single.per_second, at_least=3.0),
        Goal(f"to single calls with {FEW} in flight", batch.per_second / few.per_second, at_least=3.0),
        Goal("CPU of single calls to its own", single.cpu / batch.cpu),
    ]
    if naive is not None:
        beside["naive"] = naive
        goals.append(Goal("to naive", batch.per_second / naive, at_least=5.0))
    name = f"e-mail by batch, {milliseconds} ms, the default settings"
    return Figure(name, batch.per_second, "deliveries/s", beside, goals)


async def _naive(service: Service) -> dict[int, float]:
    """Return how fast the naive design is, for each latency."""
    found = {}
    for milliseconds in MILLISECONDS:
        with provider(milliseconds / 1000) as port, frozen(service.pids):
            async with naive_design(port, AT_ONCE, service.owner_url, service.redis_url, ["email"]) as design:
                found[milliseconds] = await design.rate(NAIVE_DELIVERIES)
    return found


async def _speeds(
    service: Service, count: int, turns: int, seed: int, in_flight: int | None = None
) -> dict[int, Speed]:
    """Return how fast so many e-mails are sent, for each latency. There are no others yet."""
    found = {}
    for milliseconds in MILLISECONDS:
        with provider(milliseconds / 1000) as port:
            await user.save_account(service.client, "email", account("email", port, in_flight))
            await user.import_conversations(service.client, conversations("email", count, seed=seed))
            used = Used(service)
            rate = median([await user.send(service, "email") for _ in range(turns)])
            found[milliseconds] = Speed(rate, sum(used.per_1000(count * turns).values()))
    return found
