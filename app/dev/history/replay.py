"""Replay the record of a delivery through the protocol: is there any order of events that explains it?

The record holds the attempts with their last outcome, the receipts, a person's decisions, and the published statuses in
their order. It does not hold everything: an answer that a receipt overtook leaves no trace of its own. So every order
is tried in which each recorded event happens once and the unrecorded ones at most as often as they can. If none of them
ends as the record says, a rule of the protocol was broken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from app.dev.history.evidence import Row
from app.domain.delivery_lifecycle import (
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Ignored,
    ReportedEvent,
    Transition,
    is_latest_word,
    transition,
)
from app.domain.words import ReasonCode

E, S = DeliveryEvent, DeliveryStatus

PROOF: Final = ("accepted", "reported_sent")
OPEN: Final = (None, "unknown", "worker_lost", "marked_sent")
"""Last words on an attempt by which no provider has said how it ended."""
CALL_ENDS: Final = {
    E.ACCEPT: "accepted",
    E.REJECT: "rejected",
    E.REFUSE: "refused",
    E.DEFER: "deferred",
    E.GIVE_BACK: "given_back",
    E.LOSE_ANSWER: "unknown",
}
"""How a worker's record ends an attempt."""
WORDS: Final = {
    **CALL_ENDS,
    E.LOSE_WORKER: "worker_lost",
    E.RECEIPT_SENT: "reported_sent",
    E.RECEIPT_DELIVERED: "reported_sent",
    E.RECEIPT_READ: "reported_sent",
    E.RECEIPT_FAILED: "reported_failed",
    E.FIND_ABSENT: "reported_absent",
    E.RESOLVE_SENT: "marked_sent",
}
RECEIPTS: Final = {
    "sent": E.RECEIPT_SENT,
    "delivered": E.RECEIPT_DELIVERED,
    "read": E.RECEIPT_READ,
    "failed": E.RECEIPT_FAILED,
}
WATERMARKED: Final = ("facebook", "instagram")
"""Channels whose reports may be about everything sent until a moment, and name no delivery."""
AT_ONCE: Final = 2
"""Receipts that may have changed places: the time on record is that of their transactions' beginnings."""
NOW: Final = datetime(2000, 1, 1, tzinfo=UTC)
PAST: Final = NOW - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event, and its record."""

    event: DeliveryEvent
    epoch: int | None
    rank: int | None = None
    """Its place among the provider's own times."""
    outcome: str = ""
    """`applied`, or `absorbed: …`; empty when it is not on record what came of it."""
    of_attempt: bool = True
    """Whether it is about the attempt itself, and not about everything sent until a moment."""


@dataclass(frozen=True, slots=True)
class PlayRecord:
    """The record of one delivery, without ids and times: many deliveries have the same."""

    status: DeliveryStatus
    outcomes: tuple[str | None, ...]
    """The last word on each attempt."""
    receipts: tuple[Recorded, ...]
    decisions: tuple[Recorded, ...]
    published: tuple[DeliveryStatus, ...]
    """The statuses that were published."""
    watermarks: bool
    cancelled: bool
    """Whether the mass reply was cancelled at some time."""
    retried: bool
    """Whether a person ever retried its failed deliveries."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether the record can be explained, and how far the best attempt at it came."""

    possible: bool
    furthest: int
    """How many of the published statuses it explains."""


@dataclass(frozen=True, slots=True)
class _Word:
    """What is known of an attempt."""

    outcome: str | None = None
    rank: int | None = None
    ended: bool = False
    """Whether its worker has recorded it."""


@dataclass(frozen=True, slots=True)
class _State:
    status: DeliveryStatus = S.QUEUED
    words: tuple[_Word, ...] = ()
    left: tuple[int, ...] = ()
    """Receipts that are still to come."""
    decided: int = 0
    """How many of a person's decisions have been made."""
    published: int = 0
    own_conclusion: bool = False
    """Whether its failure was concluded by ourselves."""

    @property
    def epoch(self) -> int:
        return len(self.words)


def record_of(row: Row, published: Sequence[DeliveryStatus], *, cancelled: bool, retried: bool) -> PlayRecord:
    ranks = {at: n for n, at in enumerate(sorted({r.occurred_at for r in row.receipts if r.occurred_at}))}
    receipts = (
        Recorded(RECEIPTS[r.kind], r.epoch, None if r.occurred_at is None else ranks[r.occurred_at], r.outcome)
        for r in row.receipts
    )
    decisions = (Recorded(_decided(d.outcome, send_again=d.send_again), None) for d in row.decisions)
    return PlayRecord(
        row.status,
        tuple(attempt.outcome for attempt in sorted(row.attempts, key=lambda attempt: attempt.epoch)),
        tuple(receipts),
        tuple(decisions),
        tuple(published),
        row.channel in WATERMARKED,
        cancelled,
        retried,
    )


def _decided(outcome: str, *, send_again: bool) -> DeliveryEvent:
    if outcome == "sent":
        return E.RESOLVE_SENT
    return E.SEND_AGAIN if send_again else E.RESOLVE_NOT_SENT


@lru_cache(maxsize=50_000)
def explain(record: PlayRecord) -> Explained:
    """Search for an order of events that ends as the record says."""
    start = _State(left=tuple(range(len(record.receipts))))
    seen, todo, furthest = {start}, [start], 0
    while todo:
        state = todo.pop()
        furthest = max(furthest, state.published)
        if _ends(state, record):
            return Explained(possible=True, furthest=len(record.published))
        for after in _steps(state, record):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return Explained(possible=False, furthest=furthest)


def _ends(state: _State, record: PlayRecord) -> bool:
    outcomes = tuple(word.outcome for word in state.words)
    done = not state.left and state.decided == len(record.decisions) and state.published == len(record.published)
    return done and state.status is record.status and outcomes == record.outcomes


def _steps(state: _State, record: PlayRecord) -> Iterator[_State]:
    if state.status is S.QUEUED and state.epoch < len(record.outcomes):
        yield replace(state, status=S.SENDING, words=(*state.words, _Word()), own_conclusion=False)
    for index in state.left[:AT_ONCE]:
        happened = record.receipts[index]
        if happened.epoch is not None and happened.epoch <= state.epoch:
            left = tuple(each for each in state.left if each != index)
            yield from _recorded(replace(state, left=left), record, happened)
    if state.decided < len(record.decisions):
        yield from _recorded(replace(state, decided=state.decided + 1), record, record.decisions[state.decided])
    for epoch, word in enumerate(state.words, start=1):
        yield from _unrecorded(state, record, epoch, word)
    for happened in _unasked(state, record):
        yield from (after for after, moved in _answers(state, record, happened) if moved)


def _recorded(state: _State, record: PlayRecord, happened: Recorded) -> Iterator[_State]:
    moves = happened.outcome == "applied"
    for after, moved in _answers(state, record, happened):
        # A report on several messages moves the provider's clock without a trace, so that "older" cannot be judged.
        if not happened.outcome or moved is moves or (not moves and happened.outcome.endswith(Ignored.OLDER)):
            yield after


def _unrecorded(state: _State, record: PlayRecord, epoch: int, word: _Word) -> Iterator[_State]:
    """What a worker, the sweeper or a look-up may have said of an attempt; what left no word need not have happened."""
    final = record.outcomes[epoch - 1]
    said = (*(() if word.ended else CALL_ENDS), E.LOSE_WORKER, E.FIND_ABSENT)
    for event in said:
        if WORDS[event] == word.outcome or not _may_become(WORDS[event], final):
            continue
        ended = replace(word, ended=word.ended or event in CALL_ENDS)
        before = replace(state, words=_with(state.words, epoch, ended))
        for after, _ in _answers(before, record, Recorded(event, epoch)):
            if after.words[epoch - 1].outcome != word.outcome:
                yield after


def _may_become(said: str, final: str | None) -> bool:
    """Whether an attempt of which this was said may end with that last word."""
    weak = said in ("unknown", "worker_lost") and final is not None
    return said == final or weak or final in ("reported_failed", *PROOF)


def _unasked(state: _State, record: PlayRecord) -> Iterator[Recorded]:
    """Events of a delivery that leave no record."""
    match state.status:
        case S.QUEUED:
            yield Recorded(E.EXPIRE, None)
            if record.cancelled:
                yield Recorded(E.CANCEL, None)
        case S.FAILED if record.retried and state.epoch <= len(record.outcomes):
            yield Recorded(E.RETRY, None)
        case S.SENT | S.DELIVERED if record.watermarks:
            for event in (E.RECEIPT_DELIVERED, E.RECEIPT_READ):
                yield Recorded(event, state.epoch, of_attempt=False)
        case S.UNCERTAIN:
            for event in (E.RECEIPT_SENT, E.RECEIPT_DELIVERED):  # a look-up that finds it
                yield Recorded(event, state.epoch)
        case _:
            pass


def _answers(state: _State, record: PlayRecord, happened: Recorded) -> Iterator[tuple[_State, bool]]:
    """Every way in which the domain may answer, and whether it is a move."""
    found: set[DeliveryStatus | Ignored] = set()
    reported = ReportedEvent(happened.event, happened.epoch, _at(happened.rank))
    for standing in _standings(state, record, happened.epoch or state.epoch):
        answer = transition(standing, reported, NOW)
        what = answer.to if isinstance(answer, Transition) else answer
        if what in found:
            continue
        found.add(what)
        words = _spoken(state, reported, standing, answer) if happened.of_attempt else state.words
        after = _after(replace(state, words=words), record, reported, answer)
        if after is not None:
            yield after, isinstance(answer, Transition)


def _standings(state: _State, record: PlayRecord, epoch: int) -> Iterator[DeliveryState]:
    """Where it stands for an event about this attempt; the clock and the mass reply are not on record."""
    own = state.words[epoch - 1] if epoch else _Word()
    others = [word for number, word in enumerate(state.words, start=1) if number != epoch]
    standing = DeliveryState(
        status=state.status,
        epoch=state.epoch,
        reason=ReasonCode.MARKED_NOT_SENT if state.own_conclusion else None,
        retryable=True,
        last_receipt_at=_at(own.rank),
        attempt_failed=own.outcome == "reported_failed",
        attempt_proved=own.outcome in PROOF,
        other_proved=any(word.outcome in PROOF for word in others),
        by_person=own.outcome == "marked_sent",
        latest_open=bool(state.words) and state.words[-1].outcome in OPEN,
    )
    yield standing
    yield replace(standing, not_after=PAST)
    if record.cancelled:
        yield replace(standing, batch_cancelled=True)


def _at(rank: int | None) -> datetime | None:
    return None if rank is None else NOW + timedelta(seconds=rank)


def _after(state: _State, record: PlayRecord, reported: ReportedEvent, answer: Transition | Ignored) -> _State | None:
    """Return the state that an answer leads to, or None if another status was published."""
    if not isinstance(answer, Transition):
        return state
    published = state.published
    if answer.to is not S.QUEUED:
        if published == len(record.published) or record.published[published] is not answer.to:
            return None
        published += 1
    ours = reported.event in (E.EXPIRE, E.RESOLVE_NOT_SENT) or answer.reason is not None
    own_conclusion = answer.to is S.FAILED and ours
    return replace(state, status=answer.to, published=published, own_conclusion=own_conclusion)


def _spoken(
    state: _State, reported: ReportedEvent, standing: DeliveryState, answer: Transition | Ignored
) -> tuple[_Word, ...]:
    """What is known of the attempts then."""
    epoch = reported.epoch or (state.epoch if isinstance(answer, Transition) else None)
    if not epoch:
        return state.words
    word, said = state.words[epoch - 1], WORDS.get(reported.event)
    at = reported.occurred_at
    rank = None if at is None else round((at - NOW).total_seconds())
    latest = max((each for each in (word.rank, rank) if each is not None), default=None)
    stands = answer is not Ignored.OLDER and is_latest_word(standing, reported)
    outcome = said if said and stands and _overrides(word.outcome, said) else word.outcome
    return _with(state.words, epoch, replace(word, outcome=outcome, rank=latest))


def _overrides(was: str | None, said: str) -> bool:
    """Whether a word on an attempt takes the place of an earlier one."""
    if was in (None, "worker_lost") or said == "reported_failed":
        return True
    if was in ("unknown", "marked_sent") and said not in ("unknown", "worker_lost"):
        return True
    return (was != "accepted" and said == "reported_sent") or (was == "reported_sent" and said == "accepted")


def _with(words: tuple[_Word, ...], epoch: int, word: _Word) -> tuple[_Word, ...]:
    return (*words[: epoch - 1], word, *words[epoch:])
