"""What several mass replies, an agent and a customer do to one conversation, searched to the end.

A mass reply passes the ball to the customer (`engaged`). One that fails late gives back what there was before, unless
somebody has changed that since, or another mass reply that did arrive holds it. It may be sent again after that.

`python -m tests.model.conversation_model` prints what the search finds.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.model.findings import Finding, path_to

BATCHES, CHANGES, AGAIN = 3, 2, 1

ENGAGED, PENDING = "engaged", "pending"


class Broken(StrEnum):
    """A rule left out."""

    VALUES = "restored unless the value is another by now"
    OWN_VERSION = "restored unless the version is another by now, without a look at other mass replies"
    OWN_VALUE = "only what a mass reply found itself is given back, not what the one before it found"
    FORGETS = "what is sent again remembers only what it finds then"
    NEVER = "nothing is restored where another mass reply came after"


@dataclass(frozen=True, slots=True)
class Flip:
    """What one mass reply did."""

    stands: bool | None = None
    """None before it is sent; False once it is known not to have arrived."""
    found: str | None = None
    """The value that it changed; None where it found what it wanted."""
    version: int = 0


@dataclass(frozen=True, slots=True)
class State:
    value: str = PENDING
    version: int = 0
    flips: tuple[Flip, ...] = (Flip(),) * BATCHES
    changes: int = 0
    again: int = 0
    owed: str = PENDING
    """What an agent or the customer made it last: what it should be again once no mass reply holds it."""
    holders: frozenset[int] = frozenset()
    """The mass replies that arrived since then."""

    def with_flip(self, number: int, flip: Flip, **row: object) -> "State":
        flips = (*self.flips[:number], flip, *self.flips[number + 1 :])
        return replace(self, flips=flips, **row)  # type: ignore[arg-type]  # names of fields above


Step = tuple[str, State]


def steps(state: State, broken: Broken | None) -> Iterator[Step]:
    """Everything that can happen next."""
    for number, flip in enumerate(state.flips):
        if flip.stands is None:
            yield f"{number} is sent", _send(state, number, broken)
        elif flip.stands:
            yield f"{number} fails late", _fail(state, number, broken)
        elif state.again < AGAIN:
            yield f"{number} is sent again", _send(replace(state, again=state.again + 1), number, broken)
    if state.changes < CHANGES:
        for value in (PENDING, ENGAGED):
            yield f"somebody sets {value}", _changed(state, value)
        # Between two looks at it the customer wrote and the agent answered: the value is what it was.
        yield "written and answered", replace(_changed(_changed(state, PENDING), ENGAGED), changes=state.changes + 1)


def _changed(state: State, value: str) -> State:
    version = state.version + (value != state.value)
    # Who sets what there is already has changed nothing; a mass reply goes on holding it.
    if value == state.value:
        return replace(state, changes=state.changes + 1)
    return replace(state, value=value, version=version, changes=state.changes + 1, owed=value, holders=frozenset[int]())


def _send(state: State, number: int, broken: Broken | None) -> State:
    before, changes = state.flips[number], state.value != ENGAGED
    version = state.version + changes
    # The same version as when it was sent before: another has held it meanwhile, and what was found then counts.
    kept = before.found if before.version == version and broken is not Broken.FORGETS else None
    flip = Flip(True, state.value if changes else kept, version)
    return state.with_flip(number, flip, value=ENGAGED, version=version, holders=state.holders | {number})


def _fail(state: State, number: int, broken: Broken | None) -> State:
    mine = replace(state.flips[number], stands=False)
    failed = state.with_flip(number, mine, holders=state.holders - {number})
    before = _restored(failed, number, broken)
    if before is None or before == state.value:
        return failed
    return replace(failed, value=before, version=state.version + 1)


def _restored(state: State, number: int, broken: Broken | None) -> str | None:
    mine = state.flips[number]
    if broken is Broken.VALUES:
        return mine.found if state.value == ENGAGED else None
    if mine.version != state.version:
        return None
    if broken is Broken.OWN_VERSION:
        return mine.found
    alike = [flip for flip in state.flips if flip.stands is not None and flip.version == state.version]
    if any(flip.stands for flip in alike):
        return None
    if broken is Broken.OWN_VALUE:
        return mine.found
    if broken is Broken.NEVER and len(alike) > 1:
        return None
    return next((flip.found for flip in alike if flip.found is not None), None)


def fault(state: State) -> str | None:
    """What must never be true."""
    expected = ENGAGED if state.holders else state.owed
    return None if state.value == expected else f"{state.value}, and should be {expected}"


def search(broken: Broken | None = None) -> Finding:
    """Visit every state that can be reached, until one is wrong."""
    start = State()
    came: dict[State, Step | None] = {start: None}
    todo = deque([start])
    while todo:
        state = todo.popleft()
        if (why := fault(state)) is not None:
            return Finding(len(came), why, path_to(came, state))
        for step, after in steps(state, broken):
            if after not in came:
                came[after] = (step, state)
                todo.append(after)
    return Finding(len(came), None)


if __name__ == "__main__":
    for found in (search(), *map(search, Broken)):
        print(found.states, found.fault or "no fault", " -> ".join(found.path))  # noqa: T201 - run by hand
