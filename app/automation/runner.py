"""Running automation rules on the events of the outbox, one event a transaction.

The transaction locks the tenant's position in the outbox, advances it, changes the conversations, writes the log and
publishes the changes. So a process that dies in the middle has done nothing, and no event is handled twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import structlog

from app.automation.model import ActionType, Applied, Rule, Run, RunOutcome, TriggerType, apply, fires, why_cut
from app.automation.sql import calls
from app.automation.sql import runs as runs_sql
from app.automation.sql.calls import OwedCall
from app.automation.sql.runs import Replaced
from app.domain.conversation import Conversation, updated
from app.domain.outbox import Event, EventType, MessageCreated, OutboxEntry, Subject
from app.domain.words import ConversationId, TenantId
from app.store import outbox
from app.store.conversations import lock_by_ids
from app.store.database import Database
from app.store.filters import matching
from app.store.overload import may_pass
from app.store.transactions import TenantTx

log = structlog.get_logger()

PAGE: Final = 50
"""Events that are read at once; each may be about hundreds of conversations."""

LockedConversations = dict[UUID, Conversation]
"""Locked conversations by id."""


class _RanBefore(Exception):
    """The rule has run on one of these subjects already, as the log says."""


@dataclass(frozen=True, slots=True)
class RuleRunner:
    database: Database

    async def tick(self) -> None:
        """Run every tenant's rules until no event is left."""
        while await self._round():
            pass

    async def _round(self) -> bool:
        """Handle one page of each tenant, so that none waits for another's thousands. Return False if none had any."""
        async with self.database.begin_sweep() as tx:
            tenants = await runs_sql.waiting(tx)
        return any([await self._page(tenant) for tenant in tenants])

    async def _page(self, tenant: TenantId) -> bool:
        try:
            return await run_page(self.database, tenant)
        except Exception as error:
            log.exception("automation_failed", tenant=str(tenant), error=type(error).__name__)
            return False


async def run_page(database: Database, tenant: TenantId) -> bool:
    """Run a tenant's rules on the next page. Return False if there is none, or if another process runs it."""
    async with database.begin(tenant) as tx:
        await outbox.number(tx)
    async with database.begin(tenant) as tx:
        rules = await runs_sql.enabled_rules(tx)
        if not rules:
            return False
        here = await runs_sql.position(tx)
        first = max(here, min(rule.after_position for rule in rules))
        page = await outbox.after(tx, first, PAGE)
    for event in page:
        if _triggered_rules(rules, event):
            if not await _take(database, tenant, here, event):
                return False
            here = event.position
    end = page[-1].position if page else first
    async with database.begin(tenant) as tx:
        return await runs_sql.advance(tx, here, end) and bool(page)


async def _take(database: Database, tenant: TenantId, here: int, event: Event) -> bool:
    async with database.begin(tenant) as tx:
        if not await runs_sql.advance(tx, here, event.position):
            return False
        await run_rules(tx, event)
    return True


@dataclass(frozen=True, slots=True)
class TriggeredSubject:
    """One subject of an event, and its index in it."""

    place: int
    subject: Subject

    @property
    def message_id(self) -> UUID | None:
        return self.subject.message_id if isinstance(self.subject, MessageCreated) else None


@dataclass(frozen=True, slots=True)
class TriggeredRule:
    """A rule, and the subjects of an event that trigger it."""

    rule: Rule
    event: Event
    triggering: Sequence[TriggeredSubject]


async def run_rules(tx: TenantTx, event: Event) -> None:
    """Run a tenant's rules on one event, in the order of their keys: each sees the changes of those before."""
    rules = await runs_sql.enabled_rules(tx)
    triggered_rules = await _without_automatic(tx, _triggered_rules(rules, event))
    # All at once and in id order, as everywhere: rules that lock one conversation after the other could deadlock.
    ids = {each.subject.conversation_id for triggered in triggered_rules for each in triggered.triggering}
    locked = await lock_by_ids(tx, sorted(ids)) if ids else {}
    for triggered in triggered_rules:
        locked |= await _run(tx, triggered, locked)


def _triggered_rules(rules: Sequence[Rule], event: Event) -> list[TriggeredRule]:
    answering = [rule for rule in rules if rule.after_position < event.position]
    return [triggered for rule in answering if (triggered := _triggered_rule(rule, event)).triggering]


def _triggered_rule(rule: Rule, event: Event) -> TriggeredRule:
    subjects = enumerate(event.entry.subjects)
    triggering = [
        TriggeredSubject(n, subject) for n, subject in subjects if fires(rule.draft.trigger, event.entry, subject)
    ]
    return TriggeredRule(rule, event, triggering)


async def _without_automatic(tx: TenantTx, triggered_rules: Sequence[TriggeredRule]) -> list[TriggeredRule]:
    """Leave out automatic messages, unless the rule includes them."""
    picky = [triggered for triggered in triggered_rules if _leaves_automatic_out(triggered.rule)]
    asked = {each.message_id for triggered in picky for each in triggered.triggering if each.message_id is not None}
    found = await runs_sql.automatic(tx, sorted(asked))
    return [
        replace(triggered, triggering=[each for each in triggered.triggering if each.message_id not in found])
        if triggered in picky
        else triggered
        for triggered in triggered_rules
    ]


def _leaves_automatic_out(rule: Rule) -> bool:
    trigger = rule.draft.trigger
    return trigger.type is TriggerType.MESSAGE_RECEIVED and not trigger.include_automatic


async def _run(tx: TenantTx, triggered: TriggeredRule, locked: LockedConversations) -> LockedConversations:
    """Run one rule on all its subjects at once; if that fails, one by one. A failure is logged and stops nothing else.

    Return the conversations that it changed. Raise errors that may pass: the whole event is retried.
    """
    try:
        async with tx.connection.begin_nested():
            return await _do(tx, triggered, locked)
    except Exception as error:
        if may_pass(error):
            raise
        if len(triggered.triggering) == 1:
            await _log_failure(tx, triggered, error)
            return {}
    changed: LockedConversations = {}
    for each in triggered.triggering:
        changed |= await _run(tx, replace(triggered, triggering=[each]), locked | changed)
    return changed


async def _log_failure(tx: TenantTx, triggered: TriggeredRule, error: Exception) -> None:
    if isinstance(error, _RanBefore):
        return
    reason = "The rule could not be applied because of a fault of this service. Its log says more."
    failed = _run_of(triggered, triggered.triggering[0], RunOutcome.FAILED, reason)
    await runs_sql.log_runs(tx, triggered.rule.id, [failed])
    log.warning("automation_rule_failed", tenant=str(tx.tenant), rule=triggered.rule.key, error=type(error).__name__)


async def _do(tx: TenantTx, triggered: TriggeredRule, locked: LockedConversations) -> LockedConversations:
    matched = await _matched(tx, triggered, locked)
    reason = why_cut(triggered.rule.id, triggered.event.entry.rules)
    if reason is not None:
        cut = [_run_of(triggered, each, RunOutcome.LOOP_CUT, reason) for each in matched]
        await runs_sql.log_runs(tx, triggered.rule.id, cut)
        return {}
    after: LockedConversations = {}
    runs: list[Run] = []
    for each in matched:
        id_ = each.subject.conversation_id
        applied = apply(triggered.rule.draft.actions, after.get(id_) or locked[id_])
        after[id_] = applied.conversation
        runs.append(_applied(triggered, each, applied))
    await _write(tx, triggered, runs)
    await _change(tx, triggered, [Replaced(ConversationId(id_), locked[id_], now) for id_, now in after.items()])
    return after


async def _matched(tx: TenantTx, triggered: TriggeredRule, locked: LockedConversations) -> list[TriggeredSubject]:
    """Return the subjects whose conversation still exists and matches the rule's conditions."""
    there = [each for each in triggered.triggering if each.subject.conversation_id in locked]
    conditions = triggered.rule.draft.conditions
    if conditions is None or not there:
        return there
    ids = sorted({each.subject.conversation_id for each in there})
    found = await matching(tx, conditions, ids)
    return [each for each in there if each.subject.conversation_id in found]


def _run_of(triggered: TriggeredRule, each: TriggeredSubject, outcome: RunOutcome, reason: str | None = None) -> Run:
    return Run(
        event_id=triggered.event.id,
        place=each.place,
        trigger=triggered.rule.draft.trigger.type,
        conversation_id=each.subject.conversation_id,
        message_id=each.message_id,
        mass_reply_id=triggered.event.entry.mass_reply_id,
        outcome=outcome,
        reason=reason,
    )


def _applied(triggered: TriggeredRule, each: TriggeredSubject, applied: Applied) -> Run:
    return replace(_run_of(triggered, each, applied.outcome), results=applied.results)


async def _write(tx: TenantTx, triggered: TriggeredRule, runs: Sequence[Run]) -> None:
    """Store the runs, their notes, and their webhook calls."""
    rule = triggered.rule
    ids = await runs_sql.log_runs(tx, rule.id, runs)
    if len(ids) < len(runs):
        raise _RanBefore
    notes = [action.value for action in rule.draft.actions if action.type is ActionType.ADD_NOTE]
    written = [(run.conversation_id, f"Automation rule “{rule.draft.name}”: {text}") for run in runs for text in notes]
    await runs_sql.add_notes(tx, written)
    places = [n for n, action in enumerate(rule.draft.actions) if action.type is ActionType.CALL_WEBHOOK]
    owed = [OwedCall(ids[run.place], place, rule.draft.actions[place].value) for run in runs for place in places]
    await calls.owe(tx, rule.id, owed)


async def _change(tx: TenantTx, triggered: TriggeredRule, replaced: Sequence[Replaced]) -> None:
    """Store the changes, and publish them with the rules that led there."""
    differing = [each for each in replaced if each.before != each.after]
    await runs_sql.write_conversations(tx, differing)
    changes = [updated(each.id, each.before, each.after) for each in differing]
    subjects = [each for each in changes if each is not None]
    if subjects:
        rules = (*triggered.event.entry.rules, triggered.rule.id)
        await outbox.publish(tx, [OutboxEntry(EventType.CONVERSATION_UPDATED, None, subjects, rules)])
