"""The claim: the durable mark that is committed before a byte leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.delivery.sql import call_shares, recipients
from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.queues import BEGINNING, FIRST_QUEUED, FROM, QueuePlace, from_binds
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.preflight import Recipient
from app.domain.words import DeliveryId
from app.store.columns import column
from app.store.lanes import lane_binds
from app.store.newest import RowNotFound, newest_account, newest_lane
from app.store.plans import SOME_TENANT
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class LaneSnapshot:
    """What the account and the mass reply allow at this moment, read while the account's row is locked."""

    now: datetime
    status: MassReplyStatus
    not_after: datetime | None
    sampling: bool
    lane_paused: bool
    lane_held: bool
    """Whether the lane is marked as held. The mark goes once something of it can leave."""
    enabled: bool
    account_paused: bool
    cool_until: datetime | None
    allowed_at: datetime
    rate_per_second: float
    max_in_flight: int
    queued: int
    """Deliveries of the lane that are queued, due or not."""
    unrecorded: int
    """Deliveries of the account that were claimed and whose outcome is not recorded."""
    account_version: datetime
    again_until: datetime | None = None
    """The latest time of the deliveries that are sent again."""
    others: int = 0
    """Other processes that work the account."""
    held_by_others: int = 0
    """The calls that they may have under way."""
    without: int = 0
    """How many of those processes may have no call under way."""
    queue_from: QueuePlace = BEGINNING
    """Where the lane's queue begins."""


_LOCK_ACCOUNT = sa.text(f"{newest_account('id')} FOR NO KEY UPDATE")

# A statement of its own: a sub-select beside FOR UPDATE would still see the rows as they were before the wait.
_LANE_SNAPSHOT = sa.text(f"""
    SELECT clock_timestamp() AS now, m.status, m.not_after, m.again_until, m.sampling,
           l.pause_reason IS NOT NULL AS lane_paused, l.held_until IS NOT NULL AS lane_held,
           a.enabled, a.pause_reason IS NOT NULL AS account_paused, a.cool_until, a.allowed_at, a.rate_per_second,
           a.max_in_flight, a.updated_at AS account_version, l.queued, l.queue_from_at, l.queue_from_id,
           -- From the counters of the open mass replies. Counting deliveries would read every one that the account ever
           -- claimed, while an old transaction of another database user keeps their index entries.
           (SELECT coalesce(sum(ol.sending), 0) FROM mass_replies om CROSS JOIN LATERAL ({newest_lane("*", "om.id")}) ol
            WHERE om.tenant_id = :tenant AND om.finished_at IS NULL
              AND om.status IN ('sending', 'paused', 'cancelled')) AS unrecorded,
           o.others, o.held_by_others, o.without
    FROM ({newest_account("*")}) a, ({newest_lane("*")}) l, mass_replies m, LATERAL ({call_shares.OTHERS}) o
    WHERE m.tenant_id = :tenant AND m.id = :mass_reply
""")  # noqa: S608 - built from constants


async def lock_lane(tx: TenantTx, lane: LaneKey, holder: UUID) -> LaneSnapshot | None:
    """Lock the account until the transaction ends, and return what may be sent, or None if the lane is gone."""
    await tx.rows(_LOCK_ACCOUNT, **lane_binds(lane))
    return await read_lane(tx, lane, holder)


async def read_lane(tx: TenantTx, lane: LaneKey, holder: UUID) -> LaneSnapshot | None:
    """Return what may be sent at this moment, or None if the lane is gone."""
    found = await tx.rows(_LANE_SNAPSHOT, holder=holder, **lane_binds(lane))
    if not found:
        return None
    [row] = found
    return LaneSnapshot(
        now=row.now,
        status=MassReplyStatus(row.status),
        not_after=row.not_after,
        again_until=row.again_until,
        sampling=row.sampling,
        lane_paused=row.lane_paused,
        lane_held=row.lane_held,
        enabled=row.enabled,
        account_paused=row.account_paused,
        cool_until=row.cool_until,
        allowed_at=row.allowed_at,
        rate_per_second=float(row.rate_per_second),
        max_in_flight=row.max_in_flight,
        queued=row.queued,
        unrecorded=row.unrecorded,
        account_version=row.account_version,
        others=row.others,
        held_by_others=row.held_by_others,
        without=row.without,
        queue_from=QueuePlace(row.queue_from_at, DeliveryId(row.queue_from_id)),
    )


@dataclass(slots=True)
class Claimed:
    """One delivery that this claim may send until its lease runs out."""

    lane: LaneKey
    delivery_id: DeliveryId
    epoch: int
    units: int
    deferrals: int
    subject: str | None = field(repr=False)
    recipient: Recipient
    due_at: datetime
    used_template: bool = False
    """Whether the preflight, or the last attempt, chose to send it as a template."""


def _claim_statement(which: str) -> sa.TextClause:
    """Return the claim statement over the queued deliveries that a condition selects."""
    return sa.text(f"""
    WITH due AS MATERIALIZED (
        SELECT id, not_before, greatest(segments, 1) AS units FROM deliveries
        WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
          AND status = 'queued' AND not_before <= :now {which} {FROM}
          AND coalesce(not_after, CAST(:not_after AS timestamptz), 'infinity') > :now
        ORDER BY not_before, id LIMIT :free FOR UPDATE SKIP LOCKED),
    granted AS (
        SELECT id, sum(units) OVER line AS running, row_number() OVER line AS place FROM due
        WINDOW line AS (ORDER BY not_before, id)),
    claimed AS (
        UPDATE deliveries d
        SET status = 'sending', epoch = d.epoch + 1, claim_token = :token, updated_at = :now,
            lease_until = :now + CAST(:lease AS interval), settles_after = :now + CAST(:settles_after AS interval),
            reason_code = NULL, reason_detail = NULL, retryable = false
        -- Found by key alone: `due` holds the rows, and statistics that lag behind a new batch mislead any other plan.
        WHERE tenant_id = {SOME_TENANT} AND d.id = ANY (ARRAY(
            SELECT id FROM granted
            -- The first goes however many units it takes, and leaves a debt for the account to wait off. If it waited
            -- for enough units instead, a lane of shorter messages on the same account would take them all.
            WHERE running <= :units OR place = 1))
        RETURNING d.id AS delivery_id, d.epoch, d.deferrals, d.subject AS frozen_subject, d.address, d.address_key,
                  d.account_id, d.conversation_id, d.contact_id, d.channel, greatest(d.segments, 1) AS units,
                  d.used_template, d.not_before)
    SELECT claimed.delivery_id, claimed.not_before, claimed.epoch, claimed.deferrals, claimed.frozen_subject,
           claimed.units, claimed.used_template,
           claimed.address, claimed.address_key, claimed.account_id, CAST(NULL AS text) AS provider,
           b.reason AS blocked,
           (claimed.contact_id, claimed.channel) <> (k.id, c.channel) AS changed_hands, {recipients.COLUMNS}
    FROM claimed
    {recipients.about("claimed.conversation_id")} {recipients.against("claimed.channel", "claimed.address_key")}
""")  # noqa: S608 - built from constants


_CLAIM = _claim_statement("")
# Spelled out so that the partial index on the sample is used: it may be five rows of a million.
_CLAIM_OF_SAMPLE = _claim_statement("AND sampled")


@dataclass(frozen=True, slots=True)
class ClaimLimit:
    """How much one claim may take: rows, and units of the account's rate."""

    free: int
    units: int
    sampling: bool = False
    """Whether only the sample may be sent."""
    not_after: datetime | None = None
    """The latest time for deliveries without one of their own."""
    queue_from: QueuePlace = BEGINNING
    """Where the lane's queue begins."""


async def claim(
    tx: TenantTx,
    lane: LaneKey,
    token: UUID,
    claim_limit: ClaimLimit,
    now: datetime,
    lease: timedelta,
    settles_after: timedelta,
    config: Mapping[str, Any] = MappingProxyType({}),
) -> list[Claimed]:
    """Claim what may be sent through an account of this config."""
    values = {"token": token, "now": now, "lease": lease, "settles_after": settles_after}
    statement = _CLAIM_OF_SAMPLE if claim_limit.sampling else _CLAIM
    rows = await tx.rows(statement, **lane_binds(lane), **values, **_terms(claim_limit))
    return [
        Claimed(
            lane,
            DeliveryId(row.delivery_id),
            row.epoch,
            row.units,
            row.deferrals,
            row.frozen_subject,
            recipients.claimed(row, config),
            row.not_before,
            row.used_template,
        )
        for row in rows
    ]


_TEMPLATED = f"""
    UPDATE deliveries SET used_template = NOT used_template
    WHERE tenant_id = {SOME_TENANT} AND id = ANY (CAST(:otherwise_ids AS uuid[]))
"""  # noqa: S608 - built from constants

# By its place: see `app.store.newest`.
_COUNT_CLAIMED = f"""
    UPDATE lanes l SET queued = l.queued - :claimed, sending = l.sending + :claimed, pumped_at = :now,
                       (queue_from_at, queue_from_id) = ({FIRST_QUEUED})
    WHERE l.tenant_id = :tenant AND l.ctid =
"""  # noqa: S608 - built from constants

_MARK = sa.text(f"""
    WITH templated AS ({_TEMPLATED}),
    share AS ({call_shares.RENEW}),
    -- Locked since the claim began, so that this is its newest version.
    account AS (
        UPDATE channel_accounts SET allowed_at = :allowed_at
        WHERE tenant_id = :tenant AND ctid = ({newest_account("ctid")}) RETURNING id),
    held AS MATERIALIZED ({newest_lane("ctid AS place")} FOR NO KEY UPDATE),
    lane AS ({_COUNT_CLAIMED} (SELECT place FROM held) RETURNING 1),
    stored AS (
        INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, started_at, text, html)
        SELECT :tenant, v.delivery_id, v.epoch, :now, v.text, v.html
        FROM unnest(CAST(:delivery_ids AS uuid[]), CAST(:epochs AS int[]), CAST(:texts AS text[]),
                    CAST(:htmls AS text[])) AS v (delivery_id, epoch, text, html))
    SELECT (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM lane) AS lanes
""")  # noqa: S608 - built from constants

# For when the first one had to wait for the lane's lock, and updated nothing.
_COUNT_CLAIMED_AFTER_A_WAIT = sa.text(f"{_COUNT_CLAIMED} ({newest_lane('ctid')}) RETURNING 1")


@dataclass(slots=True)
class Attempt:
    """A claimed delivery with the texts to send: None until they are rendered, and if nothing may be sent."""

    claimed: Claimed
    text: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    """Stored only if the customer reads it on our own timeline."""
    used_template: bool | None = None
    """Whether a template is sent instead of the text. None until that is known."""

    @property
    def goes_otherwise(self) -> bool:
        """Whether it goes as a template although its delivery says that it does not, or the other way round."""
        return self.used_template not in (None, self.claimed.used_template)


async def mark(
    tx: TenantTx, lane: LaneKey, attempts: Sequence[Attempt], allowed_at: datetime, now: datetime, share: CallShare
) -> None:
    """Store the attempts, and what they use of the account's rate and calls."""
    counted = {"now": now, "claimed": len(attempts), **lane_binds(lane)}
    [marked] = await tx.rows(_MARK, allowed_at=allowed_at, **counted, **_texts(attempts), **_share(share))
    lanes = marked.lanes or len(await tx.rows(_COUNT_CLAIMED_AFTER_A_WAIT, **counted))
    if attempts and not (marked.accounts and lanes):
        raise RowNotFound(f"Claimed deliveries of lane {lane} could not be counted.")


_KEEP_TEXTS = sa.text(f"""
    WITH templated AS ({_TEMPLATED})
    UPDATE delivery_attempts a SET text = v.text, html = v.html
    FROM unnest(CAST(:delivery_ids AS uuid[]), CAST(:epochs AS int[]), CAST(:texts AS text[]), CAST(:htmls AS text[]))
         AS v (delivery_id, epoch, text, html)
    WHERE a.tenant_id = {SOME_TENANT} AND a.delivery_id = ANY (CAST(:delivery_ids AS uuid[]))
      AND a.delivery_id = v.delivery_id AND a.epoch = v.epoch
""")  # noqa: S608 - built from constants


async def store_texts(tx: TenantTx, attempts: Sequence[Attempt]) -> None:
    """Store the texts before they leave: a receipt or a person that reports them as sent then finds the exact text."""
    await tx.rows(_KEEP_TEXTS, **_texts(attempts))


def _texts(attempts: Sequence[Attempt]) -> dict[str, Any]:
    return {
        "delivery_ids": [attempt.claimed.delivery_id for attempt in attempts],
        "epochs": [attempt.claimed.epoch for attempt in attempts],
        "texts": column(attempt.text for attempt in attempts),
        "htmls": column(attempt.html for attempt in attempts),
        "otherwise_ids": [attempt.claimed.delivery_id for attempt in attempts if attempt.goes_otherwise],
    }


# Not if it has to wait for the lane: whoever changes the lane at this moment works it.
_TOUCH = sa.text(f"""
    WITH share AS ({call_shares.RENEW}),
    held AS MATERIALIZED ({newest_lane("ctid AS place")} FOR NO KEY UPDATE)
    UPDATE lanes SET pumped_at = :now WHERE tenant_id = :tenant AND ctid = (SELECT place FROM held)
""")  # noqa: S608 - built from constants


async def touch_lane(tx: TenantTx, lane: LaneKey, now: datetime, share: CallShare) -> None:
    """Note that a pump works this lane, so that nobody wakes another, and that its process wants to make calls."""
    await tx.rows(_TOUCH, now=now, **lane_binds(lane), **_share(share))


async def claimed_under(tx: TenantTx, lane: LaneKey, token: UUID) -> list[tuple[DeliveryId, int]]:
    """Find the deliveries of a claim whose commit got no answer, once that commit is over.

    By the token, not by the epoch it would have given them: another worker's claim may have given the same. The
    account's row is locked first, as the claim locked it: a commit may still be under way, waiting for a replica, when
    its connection is lost.
    """
    statement = sa.text("""
        SELECT id, epoch FROM deliveries
        WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
          AND status IN ('sending', 'uncertain') AND claim_token = :token
    """)
    await tx.rows(_LOCK_ACCOUNT, **lane_binds(lane))
    rows = await tx.execute(statement, token=token, **lane_binds(lane))
    return [(DeliveryId(row.id), row.epoch) for row in rows]


def _terms(claim_limit: ClaimLimit) -> dict[str, Any]:
    limit = {"free": claim_limit.free, "units": claim_limit.units, "not_after": claim_limit.not_after}
    return limit | from_binds(claim_limit.queue_from)


def _share(share: CallShare) -> dict[str, Any]:
    return {"holder": share.holder, "slots": share.slots, "expires_at": share.expires_at}
