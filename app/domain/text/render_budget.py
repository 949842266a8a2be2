"""What rendering one recipient's message may cost, counted in steps. The same message and values end the same way on
every machine. A step is about ten nanoseconds."""

from dataclasses import dataclass
from typing import Final

STEPS: Final = 2_000_000


class TooMuchWork(Exception):
    """A message takes more steps than one recipient's may."""


@dataclass(slots=True)
class Budget:
    """Shared by all parts of one recipient's message."""

    left: int = STEPS

    def spend(self, steps: int) -> None:
        """Subtract steps before the work is done. Raise TooMuchWork if fewer are left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork
