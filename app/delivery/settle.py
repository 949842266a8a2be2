"""The one way to change a delivery after its claim: for records, receipts, look-ups, people and the sweeper."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from app.attachments.sql import attachments
from app.delivery.outbox_entries import entries_of
from app.delivery.sql import conversation_flips, counters, settlements, timeline
from app.delivery.sql.attempts import EndedAttempt
from app.delivery.sql.settlements import Change, Locked
from app.delivery.sql.timeline import TimelineEntry, WrittenReply
from app.domain.delivery_lifecycle import (
    ACCEPTED,
    DeliveryEvent,
    DeliveryStatus,
    Effect,
    Ignored,
    ReportedEvent,
    Transition,
    is_latest_word,
    transition,
)
from app.domain.outbound import DroppedAttachment
from app.domain.outbox import Changed, OutboxEntry
from app.domain.storable import storable, storable_key
from app.domain.words import DeliveryId, TimelineKind
from app.store.transactions import TenantTx

T = TypeVar("T")

GROUP = 500
"""Reports settled in one statement. The planner takes them for a few rows and joins them by nested loops."""

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
"""The outcome that an event gives to its attempt."""


@dataclass(slots=True)
class Report:
    """An event of a delivery, and the facts that came with it."""

    delivery_id: DeliveryId
    reported: ReportedEvent
    provider_message_id: str | None = None
    outcome: str | None = None
    """How the attempt ended, if the event alone does not say it."""
    of_attempt: bool = True
    """Whether it is about one attempt. A watermark is about all messages sent up to a moment."""
    counts: bool = True
    """Whether it counts for the health of its lane. Of the messages in one lost call, only one counts."""
    evidence: str | None = None
    wait: timedelta | None = None
    """How long a deferred delivery waits, by the database's clock."""
    dropped: tuple[DroppedAttachment, ...] = ()
    """Files that did not go with the text, in addition to those that the preflight named."""


async def settle(
    tx: TenantTx, reports: Sequence[Report], answering: Collection[UUID] = ()
) -> dict[DeliveryId, Transition | Ignored]:
    """Apply reported events, with all their consequences, inside the caller's transaction.

    `answering` are the accounts whose provider has answered. Return what the last report about each delivery did.
    Deliveries that do not exist are left out.
    """
    return {id_: answers[-1] for id_, answers in (await settle_each(tx, reports, answering)).items()}


async def settle_each(
    tx: TenantTx, reports: Sequence[Report], answering: Collection[UUID] = ()
) -> Mapping[DeliveryId, Sequence[Transition | Ignored]]:
    """Do what `settle` does. Return what each report did, in the order of those about the same delivery."""
    answers = defaultdict[DeliveryId, list[Transition | Ignored]](list)
    written: list[Change] = []
    entries: list[OutboxEntry] = []
    groups = _groups(map(_storable, reports))
    # Lock everything first, deliveries before conversations: two mass replies to the same conversations could otherwise
    # deadlock, each with its first group locked.
    conversations = await settlements.lock(tx, {report.delivery_id for report in reports})
    if len(groups) > 1:
        await conversation_flips.lock(tx, conversations)
    for group in groups:
        answered, changes, replies = await _settle_group(tx, group, answering)
        for id_, answer in answered.items():
            answers[id_].append(answer)
        written += changes
        entries += entries_of(changes, replies)
    if written:
        # The counters last: from here on every claim and every other group of the same lanes waits.
        await counters.count(tx, written, entries)
    if requeued := {change.row.mass_reply_id for change in written if change.move.to is DeliveryStatus.QUEUED}:
        # Always ask the database to reopen these: another process may be completing them right now.
        await timeline.reopen(tx, requeued)
    return answers


def _groups(reports: Iterable[Report]) -> list[list[Report]]:
    """Split into groups that hold each delivery once, each in the order in which rows are locked."""
    in_order = (sorted(distinct, key=_delivery) for distinct in _rounds(reports, _delivery))
    return [one[first : first + GROUP] for one in in_order for first in range(0, len(one), GROUP)]


def _delivery(report: Report) -> DeliveryId:
    return report.delivery_id


def _storable(report: Report) -> Report:
    """Clean a provider's texts: one NUL, or an id too long for its index, would fail the write of a whole group."""
    reported, reason = report.reported, report.reported.reason
    if reason is not None:
        reported = replace(reported, reason=replace(reason, detail=storable(reason.detail)))
    id_ = report.provider_message_id
    provider_message_id, evidence = id_ and storable_key(id_), report.evidence and storable(report.evidence)
    if reason is None and (provider_message_id, evidence) == (report.provider_message_id, report.evidence):
        return report  # most reports; a copy costs time
    return replace(report, reported=reported, provider_message_id=provider_message_id, evidence=evidence)


def _rounds(items: Iterable[T], key: Callable[[T], Hashable]) -> Iterable[list[T]]:
    """Split into lists that hold each key once, keeping the order of equal keys."""
    rounds: list[dict[Hashable, T]] = []
    for item in items:
        found = key(item)
        for one in rounds:
            if found not in one:
                one[found] = item
                break
        else:
            rounds.append({found: item})
    return [list(one.values()) for one in rounds]


async def _settle_group(
    tx: TenantTx, reports: Sequence[Report], answering: Collection[UUID]
) -> tuple[dict[DeliveryId, Transition | Ignored], list[Change], list[WrittenReply]]:
    by_id = {report.delivery_id: report for report in reports}
    rows = await settlements.read(tx, [(r.delivery_id, r.reported) for r in reports], answering)
    answers = {row.id: transition(row.state, by_id[row.id].reported, row.now) for row in rows}
    changes = [_change(row, by_id[row.id], move) for row in rows if isinstance(move := answers[row.id], Transition)]
    if dropped := {report.delivery_id: report.dropped for report in reports if report.dropped}:
        await attachments.note_dropped(tx, dropped)
    ended = [outcome for row in rows if (outcome := _outcome(row, by_id[row.id], answers[row.id]))]
    written, replies = await _write(tx, changes, ended) if changes or ended else ([], [])
    if with_files := [each.row.id for each in written if each.newly_sent and each.row.has_attachments]:
        await attachments.list_on_timeline(tx, with_files)
    return answers, written, replies


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
    """Return when it may be sent, or None to leave that as it is. If a person sends it again, it is due at once."""
    if report.wait is not None:
        return row.now + report.wait
    again = move.to is DeliveryStatus.QUEUED and row.state.status is not DeliveryStatus.SENDING
    return row.now if again else None


def _outcome(row: Locked, report: Report, answer: Transition | Ignored) -> EndedAttempt | None:
    """Return what the report says about its attempt, whether it changed the delivery or not."""
    reported = report.reported
    outcome = None
    # Absence proves nothing while a holder of the attempt may still be working.
    if answer not in (Ignored.OLDER, Ignored.STILL_SETTLING) and is_latest_word(row.state, reported):
        outcome = report.outcome or (_ENDS.get(reported.event) if report.of_attempt else None)
    # A person decides about the latest attempt. If the decision was refused, it says nothing about an attempt.
    epoch = row.state.epoch if reported.epoch is None else reported.epoch
    has_facts = outcome or report.provider_message_id or reported.occurred_at
    if not has_facts or (reported.epoch is None and not isinstance(answer, Transition)):
        return None
    return EndedAttempt(
        report.delivery_id,
        epoch,
        outcome,
        report.provider_message_id,
        report.evidence,
        reported.occurred_at,
    )


async def _write(
    tx: TenantTx, changes: Sequence[Change], ended: Sequence[EndedAttempt]
) -> tuple[list[Change], list[WrittenReply]]:
    """Write the changes with their consequences. Return those that nobody had made before, and their replies."""
    await _flip(tx, changes)
    entries = [entry for change in changes for entry in _entries(change)]
    replies = await timeline.write_changes(tx, changes, entries, ended)
    written = [change for change in changes if change.row.id in replies]
    return written, [reply for change in written if (reply := replies[change.row.id])]


async def _flip(tx: TenantTx, changes: Sequence[Change]) -> None:
    """Flip and restore conversations, and note on each change what that did."""
    sent = [change.row for change in changes if change.effect is Effect.SENT]
    ours = {row.conversation_id for row in sent}
    # No longer sent. A conversation that a delivery of this group flips belongs to that one from here on.
    leaving = [each.row for each in changes if each.row.state.status in ACCEPTED and each.move.to not in ACCEPTED]
    left = [row for row in leaving if row.conversation_id not in ours]
    if left:  # the first flip alone locks its conversations in order by itself, and the others' are among them
        await conversation_flips.lock(tx, [row.conversation_id for row in (*sent, *left)])
    flipped: dict[UUID, conversation_flips.Flip] = {}
    for rows in _rounds(sent, _conversation):
        by_conversation = await conversation_flips.flip(tx, rows)
        flipped.update({row.id: by_conversation[row.conversation_id] for row in rows})
    restored: dict[UUID, Mapping[str, Changed]] = {}
    for rows in _rounds(left, _conversation):
        given_back = await conversation_flips.restore(tx, rows, [row.id for row in leaving])
        restored.update((row.id, given_back[row.conversation_id]) for row in rows if row.conversation_id in given_back)
    for change in changes:
        _note_flip(change, flipped.get(change.row.id), restored.get(change.row.id))


def _note_flip(change: Change, flip: conversation_flips.Flip | None, restored: Mapping[str, Changed] | None) -> None:
    if flip is not None:
        change.restores = {**_found_before(change.row, flip), **flip.restores}
        change.flips, change.reached, change.changed = flip.result, flip.reached, flip.changed
    elif restored is not None:
        change.flips, change.changed = "restored", restored


def _found_before(row: Locked, flip: conversation_flips.Flip) -> Mapping[str, str | None]:
    """Return what an earlier flip of this delivery found, if another mass reply has kept that flip in place."""
    alike = {field for field, version in flip.reached.items() if row.reached.get(field) == version}
    return {field: before for field, before in row.restores.items() if field in alike}


def _conversation(row: Locked) -> UUID:
    return row.conversation_id


def _entries(change: Change) -> list[TimelineEntry]:
    """Return the timeline entries of a change, in words that an agent understands."""
    row, epoch = change.row, change.reported.epoch or change.row.state.epoch
    detail = change.move.reason.detail if change.move.reason else ""
    match change.effect:
        case Effect.SENT if row.sent_at is not None:
            return [TimelineEntry(row.id, TimelineKind.SYSTEM_NOTE, epoch, "The mass reply arrived after all.")]
        case Effect.SENT:
            note = f"Sent with a mass reply by {row.author_name}."
            return [
                TimelineEntry(row.id, TimelineKind.REPLY, epoch),
                TimelineEntry(row.id, TimelineKind.SYSTEM_NOTE, epoch, note),
            ]
        case Effect.FAILED:
            text = f"A mass reply was not sent here. {detail}".strip()
            return [TimelineEntry(row.id, TimelineKind.SYSTEM_ERROR, epoch, text)]
        case Effect.FAILED_LATER if change.never_sent:
            text = f"A mass reply was not sent here, although it had been marked as sent. {detail}".strip()
            return [TimelineEntry(row.id, TimelineKind.SYSTEM_ERROR, epoch, text)]
        case Effect.TAKEN_BACK:
            more = detail or "It is sent again."
            note = f"A mass reply was not sent here, although it had been marked as sent. {more}"
            return [TimelineEntry(row.id, TimelineKind.SYSTEM_NOTE, epoch, note)]
        case Effect.FAILED_LATER:
            text = f"The mass reply was sent and did not arrive. {detail}".strip()
            return [TimelineEntry(row.id, TimelineKind.SYSTEM_ERROR, epoch, text)]
        case Effect.UNCERTAIN:
            unknown = "It is not known whether a mass reply reached the customer."
            text = f"{unknown} {detail} It is not sent again automatically."
            return [TimelineEntry(row.id, TimelineKind.SYSTEM_NOTE, epoch, text)]
        case Effect.NONE:
            return []
