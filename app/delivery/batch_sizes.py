"""How many messages one call of a lane may hold.

A provider may drop a call because of one poisonous message, and then the outcome of all of them is unknown. So after a
call whose answer was lost, the lane's next calls are half as large, down to one message. After some answered calls they
grow again. A poisonous message then takes few others with it, and in the end none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from app.delivery.outcomes import CallOutcome
from app.domain.lanes import LaneKey
from app.domain.outbound import SendResult, Unknown
from app.process.recently_used import RecentlyUsed

T = TypeVar("T")

UNLIMITED: Final = 1_000_000
CALM: Final = 8
"""Calls in a row that must be answered before the size doubles."""
_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Limit:
    size: int
    lost: int
    """The largest call whose answer was lost. The limit ends when it grows beyond this."""
    answered: int = 0


class BatchSizes:
    """The limits of this process's lanes that lost an answer."""

    def __init__(self) -> None:
        self._limits = RecentlyUsed[LaneKey, _Limit](_REMEMBERED)

    def limit(self, lane: LaneKey) -> int:
        limit = self._limits.get(lane)
        return UNLIMITED if limit is None else limit.size

    def split(self, lane: LaneKey, messages: Sequence[T]) -> Iterator[Sequence[T]]:
        """Divide messages into the calls that the lane may make."""
        size = self.limit(lane)
        return (messages[first : first + size] for first in range(0, len(messages), size))

    def learn(self, lane: LaneKey, results: Sequence[SendResult]) -> None:
        """Adjust the limit after a call. It counts as lost if the outcome of every message is unknown."""
        limit, size = self._limits.get(lane), len(results)
        if all(isinstance(result, Unknown) for result in results):
            self._shrink(lane, limit, size)
        elif limit is not None and size >= limit.size:
            self._grow(lane, limit)

    def _shrink(self, lane: LaneKey, limit: _Limit | None, size: int) -> None:
        half = max(1, size // 2)
        if limit is None:
            self._limits[lane] = _Limit(half, size)
        else:
            # Calls that were under way together halve the limit once: each counts from its own size.
            limit.size, limit.answered = min(limit.size, half), 0

    def _grow(self, lane: LaneKey, limit: _Limit) -> None:
        limit.answered += 1
        if limit.answered >= CALM:
            limit.size, limit.answered = limit.size * 2, 0
        if limit.size > limit.lost:
            del self._limits[lane]


def as_one_call(results: Sequence[CallOutcome]) -> Sequence[CallOutcome]:
    """Count a call without an answer once for its account and its lane, however many messages it held."""
    if not results or any(result.heard != "silence" for result in results):
        return results
    first, *others = results
    return [first, *(replace(each, heard="nothing", report=replace(each.report, counts=False)) for each in others)]
