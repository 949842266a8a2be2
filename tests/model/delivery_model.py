"""The delivery protocol as a model small enough to be searched to the end: one recipient, every order of events.

Workers, the sweeper, look-ups, receipts of success and of failure, and a person act on one row; the provider does not
deduplicate. A worker that pauses (garbage collection, SIGSTOP, a frozen machine) is one that nobody schedules. A job
that is repeated or late is a claim like any other.

`python -m tests.model.delivery_model` prints what the search finds.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.delivery_lifecycle import DeliveryStatus
from tests.model.findings import Finding, path_to

MAX_CLAIMS, MAX_CRASHES, MAX_AGAIN = 3, 1, 1

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
    FAILURE_OF_THE_LATEST = "a failure receipt counts for the latest attempt, whichever one made the row accepted"
    FAILURE_OF_ANY = "a failure receipt of any attempt counts"
    FAILED_WHILE_OPEN = "a row whose proof has failed is called failed while a later attempt is open"
    WORD_OF_A_PERSON_STANDS = "what a person called sent stays sent, whatever the call itself says"


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


class Word(StrEnum):
    """What is said of one attempt."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Worker:
    at: At = At.IDLE
    epoch: int = 0
    token: int = 0
    got: Got | None = None


IDLE = Worker()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as the provider has it and as we know it."""

    copies: int = 0
    """How many of it the customer has. A provider may take a message that does not arrive."""
    under_way: Word | None = None
    """The receipt that is still to come."""
    known: Word | None = None
    """What we have written down: the call's end, corrected by its receipt. None while nobody knows."""


NOTHING = Attempt()


@dataclass(frozen=True, slots=True)
class State:
    """The row, its attempts, and the workers."""

    workers: tuple[Worker, ...]
    attempts: tuple[Attempt, ...] = (NOTHING,) * (MAX_CLAIMS + 1)
    """By their epoch."""
    status: DeliveryStatus = Q
    epoch: int = 0
    token: int = 0
    expired: bool = False
    quarantined: bool = False
    """`settles_after` has not come."""
    by_person: bool = False
    """The status is a person's word alone."""
    again: int = 0
    """How often a person has allowed it to be sent once more although nobody knew."""
    claimed_when_heard: bool = False
    claims: int = 0
    crashes: int = 0

    def with_worker(self, number: int, worker: Worker, **row: object) -> "State":
        workers = (*self.workers[:number], worker, *self.workers[number + 1 :])
        return replace(self, workers=workers, **row)  # type: ignore[arg-type]  # names of fields above

    def with_attempt(self, epoch: int, **attempt: object) -> "State":
        changed = replace(self.attempts[epoch], **attempt)  # type: ignore[arg-type]  # names of fields above
        return replace(self, attempts=(*self.attempts[:epoch], changed, *self.attempts[epoch + 1 :]))

    @property
    def copies(self) -> int:
        """How many of them the customer has."""
        return sum(attempt.copies for attempt in self.attempts)

    @property
    def proved(self) -> bool:
        return any(attempt.known is Word.GOOD for attempt in self.attempts)

    @property
    def latest(self) -> Attempt:
        return self.attempts[self.epoch]


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
                    yield f"w{number} gives back, not begun", _given_back(state.with_worker(number, IDLE))
            case At.ANSWERED:
                yield _record(state, number, broken)
        if worker.at is not At.IDLE and state.crashes < MAX_CRASHES:
            yield f"w{number} is killed", state.with_worker(number, IDLE, crashes=state.crashes + 1)
    yield from _time(state, broken)
    yield from _look_up(state, broken)
    yield from _person(state, broken)
    for epoch, attempt in enumerate(state.attempts):
        if attempt.under_way is not None:
            yield f"receipt of attempt {epoch}: {attempt.under_way}", _receipt(state, epoch, attempt.under_way, broken)


def _moved(state: State, status: DeliveryStatus, *, by_person: bool = False) -> State:
    quarantined = state.quarantined and status in (U, OK)
    expired = state.expired and status is not Q
    return replace(state, status=status, token=0, expired=expired, quarantined=quarantined, by_person=by_person)


def _given_back(state: State) -> State:
    return _moved(state.with_attempt(state.epoch, known=Word.BAD), Q)


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
        # Until `settles_after` an earlier holder of this row may be at work: it counts from this claim.
        quarantined=True,
        by_person=False,
        claims=token,
        claimed_when_heard=state.proved,
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
        yield f"w{number} re-reads and gives back", _given_back(state.with_worker(number, IDLE))
    yield f"w{number} walks away", state.with_worker(number, IDLE)
    if broken is Broken.SEND_ON_UNKNOWN_COMMIT:
        yield from _send(state, number, worker, broken)


def _send(state: State, number: int, worker: Worker, broken: Broken | None) -> Iterator[Step]:
    if _deadline_passed(state, worker, broken):
        return

    def ends(got: Got, receipt: Word | None = None) -> State:
        after = state.with_worker(number, replace(worker, at=At.ANSWERED, got=got))
        copies = after.attempts[worker.epoch].copies + (receipt is Word.GOOD)
        # Two sends of one attempt are one to the provider's receipts: that it arrived stands.
        comes = Word.GOOD if copies and receipt else receipt or after.attempts[worker.epoch].under_way
        return after.with_attempt(worker.epoch, copies=copies, under_way=comes)

    lost = Got.NOT_SENT if broken is Broken.CLASS_IS_EVIDENCE else Got.LOST
    yield f"w{number} sends, accepted", ends(Got.ACCEPTED, Word.GOOD)
    yield f"w{number} sends, accepted, bounces", ends(Got.ACCEPTED, Word.BAD)
    yield f"w{number} sends, taken, answer lost", ends(lost, Word.GOOD)
    yield f"w{number} sends, taken, answer lost, bounces", ends(lost, Word.BAD)
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
_SAYS: Mapping[Got | None, Word | None] = {Got.ACCEPTED: Word.GOOD, Got.REFUSED: Word.BAD, Got.NOT_SENT: Word.BAD}


def _record(state: State, number: int, broken: Broken | None) -> Step:
    worker = state.workers[number]
    known = state.attempts[worker.epoch].known or _SAYS.get(worker.got)
    written = state.with_worker(number, IDLE).with_attempt(worker.epoch, known=known)
    to = _ENDS[worker.got]
    if broken in (Broken.RETRY_UNKNOWN, Broken.NO_MARK) and worker.got is Got.LOST:
        to = Q
    if not _counts(state, worker, known, broken):
        return f"w{number} records, refused", written
    return f"w{number} records {worker.got}", _moved(written, to)


def _counts(state: State, worker: Worker, known: Word | None, broken: Broken | None) -> bool:
    """Whether what a worker records changes the row's status."""
    if broken in (Broken.NO_CAS, Broken.NO_MARK) and state.status in (Q, S, U):
        return True
    if worker.got is Got.ACCEPTED:
        return known is Word.GOOD and state.status is not OK
    if worker.epoch != state.epoch:
        return False
    if state.status is OK:
        # A person's word gives way to the call's own.
        said = worker.got is not Got.LOST and broken is not Broken.WORD_OF_A_PERSON_STANDS
        return said and state.by_person and not state.proved
    return state.status is S or (state.status is U and worker.got is not Got.LOST)


def _time(state: State, broken: Broken | None) -> Iterator[Step]:
    if state.status is S and not state.expired:
        yield "the lease runs out", replace(state, expired=True)
    if state.status is S and state.expired and broken is not Broken.REQUEUE_SENDING:
        yield "sweeper: uncertain", replace(_moved(state, U), quarantined=True)
    if state.status is not S and state.quarantined and (broken is Broken.NO_DEADLINE or not _held(state)):
        yield "settles_after comes", replace(state, quarantined=False)


def _held(state: State) -> bool:
    """By `settles_after` every holder of the epoch has answered, died, or is stopped by its deadline."""
    return any(worker.at in (At.MINE, At.UNSURE) and worker.epoch == state.epoch for worker in state.workers)


def _settled(state: State, broken: Broken | None) -> bool:
    return state.status is U and (not state.quarantined or broken is Broken.NO_QUARANTINE)


def _look_up(state: State, broken: Broken | None) -> Iterator[Step]:
    # Asked while it was uncertain, a provider may answer after a person has.
    called_sent = state.status is OK and state.by_person and not (state.proved or state.quarantined)
    if (_settled(state, broken) or called_sent) and state.latest.under_way is None and not state.latest.copies:
        yield "look-up: absent", _given_back(state)


def _person(state: State, broken: Broken | None) -> Iterator[Step]:
    if state.status is U:
        yield "person: sent", _moved(state, OK, by_person=True)
    if _settled(state, broken):
        yield "person: not sent", _moved(state, F, by_person=True)
    # Whether it may get there twice by that is a person's risk, unless every attempt is known to have failed.
    risked = any(attempt.known is not Word.BAD for attempt in state.attempts[1 : state.epoch + 1])
    if (state.status is F or _settled(state, broken)) and state.again + risked <= MAX_AGAIN:
        yield "person: send again", replace(_moved(state, Q), again=state.again + risked)


def _receipt(state: State, epoch: int, word: Word, broken: Broken | None) -> State:
    was_proof = state.attempts[epoch].known is Word.GOOD
    heard = state.with_attempt(epoch, under_way=None, known=word)
    if word is Word.GOOD:
        ignored = broken is Broken.LATE_SUCCESS_IGNORED and state.status is Q
        # Another attempt's failure says nothing against a success: the one that was refused was sent once more.
        return heard if ignored or (state.status is OK and state.proved) else _moved(heard, OK)
    latest = epoch == state.epoch
    if state.status in (S, U):
        return _moved(heard, F) if latest else heard
    if state.status is not OK:
        return heard
    if broken is Broken.FAILURE_OF_ANY or (broken is Broken.FAILURE_OF_THE_LATEST and latest):
        return _moved(heard, F)
    if broken is Broken.FAILURE_OF_THE_LATEST or heard.proved or not (was_proof or latest):
        return heard
    return _moved(heard, U if heard.latest.known is None and broken is not Broken.FAILED_WHILE_OPEN else F)


def fault(state: State) -> str | None:
    """What must never be true."""
    if state.copies > 1 + state.again:
        return f"duplicate: arrived {state.copies} times, {state.again} allowed again"
    told = not any(attempt.under_way is Word.GOOD for attempt in state.attempts)
    if state.status is F and state.copies and told:
        return "says failed though it was delivered"
    if state.status is F and not state.by_person and state.latest.known is None:
        return "says failed though nobody knows"
    if state.status is OK and not state.proved and (not state.by_person or state.latest.known is Word.BAD):
        return "says sent though it is known that it was not"
    if state.claimed_when_heard:
        return "claimed again after a receipt said delivered"
    return None


def search(workers: int, broken: Broken | None = None) -> Finding:
    """Visit every state that can be reached. The first fault ends the search; without one, look for dead ends."""
    start = State((IDLE,) * workers)
    came: dict[State, Step | None] = {start: None}
    todo, before = deque([start]), dict[State, list[State]]()
    while todo:
        state = todo.popleft()
        if (why := fault(state)) is not None:
            return Finding(len(came), why, path_to(came, state))
        for step, after in steps(state, broken):
            before.setdefault(after, []).append(state)
            if after not in came:
                came[after] = (step, state)
                todo.append(after)
    stuck = came.keys() - _can_end(came, before)
    return Finding(len(came), f"stuck: {next(iter(stuck))}" if stuck else None)


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
