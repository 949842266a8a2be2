"""The measures, in the order of the table."""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

from bench import (
    account,
    accounts,
    channels,
    company,
    data,
    email,
    first_call,
    memory,
    polls,
    relative_costs,
    scale,
)
from bench.figures import Figure
from bench.run import Run

Measure = Callable[[Run], Coroutine[Any, Any, list[Figure]]]

ACCOUNT: Final[Mapping[str, Measure]] = {
    f"account-{milliseconds}-{in_flight}": partial(account.measure, milliseconds=milliseconds, in_flight=in_flight)
    for milliseconds in account.DELIVERIES
    for in_flight in (64, 32)
}
MEASURES: Final[Mapping[str, Measure]] = {
    **ACCOUNT,
    "accounts": partial(accounts.measure, case=accounts.AT_FULL_SPEED),
    "accounts-100": partial(accounts.measure, case=accounts.BESIDE_LATENCY),
    "email": email.measure,
    "channels": channels.measure,
    "first-call": first_call.measure,
    "polls": polls.measure,
    "memory": memory.measure,
    "scale": scale.measure,
    "costs": relative_costs.measure,
    "import": data.measure_import,
    "import-small": data.measure_small_imports,
    "create": data.measure_create,
    **{f"company-{name}": partial(company.measure, name=name) for name in company.COMPANY},
}
QUICK: Final = ("account-0-64", "account-100-32", "email", "first-call", "costs")
"""What `make bench-quick` measures."""
