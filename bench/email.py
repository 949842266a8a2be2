"""E-mail by batch against e-mail by single calls, on one Postmark server with the default settings."""

from collections.abc import Mapping
from statistics import median
from typing import Final

from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import provider
from bench.run import Run

DELIVERIES: Final = 6_000
MILLISECONDS: Final = (0, 100)
TURNS: Final = 2
SINGLE: Final = {"BENCH_SINGLE_CALLS": "1"}


async def measure(run: Run) -> list[Figure]:
    batch, single = await _rates(run, {}), await _rates(run, SINGLE)
    return [
        Figure(
            f"e-mail by batch, {milliseconds} ms",
            batch[milliseconds],
            "deliveries/s",
            {"by single calls": single[milliseconds]},
            (Goal("to single calls", batch[milliseconds] / single[milliseconds], at_least=3.0),),
        )
        for milliseconds in MILLISECONDS
    ]


async def _rates(run: Run, about: Mapping[str, str]) -> dict[int, float]:
    """Return deliveries per second for each latency."""
    found = {}
    async with run.stack.service(about=about) as service:
        for milliseconds in MILLISECONDS:
            with provider(milliseconds / 1000) as port:
                await user.save_account(service.client, "email", account("email", port))
                lines = conversations("email", run.fewer(DELIVERIES), seed=run.seed)
                await user.import_conversations(service.client, lines)
                found[milliseconds] = median([await user.send(service, "email") for _ in range(TURNS)])
    return found
