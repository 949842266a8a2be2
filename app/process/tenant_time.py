"""How much time of a process each tenant has used, and how long it waits for more.

A tenant that has used more than its share waits while other tenants are active. Alone, it never waits. Its work counts
wherever it runs: in the database, on the event loop, and in the thread beside it.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator, Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from itertools import islice, takewhile
from types import coroutine
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from app.domain.errors import Overloaded
from app.domain.words import TenantId
from app.process.recently_used import RecentlyUsed

AT_ONCE: Final = 1.0
"""Seconds of work that a tenant may use at once after a pause."""
DEEPEST: Final = 10.0
"""The most seconds of work that a tenant may owe. More is not counted, so no request waits longer than 20 seconds."""
PRESENT: Final = 10.0
"""Seconds after its last request for which a tenant counts as active."""
REMEMBERED: Final = 10_000
"""Tenants. Those inactive for longest are forgotten first."""
MOST_COMPARED: Final = 100
"""How many tenants are compared: the latest ones."""
PAUSE: Final = 0.25
"""The longest wait, in seconds, of work that is never refused, each time its tenant has used more than its share."""

Result = TypeVar("Result")


class Purse(StrEnum):
    """What a tenant's time is spent on. Its users' requests never hold up its providers' reports."""

    REQUESTS = "requests"
    REPORTS = "reports"
    SENDING = "sending"
    """What workers render. It competes with requests for the machine, and nobody waits for its response."""

    @property
    def share(self) -> float:
        """Seconds of work in each second."""
        return 0.25 if self is Purse.SENDING else 0.5


class TenantTime:
    """The time that one process has for its tenants."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._accounts = RecentlyUsed[tuple[TenantId, Purse], TimeAccount](REMEMBERED)
        self._seen = RecentlyUsed[TenantId, float](REMEMBERED)
        self._lines = WeakValueDictionary[Hashable, asyncio.Lock]()

    def of(self, tenant: TenantId, purse: Purse = Purse.REQUESTS) -> "TimeAccount":
        key = (tenant, purse)
        self._accounts[key] = account = self._accounts.get(key) or TimeAccount(self, tenant, purse)
        return account

    def note(self, tenant: TenantId) -> None:
        """Note that a tenant is active."""
        self._seen[tenant] = self.clock()

    def line(self, tenant: TenantId, caller: Hashable) -> asyncio.Lock:
        """Return the lock that makes one caller's requests wait for each other."""
        return self._lines.setdefault((tenant, caller), asyncio.Lock())

    def others_there(self, tenant: TenantId) -> list[TenantId]:
        """Return the other active tenants, the latest first, MOST_COMPARED at most."""
        now = self.clock()
        there = takewhile(lambda each: now - each[1] < PRESENT, reversed(self._seen.items()))
        return [other for other, _ in islice(there, MOST_COMPARED) if other != tenant]

    def greatest_debt(self, tenants: Iterable[TenantId], purse: Purse) -> float:
        """Return the longest wait of these tenants, in seconds."""
        accounts = (self._accounts.get((tenant, purse)) for tenant in tenants)
        return max((account.owed() for account in accounts if account is not None), default=0.0)


class TimeAccount:
    """One tenant's time for one purpose."""

    def __init__(self, tenants: TenantTime, tenant: TenantId, purse: Purse) -> None:
        self._tenants = tenants
        self._tenant = tenant
        self._purse = purse
        self._share = purse.share
        self._paid_at = 0.0
        """When the time charged so far is paid for. It lies in the past if the tenant has saved some up."""
        self._under_way = 0
        self._begun_at = 0.0
        """The sum of the times at which the work under way began."""

    def charge(self, seconds: float) -> None:
        """Count time that its work has taken."""
        now = self._tenants.clock()
        self._paid_at = min(self._since(now) + seconds / self._share, now + DEEPEST / self._share)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Count the time that the block takes, also while it is under way."""
        began = self._tenants.clock()
        self._under_way += 1
        self._begun_at += began
        try:
            yield
        finally:
            self._under_way -= 1
            self._begun_at -= began
            self.charge(self._tenants.clock() - began)

    def owed(self) -> float:
        """Return in how many seconds the tenant will have paid for its time, work under way included."""
        now = self._tenants.clock()
        under_way = (self._under_way * now - self._begun_at) / self._share
        return max(0.0, min(self._since(now) + under_way - now, DEEPEST / self._share))

    def wait(self) -> float:
        """Return how many seconds the tenant should wait before it uses more.

        Return 0 if no other tenant is active. Return 0 too if another one owes more than twice as much: then this
        tenant's work took so long because of the other's.
        """
        if (owed := self.owed()) <= 0 or not (others := self._tenants.others_there(self._tenant)):
            return 0.0
        return 0.0 if self._tenants.greatest_debt(others, self._purse) > 2 * owed else owed

    def _since(self, now: float) -> float:
        return max(self._paid_at, now - AT_ONCE / self._share)

    async def pace(self, at_most: float) -> None:
        """Wait until the tenant has paid for its time, but no longer than `at_most` seconds."""
        if (seconds := min(self.wait(), at_most)) > 0:
            await asyncio.sleep(seconds)

    async def in_turn(self, caller: Hashable, pause: float, patience: float) -> None:
        """Let one caller's requests begin one after another, each after a pause, until the tenant has paid.

        No request waits longer than `patience` seconds, however many there are.
        """
        if self.wait() > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience), self._tenants.line(self._tenant, caller):
                    await self.pace(pause)

    async def require(self, patience: float) -> None:
        """Wait until the tenant has paid. Raise Overloaded if it has not paid within `patience` seconds."""
        ends = time.monotonic() + patience
        while (left := self.wait()) > 0:
            if (patience := ends - time.monotonic()) <= 0:
                raise Overloaded("This tenant's share is used up.", limit="time", wait=timedelta(seconds=left))
            await self.pace(patience)


@coroutine
def metered(work: Coroutine[Any, None, Result], count: Callable[[float], None]) -> Generator[Any, None, Result]:
    """Run a coroutine, and report to `count` the seconds that each of its steps computes on the event loop."""
    error: BaseException | None = None
    while True:
        began = time.thread_time()
        try:
            waits_for = work.send(None) if error is None else work.throw(error)
        except StopIteration as end:
            result: Result = end.value
            return result
        finally:
            count(time.thread_time() - began)
        try:
            yield waits_for
            error = None
        except BaseException as raised:  # noqa: BLE001 - raised in the work, as if it had waited itself
            error = raised
