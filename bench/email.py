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
FEW: Final = 32
"""Calls in flight, as most providers allow them."""
SINGLE: Final = {"BENCH_SINGLE_CALLS": "1"}


async def measure(run: Run) -> list[Figure]:
    batch, single = await _rates(run, {}), await _rates(run, SINGLE)
    few = await _rates(run, SINGLE, FEW, share=3)
    return [
        Figure(
            f"e-mail by batch, {milliseconds} ms, the default settings",
            batch[milliseconds],
            "deliveries/s",
            {"by single calls": single[milliseconds], f"by single calls, {FEW} in flight": few[milliseconds]},
            (
                Goal("to single calls", batch[milliseconds] / single[milliseconds], at_least=3.0),
                Goal(f"to single calls with {FEW} in flight", batch[milliseconds] / few[milliseconds], at_least=3.0),
            ),
        )
        for milliseconds in MILLISECONDS
    ]


async def _rates(
    run: Run, about: Mapping[str, str], in_flight: int | None = None, *, share: int = 1
) -> dict[int, float]:
    """Return deliveries per second for each latency, of a part of the deliveries."""
    found = {}
    async with run.stack.service(about=about) as service:
        for milliseconds in MILLISECONDS:
            with provider(milliseconds / 1000) as port:
                await user.save_account(service.client, "email", account("email", port, in_flight))
                lines = conversations("email", run.fewer(DELIVERIES) // share, seed=run.seed)
                await user.import_conversations(service.client, lines)
                found[milliseconds] = median([await user.send(service, "email") for _ in range(TURNS)])
    return found
