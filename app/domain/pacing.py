"""Decisions about pace and waiting. Pure; the clock is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus, Effect, effect

BURST = timedelta(seconds=1)
"""An account may send one second's worth at once after a pause, and never more than its rate over time."""

BREAKER_THRESHOLD = 10
"""Calls in a row without an answer from the provider, after which the account cools down."""

LARGEST_MESSAGE = 32
"""Units that one message may take: 1,600 characters are 24 segments at most, and some split less well."""

_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an account may send now: `units` messages, for SMS segments."""

    units: int
    next_at: datetime
    """When one more unit will be free."""


def allowance(allowed_at: datetime, now: datetime, rate_per_second: float) -> Allowance:
    """Read a generic cell rate bucket: `allowed_at` is the theoretical arrival time of the next unit.

    The bucket holds one second's worth, at least one unit, so that slow accounts can send at all.
    """
    interval = 1 / rate_per_second
    capacity = max(1, int(rate_per_second * BURST.total_seconds()))
    allowed_at = _believed(allowed_at, now, interval)
    behind = (now - max(allowed_at, _floor(now, interval, capacity))).total_seconds()
    units = max(0, min(capacity, int(behind / interval + 1e-6) + 1)) if behind >= 0 else 0
    # The bucket is `capacity` units deep: the first is free once `allowed_at` has come.
    next_at = max(allowed_at, now) if units == 0 else now
    return Allowance(units, next_at)


def spend(allowed_at: datetime, now: datetime, rate_per_second: float, units: int) -> datetime:
    """Return the account's next `allowed_at` after `units` were taken."""
    interval = 1 / rate_per_second
    capacity = max(1, int(rate_per_second * BURST.total_seconds()))
    # Rounded up to what a clock can hold: rounded down, fast accounts would gain on their rate.
    taken = timedelta(microseconds=ceil(units * interval * 1_000_000 - 1e-3))
    return max(_believed(allowed_at, now, interval), _floor(now, interval, capacity)) + taken


def _believed(allowed_at: datetime, now: datetime, interval: float) -> datetime:
    """Limit a debt to what one message may cost. A greater one dates from another rate, or from a clock that was ahead,
    and counts as none. If it were only cut down, it would be as large again at the next claim."""
    return now if allowed_at > now + timedelta(seconds=(LARGEST_MESSAGE + 1) * interval) else allowed_at


def _floor(now: datetime, interval: float, capacity: int) -> datetime:
    return now - timedelta(seconds=(capacity - 1) * interval)


@dataclass(frozen=True, slots=True)
class OtherHolders:
    """The other processes that work an account."""

    count: int = 0
    held: int = 0
    """Calls that they may have under way."""
    without: int = 0
    """How many of them may have none."""


def call_share(most: int, others: OtherHolders, own: int) -> int:
    """Return how many of an account's calls a process may have under way. `own` is its share until now.

    In the end all have equal shares: a process with more takes less at its next claim. If there are fewer calls than
    processes, one that has a call gives it up to one that has none.
    """
    processes = others.count + 1
    if own and others.without and most < processes:
        return 0
    return max(0, min(ceil(most / processes), most - others.held))


def back_off(deferrals: int) -> timedelta:
    """Return how long a delivery waits after its n-th deferral: doubling, up to five minutes."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(deferrals, 10)))


def pair_rate_wait(deferrals: int) -> timedelta:
    """Return how long to wait when one recipient got too many messages: 4^X seconds, as WhatsApp asks."""
    return min(_LONGEST_WAIT, timedelta(seconds=1 << 2 * min(deferrals, 10)))


def rest(failures_in_a_row: int) -> timedelta | None:
    """Return how long an account cools down when its provider does not answer, or None while it may go on."""
    if failures_in_a_row < BREAKER_THRESHOLD:
        return None
    return back_off((failures_in_a_row - BREAKER_THRESHOLD) // BREAKER_THRESHOLD + 1)


class AttemptOutcome(StrEnum):
    """How an attempt ended, for the health of its lane."""

    GOOD = "good"
    BAD = "bad"


_BAD = frozenset(
    {
        DeliveryEvent.REJECT,
        DeliveryEvent.LOSE_ANSWER,
        DeliveryEvent.RECEIPT_FAILED,
    }
)


def attempt_outcome(before: DeliveryStatus, event: DeliveryEvent, after: DeliveryStatus) -> AttemptOutcome | None:
    """Return what a change says about its lane, or None if no attempt ended with it.

    The end of an uncertain delivery does not count: being uncertain has counted already. Nor does a worker that died in
    the middle of a call: that is our own trouble, it ends all calls under way, and another worker goes on. Nor does
    what we refuse ourselves, because somebody opted out or reached a limit: the provider was never asked.
    """
    if before is DeliveryStatus.UNCERTAIN:
        return None
    if event in _BAD:
        return AttemptOutcome.BAD
    return AttemptOutcome.GOOD if effect(before, after) is Effect.SENT else None


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """How many failures stop a lane."""

    window: int = 50
    """How many of the last attempts count. At most 62: they are stored as the bits of a bigint."""
    share: float = 0.2
    least: int = 10
    """Fewer failures than this never stop a lane, however few attempts there were."""

    def stops(self, attempts: int, bad: int) -> bool:
        return bad >= self.least and bad > attempts * self.share


FAILURE_LIMIT = FailureLimit()


@dataclass(frozen=True, slots=True)
class OutcomeWindow:
    """The last attempts as bits, the latest lowest: set if it failed."""

    size: int
    failures: int

    @classmethod
    def of(cls, outcomes: Sequence[AttemptOutcome], window: int) -> "OutcomeWindow":
        """Return the last `window` of them, in the order in which they came."""
        kept = outcomes[-window:]
        bits = sum(1 << place for place, one in enumerate(reversed(kept)) if one is AttemptOutcome.BAD)
        return cls(len(kept), bits)
