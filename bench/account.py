"""One account as a user has it, beside two bare loops and the naive design, in turns.

The limit is the smaller of calls in flight ÷ latency and the bare loop against a provider that answers at once. The
other loop, "bare httpx", makes its calls with what the naive design uses. Whoever is not measured stands still.
"""

from dataclasses import dataclass
from statistics import median
from typing import Final

from bench import user
from bench.bare import PLAIN, bare_loop
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.naive import naive_design
from bench.processes import frozen, provider
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = {0: 9_000, 50: 9_000, 100: 2_100, 300: 1_500}
"""Of one turn, by the provider's latency in milliseconds."""
CALLS: Final = 3_000
"""Of a bare loop and of the naive design, where the provider answers at once: neither needs a run-up."""


@dataclass(frozen=True, slots=True)
class Case:
    service: Service
    milliseconds: int
    in_flight: int
    count: int
    calls: int
    """Of each of the others."""
    turns: int

    @property
    def latency(self) -> float:
        return self.milliseconds / 1000


@dataclass(frozen=True, slots=True)
class Turn:
    """Deliveries per second of each, one after the other."""

    here: float
    bare: float
    plain: float
    naive: float


async def measure(run: Run, milliseconds: int, in_flight: int) -> list[Figure]:
    count, calls = run.fewer(DELIVERIES[milliseconds]), run.fewer(CALLS)
    async with run.stack.service() as service:
        with provider() as at_once:
            await user.save_account(service.client, "sms", account("sms", at_once, in_flight))
            await user.import_conversations(service.client, conversations("sms", count, seed=run.seed))
            await user.send(service, "sms")  # the first batch finds no statement planned
            machine = _machine(service, at_once, in_flight, calls) if milliseconds else 0.0
        turns = 3 if milliseconds < 100 else 2 if run.quick else 1
        case = Case(service, milliseconds, in_flight, count, count if milliseconds else calls, turns)
        with provider(case.latency) as port:
            await user.save_account(service.client, "sms", account("sms", port, in_flight))
            return [_figure(case, machine, await _turns(case, port))]


def _machine(service: Service, port: int, in_flight: int, calls: int) -> float:
    """Return how many calls a second the machine can make."""
    with frozen(service.pids), bare_loop(port, in_flight) as loop:
        return median(loop.rate(calls) for _ in range(3))


async def _turns(case: Case, port: int) -> list[Turn]:
    service, turns = case.service, list[Turn]()
    async with naive_design(port, case.in_flight, service.owner_url, service.redis_url) as naive:
        with bare_loop(port, case.in_flight) as ours, bare_loop(port, case.in_flight, PLAIN) as plain:
            for _ in range(case.turns):
                with frozen(naive.pids):
                    here = await user.send(service, "sms")
                with frozen(service.pids):
                    with frozen(naive.pids):
                        bare, httpx = (loop.rate(case.calls) for loop in (ours, plain))
                    turns.append(Turn(here, bare, httpx, await naive.rate(case.calls)))
    return turns


def _figure(case: Case, machine: float, turns: list[Turn]) -> Figure:
    names = ("here", "bare", "plain", "naive")
    here, bare, plain, naive = (median(getattr(turn, name) for turn in turns) for name in names)
    if case.latency and case.in_flight / case.latency < machine:
        limit = case.in_flight / case.latency
        of_limit, times_naive = Goal("of the limit", here / limit, at_least=0.9), 1.5
    else:
        limit = bare
        of_limit, times_naive = Goal("of the bare loop", median(t.here / t.bare for t in turns), at_least=0.6), 5.0
    goals = (
        of_limit,
        Goal("to naive", median(turn.here / turn.naive for turn in turns), at_least=times_naive),
        Goal("of bare httpx", median(turn.here / turn.plain for turn in turns)),
    )
    beside = {"limit": limit, "bare loop": bare, "bare httpx": plain, "naive": naive}
    name = f"one account, {case.milliseconds} ms, {case.in_flight} in flight"
    return Figure(name, here, "deliveries/s", beside, goals)
