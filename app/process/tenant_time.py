"""How much time of a process each tenant has used, and how long it waits for more.

A tenant that used more than its share waits while another tenant is there. Alone, it never waits. What counts is the
time that its work takes in the database, beside the event loop, and on it.
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
"""Seconds of work after a pause, before anything waits."""
DEEPEST: Final = 10.0
"""Seconds of work that may be owed. What is used beyond them is free: no request waits for longer than 20 seconds."""
PRESENT: Final = 10.0
"""Seconds for which a tenant counts as there after its last request."""
REMEMBERED: Final = 10_000
"""Tenants. Those silent for longest are forgotten first."""
MOST_COMPARED: Final = 100
"""Tenants whose debts are compared: those that were seen last."""
PAUSE: Final = 0.25
"""Seconds that whoever is never refused waits at most, each time, after it has used more than its share."""

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
        """Note that a tenant is there."""
        self._seen[tenant] = self.clock()

    def line(self, tenant: TenantId, caller: Hashable) -> asyncio.Lock:
        """Return the line in which one caller's requests wait."""
        return self._lines.setdefault((tenant, caller), asyncio.Lock())

    def others_there(self, tenant: TenantId) -> list[TenantId]:
        """Return the other tenants that are there, the latest first, and no more than matter."""
        now = self.clock()
        there = takewhile(lambda each: now - each[1] < PRESENT, reversed(self._seen.items()))
        return [other for other, _ in islice(there, MOST_COMPARED) if other != tenant]

    def greatest_debt(self, tenants: Iterable[TenantId], purse: Purse) -> float:
        """Return the longest that one of these has to wait, in seconds."""
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
        """When what was charged is paid for. The past, as far as the tenant may save up."""
        self._under_way = 0
        self._begun_at = 0.0
        """The sum of the times at which what is under way began."""

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
        """Return in how many seconds it will have paid for what it used, also for what is under way."""
        now = self._tenants.clock()
        under_way = (self._under_way * now - self._begun_at) / self._share
        return max(0.0, min(self._since(now) + under_way - now, DEEPEST / self._share))

    def wait(self) -> float:
        """Return how many seconds it should wait before it uses more.

        That is none if no other tenant is there, or if another one owes more than twice as much: what a tenant does
        takes longer then for the other's sake.
        """
        if (owed := self.owed()) <= 0 or not (others := self._tenants.others_there(self._tenant)):
            return 0.0
        return 0.0 if self._tenants.greatest_debt(others, self._purse) > 2 * owed else owed

    def _since(self, now: float) -> float:
        return max(self._paid_at, now - AT_ONCE / self._share)

    async def pace(self, at_most: float) -> None:
        """Wait until it has paid for what it used, and never longer than so many seconds."""
        if (seconds := min(self.wait(), at_most)) > 0:
            await asyncio.sleep(seconds)

    async def in_turn(self, caller: Hashable, pause: float, patience: float) -> None:
        """Let the same caller's requests begin one after another, each after a pause, until it has paid.

        No request waits longer than `patience`, however many there are.
        """
        if self.wait() > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience), self._tenants.line(self._tenant, caller):
                    await self.pace(pause)

    async def require(self, patience: float) -> None:
        """Wait until it has paid. Raise Overloaded if it has not after so many seconds."""
        ends = time.monotonic() + patience
        while (left := self.wait()) > 0:
            if (patience := ends - time.monotonic()) <= 0:
                raise Overloaded("This tenant's share is used up.", limit="time", wait=timedelta(seconds=left))
            await self.pace(patience)


@coroutine
def metered(work: Coroutine[Any, None, Result], count: Callable[[float], None]) -> Generator[Any, None, Result]:
    """Do the work, and count the seconds that each of its steps computes on the event loop."""
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
