"""The result of a search through the states of a model, and the way to a state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Finding:
    states: int
    fault: str | None
    path: tuple[str, ...] = ()
    """The shortest way to the fault."""


def path_to(came: Mapping[State, tuple[str, State] | None], state: State) -> tuple[str, ...]:
    """Return the steps that lead to a state. `came` names the step and the state before each state."""
    path: list[str] = []
    while (how := came[state]) is not None:
        step, state = how
        path.append(step)
    return tuple(reversed(path))
