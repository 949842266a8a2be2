"""The trace of a run: attempts, decisions and calls to providers, held against the protocol."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from app.dev.history.evidence import EVER, Evidence, Row
from app.dev.history.published import published_statuses
from app.dev.history.replay import explain, record_of
from app.domain.delivery_lifecycle import DeliveryStatus

HELD_UP: Final = 3.0
"""Seconds: the recorded time is that of a transaction's beginning, and it is judged when it has its locks."""


def trace(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Steps that the protocol does not allow."""
    published, statuses = published_statuses(evidence), {batch.id: batch.status for batch in evidence.mass_replies}
    for id_, row in evidence.rows.items():
        yield from ((id_, what) for what in _attempts_in_line(row))
        yield from ((id_, what) for what in _not_too_early(row, evidence.quarantine(row.mass_reply)))
        if row.status is DeliveryStatus.SKIPPED:
            continue
        cancelled, retried = statuses.get(row.mass_reply) == "cancelled", row.mass_reply in evidence.retried
        explained = explain(record_of(row, published[id_], cancelled=cancelled, retried=retried))
        if not explained.possible:
            yield id_, f"No order of events ends like this: {_record_in_words(row, published[id_], explained.furthest)}"
    yield from _calls_in_line(evidence)
    yield from _begun_though_cancelled(evidence)


def _record_in_words(row: Row, published: Sequence[DeliveryStatus], furthest: int) -> str:
    attempts = ", ".join(f"{a.epoch} {a.outcome or 'open'}" for a in row.attempts)
    words = [str(status) for status in published]
    return (
        f"attempts {attempts or 'none'}; told {' → '.join(words) or 'nothing'}; {row.status} at attempt {row.epoch}. "
        f"The protocol explains the first {furthest} of the {len(words)} that were told."
    )


def _attempts_in_line(row: Row) -> Iterator[str]:
    epochs = [attempt.epoch for attempt in row.attempts]
    if epochs != list(range(1, row.epoch + 1)):
        yield f"It is at attempt {row.epoch}, and has the attempts {epochs}."
    for earlier, later in pairwise(row.attempts):
        if later.started_at < earlier.started_at:
            yield f"Attempt {later.epoch} began before attempt {earlier.epoch}."


def _not_too_early(row: Row, quarantine: float) -> Iterator[str]:
    """No attempt is declared unsent while its holder may still send it."""
    began = {attempt.epoch: attempt.started_at for attempt in row.attempts}
    said = [
        *((d.epoch, d.decided_at, "A person decided") for d in row.decisions if d.risks_a_copy),
        *((a.epoch, a.finished_at, "A look-up found nothing") for a in row.attempts if a.outcome == "reported_absent"),
    ]
    for epoch, at, who in said:
        if at is None or epoch not in began:
            continue
        waited = (at - began[epoch]).total_seconds()
        if waited < quarantine - HELD_UP:
            yield f"{who} {waited:.1f} s after the claim; until {quarantine:.1f} s its holder may send."


def _calls_in_line(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Each call to a provider is of an attempt that was claimed before, not too long, and of the latest one then."""
    for call in evidence.journal:
        row = evidence.rows.get(call.delivery or "")
        if row is None or call.epoch is None:
            continue
        began = {attempt.epoch: attempt.started_at for attempt in row.attempts}
        if call.epoch not in began:
            yield row.id, f"A provider was called for attempt {call.epoch}, which was never claimed."
        elif call.at < began[call.epoch]:
            yield row.id, f"A provider was called for attempt {call.epoch} before it was claimed."
        elif (later := began.get(call.epoch + 1)) is not None and call.at > later:
            yield row.id, f"A provider was called for attempt {call.epoch} when attempt {call.epoch + 1} had begun."
        elif (late := (call.at - began[call.epoch]).total_seconds()) > evidence.quarantine(row.mass_reply) + HELD_UP:
            yield row.id, f"A provider was called for attempt {call.epoch} {late:.1f} s after its claim."


def _begun_though_cancelled(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """No attempt begins once a person was answered that the mass reply is cancelled."""
    for row in evidence.rows.values():
        cancelled = evidence.cancelled.get(row.mass_reply, EVER)
        for attempt in row.attempts:
            if attempt.started_at > cancelled:
                yield row.id, f"Attempt {attempt.epoch} began after a person was told that all that waits is cancelled."
