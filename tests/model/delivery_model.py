"""The delivery protocol as a model small enough to be searched to the end: one recipient, every order of events.

Workers, the sweeper, look-ups, receipts and a person act on one row; the provider does not deduplicate. A worker that
pauses (garbage collection, SIGSTOP, a frozen machine) is one that nobody schedules. A job that is repeated or late is a
claim like any other.

`python -m tests.model.delivery_model` prints what the search finds.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.model import DeliveryStatus

MAX_CLAIMS, MAX_CRASHES, MAX_AGAIN = 4, 2, 1

Q, S, F, U, OK = (
    DeliveryStatus.QUEUED,
    DeliveryStatus.SENDING,
    DeliveryStatus.FAILED,
    DeliveryStatus.UNCERTAIN,
    DeliveryStatus.SENT,
)


class Broken(StrEnum):
    """A rule of the protocol left out."""

    NO_MARK = "send first, write afterwards"
    REQUEUE_SENDING = "the sweeper gives expired sending rows back to the queue"
    RETRY_UNKNOWN = "a lost answer is tried again"
    NO_CAS = "recording checks neither status nor epoch"
    ASYNC_COMMIT = "a claim is acknowledged and lost in a failover"
    SEND_ON_UNKNOWN_COMMIT = "send although the claim's commit is unknown"
    GIVE_BACK_BY_EPOCH = "give back by the epoch one would have got, not by one's own claim token"
    NO_DEADLINE = "no deadline inside the lease"
    NO_QUARANTINE = "a look-up or a person may send again before settles_after"
    CLASS_IS_EVIDENCE = "a dropped connection is taken for 'not sent'"
    LATE_SUCCESS_IGNORED = "a success receipt does not take a row out of the queue"


class At(StrEnum):
    """Where a worker stands."""

    IDLE = "idle"
    MINE = "claimed"
    UNSURE = "claimed, commit not answered"
    ANSWERED = "has the call's end in hand"


class Got(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Worker:
    at: At = At.IDLE
    epoch: int = 0
    token: int = 0
    got: Got | None = None


IDLE = Worker()


@dataclass(frozen=True, slots=True)
class State:
    """The row, the provider, and the workers."""

    workers: tuple[Worker, ...]
    status: DeliveryStatus = Q
    epoch: int = 0
    token: int = 0
    expired: bool = False
    quarantined: bool = False
    """Uncertain, and `settles_after` has not come."""
    taken: int = 0
    """How often the provider took the message."""
    again: int = 0
    """How often a person has allowed it to be sent once more."""
    receipt_under_way: bool = False
    heard: bool = False
    """A success receipt has arrived."""
    claimed_when_heard: bool = False
    claims: int = 0
    crashes: int = 0

    def with_worker(self, number: int, worker: Worker, **row: object) -> "State":
        workers = (*self.workers[:number], worker, *self.workers[number + 1 :])
        return replace(self, workers=workers, **row)  # type: ignore[arg-type]  # names of fields above


Step = tuple[str, State]


def steps(state: State, broken: Broken | None) -> Iterator[Step]:
    """Everything that can happen next."""
    for number, worker in enumerate(state.workers):
        match worker.at:
            case At.IDLE:
                yield from _claim(state, number, broken)
            case At.UNSURE:
                yield from _commit_unknown(state, number, broken)
            case At.MINE:
                yield from _send(state, number, worker, broken)
                if state.status is S and state.epoch == worker.epoch:
                    yield f"w{number} gives back, not begun", _queued(state.with_worker(number, IDLE))
            case At.ANSWERED:
                yield _record(state, number, broken)
        if worker.at is not At.IDLE and state.crashes < MAX_CRASHES:
            yield f"w{number} is killed", state.with_worker(number, IDLE, crashes=state.crashes + 1)
    yield from _time(state, broken)
    yield from _settling(state, broken)
    if state.receipt_under_way:
        yield _receipt(state, broken)


def _queued(state: State, **row: object) -> State:
    return replace(state, status=Q, token=0, expired=False, quarantined=False, **row)  # type: ignore[arg-type]


def _claim(state: State, number: int, broken: Broken | None) -> Iterator[Step]:
    stolen = broken is Broken.REQUEUE_SENDING and state.status is S and state.expired
    if state.claims == MAX_CLAIMS or not (state.status is Q or stolen):
        return
    token = state.claims + 1
    if broken is Broken.NO_MARK:
        yield from _send(replace(state, claims=token), number, Worker(At.MINE, state.epoch, token), broken)
        return
    mine = Worker(At.MINE, state.epoch + 1, token)
    unsure = replace(mine, at=At.UNSURE)
    marked = replace(
        state,
        status=S,
        epoch=state.epoch + 1,
        token=token,
        expired=False,
        claims=token,
        claimed_when_heard=state.heard,
    )
    yield f"w{number} claims", marked.with_worker(number, mine)
    yield f"w{number} claims, answer lost", marked.with_worker(number, unsure)
    yield f"w{number} does not claim, answer lost", state.with_worker(number, unsure, claims=token)
    if broken is Broken.ASYNC_COMMIT:
        yield f"w{number} claims, lost in failover", state.with_worker(number, mine, claims=token)


def _commit_unknown(state: State, number: int, broken: Broken | None) -> Iterator[Step]:
    worker = state.workers[number]
    by_epoch = broken is Broken.GIVE_BACK_BY_EPOCH
    own = state.epoch == worker.epoch if by_epoch else state.token == worker.token
    if state.status is S and own:
        yield f"w{number} re-reads and gives back", _queued(state.with_worker(number, IDLE))
    yield f"w{number} walks away", state.with_worker(number, IDLE)
    if broken is Broken.SEND_ON_UNKNOWN_COMMIT:
        yield from _send(state, number, worker, broken)


def _send(state: State, number: int, worker: Worker, broken: Broken | None) -> Iterator[Step]:
    if _deadline_passed(state, worker, broken):
        return

    def ends(got: Got, **row: object) -> State:
        return state.with_worker(number, replace(worker, at=At.ANSWERED, got=got), **row)

    lost = Got.NOT_SENT if broken is Broken.CLASS_IS_EVIDENCE else Got.LOST
    delivered = {"taken": state.taken + 1, "receipt_under_way": True}
    yield f"w{number} sends, accepted", ends(Got.ACCEPTED, **delivered)
    yield f"w{number} sends, taken, answer lost", ends(lost, **delivered)
    yield f"w{number} sends, not taken, answer lost", ends(Got.LOST)
    yield f"w{number} sends, refused", ends(Got.REFUSED)
    yield f"w{number} cannot connect", ends(Got.NOT_SENT)


def _deadline_passed(state: State, worker: Worker, broken: Broken | None) -> bool:
    if broken in (Broken.NO_DEADLINE, Broken.NO_MARK):
        return False
    if state.epoch == worker.epoch:
        return state.expired
    # A newer epoch exists only after this one's lease, unless the claim was never there.
    return broken not in (Broken.ASYNC_COMMIT, Broken.SEND_ON_UNKNOWN_COMMIT)


_ENDS: Mapping[Got | None, DeliveryStatus] = {Got.ACCEPTED: OK, Got.REFUSED: F, Got.NOT_SENT: Q, Got.LOST: U}


def _record(state: State, number: int, broken: Broken | None) -> Step:
    worker = state.workers[number]
    to = _ENDS[worker.got]
    if broken in (Broken.RETRY_UNKNOWN, Broken.NO_MARK) and worker.got is Got.LOST:
        to = Q
    judged = state.status in (S, U) and state.epoch == worker.epoch
    repeats = state.status is U and worker.got is Got.LOST
    blind = broken in (Broken.NO_CAS, Broken.NO_MARK) and state.status in (Q, S, U)
    if not (judged and not repeats) and not blind:
        return f"w{number} records, refused", state.with_worker(number, IDLE)
    recorded = state.with_worker(number, IDLE, status=to, expired=False, token=0, quarantined=to is U)
    return f"w{number} records {worker.got}", recorded


def _time(state: State, broken: Broken | None) -> Iterator[Step]:
    if state.status is S and not state.expired:
        yield "the lease runs out", replace(state, expired=True)
    if state.status is S and state.expired and broken is not Broken.REQUEUE_SENDING:
        yield "sweeper: uncertain", replace(state, status=U, quarantined=True, token=0)
    if state.quarantined and (broken is Broken.NO_DEADLINE or not _held(state)):
        yield "settles_after comes", replace(state, quarantined=False)


def _held(state: State) -> bool:
    """By `settles_after` every holder of the epoch has answered, died, or is stopped by its deadline."""
    return any(worker.at in (At.MINE, At.UNSURE) and worker.epoch == state.epoch for worker in state.workers)


def _settling(state: State, broken: Broken | None) -> Iterator[Step]:
    if state.status is not U or (state.quarantined and broken is not Broken.NO_QUARANTINE):
        return
    if state.taken == 0:
        yield "look-up: absent", _queued(state)
    if state.again < MAX_AGAIN:
        yield "person: send again", _queued(state, again=state.again + 1)


def _receipt(state: State, broken: Broken | None) -> Step:
    ignored = broken is Broken.LATE_SUCCESS_IGNORED and state.status is Q
    # Another attempt's failure says nothing against a success: the one that was refused was sent once more.
    if state.status in (Q, S, U, F) and not ignored:
        sent = replace(state, status=OK, receipt_under_way=False, quarantined=False, token=0, heard=True)
        return "receipt: delivered", sent
    return "receipt absorbed", replace(state, receipt_under_way=False, heard=True)


def fault(state: State) -> str | None:
    """What must never be true."""
    if state.taken > 1 + state.again:
        return f"duplicate: taken {state.taken} times, {state.again} allowed again"
    if state.status is F and state.taken and not state.receipt_under_way:
        return "says failed though it was delivered"
    if state.status is OK and state.taken == 0:
        return "says sent though nothing was delivered"
    if state.claimed_when_heard:
        return "claimed again after a receipt said delivered"
    return None


@dataclass(frozen=True, slots=True)
class Finding:
    states: int
    fault: str | None
    path: tuple[str, ...] = ()
    """The shortest way to the fault."""


def search(workers: int, broken: Broken | None = None) -> Finding:
    """Visit every state that can be reached. The first fault ends the search; without one, look for dead ends."""
    start = State((IDLE,) * workers)
    came: dict[State, Step | None] = {start: None}
    todo, before = deque([start]), dict[State, list[State]]()
    while todo:
        state = todo.popleft()
        if (why := fault(state)) is not None:
            return Finding(len(came), why, _path(came, state))
        for step, after in steps(state, broken):
            before.setdefault(after, []).append(state)
            if after not in came:
                came[after] = (step, state)
                todo.append(after)
    stuck = came.keys() - _can_end(came, before)
    return Finding(len(came), f"stuck: {next(iter(stuck))}" if stuck else None)


def _path(came: Mapping[State, Step | None], state: State) -> tuple[str, ...]:
    path: list[str] = []
    while (how := came[state]) is not None:
        step, state = how
        path.append(step)
    return tuple(reversed(path))


def _can_end(came: Mapping[State, Step | None], before: Mapping[State, list[State]]) -> set[State]:
    """The states from which one is reached where the row may rest."""
    ended = {s for s in came if s.status in (OK, F, U) or (s.status is Q and s.claims == MAX_CLAIMS)}
    todo = deque(ended)
    while todo:
        for state in before.get(todo.popleft(), ()):
            if state not in ended:
                ended.add(state)
                todo.append(state)
    return ended


if __name__ == "__main__":
    for found in (search(2), *(search(2, broken) for broken in Broken)):
        print(found.states, found.fault or "no fault", " -> ".join(found.path))  # noqa: T201 - run by hand
