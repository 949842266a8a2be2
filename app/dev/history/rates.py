"""Whether each account kept to its rate, all processes together.

A message takes one over the rate of its account's time, an SMS as much for each of its segments. No stretch of time may
hold more than itself and one second, by two witnesses: the claims in the database, at whose times the allowance is
taken, and the calls in the providers' journal. Allowed besides are

- the largest message: it goes as soon as there is an allowance for a part of it;
- for calls, the longest time that any call of the account came after its claim: a process may be held up;
- for GRACE seconds around a change of the rate, the higher one: the change is on record with the time at which its
  transaction began, which may have waited.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.dev.history.evidence import Evidence, Row
from app.domain.pacing import BURST

GRACE: Final = 5.0

Taken = list[tuple[float, int]]
"""When something was taken of an account's rate, and how many units."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What an account was allowed a second, at any time."""

    since: Sequence[float]
    per_second: Sequence[float]
    """One more: the first is of the time before."""

    @classmethod
    def of(cls, saved: Sequence[tuple[datetime | None, float]]) -> "Rate":
        """Read how it was saved, and how it stands in the end.

        If these differ somebody has changed it in silence, and the highest is taken for all of the time.
        """
        known = [(at.timestamp(), rate) for at, rate in saved if at is not None]
        last, highest = saved[-1][1], max(rate for _, rate in saved)
        if not known or known[-1][1] != last:
            return cls((), (highest,))
        return cls([at for at, _ in known], [highest, *(rate for _, rate in known)])

    def at(self, moment: float) -> float:
        """Return the highest rate that may have been in force then."""
        first, last = (bisect_right(self.since, moment + grace) for grace in (-GRACE, GRACE))
        return max(self.per_second[first : last + 1])


def too_fast(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield the accounts that were used faster than they may be."""
    claims, calls, late = _claims(evidence), *_calls(evidence)
    for account, saved in evidence.rates.items():
        rate = Rate.of(saved)
        if (seconds := _over(claims[account], rate)) > 0:
            yield account, f"Its claims take {seconds:.2f} s more than its rate allows."
        if (seconds := _over(calls[account], rate) - late[account]) > 0:
            yield account, f"Its calls take {seconds:.2f} s more than its rate allows."


def _over(taken: Taken, rate: Rate) -> float:
    """Return by how many seconds at most what was taken within a stretch of time exceeds it and its tolerance."""
    ahead, least, largest, over = 0.0, 0.0, 0.0, 0.0
    before = None
    for at, units in sorted(taken):
        ahead -= at - (at if before is None else before)
        least, before = min(least, ahead), at
        cost = units / rate.at(at)
        ahead, largest = ahead + cost, max(largest, cost)
        over = max(over, ahead - least - largest - BURST.total_seconds())
    return over


def _claims(evidence: Evidence) -> defaultdict[str, Taken]:
    found: defaultdict[str, Taken] = defaultdict(list)
    for row in evidence.rows.values():
        found[row.account or ""] += [(attempt.started_at.timestamp(), row.units) for attempt in row.attempts]
    return found


def _calls(evidence: Evidence) -> tuple[defaultdict[str, Taken], defaultdict[str, float]]:
    """Return the calls of each account, and how late the latest of them was."""
    found: defaultdict[str, Taken] = defaultdict(list)
    late: defaultdict[str, float] = defaultdict(float)
    for call in evidence.journal:
        row = evidence.rows.get(call.delivery or "")
        if row is not None and row.account and (claimed := _claimed(row, call.epoch, call.at)) is not None:
            found[row.account].append((call.at.timestamp(), row.units))
            late[row.account] = max(late[row.account], (call.at - claimed).total_seconds())
    return found, late


def _claimed(row: Row, epoch: int | None, at: datetime) -> datetime | None:
    """Return when the attempt began that a call is of: the named one, or the latest then."""
    began = [each.started_at for each in row.attempts if each.started_at <= at and epoch in (None, each.epoch)]
    return max(began, default=None)
