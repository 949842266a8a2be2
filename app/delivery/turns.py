"""Whose turn it is in a sweep, so that no object takes the others' time again and again."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

LONGEST_REST: Final = 60.0
"""The longest time, in seconds, until failed work is tried again."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work on one object."""

    of: Hashable
    ids: Mapping[str, UUID]
    """The object's ids, for the log."""
    do: Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Turns:
    """Puts objects that had their turn behind those that waited. An object that fails twice rests, longer each time."""

    worked: dict[Hashable, float] = field(default_factory=dict)
    faults: dict[Hashable, tuple[int, float]] = field(default_factory=dict)
    """How often each object failed, and until when it rests."""

    def due(self, pieces: Sequence[Piece], now: float) -> list[Piece]:
        """Return the pieces that may be done now, in order. `now` is in seconds, by a monotonic clock."""
        ready = [piece for piece in pieces if self.faults.get(piece.of, (0, now))[1] <= now]
        return sorted(ready, key=lambda piece: self.worked.get(piece.of, 0.0))

    def failed(self, piece: Piece, now: float) -> None:
        times, _ = self.faults.get(piece.of, (0, now))
        rest = min(2.0**times, LONGEST_REST) if times else 0.0  # the next connection may be good
        self.faults[piece.of] = times + 1, now + rest

    def succeeded(self, piece: Piece) -> None:
        self.faults.pop(piece.of, None)

    def left_others(self, done: Sequence[Piece], now: float) -> None:
        """Note the pieces that were done when the time ran out before all had their turn."""
        self.worked.update(dict.fromkeys((piece.of for piece in done), now))

    def forget(self, now: float) -> None:
        """Forget objects that have not come up for long: they may be gone."""
        self.worked = {of: at for of, at in self.worked.items() if at > now - 10 * LONGEST_REST}
        self.faults = {of: fault for of, fault in self.faults.items() if fault[1] > now - 10 * LONGEST_REST}
