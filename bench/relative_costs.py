"""CPU time of an import, a preparation and a batch, as shares of that of plain calls: httpx as it comes, in this run.

Both are CPU time, so others on the machine change little; and a slower processor is slower for both.
"""

from statistics import median
from typing import Final

from bench import user
from bench.accounts import AT_FULL_SPEED as CASE
from bench.bare import PLAIN, BareLoop, bare_loop
from bench.cpu import Used
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import cpu_ms, frozen, provider
from bench.run import Run

CONVERSATIONS: Final = 12_000
CALLS: Final = 1_500
"""Of the bare loop, in each turn."""
CALLS_AT_ONCE: Final = 64
TURNS: Final = 3

PLAIN_CALLS: Final = "1,000 plain calls"
IMPORT: Final = "import, CPU for 1,000 lines"
PREPARE: Final = "create and prepare, CPU for 1,000 recipients"
SEND: Final = f"{CASE}, CPU for 1,000 deliveries"


async def measure(run: Run) -> list[Figure]:
    each = run.fewer(CONVERSATIONS) // CASE.accounts
    took: dict[str, list[float]] = {IMPORT: [], PREPARE: [], SEND: []}
    calls = []
    async with run.stack.service() as service:
        with provider() as port, bare_loop(port, CALLS_AT_ONCE, PLAIN) as loop:
            for key in (f"sms-{number}" for number in range(CASE.accounts)):
                await user.save_account(service.client, key, account("sms", port, CASE.in_flight, key))
                lines, used = list(conversations("sms", each, key, run.seed)), Used(service)
                await user.import_conversations(service.client, lines)
                took[IMPORT].append(sum(used.per_1000(each).values()))
            for _ in range(TURNS):
                with frozen(service.pids):
                    calls.append(_cpu_of_calls(loop))
                used = Used(service)
                path, count = await user.create(service.client, "sms")
                took[PREPARE].append(sum(used.per_1000(count).values()))
                await user.confirm(service.client, path, count)
                await user.until_sent(service, path, count)
                took[SEND].append(sum(used.per_1000(count).values()))
    return [_figure(name, median(found), median(calls)) for name, found in took.items()]


def _cpu_of_calls(loop: BareLoop) -> float:
    """Return the CPU milliseconds of 1,000 calls."""
    before = sum(map(cpu_ms, loop.pids))
    loop.rate(CALLS)
    return (sum(map(cpu_ms, loop.pids)) - before) * 1000 / CALLS


def _figure(name: str, milliseconds: float, calls: float) -> Figure:
    return Figure(name, milliseconds, "ms", {PLAIN_CALLS: calls}, (Goal("plain calls to that", calls / milliseconds),))
