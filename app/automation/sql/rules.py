"""Automation rules, their health, and the log of their runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from app.automation.model import (
    HEALTH_SAMPLE,
    ActionOutcome,
    ActionResult,
    Health,
    LoggedRun,
    Rule,
    RuleDraft,
    Run,
    RunOutcome,
    StoredRule,
    TriggerType,
    UnreadableRule,
)
from app.automation.rule_json import parse_rule, read_result, write_rule
from app.domain.errors import InvalidRequest
from app.store import named_locks
from app.store.transactions import TenantTx

_SELECT = """
    SELECT r.id, r.key, r.name, r.enabled, r.trigger, r.conditions, r.actions, r.after_position, r.created_at,
           r.updated_at, h.runs, h.failures, h.last_run_at, h.last_failure
    FROM automation_rules r CROSS JOIN LATERAL (
        SELECT count(*) AS runs, count(*) FILTER (WHERE outcome = 'failed') AS failures, max(at) AS last_run_at,
               (array_agg(reason ORDER BY id DESC) FILTER (WHERE outcome = 'failed'))[1] AS last_failure
        FROM (SELECT id, at, outcome, reason FROM automation_runs
              WHERE tenant_id = r.tenant_id AND rule_id = r.id ORDER BY id DESC LIMIT :sample) recent) h
    WHERE r.tenant_id = :tenant
"""
_FIND = sa.text(f"{_SELECT} AND r.key = :key")
_LIST = sa.text(f"{_SELECT} AND (CAST(:after AS text) IS NULL OR r.key > :after) ORDER BY r.key LIMIT :limit")


async def find_rule(tx: TenantTx, key: str) -> StoredRule | None:
    row = (await tx.execute(_FIND, sample=HEALTH_SAMPLE, key=key)).one_or_none()
    return None if row is None else _kept(row)


async def list_rules(tx: TenantTx, *, after: str | None, limit: int) -> Sequence[StoredRule]:
    """Return the rules after a key, by key."""
    return [_kept(row) for row in await tx.execute(_LIST, sample=HEALTH_SAMPLE, after=after, limit=limit)]


def _kept(row: Any) -> StoredRule:
    health = Health(row.runs, row.failures, row.last_run_at, row.last_failure)
    return StoredRule(read_rule(row), health, row.created_at, row.updated_at)


def read_rule(row: Any) -> Rule | UnreadableRule:
    """Read a rule. One that another version has saved may be unreadable here."""
    given = {"trigger": row.trigger, "conditions": row.conditions, "actions": row.actions}
    try:
        return Rule(row.id, row.key, parse_rule(row.name, row.enabled, given), row.after_position)
    except InvalidRequest as error:
        faults = " ".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults)
        reason = f"This version cannot read the rule, so it does not run. Save it again. {faults}"
        return UnreadableRule(row.id, row.key, row.name, row.enabled, given, reason)


@dataclass(frozen=True, slots=True)
class HeldRule:
    """The rule of a key that is about to be replaced, or the id of a new one."""

    id: UUID
    sealed: Mapping[str, str] = field(repr=False)
    is_new: bool
    others: int
    """The tenant's other rules."""


_HOLD = sa.text("""
    SELECT coalesce(r.id, uuidv7()) AS id, coalesce(r.sealed, '{}') AS sealed, r.id IS NULL AS is_new,
           (SELECT count(*) FROM automation_rules WHERE tenant_id = :tenant AND key <> :key) AS others
    FROM (SELECT) one LEFT JOIN automation_rules r ON r.tenant_id = :tenant AND r.key = :key
""")


async def hold_rule(tx: TenantTx, key: str) -> HeldRule:
    """Lock the tenant's rules until the transaction ends, so that no other transaction saves one."""
    await named_locks.hold(tx, "automation rules")
    row = (await tx.execute(_HOLD, key=key)).one()
    return HeldRule(row.id, row.sealed, row.is_new, row.others)


# A rule ignores what happened before it was created, or while it was disabled. It keeps the secret that it has: a
# rotation of the key may have encrypted it again since it was read.
_SAVE = sa.text("""
    INSERT INTO automation_rules AS r (tenant_id, id, key, name, enabled, trigger, conditions, actions, sealed,
                                       after_position)
    VALUES (:tenant, :id, :key, :name, :enabled, :trigger, :conditions, :actions, :sealed, :position)
    ON CONFLICT (tenant_id, key) DO UPDATE
    SET name = excluded.name, enabled = excluded.enabled, trigger = excluded.trigger,
        conditions = excluded.conditions, actions = excluded.actions, updated_at = now(),
        sealed = CASE WHEN r.sealed = '{}' THEN excluded.sealed ELSE r.sealed END,
        after_position = CASE WHEN r.enabled THEN r.after_position ELSE excluded.after_position END
""").bindparams(
    *(sa.bindparam(name, type_=JSONB(none_as_null=True)) for name in ("trigger", "conditions", "actions", "sealed"))
)
_BEGIN = sa.text("""
    INSERT INTO automation_cursors (tenant_id, position) VALUES (:tenant, :position) ON CONFLICT DO NOTHING
""")


async def save_rule(
    tx: TenantTx, held: HeldRule, key: str, draft: RuleDraft, sealed: Mapping[str, str], position: int
) -> None:
    """Store a rule that `hold_rule` has locked. `position` is the present end of the outbox."""
    values = {
        "id": held.id,
        "key": key,
        "name": draft.name,
        "enabled": draft.enabled,
        "sealed": dict(sealed),
        "position": position,
        **write_rule(draft),
    }
    await tx.execute(_SAVE, **values)
    await tx.execute(_BEGIN, position=position)


async def delete_rule(tx: TenantTx, key: str) -> bool:
    """Delete a rule, its log and its pending calls. Return False if there is none."""
    statement = sa.text("DELETE FROM automation_rules WHERE tenant_id = :tenant AND key = :key")
    return (await tx.execute(statement, key=key)).rowcount > 0


# The result of a webhook is stored with its call, and shown at its action here.
_RUNS = sa.text("""
    SELECT n.*, coalesce(c.calls, '{}') AS calls FROM automation_runs n
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(action, jsonb_build_object('outcome', outcome, 'reason', reason)) AS calls
        FROM automation_calls WHERE tenant_id = n.tenant_id AND run_id = n.id) c ON true
    WHERE n.tenant_id = :tenant AND n.rule_id = :rule AND (CAST(:before AS uuid) IS NULL OR n.id < :before)
    ORDER BY n.id DESC LIMIT :limit
""")


async def list_runs(tx: TenantTx, rule: UUID, *, before: UUID | None, limit: int) -> Sequence[LoggedRun]:
    """Return the runs of a rule, newest first."""
    values = {"rule": rule, "before": before, "limit": limit}
    return [LoggedRun(row.id, row.at, _run(row)) for row in await tx.execute(_RUNS, **values)]


def _run(row: Any) -> Run:
    results = tuple(_result(given, row.calls.get(str(place))) for place, given in enumerate(row.actions))
    return Run(
        event_id=row.event_id,
        place=row.subject,
        trigger=TriggerType(row.event_type),
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        mass_reply_id=row.mass_reply_id,
        outcome=RunOutcome(row.outcome),
        reason=row.reason,
        results=results,
    )


def _result(given: Mapping[str, Any], call: Mapping[str, Any] | None) -> ActionResult:
    result = read_result(given)
    if call is None:
        return result
    return ActionResult(result.type, ActionOutcome(call["outcome"] or ActionOutcome.PENDING), call["reason"])
