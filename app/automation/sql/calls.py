"""The webhook calls of automation rules: stored with the run, made afterwards, until delivered or given up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from app.automation.model import ActionOutcome
from app.domain.words import TenantId
from app.store.transactions import SweepTx, TenantTx


@dataclass(frozen=True, slots=True)
class OwedCall:
    run_id: UUID
    place: int
    """The action's index in its rule."""
    url: str


_OWE = sa.text("""
    INSERT INTO automation_calls (tenant_id, run_id, action, rule_id, url, next_at)
    SELECT :tenant, run_id, place, :rule, url, now()
    FROM unnest(CAST(:run_ids AS uuid[]), CAST(:places AS int[]), CAST(:urls AS text[])) AS v (run_id, place, url)
""")


async def owe(tx: TenantTx, rule: UUID, calls: Sequence[OwedCall]) -> None:
    if calls:
        values = {
            "run_ids": [call.run_id for call in calls],
            "places": [call.place for call in calls],
            "urls": [call.url for call in calls],
        }
        await tx.execute(_OWE, rule=rule, **values)


# Skips along the index from rule to rule, so that the cost is that of the rules, however many calls they owe.
DUE = sa.text("""
    WITH RECURSIVE owing AS (
        (SELECT tenant_id, rule_id, next_at FROM automation_calls WHERE next_at IS NOT NULL
         ORDER BY tenant_id, rule_id, next_at LIMIT 1)
        UNION ALL
        SELECT other.* FROM owing o CROSS JOIN LATERAL (
            SELECT c.tenant_id, c.rule_id, c.next_at FROM automation_calls c
            WHERE c.next_at IS NOT NULL AND (c.tenant_id, c.rule_id) > (o.tenant_id, o.rule_id)
            ORDER BY c.tenant_id, c.rule_id, c.next_at LIMIT 1) other)
    SELECT tenant_id, rule_id FROM (
        SELECT tenant_id, rule_id, next_at, row_number() OVER (PARTITION BY tenant_id ORDER BY next_at) AS place
        FROM owing WHERE next_at <= clock_timestamp() AND tenant_id <> ALL (CAST(:at_limit AS uuid[]))
                     AND rule_id <> ALL (CAST(:busy AS uuid[]))) d
    ORDER BY place, next_at LIMIT :limit
""")


async def due(
    tx: SweepTx, limit: int, at_limit: Collection[TenantId] = (), busy: Collection[UUID] = ()
) -> list[tuple[TenantId, UUID]]:
    """Return rules that owe a call now, except busy ones and those of tenants at their limit.

    The longest-waiting one of each tenant comes first, then each tenant's second, and so on.
    """
    rows = await tx.execute(DUE, limit=limit, at_limit=list(at_limit), busy=list(busy))
    return [(TenantId(row.tenant_id), row.rule_id) for row in rows]


@dataclass(frozen=True, slots=True)
class ClaimedCall:
    """A call to be made now, with its contents."""

    run_id: UUID
    place: int
    url: str
    tries: int
    """This one included."""
    rule_id: UUID
    rule_key: str
    rule_name: str
    sealed: Mapping[str, str] = field(repr=False)
    trigger: str
    at: datetime
    conversation_id: UUID
    conversation_external_id: str | None
    message_id: UUID | None
    mass_reply_id: UUID | None


# When a dead worker's lease ends, others make its calls: one may be made twice, and none is lost.
# MATERIALIZED: a plan that evaluated `due` for each row would lock others each time.
CLAIM = sa.text("""
    WITH due AS MATERIALIZED (
        SELECT run_id, action FROM automation_calls
        WHERE tenant_id = :tenant AND rule_id = :rule AND next_at <= clock_timestamp()
        ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE automation_calls c SET tries = c.tries + 1, next_at = clock_timestamp() + CAST(:lease AS interval)
    FROM due, automation_runs n, automation_rules r
    WHERE c.tenant_id = :tenant AND c.run_id = due.run_id AND c.action = due.action
      AND n.tenant_id = :tenant AND n.id = c.run_id AND r.tenant_id = :tenant AND r.id = c.rule_id
    RETURNING c.run_id, c.action AS place, c.url, c.tries, r.id AS rule_id, r.key AS rule_key, r.name AS rule_name,
              r.sealed, n.event_type AS trigger, n.at, n.conversation_id,
              (SELECT external_id FROM conversations WHERE tenant_id = :tenant AND id = n.conversation_id)
                  AS conversation_external_id,
              n.message_id, n.mass_reply_id
""")


async def claim(tx: TenantTx, rule: UUID, limit: int, lease: timedelta) -> list[ClaimedCall]:
    """Claim a rule's due calls. No other process makes them before the lease ends."""
    return [ClaimedCall(**row._mapping) for row in await tx.execute(CLAIM, rule=rule, limit=limit, lease=lease)]


@dataclass(frozen=True, slots=True)
class CallResult:
    call: ClaimedCall
    outcome: ActionOutcome
    reason: str | None = None
    wait: timedelta | None = None
    """How long until the next try, or None if there is none."""


# Runs before their calls: the order in which deleting a rule and its log lock them.
_HOLD_RUNS = sa.text("""
    SELECT FROM automation_runs WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[]))
    ORDER BY id FOR NO KEY UPDATE
""")
# Only the last claim writes: a late result has been replaced by another try.
_RECORD = sa.text("""
    WITH recorded AS (
        UPDATE automation_calls c
        SET outcome = v.outcome, reason = v.reason, next_at = clock_timestamp() + make_interval(secs => v.wait)
        FROM unnest(CAST(:run_ids AS uuid[]), CAST(:places AS int[]), CAST(:tries AS int[]),
                    CAST(:outcomes AS text[]), CAST(:reasons AS text[]), CAST(:waits AS float[]))
             AS v (run_id, place, tries, outcome, reason, wait)
        WHERE c.tenant_id = :tenant AND c.run_id = v.run_id AND c.action = v.place AND c.tries = v.tries
        RETURNING c.run_id, c.outcome, c.reason
    )
    UPDATE automation_runs n SET outcome = 'failed', reason = r.reason
    FROM recorded r WHERE r.outcome = 'failed' AND n.tenant_id = :tenant AND n.id = r.run_id
""")


async def record(tx: TenantTx, results: Sequence[CallResult]) -> None:
    """Record how calls ended. A run whose call is given up has failed."""
    failed = [result.call.run_id for result in results if result.outcome is ActionOutcome.FAILED]
    if failed:
        await tx.execute(_HOLD_RUNS, ids=failed)
    values = {
        "run_ids": [result.call.run_id for result in results],
        "places": [result.call.place for result in results],
        "tries": [result.call.tries for result in results],
        "outcomes": [result.outcome for result in results],
        "reasons": [result.reason for result in results],
        "waits": [result.wait and result.wait.total_seconds() for result in results],
    }
    await tx.execute(_RECORD, **values)
