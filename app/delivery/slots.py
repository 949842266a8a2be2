"""How many calls of an account this process may have under way, and how many deliveries it should claim.

An account's `max_in_flight` limits the calls under way at its provider. Each process holds a leased share of it, and
each claim works the share out again. A slot is free once the provider has answered, not only when the answer is
recorded, so claiming and recording overlap with calls. Deliveries claimed and not recorded stay below twice the limit.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Final
from uuid import UUID, uuid4

from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.claims import LaneSnapshot
from app.domain.pacing import OtherHolders, call_share

AHEAD: Final = 0.25
"""Seconds of calls that are claimed ahead."""
REFILL_SHARE: Final = 4
"""A claim is worth it once a quarter of what a process keeps claimed is missing."""
MEASURED: Final = 0.1
"""Seconds between two measurements of how fast calls end."""


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
    """The counts of one account's calls in this process."""

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
    """One claim after the other: each counts what the last one took."""
    listed: bool = False
    """Whether other processes may see a share of this process."""
    _speed: _Speed = field(default_factory=_Speed)

    @property
    def free(self) -> int:
        """How many calls may begin now."""
        return 0 if self.troubled else max(0, self.limit - self.in_use)

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
    def idle(self) -> bool:
        """Whether slots are free and nothing is claimed for them."""
        return self.free > 0 and not self.waiting and self.wanted() > 0

    @property
    def empty(self) -> bool:
        """Whether nothing is claimed that is not recorded."""
        return not (self.in_use or self.waiting or self.unwritten)

    @property
    def _worth_it(self) -> int:
        """How many deliveries are worth a claim."""
        return max(1, (self.limit + self._ahead(self.limit)) // REFILL_SHARE)

    def _missing(self, limit: int) -> int:
        return limit - self.in_use + self._ahead(limit) - self.waiting

    def _room(self, limit: int) -> int:
        """How many more may be claimed and not recorded."""
        return 2 * limit - self.in_use - self.waiting - self.unwritten

    def _ahead(self, limit: int) -> int:
        return min(limit, ceil(self._speed.per_second * AHEAD))

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

    def claimed(self, number: int) -> None:
        self.waiting += number

    def dropped(self, number: int) -> None:
        """Count deliveries that were claimed and will not be begun."""
        self.waiting -= number

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

    def broke_off(self, number: int) -> None:
        """Count calls whose outcome nobody records: their lease ends, and they become uncertain."""
        self.in_use -= number

    def written(self, number: int) -> None:
        self.unwritten -= number

    def trouble(self) -> None:
        """Let no call begin until an answer that may stop the account is recorded."""
        self.troubled += 1

    def trouble_noted(self) -> None:
        self.troubled -= 1
        self.troubled_at = asyncio.get_running_loop().time()
