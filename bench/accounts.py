"""Four accounts with 256 calls in flight each and one batch over all of them, and the memory that it took."""

from statistics import median
from typing import Final

from bench import user
from bench.bare import bare_loop
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.naive import naive_design
from bench.processes import frozen, peak_megabytes, provider
from bench.run import Run
from bench.stack import Service

ACCOUNTS: Final = 4
IN_FLIGHT: Final = 256
AT_ONCE: Final = 128
"""Of the bare loop and the naive design: neither is faster with more."""
DELIVERIES: Final = 12_000
TURNS: Final = 3


async def measure(run: Run) -> list[Figure]:
    each = run.fewer(DELIVERIES) // ACCOUNTS
    async with run.stack.service() as service:
        with provider() as port:
            for key in (f"sms-{number}" for number in range(ACCOUNTS)):
                await user.save_account(service.client, key, account("sms", port, IN_FLIGHT, key))
                await user.import_conversations(service.client, conversations("sms", each, key, run.seed))
            turns, naive = [], 0.0
            with bare_loop(port, AT_ONCE) as loop:
                for _ in range(TURNS):
                    here = await user.send(service, "sms")
                    with frozen(service.pids):
                        turns.append((here, loop.rate(each * ACCOUNTS)))
            with frozen(service.pids):
                async with naive_design(port, AT_ONCE, service.owner_url, service.redis_url) as design:
                    naive = await design.rate(each)
        return [_rate(turns, naive), *_memory(service, each * ACCOUNTS)]


def _rate(turns: list[tuple[float, float]], naive: float) -> Figure:
    here, bare = median(here for here, _ in turns), median(bare for _, bare in turns)
    goals = (
        Goal("of the bare loop", median(here / bare for here, bare in turns), at_least=0.6),
        Goal("to naive", here / naive, at_least=5.0),
    )
    beside = {"bare loop": bare, "naive": naive}
    return Figure(f"{ACCOUNTS} accounts, 0 ms, {IN_FLIGHT} in flight each", here, "deliveries/s", beside, goals)


def _memory(service: Service, deliveries: int) -> list[Figure]:
    used = {
        "worker": max(peak_megabytes(worker.process.pid) for worker in service.workers),
        "API": peak_megabytes(service.api.process.pid),
    }
    return [
        Figure(
            f"memory of a process, {name}, at most, {deliveries:,} deliveries",
            size,
            "MB",
            {},
            (Goal("MB", size, at_most=200),),
        )
        for name, size in used.items()
    ]
