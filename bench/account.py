"""One account as a user has it, beside two bare loops and the naive design, in turns.

The limit is the smaller of calls in flight ÷ latency and the bare loop against a provider that answers at once. The
other loop, "bare httpx", makes its calls with what the naive design uses. Whoever is not measured stands still. A quick
run has the naive design alone beside it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench import user
from bench.bare import PLAIN, BareLoop, bare_loop
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.naive import Naive, naive_design
from bench.processes import frozen, provider
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = {0: 9_000, 50: 9_000, 100: 9_000, 300: 4_500}
"""Of one turn, by the provider's latency in milliseconds: some seconds at least in a quick run, which has a third. Of a
shorter batch the beginning and the end are a larger part."""
NAIVE: Final = "naive"
CALLS: Final = {"bare loop": 18_000, "bare httpx": 3_000, NAIVE: 2_000}
"""Of the others in a turn: some seconds of each where the provider answers at once. Beside a slow one the naive design
has as many as ours, since it has a beginning and an end, too."""


@dataclass(frozen=True, slots=True)
class Case:
    service: Service
    milliseconds: int
    in_flight: int
    deliveries: int
    turns: int
    alone: bool
    """Whether only the naive design is beside it."""

    @property
    def latency(self) -> float:
        return self.milliseconds / 1000

    def calls(self, name: str) -> int:
        """Return how many of the others' calls are measured."""
        if not self.milliseconds:
            return CALLS[name]
        return self.deliveries if name == NAIVE else min(CALLS[name], self.deliveries)


Turn = Mapping[str, float]
"""Deliveries per second of each, one after the other, by its name."""
HERE: Final = "here"


async def measure(run: Run, milliseconds: int, in_flight: int) -> list[Figure]:
    count = run.fewer(DELIVERIES[milliseconds])
    async with run.stack.service() as service:
        with provider() as at_once:
            await user.save_account(service.client, "sms", account("sms", at_once, in_flight))
            await user.import_conversations(service.client, conversations("sms", count, seed=run.seed))
            await user.send(service, "sms")  # the first batch finds no statement planned
            machine = _machine(service, at_once, in_flight) if milliseconds and not run.quick else math.inf
        turns = 1 if milliseconds >= 100 else 2 if run.quick else 3
        case = Case(service, milliseconds, in_flight, count, turns, alone=run.quick)
        with provider(case.latency) as port:
            await user.save_account(service.client, "sms", account("sms", port, in_flight))
            return [_figure(case, machine, await _turns(case, port))]


def _machine(service: Service, port: int, in_flight: int) -> float:
    """Return how many calls a second the machine can make."""
    with frozen(service.pids), bare_loop(port, in_flight) as loop:
        return loop.rate(CALLS["bare loop"])


async def _turns(case: Case, port: int) -> list[Turn]:
    async with naive_design(port, case.in_flight, case.service.owner_url, case.service.redis_url) as naive:
        with _loops(case, port) as loops:
            return [await _turn(case, naive, loops) for _ in range(case.turns)]


@contextmanager
def _loops(case: Case, port: int) -> Iterator[Mapping[str, BareLoop]]:
    with ExitStack() as stack:
        clients: Mapping[str, Sequence[str]] = {} if case.alone else {"bare loop": (), "bare httpx": (PLAIN,)}
        yield {name: stack.enter_context(bare_loop(port, case.in_flight, *client)) for name, client in clients.items()}


async def _turn(case: Case, naive: Naive, loops: Mapping[str, BareLoop]) -> Turn:
    with frozen(naive.pids):
        here = await user.send(case.service, "sms")
    with frozen(case.service.pids):
        with frozen(naive.pids):
            rates = {name: loop.rate(case.calls(name)) for name, loop in loops.items()}
        return {HERE: here, **rates, NAIVE: await naive.rate(case.calls(NAIVE))}


def _figure(case: Case, machine: float, turns: Sequence[Turn]) -> Figure:
    rates = {name: median(turn[name] for turn in turns) for name in turns[0]}
    ratios = {name: median(turn[HERE] / turn[name] for turn in turns) for name in turns[0]}
    here, beside, goals = rates.pop(HERE), rates, list[Goal]()
    if case.latency and case.in_flight / case.latency < machine:
        limit, times_naive = case.in_flight / case.latency, 1.5
        beside = {"limit": limit, **rates}
        goals.append(Goal("of the limit", here / limit, at_least=0.9))
    else:
        times_naive = 5.0
        if "bare loop" in ratios:
            goals.append(Goal("of the bare loop", ratios["bare loop"], at_least=0.6))
    goals.append(Goal("to naive", ratios[NAIVE], at_least=times_naive))
    if "bare httpx" in ratios:
        goals.append(Goal("of bare httpx", ratios["bare httpx"]))
    name = f"one account, {case.milliseconds} ms, {case.in_flight} in flight"
    return Figure(name, here, "deliveries/s", beside, goals)
