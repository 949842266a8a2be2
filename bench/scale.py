"""One worker and four beside a provider that takes 300 ms: what more processes add where the machine has time left."""

from typing import Final

from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import provider
from bench.run import Run

WORKERS: Final = 4
LATENCY: Final = 0.3
ACCOUNTS: Final = 4
IN_FLIGHT: Final = 20
"""Of each account and worker, so that the machine has time left for four workers."""
DELIVERIES: Final = 1_200
"""For each worker."""


async def measure(run: Run) -> list[Figure]:
    one, four = await _rate(run, 1), await _rate(run, WORKERS)
    limit = WORKERS * ACCOUNTS * IN_FLIGHT / LATENCY
    goals = (Goal("to one worker", four / one, at_least=3.6), Goal("of the limit", four / limit))
    beside = {"one worker": one, "limit": limit}
    name = f"{WORKERS} workers, {LATENCY * 1000:.0f} ms, {ACCOUNTS * IN_FLIGHT} calls in flight for each worker"
    return [Figure(name, four, "deliveries/s", beside, goals)]


async def _rate(run: Run, workers: int) -> float:
    """Return deliveries per second of so many workers, each with as many calls in flight and deliveries."""
    limits = {"MASS_REPLY_MAX_CONNECTIONS": str(ACCOUNTS * IN_FLIGHT)}
    async with run.stack.service(workers=workers, about=limits) as service:
        with provider(LATENCY) as port:
            for key in (f"sms-{number}" for number in range(ACCOUNTS)):
                await user.save_account(service.client, key, account("sms", port, IN_FLIGHT * workers, key))
                lines = conversations("sms", run.fewer(DELIVERIES) * workers // ACCOUNTS, key, run.seed)
                await user.import_conversations(service.client, lines)
            await user.send(service, "sms")
            return await user.send(service, "sms")
