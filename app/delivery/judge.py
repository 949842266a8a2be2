"""The preflight of many conversations: load what decides about each, and judge it."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from app.accounts.own_addresses import own_addresses
from app.channels import registry
from app.delivery.sql import contact_limits, recipients
from app.domain.channel_port import Limits
from app.domain.contact_limits import known_as
from app.domain.guards import Guards
from app.domain.preflight import MessagePlan, Recipient, Verdict, preflight, repeated
from app.domain.preflight_summary import Summary
from app.domain.words import MassReplyId
from app.process.aside import Aside
from app.store.plans import plan_anew
from app.store.transactions import TenantTx

NOWHERE = MassReplyId(UUID(int=0))
"""The id of a mass reply that does not exist yet."""
LOADED_AT_ONCE = 250
"""Conversations. Reading their rows is one piece of work on the event loop."""


async def load_recipients(
    tx: TenantTx, plan: MessagePlan, conversation_ids: Sequence[UUID], mass_reply: MassReplyId = NOWHERE
) -> list[Recipient]:
    """Load everything that decides about these conversations. The ids must be in order."""
    await plan_anew(tx)
    own = await own_addresses(tx)
    loaded: list[Recipient] = []
    for start in range(0, len(conversation_ids), LOADED_AT_ONCE):
        few = conversation_ids[start : start + LOADED_AT_ONCE]
        found = await recipients.load(tx, mass_reply, few)
        marked = [replace(each, ours=True) if own.hold(each.channel, each.address_key) else each for each in found]
        loaded += await _with_reach(tx, plan.guards, marked)
    return loaded


async def judge_all(aside: Aside, plan: MessagePlan, found: Sequence[Recipient]) -> list[Verdict]:
    return warn_of_repeats(await judge_each(aside, plan, found), plan)


async def judge_each(
    aside: Aside, plan: MessagePlan, found: Sequence[Recipient], *, until: float | None = None
) -> list[Verdict]:
    """Judge each, in order; fewer of them if `until`, by the loop's clock, passes first."""
    now = datetime.now(UTC)
    return await aside.each(lambda recipient: preflight(recipient, plan, limits_of(recipient), now), found, until=until)


def warn_of_repeats(verdicts: Sequence[Verdict], plan: MessagePlan) -> list[Verdict]:
    """Add a warning to each conversation whose contact gets the message on an earlier one."""
    seen, warned = set[Hashable](), list[Verdict]()
    for verdict in verdicts:
        names = known_as(verdict.recipient)
        repeats = verdict.refusal is None and not seen.isdisjoint(names) and not plan.guards.once_per_contact
        warned.append(repeated(verdict) if repeats else verdict)
        if verdict.refusal is None:
            seen.update(names)
    return warned


async def _with_reach(tx: TenantTx, guarded: Guards, found: list[Recipient]) -> list[Recipient]:
    """Add what each contact got recently, if the tenant limits that."""
    if guarded.max_per_contact_per_day is None:
        return found
    reached = await contact_limits.reached(tx, [recipient.contact_id for recipient in found])
    return [replace(recipient, reached=reached.get(recipient.contact_id, 0)) for recipient in found]


def limits_of(recipient: Recipient) -> Limits | None:
    """Return the limits of the account that would carry a reply, or None if there is no such account."""
    return registry.limits_of(recipient.provider or "", recipient.channel, recipient.account_config)


def summarize(verdicts: Sequence[Verdict]) -> Summary:
    summary = Summary()
    for verdict in verdicts:
        summary.add(verdict)
    return summary
