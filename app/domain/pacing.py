"""Decisions about pace and patience. Pure; the clock is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from app.domain.delivery import DeliveryEvent, DeliveryStatus, Effect, effect

BURST = timedelta(seconds=1)
"""An account may send one second's worth at once after a pause, and never more than its rate over time."""

BREAKER_THRESHOLD = 10
"""Calls in a row without an answer from the provider, after which the account rests."""

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
    """Answer the account's next `allowed_at` after `units` were taken."""
    interval = 1 / rate_per_second
    capacity = max(1, int(rate_per_second * BURST.total_seconds()))
    # Rounded up to what a clock can hold: the other way round fast accounts would gain on their rate.
    taken = timedelta(microseconds=ceil(units * interval * 1_000_000 - 1e-3))
    return max(_believed(allowed_at, now, interval), _floor(now, interval, capacity)) + taken


def _believed(allowed_at: datetime, now: datetime, interval: float) -> datetime:
    """Owe no more than one message may have cost: a greater debt dates from another rate, or from a clock that stood
    later, and is none. Were it only cut down, it would be as large again at the next look.
    """
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
    """How many of an account's calls a process may have under way; `own` is what it may until now.

    All hold equal parts in the end: whoever has more takes less at its next claim. Where there are fewer calls than
    processes, whoever has one leaves it to one that has none.
    """
    processes = others.count + 1
    if own and others.without and most < processes:
        return 0
    return max(0, min(ceil(most / processes), most - others.held))


def back_off(deferrals: int) -> timedelta:
    """How long a delivery waits that was put off for the n-th time: doubling, up to five minutes."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(deferrals, 10)))


def pair_rate_wait(deferrals: int) -> timedelta:
    """How long a delivery waits whose recipient got too many messages: 4^X seconds, as WhatsApp asks."""
    return min(_LONGEST_WAIT, timedelta(seconds=1 << 2 * min(deferrals, 10)))


def rest(failures_in_a_row: int) -> timedelta | None:
    """How long an account rests whose provider does not answer; None while it may go on."""
    if failures_in_a_row < BREAKER_THRESHOLD:
        return None
    return back_off((failures_in_a_row - BREAKER_THRESHOLD) // BREAKER_THRESHOLD + 1)


class AttemptOutcome(StrEnum):
    """How an attempt turned out for the lane that made it."""

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
    """What a change says about its lane; None where it says nothing, because no attempt ended with it.

    What becomes of an uncertain delivery does not count: being uncertain has counted already. Nor does a worker that
    died in the middle of a call: that is our own trouble, it takes all calls under way with it, and another goes on.
    Nor does what we refuse ourselves, because somebody opted out or had enough: the provider was never asked.
    """
    if before is DeliveryStatus.UNCERTAIN:
        return None
    if event in _BAD:
        return AttemptOutcome.BAD
    return AttemptOutcome.GOOD if effect(before, after) is Effect.SENT else None


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """How much may go wrong on a lane before it stops by itself."""

    window: int = 50
    """So many of the last attempts are looked at; at most 62: they are kept as the bits of a bigint."""
    share: float = 0.2
    least: int = 10
    """Fewer bad ones than this never stop a lane, however few attempts there were."""

    def stops(self, attempts: int, bad: int) -> bool:
        return bad >= self.least and bad > attempts * self.share


FAILURE_LIMIT = FailureLimit()


@dataclass(frozen=True, slots=True)
class OutcomeWindow:
    """A run of attempts as bits, the latest lowest: set where it turned out badly."""

    size: int
    failures: int

    @classmethod
    def of(cls, turnouts: Sequence[AttemptOutcome], window: int) -> "OutcomeWindow":
        """The last `window` of them, in the order in which they came."""
        kept = turnouts[-window:]
        bits = sum(1 << place for place, one in enumerate(reversed(kept)) if one is AttemptOutcome.BAD)
        return cls(len(kept), bits)
