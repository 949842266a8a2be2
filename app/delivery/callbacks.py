"""A provider's call to an account's callback address: verify it, and apply its events.

`receipts.py` applies reports about our messages, `customer_events.py` what customers did, and `account_events.py` what
the events say about the account.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from structlog.contextvars import bind_contextvars

from app.delivery.account_events import AccountEvent, take_account_events
from app.delivery.customer_events import take_customer_events
from app.delivery.receipts import Reported, take_reports
from app.delivery.senders import AccountSender, SenderCache
from app.delivery.sql import callback_sightings, receipts
from app.domain.accounts import ChannelAccount
from app.domain.channel_port import Adapter, AnswersChallenge, SharesCallbacks
from app.domain.errors import InvalidRequest, NotFound, Overloaded, Unauthenticated
from app.domain.provider_events import MalformedWebhook, ProviderEvent, Webhook, storable_event
from app.domain.words import AccountId, TenantId
from app.process.aside import Aside
from app.process.tenant_time import Purse
from app.store.accounts import accounts_named, tenant_of_account
from app.store.database import Database
from app.store.overload import may_pass
from app.store.transactions import TenantTx
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

TOGETHER: Final = 20
"""Events in one transaction, which locks the counters of their lanes. Workers need those too."""
MOST_EVENTS: Final = 20_000
"""Events in one call. Providers' largest calls hold a few thousand; after 50,000 the caller would have given up."""


@dataclass(frozen=True, slots=True)
class Called:
    """The account whose callback address is called. The caller is not verified yet."""

    tenant: TenantId
    account_sender: AccountSender


async def admit(database: Database, sender_cache: SenderCache, account_id: UUID, head: Webhook) -> Called:
    """Check a call before its body is read.

    Raise NotFound if there is no such account. Raise Unauthenticated if the call lacks what its provider's calls carry.
    """
    tenant = await _tenant(database, account_id)
    bind_contextvars(tenant=str(tenant), account=str(account_id))
    async with database.begin(tenant) as tx:
        account_sender = await sender_cache.fresh(tx, AccountId(account_id))
        if account_sender.adapter.admits(head):
            return Called(tenant, account_sender)
        await callback_sightings.note(tx, account_sender.account.id, verified=False)
    raise _not_the_provider()


async def take_callback(
    database: Database, sender_cache: SenderCache, aside: Aside, metrics: Metrics, called: Called, webhook: Webhook
) -> None:
    """Verify a provider's call and apply its events, a group at a time.

    If an event fails, the others are still applied, and the error is raised. The provider then repeats the call, and
    events that were applied already change nothing.

    Raise Unauthenticated if the call is not the provider's, InvalidRequest if it cannot be read.
    """
    adapter, aside = called.account_sender.adapter, aside.of(called.tenant, Purse.REPORTS)
    verified = await aside.once(lambda: adapter.verify(webhook))
    async with database.begin(called.tenant) as tx:
        await callback_sightings.note(tx, called.account_sender.account.id, verified=verified)
    if not verified:
        raise _not_the_provider()
    events = await aside.once(lambda: _events(adapter, webhook))
    take = partial(_take_group, database, sender_cache, metrics, called, webhook)
    failed = list[Exception]()
    for first in range(0, len(events), TOGETHER):
        group = events[first : first + TOGETHER]
        try:
            await take(group)
        except (Overloaded, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again if it is the fault of an event
            log.warning("callback_group_failed", events=len(group), error=type(error).__name__)
            failed += await _take_each(take, group)
    if failed:
        raise failed[0]


async def _take_each(
    take: Callable[[Sequence[ProviderEvent]], Awaitable[None]], group: Sequence[ProviderEvent]
) -> list[Exception]:
    """Apply the events of a failed group one by one, so that one bad event does not hold back the others.

    Return the errors of those that fail. Raise an error that may pass: the provider repeats the call.
    """
    failed = list[Exception]()
    for event in group:
        try:
            await take([event])
        except Exception as error:
            if isinstance(error, Overloaded) or may_pass(error):
                raise
            log.exception("callback_event_failed", kind=type(event).__name__, error=type(error).__name__)
            failed.append(error)
    return failed


def _not_the_provider() -> Unauthenticated:
    return Unauthenticated("The call is not signed by the account's provider.")


async def _take_group(
    database: Database,
    sender_cache: SenderCache,
    metrics: Metrics,
    called: Called,
    webhook: Webhook,
    events: Sequence[ProviderEvent],
) -> None:
    """Apply reports about our messages, then the actions of customers.

    Each in a separate transaction: the first locks deliveries before conversations, the second conversations alone.
    """
    taken = list[AccountEvent]()
    async with database.begin(called.tenant) as tx:
        for event in events:
            owner = await _owner(tx, sender_cache, called.account_sender, event, webhook)
            if owner is None:
                log.info("event_of_unknown_account")
                account = called.account_sender.account.id
                await receipts.store_event(tx, account, "unrecognized", event.event_key, event.raw)
            else:
                taken.append((owner, event))
        about_messages = [(owner.id, owner.channel, each) for owner, each in taken if isinstance(each, Reported)]
        await take_reports(tx, about_messages)
    others = [(owner, each) for owner, each in taken if not isinstance(each, Reported)]
    if others:
        async with database.begin(called.tenant) as tx:
            await take_customer_events(tx, metrics, others)
    await take_account_events(database, called.tenant, taken)


async def answer_challenge(database: Database, sender_cache: SenderCache, account_id: UUID, webhook: Webhook) -> str:
    """Return the response to a provider's challenge of the address. Raise NotFound or Unauthenticated."""
    tenant = await _tenant(database, account_id)
    async with database.begin(tenant) as tx:
        adapter = (await sender_cache.fresh(tx, AccountId(account_id))).adapter
    response = adapter.challenge(webhook) if isinstance(adapter, AnswersChallenge) else None
    if response is None:
        raise Unauthenticated("The challenge does not hold the account's verify token.")
    return response


async def _tenant(database: Database, account_id: UUID) -> TenantId:
    tenant = await tenant_of_account(database, account_id)
    if tenant is None:
        raise NotFound
    return tenant


async def _owner(
    tx: TenantTx, sender_cache: SenderCache, account_sender: AccountSender, event: ProviderEvent, webhook: Webhook
) -> ChannelAccount | None:
    """Return the account of an event: one app may report on several pages or numbers of a tenant, all to one address.

    Another account belongs to the same app if its own secret verifies the call too. Return None if the event names a
    page or number that the tenant has no account for: on WhatsApp the same customer writes to all of them.
    """
    identity = event.account_identity
    if (
        identity is None
        or not isinstance(account_sender.adapter, SharesCallbacks)
        or _identity(account_sender) == identity
    ):
        return account_sender.account
    keys = account_sender.adapter.identity_keys
    for other in await accounts_named(tx, account_sender.account.provider, keys, identity):
        found = await sender_cache.fresh(tx, other)
        if _identity(found) == identity and found.adapter.verify(webhook):
            return found.account
    return account_sender.account if _identity(account_sender) is None else None


def _identity(account_sender: AccountSender) -> str | None:
    assert isinstance(account_sender.adapter, SharesCallbacks)  # noqa: S101 - narrows for mypy; its caller has asked
    return account_sender.adapter.identity_of(account_sender.account.channel, account_sender.account.config)


def _events(adapter: Adapter, webhook: Webhook) -> Sequence[ProviderEvent]:
    try:
        events = [storable_event(event) for event in adapter.parse(webhook)]
    except MalformedWebhook as error:
        raise InvalidRequest(f"The call cannot be read: {error}") from None
    except RecursionError:
        raise InvalidRequest("The call cannot be read: it is nested too deeply.") from None
    if len(events) > MOST_EVENTS:
        raise InvalidRequest(f"The call holds {len(events):,} events; at most {MOST_EVENTS:,} are accepted at once.")
    return events
