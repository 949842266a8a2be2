"""How processes share the calls of one account, searched to the end.

Shares are leased; deliveries are claimed ahead and recorded late; processes die.
Never may more calls be under way at the provider than the account allows, nor more than twice as many deliveries be
claimed and not recorded; and no process may be kept from calling for ever. The share is dealt by the real function.

`python -m tests.model.slots_model` prints what the search finds.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.pacing import OtherHolders, call_share
from tests.model.findings import Finding, path_to


class Broken(StrEnum):
    """A rule left out."""

    OTHERS_UNCOUNTED = "each takes its part at once, whatever the others still hold"
    LESS_THAN_UNDER_WAY = "a smaller share is written while more calls are under way"
    SHRINKS_LATE = "a smaller share holds for calls only after the next claim"
    BEFORE_COMMIT = "a larger share is used before its commit is answered"
    FREED_BEFORE_ANSWER = "a slot is free when the request has left, not when the provider has answered"
    EXPIRES_EARLY = "a share expires before the lease of the last claim made under it"
    RELEASED_WHILE_CALLING = "a share is released with calls under way"
    RECORDS_UNCOUNTED = "what is claimed ahead or answered and not recorded is not counted"
    NOBODY_GIVES_WAY = "with fewer calls than processes, whoever has one keeps it"


@dataclass(frozen=True, slots=True)
class Process:
    alive: bool = True
    listed: bool = False
    """Whether the database holds a share of it."""
    share: int = 0
    """As the database has it."""
    limit: int = 0
    """As the process has it."""
    in_use: int = 0
    calling: int = 0
    """Calls under way at the provider."""
    ahead: int = 0
    unwritten: int = 0
    lost: int = 0
    """Claimed by a process that has died, or by a commit that was not answered: `sending` until the lease ends."""

    @property
    def sending(self) -> int:
        return self.in_use + self.ahead + self.unwritten + self.lost


@dataclass(frozen=True, slots=True)
class State:
    processes: tuple[Process, ...]
    crashes: int = 0

    def with_process(self, number: int, process: Process, **more: int) -> "State":
        processes = (*self.processes[:number], process, *self.processes[number + 1 :])
        return replace(self, processes=processes, **more)


Step = tuple[str, State]
MAX_CRASHES = 1
SIZES = ((2, 1), (2, 2), (2, 3), (3, 1))
"""Processes, and calls that the account allows."""


def steps(state: State, most: int, broken: Broken | None) -> Iterator[Step]:
    """Everything that can happen next."""
    for number, process in enumerate(state.processes):
        if process.alive:
            yield from _claim(state, number, most, broken)
            yield from _call(state, number, process, broken)
            if state.crashes < MAX_CRASHES:
                dead = replace(process, alive=False, limit=0, in_use=0, ahead=0, unwritten=0, lost=process.sending)
                yield f"p{number} is killed", state.with_process(number, dead, crashes=state.crashes + 1)
        yield from _time(state, number, process, broken)


def _claim(state: State, number: int, most: int, broken: Broken | None) -> Iterator[Step]:
    process = state.processes[number]
    others = [each for place, each in enumerate(state.processes) if place != number and each.listed]
    held = 0 if broken is Broken.OTHERS_UNCOUNTED else sum(each.share for each in others)
    without = 0 if broken is Broken.NOBODY_GIVES_WAY else sum(not each.share for each in others)
    share = call_share(most, OtherHolders(len(others), held, without), process.limit)
    at_once = process.limit if broken is Broken.SHRINKS_LATE else min(process.limit, share)
    written = share if broken is Broken.LESS_THAN_UNDER_WAY else max(share, process.in_use)
    room = 2 * share - process.sending
    if broken is not Broken.RECORDS_UNCOUNTED:
        room = min(room, 2 * most - sum(each.sending for each in state.processes))
    else:
        room = share - process.in_use
    dealt = replace(process, listed=True, share=written, limit=at_once)
    after = at_once if broken is Broken.SHRINKS_LATE and share < at_once else share
    for rows in range(max(0, room) + 1):
        taken = replace(dealt, limit=after, ahead=process.ahead + rows)
        yield f"p{number} claims {rows}", state.with_process(number, taken)
    if room > 0:
        unheard = replace(dealt, lost=process.lost + 1)
        yield f"p{number} claims 1, answer lost", state.with_process(number, unheard)
    refused = replace(process, limit=share if broken is Broken.BEFORE_COMMIT else at_once)
    yield f"p{number} does not claim", state.with_process(number, refused)


def _call(state: State, number: int, process: Process, broken: Broken | None) -> Iterator[Step]:
    if process.ahead and process.in_use < process.limit:
        begun = replace(process, ahead=process.ahead - 1, in_use=process.in_use + 1, calling=process.calling + 1)
        yield f"p{number} begins a call", state.with_process(number, begun)
    if process.ahead:
        yield f"p{number} gives back", state.with_process(number, replace(process, ahead=process.ahead - 1))
    if process.lost:
        yield f"p{number} gives back by token", state.with_process(number, replace(process, lost=process.lost - 1))
    if broken is Broken.FREED_BEFORE_ANSWER:
        if process.in_use:
            freed = replace(process, in_use=process.in_use - 1, unwritten=process.unwritten + 1)
            yield f"p{number} frees a slot", state.with_process(number, freed)
        if process.calling and process.calling > process.in_use:
            yield f"p{number} is answered", state.with_process(number, replace(process, calling=process.calling - 1))
    elif process.in_use:
        answered = replace(
            process, in_use=process.in_use - 1, calling=process.calling - 1, unwritten=process.unwritten + 1
        )
        yield f"p{number} is answered", state.with_process(number, answered)
    if process.unwritten:
        yield f"p{number} records", state.with_process(number, replace(process, unwritten=process.unwritten - 1))
    busy = process.sending if broken is not Broken.RELEASED_WHILE_CALLING else process.ahead + process.unwritten
    if process.listed and not busy:
        yield f"p{number} releases", state.with_process(number, replace(process, listed=False, share=0, limit=0))


def _time(state: State, number: int, process: Process, broken: Broken | None) -> Iterator[Step]:
    if not process.alive and process.calling:
        yield f"a call of p{number} ends", state.with_process(number, replace(process, calling=process.calling - 1))
    # Every call ends within the lease of its claim, and none begins after it.
    over = not process.calling and not process.in_use
    if (process.listed or not process.alive) and (over or broken is Broken.EXPIRES_EARLY):
        expired = replace(process, listed=False, share=0)
        if over:
            # The sweeper settles what was claimed. A process that lives begins none of it: its deadline has passed.
            expired = replace(expired, alive=True, ahead=0, lost=0, limit=0 if not process.alive else process.limit)
        name = "the lease" if process.alive else "the last lease"
        yield f"{name} of p{number} ends", state.with_process(number, expired)


def fault(state: State, most: int) -> str | None:
    """What must never be true."""
    if (calls := sum(each.calling for each in state.processes)) > most:
        return f"{calls} calls under way, {most} allowed"
    if (rows := sum(each.sending for each in state.processes)) > 2 * most:
        return f"{rows} claimed and not recorded, {most} calls allowed"
    return None


def search(processes: int, most: int, broken: Broken | None = None) -> Finding:
    """Visit every state that can be reached. The first fault ends the search; without one, look for who is starved."""
    start = State((Process(),) * processes)
    came: dict[State, Step | None] = {start: None}
    todo, before = deque([start]), dict[State, list[State]]()
    while todo:
        state = todo.popleft()
        if (why := fault(state, most)) is not None:
            return Finding(len(came), why, path_to(came, state))
        for step, after in steps(state, most, broken):
            if not step.endswith(("releases", "is killed")) and not step.startswith("the lease"):
                before.setdefault(after, []).append(state)
            if after not in came:
                came[after] = (step, state)
                todo.append(after)
    starved = came.keys() - _reach(came, before)
    if starved:
        state = min(starved, key=lambda each: len(path_to(came, each)))
        return Finding(len(came), "the first process is kept from calling", path_to(came, state))
    return Finding(len(came), None)


def _reach(came: Mapping[State, Step | None], before: Mapping[State, list[State]]) -> set[State]:
    """The states from which the first process gets to call although nobody goes away."""
    found = {state for state in came if state.processes[0].calling}
    todo = deque(found)
    while todo:
        for state in before.get(todo.popleft(), ()):
            if state not in found:
                found.add(state)
                todo.append(state)
    return found


if __name__ == "__main__":
    for case in (*((*size, None) for size in SIZES), *((2, most, broken) for broken in Broken for most in (1, 2))):
        found = search(*case)
        print(*case, found.states, found.fault or "no fault", " -> ".join(found.path))  # noqa: T201 - run by hand
