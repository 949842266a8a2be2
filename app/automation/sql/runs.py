"""What automation rules read and write while they run: their position in the outbox, conversations, the log of runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
import structlog

from app.automation.model import Rule, Run, UnreadableRule
from app.automation.rule_json import write_result
from app.automation.sql.rules import read_rule
from app.domain.conversation import Conversation
from app.domain.words import ConversationId, TenantId
from app.store.transactions import SweepTx, TenantTx

log = structlog.get_logger()

_WAITING = sa.text("""
    SELECT c.tenant_id FROM automation_cursors c
    WHERE EXISTS (SELECT FROM automation_rules r WHERE r.tenant_id = c.tenant_id AND r.enabled)
      AND (EXISTS (SELECT FROM outbound_events e WHERE e.tenant_id = c.tenant_id AND e.position > c.position)
           OR EXISTS (SELECT FROM outbound_events e WHERE e.tenant_id = c.tenant_id AND e.position IS NULL))
""")


async def waiting(tx: SweepTx) -> list[TenantId]:
    """Return the tenants whose rules have events waiting."""
    return [TenantId(id_) for id_ in await tx.scalars(_WAITING)]


async def position(tx: TenantTx) -> int:
    """Return the position of a tenant's rules in the outbox."""
    statement = sa.text("SELECT position FROM automation_cursors WHERE tenant_id = :tenant")
    return await tx.scalar(statement) or 0


# SKIP LOCKED: the process that has locked the row is running this tenant's rules, and continues with them.
_ADVANCE = sa.text("""
    UPDATE automation_cursors SET position = :after
    WHERE tenant_id = :tenant AND position = (
        SELECT position FROM automation_cursors
        WHERE tenant_id = :tenant AND position = :before FOR UPDATE SKIP LOCKED)
""")


async def advance(tx: TenantTx, before: int, after: int) -> bool:
    """Advance the position, and be the only one to run the tenant's rules until the transaction ends.

    Return False if another process is running them, or has advanced it.
    """
    return (await tx.execute(_ADVANCE, before=before, after=after)).rowcount == 1


_COLUMNS = "id, key, name, enabled, trigger, conditions, actions, after_position"
_ENABLED = sa.text(f"""
    SELECT {_COLUMNS} FROM automation_rules
    WHERE tenant_id = :tenant AND enabled ORDER BY key FOR KEY SHARE
""")  # noqa: S608 - column names of our own


async def enabled_rules(tx: TenantTx) -> list[Rule]:
    """Return the enabled rules that can be read, by key, locked against deletion until the transaction ends."""
    found = [read_rule(row) for row in await tx.execute(_ENABLED)]
    for rule in found:
        if isinstance(rule, UnreadableRule):
            log.error("automation_rule_unreadable", tenant=str(tx.tenant), rule=rule.key)
    return [rule for rule in found if isinstance(rule, Rule)]


_AUTOMATIC = sa.text("""
    SELECT id FROM messages WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) AND automatic
""")


async def automatic(tx: TenantTx, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these messages are automatic."""
    return set(await tx.scalars(_AUTOMATIC, ids=ids)) if ids else set()


@dataclass(frozen=True, slots=True)
class Replaced:
    """A conversation before and after. The caller has locked it."""

    id: ConversationId
    before: Conversation
    after: Conversation


_UPDATE = sa.text("""
    UPDATE conversations c SET status = v.status, team = v.team, assignee = v.assignee, updated_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:teams AS text[]), CAST(:assignees AS text[]))
         AS v (id, status, team, assignee)
    WHERE c.tenant_id = :tenant AND c.id = v.id
""")
_ADD_TAGS = sa.text("""
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT :tenant, tag, id FROM unnest(CAST(:ids AS uuid[]), CAST(:tags AS text[])) AS v (id, tag)
    ON CONFLICT DO NOTHING
""")
_REMOVE_TAGS = sa.text("""
    DELETE FROM conversation_tags t
    USING unnest(CAST(:ids AS uuid[]), CAST(:tags AS text[])) AS v (id, tag)
    WHERE t.tenant_id = :tenant AND t.conversation_id = v.id AND t.tag = v.tag
""")


async def write_conversations(tx: TenantTx, replaced: Sequence[Replaced]) -> None:
    """Store what rules change: status, team, agent and tags."""
    if not replaced:
        return
    values = {
        "ids": [each.id for each in replaced],
        "statuses": [each.after.status for each in replaced],
        "teams": [each.after.team for each in replaced],
        "assignees": [each.after.assignee for each in replaced],
    }
    await tx.execute(_UPDATE, **values)
    added = [(each.id, tag) for each in replaced for tag in {*each.after.tags} - {*each.before.tags}]
    removed = [(each.id, tag) for each in replaced for tag in {*each.before.tags} - {*each.after.tags}]
    for statement, pairs in ((_ADD_TAGS, added), (_REMOVE_TAGS, removed)):
        if pairs:
            await tx.execute(statement, ids=[id_ for id_, _ in pairs], tags=[tag for _, tag in pairs])


_ADD_NOTES = sa.text("""
    INSERT INTO messages (tenant_id, conversation_id, kind, text)
    SELECT :tenant, id, 'system_note', text FROM unnest(CAST(:ids AS uuid[]), CAST(:texts AS text[])) AS v (id, text)
""")


async def add_notes(tx: TenantTx, notes: Sequence[tuple[UUID, str]]) -> None:
    """Add notes to the timelines of conversations that the caller has locked."""
    if notes:
        await tx.execute(_ADD_NOTES, ids=[id_ for id_, _ in notes], texts=[text for _, text in notes])


_LOG = sa.text("""
    INSERT INTO automation_runs (tenant_id, rule_id, event_id, subject, event_type, conversation_id, message_id,
                                 mass_reply_id, outcome, reason, actions)
    SELECT :tenant, :rule, event_id, place, event_type, conversation_id, message_id, mass_reply_id, outcome, reason,
           actions
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (event_id uuid, place int, event_type text,
        conversation_id uuid, message_id uuid, mass_reply_id uuid, outcome text, reason text, actions jsonb)
    ON CONFLICT (tenant_id, rule_id, event_id, subject) DO NOTHING
    RETURNING id, subject
""")


async def log_runs(tx: TenantTx, rule: UUID, runs: Sequence[Run]) -> dict[int, UUID]:
    """Store a rule's runs on one event. Return their ids by the subjects' places.

    A subject that the rule has run on before is left out.
    """
    if not runs:
        return {}
    values = {"rule": rule, "rows": json.dumps([_row(run) for run in runs], default=str)}
    return {row.subject: row.id for row in await tx.execute(_LOG, **values)}


def _row(run: Run) -> Mapping[str, object]:
    return {
        "event_id": run.event_id,
        "place": run.place,
        "event_type": run.trigger,
        "conversation_id": run.conversation_id,
        "message_id": run.message_id,
        "mass_reply_id": run.mass_reply_id,
        "outcome": run.outcome,
        "reason": run.reason,
        "actions": [write_result(result) for result in run.results],
    }
