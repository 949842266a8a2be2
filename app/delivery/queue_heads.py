"""Where the queued deliveries of each lane begin, so that a claim passes over those that have left.

A claimed delivery leaves its entry in the index of the queue. PostgreSQL removes such entries, but not while anybody's
transaction may still see the rows as they were. If a report or a back-up runs for an hour, each claim would read
everything that the lane has sent in that hour.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.delivery.sql.claims import BEGINNING, Claimed, QueuePlace
from app.domain.lanes import LaneKey
from app.process.recently_used import RecentlyUsed

AT_LEAST: Final = 1.0
"""Seconds for which a place holds: what came back to the queue meanwhile may lie before it."""
SHARE: Final = 50
"""To look from the beginning may take one part in so many of a lane's time."""
_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Head:
    place: QueuePlace
    until: float


class QueueHeads:
    """The places of this process's lanes: hints, which nothing depends on."""

    def __init__(self) -> None:
        self._heads = RecentlyUsed[LaneKey, _Head](_REMEMBERED)

    def of(self, lane: LaneKey) -> QueuePlace:
        head = self._heads.get(lane)
        return BEGINNING if head is None or head.until < _now() else head.place

    def note(self, lane: LaneKey, claimed: Sequence[Claimed], began: float | None) -> None:
        """Remember the last of a claim that found as much as it asked for. `began` is when it began to look from the
        beginning, if it did.
        """
        places = [QueuePlace(row.due_at, row.delivery_id) for row in claimed]
        if not places:
            return
        head = self._heads.get(lane)
        if began is not None or head is None:
            took = 0.0 if began is None else _now() - began
            self._heads[lane] = _Head(max(places), _now() + max(AT_LEAST, SHARE * took))
        else:
            head.place = max(places)

    def forget(self, lane: LaneKey) -> None:
        self._heads.pop(lane, None)


def _now() -> float:
    return asyncio.get_running_loop().time()
