"""The ends of attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from app.domain.words import DeliveryId
from app.store.columns import column
from app.store.transactions import TenantTx


@dataclass(slots=True)
class EndedAttempt:
    """What is stored of one attempt's end."""

    delivery_id: DeliveryId
    epoch: int
    outcome: str | None
    """How it ended, or None if that was not reported."""
    provider_message_id: str | None
    evidence: str | None
    reported_at: datetime | None
    """When it happened, according to the provider."""


# The first outcome of an attempt stays. A provider's report replaces any other; a guess gives way to everything. A
# call's own acceptance says the same as a reported one, and more.
_COUNTS: Final = """
    (e.outcome IS NOT NULL
     AND (coalesce(a.outcome, 'worker_lost') = 'worker_lost' OR e.outcome = 'reported_failed'
          OR (a.outcome IN ('unknown', 'marked_sent') AND e.outcome NOT IN ('unknown', 'worker_lost'))
          OR (a.outcome <> 'accepted' AND e.outcome = 'reported_sent')
          OR (a.outcome = 'reported_sent' AND e.outcome = 'accepted')))
"""
END_ATTEMPTS: Final = f"""
    ended AS (
        SELECT * FROM unnest(CAST(:ended_ids AS uuid[]), CAST(:ended_epochs AS int[]), CAST(:outcomes AS text[]),
                             CAST(:ended_message_ids AS text[]), CAST(:evidences AS text[]),
                             CAST(:reported_ats AS timestamptz[]))
               AS v (id, epoch, outcome, provider_message_id, evidence, reported_at)),
    known AS (
        UPDATE deliveries d SET provider_message_id = e.provider_message_id FROM ended e
        WHERE d.tenant_id = :tenant AND d.id = e.id AND d.epoch = e.epoch AND d.provider_message_id IS NULL
          AND d.id = ANY (CAST(:ended_ids AS uuid[])) AND d.id <> ALL (CAST(:ids AS uuid[]))
          AND e.provider_message_id IS NOT NULL AND d.status IN ('sent', 'delivered', 'read', 'failed')),
    ends AS (
        UPDATE delivery_attempts a
        SET finished_at = CASE WHEN {_COUNTS} THEN now() ELSE a.finished_at END,
            outcome = CASE WHEN {_COUNTS} THEN e.outcome ELSE a.outcome END,
            evidence = CASE WHEN {_COUNTS} AND e.outcome <> 'marked_sent' THEN e.evidence ELSE a.evidence END,
            provider_message_id = coalesce(e.provider_message_id, a.provider_message_id),
            last_receipt_at = greatest(a.last_receipt_at, e.reported_at)
        FROM ended e
        WHERE a.tenant_id = :tenant AND a.delivery_id = e.id AND a.epoch = e.epoch
          AND a.delivery_id = ANY (CAST(:ended_ids AS uuid[])))
"""  # noqa: S608 - built from a constant
"""Stores how attempts ended, as part of a statement; `ended` gives the values. If a receipt was faster than the call,
only the provider's id is added. The deliveries `:ids` are changed by another part of the statement."""


_BEGUN = sa.text("""
    SELECT max(a.started_at) AS begun_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:epochs AS int[])) AS v (id, epoch)
    CROSS JOIN LATERAL (SELECT started_at FROM delivery_attempts
                        WHERE tenant_id = :tenant AND delivery_id = v.id AND epoch = v.epoch LIMIT 1) a
""")


async def begun_at(tx: TenantTx, attempts: Sequence[tuple[DeliveryId, int | None]]) -> datetime | None:
    """Return when the last of these attempts began. None if none of them is known."""
    [row] = await tx.rows(_BEGUN, ids=[id_ for id_, _ in attempts], epochs=[epoch for _, epoch in attempts])
    begun: datetime | None = row.begun_at
    return begun


def ended(outcomes: Sequence[EndedAttempt]) -> dict[str, list[Any]]:
    return {
        "ended_ids": [outcome.delivery_id for outcome in outcomes],
        "ended_epochs": [outcome.epoch for outcome in outcomes],
        "outcomes": [outcome.outcome for outcome in outcomes],
        "ended_message_ids": column(outcome.provider_message_id for outcome in outcomes),
        "evidences": column(outcome.evidence for outcome in outcomes),
        "reported_ats": column(outcome.reported_at for outcome in outcomes),
    }
