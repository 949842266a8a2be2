"""One batch over seven channels at once, through their own providers."""

from statistics import median
from typing import Final

from bench import memory, user
from bench.accounts import AT_ONCE, CALLS, NAIVE_DELIVERIES
from bench.bare import bare_loop
from bench.figures import Figure, Goal
from bench.load import CHANNELS, account, conversations
from bench.naive import naive_design
from bench.processes import frozen, provider
from bench.run import Run

EACH: Final = 900
IN_FLIGHT: Final = 64
"""Of the bare loop: as many as a machine has use for."""
TURNS: Final = 3


async def measure(run: Run) -> list[Figure]:
    async with run.stack.service() as service:
        with provider() as port:
            for channel in CHANNELS:
                await user.save_account(service.client, channel, account(channel, port))
                lines = conversations(channel, run.fewer(EACH), seed=run.seed)
                await user.import_conversations(service.client, lines)
            here = median([await user.send(service, *CHANNELS) for _ in range(TURNS)])
            used = memory.most(service, f"seven channels at once, {run.fewer(EACH) * len(CHANNELS):,} deliveries")
            with frozen(service.pids):
                with bare_loop(port, IN_FLIGHT) as loop:
                    bare = loop.rate(CALLS)
                async with naive_design(port, AT_ONCE, service.owner_url, service.redis_url, CHANNELS) as design:
                    naive = await design.rate(NAIVE_DELIVERIES)
    goals = (Goal("of the bare loop", here / bare), Goal("to naive", here / naive, at_least=5.0))
    beside = {"bare loop": bare, "naive": naive}
    return [Figure("seven channels at once, the default settings", here, "deliveries/s", beside, goals), used]
