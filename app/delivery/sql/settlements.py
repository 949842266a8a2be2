"""Store what happened to deliveries: every change of status, with its consequences, set-based.

The rows are locked in id order, then read with their attempts, and judged by the domain's transition function. Each
write is a compare-and-set on the status and epoch that were judged. Conversations are locked in id order, then the
counters.

`settle.settle_each` runs these statements. Below each are the parts that it is put together from:

    lock      settlements.lock         deliveries, FOR UPDATE
    read      settlements.read         deliveries with their mass replies and attempts
                answered               account_health.NOTE_ANSWERS: no longer silent
    flip      conversation_flips       conversations; a failure after a success restores them
    write     timeline.write_changes
                applied                settlements.APPLY: deliveries
                ended, known, ends     attempts.END_ATTEMPTS: attempts
                written                messages of what was applied
    count     counters.count           lanes: all are locked, then all are counted
                announced              outbox.PUBLISH: events
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql.account_health import NOTE_ANSWERS
from app.domain.delivery_lifecycle import (
    ACCEPTED,
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Effect,
    ReportedEvent,
    Transition,
    effect,
)
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbox import Changed
from app.domain.words import ConversationId, DeliveryId, MassReplyId, ReasonCode
from app.store.columns import column
from app.store.plans import SOME_TENANT
from app.store.transactions import TenantTx


@dataclass(slots=True)
class Locked:
    """A delivery, locked until the transaction ends."""

    id: DeliveryId
    state: DeliveryState
    mass_reply_id: MassReplyId
    mark_as_done: bool
    frozen_at: datetime
    author_id: str | None
    author_name: str
    conversation_id: ConversationId
    account_id: UUID | None
    channel: str
    segments: int
    used_template: bool
    has_attachments: bool
    files: int
    """Files that go with the text, as far as the preflight knew."""
    times_billed: int
    """How many times it was counted as sent."""
    prices: Mapping[str, str]
    """The provider's prices of its messages."""
    deferrals: int
    not_before: datetime
    """When it may be sent, or sent again."""
    sent_at: datetime | None
    """When a provider accepted it, since it was last queued. Its consequences were written at that moment."""
    attempt_started_at: datetime | None
    """When the attempt of the reported event began."""
    restores: Mapping[str, str | None]
    """The conversation's values before its own flips, in case they are restored."""
    reached: Mapping[str, int]
    """The versions of the conversation's fields after those flips."""
    now: datetime
    """By the database's clock: workers' clocks may differ."""


_PROOF = "'accepted', 'reported_sent'"
"""How an attempt ended that a provider accepted."""

_LOCK = sa.text("""
    SELECT conversation_id FROM deliveries
    WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
""")

# A statement of its own. A row that is read beside its lock is as the last holder left it, but its attempts would be as
# they were before the wait. Found by key alone: with stale statistics a plan may read all of a tenant's rows.
_READ = sa.text(f"""
    WITH answered AS ({NOTE_ANSWERS})
    SELECT d.id, d.status, d.epoch, d.reason_code, d.retryable, d.settles_after, d.deferrals, d.not_before,
           d.mass_reply_id, d.conversation_id, d.account_id, d.channel, d.segments, d.used_template, d.sent_at,
           d.times_billed, d.prices, d.restores, d.reached, m.attachment_ids <> '{{}}' AS has_attachments,
           cardinality(m.attachment_ids) - jsonb_array_length(d.dropped_attachments) AS files,
           m.status AS batch_status, m.mark_as_done,
           coalesce(d.not_after, m.not_after) AS latest_at,
           m.created_at AS frozen_at, m.author_id, m.author_name,
           a.started_at, a.last_receipt_at, a.outcome IS NOT DISTINCT FROM 'reported_failed' AS attempt_failed,
           coalesce(a.outcome IN ({_PROOF}), false) AS attempt_proved,
           a.outcome IS NOT DISTINCT FROM 'marked_sent' AS by_person,
           -- Most deliveries have one attempt: they cost no look for others.
           CASE WHEN d.epoch > 1 THEN EXISTS (
               SELECT FROM delivery_attempts o WHERE o.tenant_id = :tenant AND o.delivery_id = d.id
                  AND o.epoch <> coalesce(v.epoch, d.epoch) AND o.outcome IN ({_PROOF})) ELSE false END AS other_proved,
           CASE WHEN d.epoch > 1 THEN EXISTS (
               SELECT FROM delivery_attempts o WHERE o.tenant_id = :tenant AND o.delivery_id = d.id
                  AND o.epoch = d.epoch AND coalesce(o.outcome, 'unknown') IN ('unknown', 'worker_lost', 'marked_sent'))
                ELSE false END AS latest_open,
           clock_timestamp() AS now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:epochs AS int[])) AS v (id, epoch)
    CROSS JOIN LATERAL (SELECT * FROM deliveries WHERE tenant_id = {SOME_TENANT} AND id = v.id LIMIT 1) d
    CROSS JOIN LATERAL (SELECT * FROM mass_replies WHERE tenant_id = {SOME_TENANT} AND id = d.mass_reply_id LIMIT 1) m
    LEFT JOIN LATERAL (SELECT * FROM delivery_attempts
                       WHERE tenant_id = {SOME_TENANT} AND delivery_id = d.id AND epoch = coalesce(v.epoch, d.epoch)
                       LIMIT 1) a ON true
""")  # noqa: S608 - built from constants


async def lock(tx: TenantTx, ids: Iterable[DeliveryId]) -> list[UUID]:
    """Lock these deliveries in id order until the transaction ends. Return their conversations."""
    return [row.conversation_id for row in await tx.rows(_LOCK, ids=list(ids))]


async def read(
    tx: TenantTx, happenings: Sequence[tuple[DeliveryId, ReportedEvent]], answering: Collection[UUID] = ()
) -> list[Locked]:
    """Return these deliveries, each with its mass reply and its attempt. The caller must have locked them.

    The providers of the accounts that are `answering` are no longer silent.
    """
    ids, epochs = [id_ for id_, _ in happenings], [reported.epoch for _, reported in happenings]
    values = {"ids": ids, "epochs": epochs, "accounts": list(answering)}
    return [_locked(row) for row in await tx.rows(_READ, **values)]


def _locked(row: Any) -> Locked:
    state = DeliveryState(
        status=DeliveryStatus(row.status),
        epoch=row.epoch,
        reason=ReasonCode(row.reason_code) if row.reason_code else None,
        retryable=row.retryable,
        settles_after=row.settles_after,
        last_receipt_at=row.last_receipt_at,
        attempt_failed=row.attempt_failed,
        attempt_proved=row.attempt_proved,
        other_proved=row.other_proved,
        by_person=row.by_person,
        latest_open=row.latest_open,
        batch_cancelled=row.batch_status == MassReplyStatus.CANCELLED,
        not_after=row.latest_at,
    )
    return Locked(
        id=row.id,
        state=state,
        mass_reply_id=row.mass_reply_id,
        mark_as_done=row.mark_as_done,
        frozen_at=row.frozen_at,
        author_id=row.author_id,
        author_name=row.author_name,
        conversation_id=row.conversation_id,
        account_id=row.account_id,
        channel=row.channel,
        segments=row.segments,
        used_template=row.used_template,
        has_attachments=row.has_attachments,
        files=row.files,
        times_billed=row.times_billed,
        prices=row.prices,
        deferrals=row.deferrals,
        not_before=row.not_before,
        sent_at=row.sent_at,
        attempt_started_at=row.started_at,
        restores=row.restores or {},
        reached=row.reached or {},
        now=row.now,
    )


@dataclass(slots=True)
class Change:
    """One delivery's change of status, ready to be written."""

    row: Locked
    reported: ReportedEvent
    move: Transition
    not_before: datetime | None = None
    deferred: bool = False
    provider_message_id: str | None = None
    flips: str | None = None
    restores: Mapping[str, str | None] | None = None
    reached: Mapping[str, int] | None = None
    files_lost: int = 0
    """Files that did not go after all."""
    counts: bool = True
    """Whether it counts for the health of its lane."""
    changed: Mapping[str, Changed] = field(default_factory=dict)
    """What it changed on the conversation."""
    effect: Effect = field(init=False)

    def __post_init__(self) -> None:
        self.effect = effect(self.row.state.status, self.move.to)

    @property
    def due_at(self) -> datetime:
        """When it may be sent after this change."""
        return self.not_before or self.row.not_before

    @property
    def newly_sent(self) -> bool:
        """Whether it counts as sent from here on, for the first time since it was queued."""
        return self.effect is Effect.SENT and self.row.sent_at is None

    @property
    def never_sent(self) -> bool:
        """Whether it had been called sent although no provider accepted it."""
        state, bounced = self.row.state, self.reported.event is DeliveryEvent.RECEIPT_FAILED
        left = state.status in ACCEPTED and self.move.to not in ACCEPTED
        return left and state.by_person and not bounced

    @property
    def times_more(self) -> int:
        """By how much the number of times it counts as sent changes."""
        return self.newly_sent - self.never_sent


APPLY: Final = """
    UPDATE deliveries d
    SET status = v.after, reason_code = v.reason_code, reason_detail = v.reason_detail,
        retryable = coalesce(v.retryable, false),
        -- A pump that lost the answer to its claim finds by its token what it may give back.
        claim_token = CASE WHEN v.after = 'uncertain' THEN d.claim_token END, lease_until = NULL,
        -- Kept while it counts as sent: should that be taken back, a later attempt may be under way still.
        settles_after = CASE WHEN v.after IN ('uncertain', 'sent', 'delivered', 'read') THEN d.settles_after END,
        not_before = coalesce(v.not_before, d.not_before), not_after = coalesce(v.not_after, d.not_after),
        deferrals = d.deferrals + CAST(v.deferred IS TRUE AS int), times_billed = d.times_billed + v.times_more,
        provider_message_id = coalesce(v.provider_message_id, d.provider_message_id),
        sent_at = CASE WHEN v.never_sent THEN NULL
                       WHEN v.after IN ('sent', 'delivered', 'read') THEN coalesce(d.sent_at, now())
                       WHEN v.after <> 'queued' THEN d.sent_at END,
        -- Not before it was sent: some providers' times are whole minutes, and a receipt may be faster than its answer.
        delivered_at = CASE WHEN v.never_sent THEN NULL
                            WHEN v.after IN ('delivered', 'read') THEN coalesce(d.delivered_at,
                                greatest(coalesce(v.occurred_at, now()), coalesce(d.sent_at, now())))
                            WHEN v.after <> 'queued' THEN d.delivered_at END,
        flips = coalesce(v.flips, d.flips), restores = coalesce(CAST(v.restores AS jsonb), d.restores),
        reached = coalesce(CAST(v.reached AS jsonb), d.reached),
        updated_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:befores AS text[]), CAST(:epochs AS int[]), CAST(:afters AS text[]),
                CAST(:reason_codes AS text[]), CAST(:reason_details AS text[]), CAST(:retryables AS boolean[]),
                CAST(:not_befores AS timestamptz[]), CAST(:not_afters AS timestamptz[]), CAST(:deferreds AS boolean[]),
                CAST(:provider_message_ids AS text[]), CAST(:occurred_ats AS timestamptz[]), CAST(:flips AS text[]),
                CAST(:restores AS text[]), CAST(:reached AS text[]), CAST(:never_sents AS boolean[]),
                CAST(:times_more AS int[]))
         AS v (id, before, epoch, after, reason_code, reason_detail, retryable, not_before, not_after, deferred,
               provider_message_id, occurred_at, flips, restores, reached, never_sent, times_more)
    WHERE d.tenant_id = :tenant AND d.id = v.id AND d.status = v.before AND d.epoch = v.epoch
      AND d.id = ANY (CAST(:ids AS uuid[]))
    RETURNING d.id, d.conversation_id, d.mass_reply_id
"""
"""Compares and sets, as part of a statement; `applied` gives the values. Returns the keys of the changed rows."""


def applied(changes: Sequence[Change]) -> dict[str, list[Any]]:
    return {
        "ids": [change.row.id for change in changes],
        "befores": [change.row.state.status for change in changes],
        "epochs": [change.row.state.epoch for change in changes],
        "afters": [change.move.to for change in changes],
        "reason_codes": column(change.move.reason and change.move.reason.code for change in changes),
        "reason_details": column(change.move.reason and change.move.reason.detail for change in changes),
        "retryables": column(change.move.reason and change.move.reason.retryable for change in changes),
        "not_befores": column(change.not_before for change in changes),
        "not_afters": column(change.reported.not_after for change in changes),
        "deferreds": column(change.deferred for change in changes),
        "provider_message_ids": column(change.provider_message_id for change in changes),
        "occurred_ats": column(change.reported.occurred_at for change in changes),
        "flips": column(change.flips for change in changes),
        "restores": column(_json(change.restores) for change in changes),
        "reached": column(_json(change.reached) for change in changes),
        "never_sents": column(change.never_sent for change in changes),
        "times_more": [change.times_more for change in changes],
    }


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else _written(tuple(value.items()))


@lru_cache(maxsize=1024)
def _written(members: tuple[tuple[str, Any], ...]) -> str:
    """Write a flip's values as JSON: most flips of a mass reply find and leave the same."""
    return json.dumps(dict(members))
