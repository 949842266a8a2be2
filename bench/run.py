"""What every measure is given."""

from dataclasses import dataclass

from bench.stack import Stack


@dataclass(frozen=True, slots=True)
class Run:
    stack: Stack
    seed: int
    commit: str = ""
    quick: bool = False

    def fewer(self, count: int) -> int:
        """Return the count, or a third of it in a quick run."""
        return count // 3 if self.quick else count
