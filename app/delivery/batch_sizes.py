"""How many messages one call of a lane may hold.

A provider may drop a call for one poisonous message in it, and then nobody knows of any of them. So after a call whose
answer was lost the lane's next calls are half as large, down to one message; after some that were answered they grow
again. One such message then takes few others with it, and at last none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from app.delivery.record import CallOutcome
from app.domain.lanes import LaneKey
from app.domain.outbound import SendResult, Unknown

T = TypeVar("T")

UNLIMITED: Final = 1_000_000
CALM: Final = 8
"""So many calls in a row must be answered before the next ones are twice as large."""
_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Limit:
    size: int
    lost: int
    """The largest call whose answer was lost; a lane that is back above it has no limit any more."""
    answered: int = 0


class BatchSizes:
    """The limits of the lanes that lost an answer, in this process."""

    def __init__(self) -> None:
        self._limits: dict[LaneKey, _Limit] = {}

    def limit(self, lane: LaneKey) -> int:
        limit = self._limits.get(lane)
        return UNLIMITED if limit is None else limit.size

    def split(self, lane: LaneKey, messages: Sequence[T]) -> Iterator[Sequence[T]]:
        """Divide messages into the calls that the lane may make."""
        size = self.limit(lane)
        return (messages[first : first + size] for first in range(0, len(messages), size))

    def heard(self, lane: LaneKey, results: Sequence[SendResult]) -> None:
        """Learn from a call: it counts as lost where nothing is known of any of its messages."""
        limit, size = self._limits.get(lane), len(results)
        if all(isinstance(result, Unknown) for result in results):
            self._shrink(lane, limit, size)
        elif limit is not None and size >= limit.size:
            self._grow(lane, limit)

    def _shrink(self, lane: LaneKey, limit: _Limit | None, size: int) -> None:
        half = max(1, size // 2)
        if limit is None:
            if len(self._limits) >= _REMEMBERED:
                del self._limits[next(iter(self._limits))]
            self._limits[lane] = _Limit(half, size)
        else:
            # Calls that were under way at once are halved once: each counts from its own size.
            limit.size, limit.answered = min(limit.size, half), 0

    def _grow(self, lane: LaneKey, limit: _Limit) -> None:
        limit.answered += 1
        if limit.answered >= CALM:
            limit.size, limit.answered = limit.size * 2, 0
        if limit.size > limit.lost:
            del self._limits[lane]


def as_one_call(results: Sequence[CallOutcome]) -> Sequence[CallOutcome]:
    """Let a call that got no answer count once, for the account and for its lane, however many messages it held."""
    if not results or any(result.heard != "silence" for result in results):
        return results
    first, *others = results
    return [first, *(replace(each, heard="nothing", report=replace(each.report, counts=False)) for each in others)]
