"""The preflight of many conversations: load the facts about each, and judge it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Self
from uuid import UUID

from app.accounts.own_addresses import addresses_of
from app.channels import registry
from app.delivery.sql import contact_limits, recipients
from app.delivery.sql.recipients import ReplyAccounts
from app.domain.channel_port import Limits
from app.domain.contact_limits import known_as
from app.domain.guards import Guards
from app.domain.own_addresses import OwnAddresses
from app.domain.preflight import MessagePlan, Recipient, Verdict, preflight, repeated
from app.domain.preflight_summary import Summary
from app.domain.words import MassReplyId
from app.process.aside import Aside
from app.store.accounts import account_uses
from app.store.plans import plan_by_key
from app.store.transactions import TenantTx

NOWHERE = MassReplyId(UUID(int=0))
"""The id of a mass reply that does not exist yet."""
AT_ONCE = 250
"""Conversations. Reading their rows is one piece of work on the event loop."""


@dataclass(frozen=True, slots=True)
class RecipientLoader:
    """Loads everything that the preflight needs, a few conversations at a time, in one transaction."""

    tx: TenantTx
    guards: Guards
    mass_reply: MassReplyId
    own: OwnAddresses
    accounts: ReplyAccounts

    @classmethod
    async def begin(cls, tx: TenantTx, guards: Guards, mass_reply: MassReplyId = NOWHERE) -> Self:
        await plan_by_key(tx)
        accounts = await account_uses(tx)
        return cls(tx, guards, mass_reply, addresses_of(accounts), recipients.reply_accounts(accounts))

    async def load(self, ids: Sequence[UUID]) -> list[Recipient]:
        found = await recipients.load(self.tx, self.mass_reply, ids, self.accounts)
        for each in found:
            each.ours = self.own.hold(each.channel, each.address_key)
        return await _with_reach(self.tx, self.guards, found)


async def load_recipients(
    tx: TenantTx, plan: MessagePlan, conversation_ids: Sequence[UUID], mass_reply: MassReplyId = NOWHERE
) -> list[Recipient]:
    """Load everything that the preflight needs about these conversations. The ids must be in order."""
    loader = await RecipientLoader.begin(tx, plan.guards, mass_reply)
    return [each for few in pieces(conversation_ids) for each in await loader.load(few)]


def pieces(conversation_ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    """Split ids into pieces. The first is half as large: while it is loaded, nothing is judged. So is the last of a
    page: while that is stored, nothing is."""
    starts = [0, *range((AT_ONCE + 1) // 2, len(conversation_ids), AT_ONCE)]
    return [conversation_ids[start:end] for start, end in pairwise([*starts, len(conversation_ids)]) if start < end]


async def judge_all(aside: Aside, plan: MessagePlan, found: Sequence[Recipient]) -> list[Verdict]:
    return warn_of_repeats(await judge_each(aside, plan, found), plan)


async def judge_each(
    aside: Aside, plan: MessagePlan, found: Sequence[Recipient], *, until: float | None = None
) -> list[Verdict]:
    """Judge each, in order; fewer of them if `until`, by the loop's clock, passes first."""
    now = datetime.now(UTC)
    return await aside.each(lambda recipient: preflight(recipient, plan, limits_of(recipient), now), found, until=until)


def warn_of_repeats(verdicts: Sequence[Verdict], plan: MessagePlan, seen: set[Hashable] | None = None) -> list[Verdict]:
    """Add a warning to each conversation whose contact gets the message on an earlier one.

    `seen` holds the contacts of earlier calls. This call adds its own.
    """
    seen, warned = set() if seen is None else seen, list[Verdict]()
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
    for recipient in found:
        recipient.reached = reached.get(recipient.contact_id, 0)
    return found


def limits_of(recipient: Recipient) -> Limits | None:
    """Return the limits of the account that would carry a reply, or None if there is no such account."""
    return registry.limits_of(recipient.provider or "", recipient.channel, recipient.account_config)


def summarize(verdicts: Sequence[Verdict]) -> Summary:
    summary = Summary()
    for verdict in verdicts:
        summary.add(verdict)
    return summary
