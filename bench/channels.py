"""One batch over seven channels at once, through their own providers."""

from typing import Final

from bench import user
from bench.bare import bare_loop
from bench.figures import Figure, Goal
from bench.load import CHANNELS, account, conversations
from bench.processes import frozen, provider
from bench.run import Run

EACH: Final = 900
IN_FLIGHT: Final = 64
"""Of the bare loop: as many as a machine has use for."""
TURNS: Final = 3


async def measure(run: Run) -> list[Figure]:
    async with run.stack.service() as service:
        with provider() as port, bare_loop(port, IN_FLIGHT) as loop:
            for channel in CHANNELS:
                await user.save_account(service.client, channel, account(channel, port))
                lines = conversations(channel, run.fewer(EACH), seed=run.seed)
                await user.import_conversations(service.client, lines)
            here = max([await user.send(service, *CHANNELS) for _ in range(TURNS)])
            with frozen(service.pids):
                bare = loop.rate(run.fewer(EACH) * len(CHANNELS))
    goals = (Goal("of the bare loop", here / bare),)
    return [Figure("seven channels at once, the default settings", here, "deliveries/s", {"bare loop": bare}, goals)]
