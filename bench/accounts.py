"""Many accounts and one batch over all of them, and the memory that it took."""

from dataclasses import dataclass
from statistics import median
from typing import Final

from bench import memory, user
from bench.bare import BareLoop, bare_loop
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.naive import naive_design
from bench.processes import frozen, provider
from bench.run import Run
from bench.stack import Service

CALLS: Final = 18_000
"""Of the bare loop in each turn: some seconds."""
NAIVE_DELIVERIES: Final = 3_000
"""Deliveries of the naive design."""
AT_ONCE: Final = 128
"""Calls in flight of the naive design, and of the bare loop at 0 ms: neither is faster with more."""


@dataclass(frozen=True, slots=True)
class Case:
    accounts: int
    in_flight: int
    """Of each account."""
    milliseconds: int
    deliveries: int
    turns: int
    calls: int = CALLS

    @property
    def loop_in_flight(self) -> int:
        return self.accounts * self.in_flight if self.milliseconds else AT_ONCE

    def __str__(self) -> str:
        return f"{self.accounts} accounts, {self.milliseconds} ms, {self.in_flight} in flight each"


AT_FULL_SPEED: Final = Case(accounts=4, in_flight=256, milliseconds=0, deliveries=12_000, turns=3)
BESIDE_LATENCY: Final = Case(accounts=20, in_flight=32, milliseconds=100, deliveries=6_000, turns=3, calls=9_000)
"""With the default calls in flight: together as many as the machine can make."""


async def measure(run: Run, case: Case) -> list[Figure]:
    async with run.stack.service() as service:
        with provider(case.milliseconds / 1000) as port:
            each = run.fewer(case.deliveries) // case.accounts
            for key in (f"sms-{number}" for number in range(case.accounts)):
                await user.save_account(service.client, key, account("sms", port, case.in_flight, key))
                await user.import_conversations(service.client, conversations("sms", each, key, run.seed))
            with bare_loop(port, case.loop_in_flight) as loop:
                turns = [await _turn(case, service, loop) for _ in range(case.turns)]
            with frozen(service.pids):
                async with naive_design(port, AT_ONCE, service.owner_url, service.redis_url) as design:
                    naive = await design.rate(NAIVE_DELIVERIES)
        return [_rate(case, turns, naive), memory.most(service, f"{case}, {each * case.accounts:,} deliveries")]


async def _turn(case: Case, service: Service, loop: BareLoop) -> tuple[float, float]:
    here = await user.send(service, "sms")
    with frozen(service.pids):
        return here, loop.rate(case.calls)


def _rate(case: Case, turns: list[tuple[float, float]], naive: float) -> Figure:
    here, bare = median(here for here, _ in turns), median(bare for _, bare in turns)
    goals = (
        Goal("of the bare loop", median(here / bare for here, bare in turns), at_least=0.6),
        Goal("to naive", here / naive, at_least=5.0),
    )
    return Figure(str(case), here, "deliveries/s", {"bare loop": bare, "naive": naive}, goals)
