"""The one way a delivery changes after its claim: records, receipts, look-ups, people and the sweeper all end here."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from app.attachments.sql import attachments
from app.delivery.outbox_entries import entries_of
from app.delivery.sql import attempts, counters, flips, settlements, timeline
from app.delivery.sql.attempts import EndedAttempt
from app.delivery.sql.settlements import Change, Locked
from app.delivery.sql.timeline import TimelineEntry
from app.domain.delivery import (
    ACCEPTED,
    DeliveryEvent,
    DeliveryStatus,
    Effect,
    Ignored,
    ReportedEvent,
    Transition,
    effect,
    is_latest_word,
    transition,
)
from app.domain.outbound import DroppedAttachment
from app.domain.outbox import Changed
from app.domain.text.plain_text import storable
from app.domain.words import DeliveryId, TimelineKind
from app.store import outbox
from app.store.transactions import TenantTx

T = TypeVar("T")

GROUP = 500
"""Reports that are settled at once: what the planner thinks to be a few rows it compares each with each."""


_ENDS: Final = {
    DeliveryEvent.ACCEPT: "accepted",
    DeliveryEvent.REJECT: "rejected",
    DeliveryEvent.REFUSE: "refused",
    DeliveryEvent.DEFER: "deferred",
    DeliveryEvent.GIVE_BACK: "given_back",
    DeliveryEvent.LOSE_ANSWER: "unknown",
    DeliveryEvent.LOSE_WORKER: "worker_lost",
    DeliveryEvent.RECEIPT_SENT: "reported_sent",
    DeliveryEvent.RECEIPT_DELIVERED: "reported_sent",
    DeliveryEvent.RECEIPT_READ: "reported_sent",
    DeliveryEvent.RECEIPT_FAILED: "reported_failed",
    DeliveryEvent.FIND_ABSENT: "reported_absent",
    DeliveryEvent.RESOLVE_SENT: "marked_sent",
}
"""How an event ends the attempt that it speaks of."""


@dataclass(frozen=True, slots=True)
class Report:
    """Something that happened to a delivery, with what is known of it."""

    delivery_id: DeliveryId
    reported: ReportedEvent
    provider_message_id: str | None = None
    outcome: str | None = None
    """How the attempt ended, where the event does not say it."""
    of_attempt: bool = True
    """Whether it speaks of the attempt itself, and not of all that was sent until a moment."""
    counts: bool = True
    """Whether it says something of its lane. Of the messages that one lost call took with it, one does."""
    evidence: str | None = None
    wait: timedelta | None = None
    """How long a delivery waits that was put off, by the database's clock."""
    dropped: tuple[DroppedAttachment, ...] = ()
    """Files that did not go with the text, besides those that the preflight named."""


async def settle(tx: TenantTx, reports: Sequence[Report]) -> dict[DeliveryId, Transition | Ignored]:
    """Apply what happened, with all that follows from it, inside the caller's transaction.

    Answers for each delivery what its last report did; a delivery that does not exist is left out.
    """
    answers: dict[DeliveryId, Transition | Ignored] = {}
    written: list[Change] = []
    groups = _groups(map(_storable, reports))
    if len(groups) > 1:
        await _hold(tx, reports)
    for group in groups:
        answered, changes = await _settle_group(tx, group)
        answers.update(answered)
        written += changes
    if written:
        await _count(tx, written)
    return answers


def _groups(reports: Iterable[Report]) -> list[list[Report]]:
    """Split into groups that hold each delivery once, each in the order in which rows are locked."""
    in_order = (sorted(distinct, key=_delivery) for distinct in _rounds(reports, _delivery))
    return [one[first : first + GROUP] for one in in_order for first in range(0, len(one), GROUP)]


def _delivery(report: Report) -> DeliveryId:
    return report.delivery_id


async def _hold(tx: TenantTx, reports: Iterable[Report]) -> None:
    """Hold at once what several groups will hold one after the other: deliveries first, conversations after them.

    Else two mass replies to the same conversations could wait for each other, each holding those of its first group.
    """
    conversations = await settlements.hold(tx, {report.delivery_id for report in reports})
    await flips.hold(tx, conversations)


def _storable(report: Report) -> Report:
    """What providers answer is not ours to trust, and one NUL would keep a whole group from being written."""
    reported, reason = report.reported, report.reported.reason
    if reason is not None:
        reported = replace(reported, reason=replace(reason, detail=storable(reason.detail)))
    provider_message_id, evidence = _clean(report.provider_message_id), _clean(report.evidence)
    if reason is None and (provider_message_id, evidence) == (report.provider_message_id, report.evidence):
        return report  # most of them: a copy is not free
    return replace(report, reported=reported, provider_message_id=provider_message_id, evidence=evidence)


def _clean(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _rounds(items: Iterable[T], key: Callable[[T], Hashable]) -> Iterable[list[T]]:
    """Split into lists that hold each key once, keeping the order of equal keys."""
    rounds: list[dict[Hashable, T]] = []
    for item in items:
        first_free = next((one for one in rounds if key(item) not in one), None)
        if first_free is None:
            rounds.append(first_free := {})
        first_free[key(item)] = item
    return [list(one.values()) for one in rounds]


async def _settle_group(
    tx: TenantTx, reports: Sequence[Report]
) -> tuple[dict[DeliveryId, Transition | Ignored], list[Change]]:
    by_id = {report.delivery_id: report for report in reports}
    rows = await settlements.lock(tx, [(r.delivery_id, r.reported) for r in reports])
    answers = {row.id: transition(row.state, by_id[row.id].reported, row.now) for row in rows}
    changes = [_change(row, by_id[row.id], move) for row in rows if isinstance(move := answers[row.id], Transition)]
    if dropped := {report.delivery_id: report.dropped for report in reports if report.dropped}:
        await attachments.note_dropped(tx, dropped)
    written = await _write(tx, changes) if changes else []
    if ended := [outcome for row in rows if (outcome := _outcome(row, by_id[row.id], answers[row.id]))]:
        await attempts.end_attempts(tx, ended)
    return answers, written


def _change(row: Locked, report: Report, move: Transition) -> Change:
    deferred = report.reported.event is DeliveryEvent.DEFER
    return Change(
        row,
        report.reported,
        move,
        _not_before(row, report, move),
        deferred,
        report.provider_message_id,
        files_lost=len(report.dropped),
        counts=report.counts,
    )


def _not_before(row: Locked, report: Report, move: Transition) -> datetime | None:
    """When it may be sent; None leaves it as it is. What somebody decided to send again has waited long enough."""
    if report.wait is not None:
        return row.now + report.wait
    again = move.to is DeliveryStatus.QUEUED and row.state.status is not DeliveryStatus.SENDING
    return row.now if again else None


def _outcome(row: Locked, report: Report, answer: Transition | Ignored) -> EndedAttempt | None:
    """What this says of its attempt, whether it changed the delivery or not."""
    reported = report.reported
    # Absence proves nothing while a holder of the attempt may still be at work.
    stands = answer not in (Ignored.OLDER, Ignored.STILL_SETTLING) and is_latest_word(row.state, reported)
    outcome = _end(report) if stands else None
    # What a person decides is about the latest attempt; where it was refused, it says nothing of one.
    epoch = row.state.epoch if reported.epoch is None else reported.epoch
    said = outcome or report.provider_message_id or reported.occurred_at
    if not said or (reported.epoch is None and not isinstance(answer, Transition)):
        return None
    return EndedAttempt(
        report.delivery_id,
        epoch,
        outcome,
        report.provider_message_id,
        report.evidence,
        reported.occurred_at,
    )


def _end(report: Report) -> str | None:
    return report.outcome or (_ENDS.get(report.reported.event) if report.of_attempt else None)


async def _write(tx: TenantTx, changes: Sequence[Change]) -> list[Change]:
    """Write the changes and what they bring about; answers those that nobody else had made before."""
    changes = await _with_flips(tx, changes)
    applied = await settlements.apply(tx, changes)
    changes = [change for change in changes if change.row.id in applied]
    entries = [entry for change in changes for entry in _entries(change)]
    replies = await timeline.write_timeline(tx, entries) if entries else []
    if with_files := [each.row.id for each in changes if each.newly_sent and each.row.has_attachments]:
        await attachments.list_on_timeline(tx, with_files)
    await outbox.publish(tx, entries_of(changes, replies))
    return changes


async def _count(tx: TenantTx, changes: Sequence[Change]) -> None:
    """Move the counters, at the very end: every claim and every other group of the same lanes waits from here on."""
    await counters.count(tx, changes)
    await _reopen(tx, changes)


async def _with_flips(tx: TenantTx, changes: Sequence[Change]) -> list[Change]:
    sent = _rows(changes, Effect.SENT)
    ours = {row.conversation_id for row in sent}
    # A conversation that another delivery flips just now is that one's from here on.
    leaving = [change.row for change in changes if _leaves(change)]
    left = [row for row in leaving if row.conversation_id not in ours]
    rounds = list(_rounds(sent, _conversation))
    if left or len(rounds) > 1:  # one flip holds its conversations in order by itself
        await flips.hold(tx, [row.conversation_id for row in (*sent, *left)])
    flipped: dict[UUID, flips.Flip] = {}
    for rows in rounds:
        by_conversation = await flips.flip(tx, rows)
        flipped.update({row.id: by_conversation[row.conversation_id] for row in rows})
    restored: dict[UUID, Mapping[str, Changed]] = {}
    for rows in _rounds(left, _conversation):
        given_back = await flips.restore(tx, rows, [row.id for row in leaving])
        restored.update((row.id, given_back[row.conversation_id]) for row in rows if row.conversation_id in given_back)
    return [_with_flip(change, flipped.get(change.row.id), restored.get(change.row.id)) for change in changes]


def _leaves(change: Change) -> bool:
    """Whether it ceases to count as sent."""
    return change.row.state.status in ACCEPTED and change.move.to not in ACCEPTED


def _with_flip(change: Change, flip: flips.Flip | None, restored: Mapping[str, Changed] | None) -> Change:
    if flip is not None:
        restores = {**_found_before(change.row, flip), **flip.restores}
        return replace(change, flips=flip.result, restores=restores, reached=flip.reached, changed=flip.changed)
    return change if restored is None else replace(change, flips="restored", changed=restored)


def _found_before(row: Locked, flip: flips.Flip) -> Mapping[str, str | None]:
    """What it found when it was sent before, where that flip still stands because another mass reply holds it."""
    alike = {field for field, version in flip.reached.items() if row.reached.get(field) == version}
    return {field: before for field, before in row.restores.items() if field in alike}


def _rows(changes: Iterable[Change], wanted: Effect) -> list[Locked]:
    return [change.row for change in changes if _effect(change) is wanted]


def _effect(change: Change) -> Effect:
    return effect(change.row.state.status, change.move.to)


def _conversation(row: Locked) -> UUID:
    return row.conversation_id


def _entries(change: Change) -> list[TimelineEntry]:
    """What the conversation's timeline says about this, in words that an agent understands."""
    row, epoch = change.row, change.reported.epoch or change.row.state.epoch
    detail = change.move.reason.detail if change.move.reason else ""
    match _effect(change):
        case Effect.SENT if row.sent_at is not None:
            return [TimelineEntry(row, TimelineKind.SYSTEM_NOTE, epoch, "The mass reply arrived after all.")]
        case Effect.SENT:
            note = f"Sent with a mass reply by {row.author_name}."
            return [
                TimelineEntry(row, TimelineKind.REPLY, epoch),
                TimelineEntry(row, TimelineKind.SYSTEM_NOTE, epoch, note),
            ]
        case Effect.FAILED:
            return [
                TimelineEntry(
                    row, TimelineKind.SYSTEM_ERROR, epoch, f"A mass reply was not sent here. {detail}".strip()
                )
            ]
        case Effect.FAILED_LATER if change.never_sent:
            text = f"A mass reply was not sent here, although it had been marked as sent. {detail}".strip()
            return [TimelineEntry(row, TimelineKind.SYSTEM_ERROR, epoch, text)]
        case Effect.TAKEN_BACK:
            more = detail or "It is sent again."
            note = f"A mass reply was not sent here, although it had been marked as sent. {more}"
            return [TimelineEntry(row, TimelineKind.SYSTEM_NOTE, epoch, note)]
        case Effect.FAILED_LATER:
            text = f"The mass reply was sent and did not arrive. {detail}".strip()
            return [TimelineEntry(row, TimelineKind.SYSTEM_ERROR, epoch, text)]
        case Effect.UNCERTAIN:
            text = (
                f"It is not known whether a mass reply reached the customer. {detail} It is not sent again by itself."
            )
            return [TimelineEntry(row, TimelineKind.SYSTEM_NOTE, epoch, text)]
        case Effect.NONE:
            return []


async def _reopen(tx: TenantTx, changes: Iterable[Change]) -> None:
    """Work that came back opens its mass reply again. Asked of the database each time: it may be closing just now."""
    requeued = {change.row.mass_reply_id for change in changes if change.move.to is DeliveryStatus.QUEUED}
    if requeued:
        await timeline.reopen(tx, requeued)
