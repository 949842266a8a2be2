"""The calls that this process may have under way, account by account.

An account's `max_in_flight` limits the calls under way at its provider. Each process holds a leased share of it, and
each claim works the share out again. A slot is free once the provider has answered, not only when the answer is
recorded, so claiming and recording overlap with calls. Deliveries claimed and not recorded stay below twice the limit.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Final, Protocol
from uuid import UUID, uuid4

import structlog

from app.delivery.sql import call_shares
from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.claims import LaneSnapshot
from app.domain.pacing import OtherHolders, call_share
from app.domain.words import AccountId, TenantId
from app.store.database import Database
from app.store.overload import may_pass

log = structlog.get_logger()

AHEAD: Final = 0.25
"""Seconds of calls that are claimed ahead."""
REFILL_SHARE: Final = 4
"""A claim is worth it once a quarter of what a process keeps claimed is missing."""
STARTS: Final = 16
"""Calls that are started before the event loop polls its sockets again."""
MEASURED: Final = 0.1
"""Seconds between two measurements of how fast calls end."""


class CallSource(Protocol):
    """Begins calls when slots are free. Each pump is one."""

    @property
    def ready(self) -> bool:
        """Whether a call waits to be begun."""
        ...

    def begin(self, free: int) -> bool:
        """Begin one call of at most `free` deliveries. Return False if none may begin now."""
        ...

    def changed(self) -> None:
        """Note that another claim may be worth it."""
        ...


@dataclass(slots=True)
class _Speed:
    """How many deliveries are answered per second."""

    per_second: float = 0.0
    _count: int = 0
    _since: float = 0.0

    def count(self, number: int, now: float) -> None:
        self._since = self._since or now
        self._count += number
        if (seconds := now - self._since) >= MEASURED:
            latest = self._count / seconds
            self.per_second = (self.per_second + latest) / 2 if self.per_second else latest
            self._count, self._since = 0, now


@dataclass(eq=False)
class AccountSlots:
    """One account's calls in this process, from its first claim until no pump works it."""

    most: int
    """The most calls that one process keeps under way."""
    holder: UUID = field(default_factory=uuid4)
    limit: int = 0
    """Calls that this process may have under way."""
    in_use: int = 0
    waiting: int = 0
    """Claimed and not begun."""
    unwritten: int = 0
    """Answered and not recorded."""
    troubled: int = 0
    """Answers that may stop the account and are not recorded yet. Until then no call begins."""
    troubled_at: float = 0.0
    """When the last of them was recorded."""
    claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    callers: set[CallSource] = field(default_factory=set)
    listed: bool = False
    """Whether other processes may see a share of this process."""
    _queue: deque[CallSource] = field(default_factory=deque)
    _speed: _Speed = field(default_factory=_Speed)
    _starting: bool = False

    def wanted(self, limit: int | None = None) -> int:
        """Return how many deliveries to claim now."""
        limit = self.limit if limit is None else limit
        return max(0, min(self._missing(limit), self._room(limit)))

    @property
    def wants_claim(self) -> bool:
        """Whether a claim is worth it."""
        if self.troubled:
            return False
        return not self.limit or self.wanted() >= self._worth_it

    @property
    def waits_for_records(self) -> bool:
        """Whether a claim would be worth it if the answered calls were recorded."""
        return self._room(self.limit) < self._worth_it <= self._missing(self.limit)

    @property
    def _worth_it(self) -> int:
        """How many deliveries are worth a claim."""
        return max(1, (self.limit + self._ahead(self.limit)) // REFILL_SHARE)

    def _missing(self, limit: int) -> int:
        return limit - self.in_use + self._ahead(limit) - self.waiting

    def _room(self, limit: int) -> int:
        """How many more may be claimed and not recorded."""
        return 2 * limit - self.in_use - self.waiting - self.unwritten

    @property
    def idle(self) -> bool:
        """Whether slots are free and nothing is claimed for them."""
        return not self.troubled and not self.waiting and self.in_use < self.limit and self.wanted() > 0

    def deal(self, snapshot: LaneSnapshot) -> int:
        """Return this process's share. A smaller one applies at once, a larger one from `granted` on."""
        others = OtherHolders(snapshot.others, snapshot.held_by_others, snapshot.without)
        share = min(self.most, call_share(snapshot.max_in_flight, others, self.limit))
        self.limit = min(self.limit, share)
        return share

    def share(self, slots: int, snapshot: LaneSnapshot, lease: timedelta) -> CallShare:
        """Return the share as stored: never less than the calls under way."""
        self.listed = True
        return CallShare(self.holder, max(slots, self.in_use), snapshot.now + lease)

    def granted(self, share: int) -> None:
        """Apply a share once it is committed."""
        self.limit = share
        self.start()

    def claimed(self, number: int) -> None:
        self.waiting += number

    def offer(self, caller: CallSource) -> None:
        """Let a caller begin calls as slots become free, taking turns with the others."""
        if caller not in self._queue:
            self._queue.append(caller)
        self.start()

    def dropped(self, number: int) -> None:
        """Count deliveries that were claimed and will not be begun."""
        self.waiting -= number
        self.notify()

    def refused(self, number: int) -> None:
        """Count deliveries that were claimed and end without a call."""
        self.waiting -= number
        self.unwritten += number

    def began(self, number: int) -> None:
        self.waiting -= number
        self.in_use += number

    def answered(self, number: int) -> None:
        self.in_use -= number
        self.unwritten += number
        self._speed.count(number, asyncio.get_running_loop().time())
        self.start()
        self.notify()

    def broke_off(self, number: int) -> None:
        """Free the slots of calls whose outcome nobody records: their lease ends, and they become uncertain."""
        self.in_use -= number
        self.start()
        self.notify()

    def written(self, number: int) -> None:
        self.unwritten -= number
        self.notify()

    def trouble(self) -> None:
        """Begin no call until an answer that may stop the account is recorded."""
        self.troubled += 1

    def trouble_noted(self) -> None:
        self.troubled -= 1
        self.troubled_at = asyncio.get_running_loop().time()
        self.start()
        self.notify()

    def notify(self) -> None:
        if self.wants_claim or self.idle:
            for caller in self.callers:
                caller.changed()

    def start(self) -> None:
        """Begin calls for the free slots, a few at a time: all at once would keep the event loop from its sockets."""
        if self._starting:
            return
        for _ in range(STARTS):
            if not self._start_one():
                return
        self._starting = True
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._starting = False
        self.start()

    def _start_one(self) -> bool:
        free = self.limit - self.in_use
        if self.troubled or free <= 0:
            return False
        for _ in range(len(self._queue)):
            caller = self._queue.popleft()
            begun = caller.begin(free)
            if caller.ready:
                self._queue.append(caller)
            if begun:
                return True
        return False

    def _ahead(self, limit: int) -> int:
        return min(limit, ceil(self._speed.per_second * AHEAD))

    @property
    def unused(self) -> bool:
        return not self.callers and not (self.in_use or self.waiting or self.unwritten)


class Slots:
    """The accounts that this process works."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._accounts: dict[AccountId, tuple[TenantId, AccountSlots]] = {}

    def of(self, tenant: TenantId, account: AccountId) -> AccountSlots:
        if account not in self._accounts:
            self._accounts[account] = tenant, AccountSlots(self._most)
        return self._accounts[account][1]

    async def release(self, database: Database) -> None:
        """Release the accounts that no pump works any more to other processes.

        If that fails, the shares last until they expire.
        """
        by_tenant: dict[TenantId, list[UUID]] = {}
        for account, (tenant, slots) in list(self._accounts.items()):
            if slots.unused:
                # A pump that comes now gets new slots with a new holder.
                del self._accounts[account]
                if slots.listed:
                    by_tenant.setdefault(tenant, []).append(slots.holder)
        for tenant, holders in by_tenant.items():
            try:
                async with database.begin(tenant) as tx:
                    await call_shares.release(tx, holders)
            except Exception as error:
                if may_pass(error):  # it would fail for every tenant
                    raise
                log.exception("shares_not_released", tenant=str(tenant), error=type(error).__name__)
