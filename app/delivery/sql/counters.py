"""The lanes' counters and their latest outcomes, updated in the transaction of the changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql.queues import BEGINNING
from app.delivery.sql.settlements import Change
from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.charges import Charge, bill
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import PauseReason
from app.domain.outbox import OutboxEntry
from app.domain.pacing import FAILURE_LIMIT, OutcomeWindow, attempt_outcome
from app.domain.words import Channel, DeliveryId, MassReplyId
from app.store import audit, outbox
from app.store.newest import RowNotFound, newest_lane
from app.store.transactions import TenantTx

Lane = tuple[UUID, str, UUID | None]
"""Mass reply, channel and account."""


async def count(tx: TenantTx, changes: Sequence[Change], entries: Sequence[OutboxEntry]) -> None:
    """Update the lanes' counters and publish what happened. A lane on which too much failed recently stops here."""
    lanes = sorted(_by_lane(changes).items(), key=lambda each: _in_order(each[0]))
    rows = await _counted(tx, [_move(lane, members) for lane, members in lanes], entries)
    counted = {(row.mass_reply_id, row.channel, row.account_id) for row in rows}
    for lane in {lane for lane, _ in lanes} - counted:
        if (await tx.execute(_EXISTS, **_key(lane))).first():
            raise RowNotFound("What happened to deliveries could not be counted on their lane.")
    for row in rows:
        if FAILURE_LIMIT.stops(row.recent_size, row.bad):
            await _stop(tx, (row.mass_reply_id, row.channel, row.account_id))


async def warm_up(tx: TenantTx) -> None:
    """Run the statement for a lane that does not exist."""
    nobody = UUID(int=0)
    await _counted(tx, [LaneMove((nobody, "", nobody), {}, OutcomeWindow(0, 0))], ())


@dataclass(frozen=True, slots=True)
class LaneMove:
    """The sum of a group of changes, as one lane counts it."""

    lane: Lane
    sums: Mapping[str, int]
    """What to add, by column."""
    latest: OutcomeWindow
    back_at: datetime | None = None
    """When the first of the deliveries that return to the queue is due."""


_SUMS = (*DeliveryStatus, "segments_billed", "whatsapp_in_window_billed", "whatsapp_templates_billed")

# By the lane's place, see `app.store.newest`: the first run locks only, and the second one counts.
# The latest attempts are a row of bits: new ones are pushed in from the right, and those beyond the window fall off.
_COUNT = sa.text(f"""
    WITH announced AS ({outbox.PUBLISH}),
    held AS MATERIALIZED ({newest_lane("ctid AS place")} FOR NO KEY UPDATE)
    UPDATE lanes l
    SET {", ".join(f"{name} = l.{name} + :{name}" for name in _SUMS)},
        recent_size = least(l.recent_size + :tried, :window),
        recent_failures = (l.recent_failures << CAST(:tried AS int) | :failures)
                          & ((1::bigint << CAST(:window AS int)) - 1),
        queue_from_at = least(l.queue_from_at, CAST(:back_at AS timestamptz)),
        queue_from_id = CASE WHEN CAST(:back_at AS timestamptz) <= l.queue_from_at
                             THEN '{BEGINNING.id}' ELSE l.queue_from_id END,
        -- A delivery that returns to the queue may be due before the time that the lane waits for.
        watched_until = CASE WHEN :queued > 0 THEN NULL ELSE l.watched_until END,
        held_until = CASE WHEN :queued > 0 AND l.held_times = 0 THEN NULL ELSE l.held_until END
    WHERE l.tenant_id = :tenant AND l.ctid = (SELECT CASE WHEN CAST(:counts AS boolean) THEN place END FROM held)
    RETURNING l.mass_reply_id, l.channel, l.account_id, l.recent_size,
              bit_count(l.recent_failures::bit(64)) AS bad
""")  # noqa: S608 - names of our own columns


async def _counted(tx: TenantTx, moves: Sequence[LaneMove], entries: Sequence[OutboxEntry]) -> list[Any]:
    """Lock each lane, then count on each, and publish the entries with the first. The lanes are in one order for all:
    no deadlock."""
    values = [_values(move) for move in moves]
    nothing = outbox.publish_values(())
    runs = [{**each, **nothing, "counts": counts} for counts in (False, True) for each in values]
    runs[0].update(outbox.publish_values(entries))
    return await tx.rows_of_each(_COUNT, runs)


def _in_order(lane: Lane) -> tuple[UUID, str, str]:
    """Return a key for the order in which statements lock lanes."""
    mass_reply, channel, account = lane
    return mass_reply, channel, str(account)


def _values(move: LaneMove) -> dict[str, object]:
    mass_reply, _, account = move.lane
    return {
        "mass_reply": mass_reply,
        "account": account,
        "window": FAILURE_LIMIT.window,
        "tried": move.latest.size,
        "failures": move.latest.failures,
        "back_at": move.back_at,
        **{name: move.sums.get(name, 0) for name in _SUMS},
    }


def _move(lane: Lane, changes: Sequence[Change]) -> LaneMove:
    segments = sum(change.times_more * change.row.segments for change in changes)
    messages: Counter[Charge] = Counter()
    for change in changes:
        if change.row.channel == Channel.WHATSAPP and change.times_more:
            messages.update(_more_charged(change))
    back = [change.due_at for change in changes if change.move.to is DeliveryStatus.QUEUED]
    sums = {**_deltas(changes), "segments_billed": segments, **_billed_columns(messages)}
    return LaneMove(lane, sums, _latest(changes), min(back, default=None))


def _more_charged(change: Change) -> Counter[Charge]:
    row, files = change.row, max(0, change.row.files - change.files_lost)
    after = bill(row.times_billed + change.times_more, files, row.prices, used_template=row.used_template)
    after.subtract(bill(row.times_billed, files, row.prices, used_template=row.used_template))
    return after


def _billed_columns(charged: Mapping[Charge, int]) -> dict[str, int]:
    return {
        "whatsapp_in_window_billed": charged.get(Charge.IN_WINDOW, 0),
        "whatsapp_templates_billed": charged.get(Charge.TEMPLATE, 0),
    }


_HOLD = sa.text("""
    SELECT FROM lanes l
    WHERE l.tenant_id = :tenant AND (l.mass_reply_id, l.channel, l.account_id) IN (
        SELECT d.mass_reply_id, d.channel, d.account_id FROM deliveries d
        WHERE d.tenant_id = :tenant AND d.id = ANY (CAST(:ids AS uuid[])))
    ORDER BY l.mass_reply_id, l.channel, l.account_id FOR NO KEY UPDATE
""")


async def hold(tx: TenantTx, deliveries: Iterable[DeliveryId]) -> None:
    """Lock the lanes of these deliveries in one order, before they are changed in parts."""
    await tx.rows(_HOLD, ids=list(deliveries))


_PRICED = sa.text("""
    SELECT mass_reply_id, channel, account_id, used_template, times_billed, prices,
           (SELECT cardinality(attachment_ids) FROM mass_replies WHERE tenant_id = :tenant AND id = mass_reply_id)
           - jsonb_array_length(dropped_attachments) AS files
    FROM deliveries WHERE tenant_id = :tenant AND id = :delivery FOR UPDATE
""")
_PRICE = sa.text("""
    UPDATE deliveries SET prices = prices || jsonb_build_object(CAST(:message AS text), CAST(:charge AS text))
    WHERE tenant_id = :tenant AND id = :delivery
""")
_BILL = sa.text("""
    UPDATE lanes SET whatsapp_in_window_billed = whatsapp_in_window_billed + :whatsapp_in_window_billed,
                     whatsapp_templates_billed = whatsapp_templates_billed + :whatsapp_templates_billed
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND channel = :channel
      AND account_id IS NOT DISTINCT FROM CAST(:account AS uuid)
""")


async def price(tx: TenantTx, delivery: DeliveryId, message: str, charge: Charge) -> None:
    """Store a provider's price of one message, and bill it. The first price of a message stays."""
    row = (await tx.execute(_PRICED, delivery=delivery)).first()
    if row is None or message in row.prices:
        return
    await tx.execute(_PRICE, delivery=delivery, message=message, charge=charge)
    more = bill(row.times_billed, row.files, {**row.prices, message: charge}, used_template=row.used_template)
    more.subtract(bill(row.times_billed, row.files, row.prices, used_template=row.used_template))
    lane = (row.mass_reply_id, row.channel, row.account_id)
    await tx.execute(_BILL, **_key(lane), **_billed_columns(more))


def _latest(changes: Sequence[Change]) -> OutcomeWindow:
    counted = (change for change in changes if change.counts)
    found = (attempt_outcome(change.row.state.status, change.reported.event, change.move.to) for change in counted)
    return OutcomeWindow.of([one for one in found if one is not None], FAILURE_LIMIT.window)


_EXISTS = sa.text("""
    SELECT 1 FROM lanes WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND channel = :channel
                          AND account_id IS NOT DISTINCT FROM CAST(:account AS uuid)
""")

_STOP = sa.text("""
    UPDATE lanes SET pause_reason = :reason
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND channel = :channel
      AND account_id IS NOT DISTINCT FROM CAST(:account AS uuid) AND pause_reason IS NULL AND queued > 0
""")


async def _stop(tx: TenantTx, lane: Lane) -> None:
    stopped = await tx.execute(_STOP, reason=PauseReason.FAILURE_SHARE, **_key(lane))
    if stopped.rowcount:
        mass_reply, channel, account = lane
        details = {"channel": channel, "channel_account_id": account, "pause_reason": PauseReason.FAILURE_SHARE}
        entry = AuditEntry.on_mass_reply(AuditAction.LANE_STOPPED, MassReplyId(mass_reply), details=details)
        await audit.record(tx, SYSTEM, entry)


def _key(lane: Lane) -> dict[str, object]:
    mass_reply, channel, account = lane
    return {"mass_reply": mass_reply, "channel": channel, "account": account}


def _by_lane(changes: Iterable[Change]) -> dict[Lane, list[Change]]:
    lanes: dict[Lane, list[Change]] = {}
    for change in changes:
        row = change.row
        lanes.setdefault((row.mass_reply_id, row.channel, row.account_id), []).append(change)
    return lanes


def _deltas(changes: Sequence[Change]) -> dict[str, int]:
    deltas: Counter[str] = Counter()
    for change in changes:
        deltas[change.row.state.status] -= 1
        deltas[change.move.to] += 1
    return deltas
