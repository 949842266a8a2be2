"""A provider's call to an account's callback address: verify it, and apply its events."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import Final, TypeVar, assert_never
from uuid import UUID

import structlog
from structlog.contextvars import bind_contextvars

from app.accounts.own_addresses import own_addresses
from app.conversations.sql import customer_messages, threading
from app.delivery.account_events import AccountEvent, take_account_events
from app.delivery.receipts import Reported, take_reports
from app.delivery.senders import AccountSender, SenderCache
from app.delivery.sql import callback_sightings, receipts
from app.domain.accounts import ChannelAccount, region_of
from app.domain.addresses import Address
from app.domain.channel_port import Adapter, AnswersChallenge, SharesCallbacks
from app.domain.conversation import CustomerMessage, spelled
from app.domain.errors import InvalidRequest, NotFound, Overloaded, Unauthenticated
from app.domain.provider_events import (
    Amended,
    Inbound,
    MalformedWebhook,
    Moved,
    ProviderEvent,
    Unrecognized,
    Webhook,
    storable_event,
)
from app.domain.stop_words import opted_out
from app.domain.words import AccountId, Channel, ReasonCode, TenantId
from app.process.aside import Aside
from app.process.tenant_time import Purse
from app.store import address_links, blocked_addresses
from app.store.accounts import accounts_named, tenant_of_account
from app.store.database import Database
from app.store.erased_addresses import wait_for_erasures
from app.store.overload import may_pass
from app.store.transactions import TenantTx
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

E = TypeVar("E", bound=ProviderEvent)

TEXTED: Final = frozenset({Channel.SMS, Channel.WHATSAPP})
"""Channels on which a keyword alone opts out."""

AMENDABLE: Final = frozenset({Channel.WHATSAPP, Channel.FACEBOOK, Channel.INSTAGRAM})
"""Channels on which people can unsend or edit messages."""

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
                await _store_unrecognized(tx, called.account_sender.account, event)
            else:
                taken.append((owner, event))
        about_messages = [(owner.id, owner.channel, each) for owner, each in taken if isinstance(each, Reported)]
        await take_reports(tx, about_messages)
    others = [(owner, each) for owner, each in taken if not isinstance(each, Reported)]
    if others:
        async with database.begin(called.tenant) as tx:
            await wait_for_erasures(tx)  # the message of a contact who is being erased is applied afterwards
            for owner, event in _in_order_of_locks(others):
                await _take(tx, metrics, owner, event)
    await take_account_events(database, called.tenant, taken)


def _in_order_of_locks(taken: Sequence[tuple[ChannelAccount, E]]) -> list[tuple[ChannelAccount, E]]:
    """Sort messages that follow each other by their senders. Two calls could deadlock otherwise, each with the block or
    the conversation of a customer whom the other waits for.
    """
    runs = groupby(taken, lambda each: isinstance(each[1], Inbound))
    return [each for _, run in runs for each in sorted(run, key=lambda one: _sender(one[1]))]


def _sender(event: ProviderEvent) -> str:
    return event.sender if isinstance(event, Inbound) else ""


async def answer_challenge(database: Database, sender_cache: SenderCache, account_id: UUID, webhook: Webhook) -> str:
    """Return the response to a provider's challenge of the address. Raise NotFound or Unauthenticated."""
    tenant = await _tenant(database, account_id)
    async with database.begin(tenant) as tx:
        adapter = (await sender_cache.fresh(tx, AccountId(account_id))).adapter
    answer = adapter.challenge(webhook) if isinstance(adapter, AnswersChallenge) else None
    if answer is None:
        raise Unauthenticated("The challenge does not hold the account's verify token.")
    return answer


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


async def _take(
    tx: TenantTx, metrics: Metrics, account: ChannelAccount, event: Inbound | Amended | Moved | Unrecognized
) -> None:
    match event:
        case Inbound():
            await _take_inbound(tx, metrics, account, event)
        case Amended():
            await _take_amendment(tx, account, event)
        case Moved():
            await _take_move(tx, account, event)
        case Unrecognized():
            await _store_unrecognized(tx, account, event)
        case _:
            assert_never(event)


async def _store_unrecognized(tx: TenantTx, account: ChannelAccount, event: ProviderEvent) -> None:
    """Store an event that changes nothing."""
    await receipts.store_event(tx, account.id, "unrecognized", event.event_key, event.raw)


async def _take_inbound(tx: TenantTx, metrics: Metrics, account: ChannelAccount, inbound: Inbound) -> None:
    """Record a customer's message on its conversation. If it belongs to none, store it as it came."""
    from_customer = await _besides_own(tx, account.channel, inbound)
    if from_customer is None:
        log.info("inbound_of_own_account", account=str(account.id))
        await receipts.store_event(tx, account.id, "inbound", inbound.event_key, inbound.raw)
        return
    inbound = from_customer
    if inbound.sender_alias is not None:
        alias = Address.read(account.channel, inbound.sender_alias)
        await address_links.link(tx, alias, Address.read(account.channel, inbound.sender))
    found = await threading.find_conversation(tx, account.id, account.channel, inbound)
    outcome: Final = "unmatched" if found is None else "kept"
    if not await receipts.store_event(tx, account.id, "inbound", inbound.event_key, inbound.raw, outcome):
        return
    await _note_opt_out(tx, account, inbound, found)
    if found is None:
        log.info("inbound_unmatched", account=str(account.id))
        metrics.count_unmatched_inbound(account.channel)
        return
    message = _message(account.channel, inbound, found)
    await customer_messages.record_customer_message(tx, found.conversation_id, message, datetime.now(UTC))
    if account.channel in AMENDABLE and inbound.provider_message_id is not None:
        await _amend(tx, account, inbound.provider_message_id)


async def _take_amendment(tx: TenantTx, account: ChannelAccount, amended: Amended) -> None:
    """Apply a customer's edit. The text of an unsent message is stored nowhere."""
    amendment = {"order": amended.order, **({"text": amended.text} if amended.text is not None else {})}
    if await receipts.store_event(tx, account.id, "amended", amended.event_key, amendment):
        await _amend(tx, account, amended.provider_message_id)


async def _amend(tx: TenantTx, account: ChannelAccount, id_: str) -> None:
    """Apply the latest amendment. Providers keep no order: a message may arrive after it was edited or unsent."""
    known = await receipts.amendment_of(tx, account.id, id_)
    if known is None:
        return
    [text] = known
    await customer_messages.amend_message(tx, account.id, account.channel, id_, text)
    if text is None:
        await receipts.erase_text(tx, account.id, id_, f"{id_}:unsent")


async def _besides_own(tx: TenantTx, channel: Channel, inbound: Inbound) -> Inbound | None:
    """Return the message with its customer as sender, or None if only our own accounts may have written it."""
    own = await own_addresses(tx)
    senders = (inbound.sender, *inbound.other_senders)
    left = (each for each in senders if not own.hold(channel, Address.read(channel, each).key))
    sender = next(left, None)
    return None if sender is None else replace(inbound, sender=sender)


def _message(channel: Channel, inbound: Inbound, found: threading.Match) -> CustomerMessage:
    return CustomerMessage(
        text=inbound.text,
        provider_message_id=inbound.provider_message_id,
        sent_at=inbound.sent_at,
        automatic=inbound.automatic,
        references=inbound.references,
        sender=inbound.sender,
        believed=found.believed,
        attachment_names=inbound.attachment_names,
        live=channel is Channel.EMAIL,
    )


async def _note_opt_out(tx: TenantTx, account: ChannelAccount, inbound: Inbound, found: threading.Match | None) -> None:
    choice = _choice(account, inbound)
    if choice is None:
        return
    at = inbound.sent_at or await _first_received(tx, account, inbound, found)
    if choice:
        await blocked_addresses.block(tx, account.channel, inbound.sender, ReasonCode.OPTED_OUT, at)
    else:
        await blocked_addresses.revoke_opt_out(tx, account.channel, inbound.sender, at)


async def _first_received(
    tx: TenantTx, account: ChannelAccount, inbound: Inbound, found: threading.Match | None
) -> datetime | None:
    """Return when a message came that is repeated as a new event, or None if it is new."""
    if found is None or inbound.provider_message_id is None:
        return None
    message = spelled(_message(account.channel, inbound, found), account.channel)
    known = await customer_messages.find_message(tx, found.conversation_id, account.channel, message)
    return None if known is None else known.created_at


async def _take_move(tx: TenantTx, account: ChannelAccount, moved: Moved) -> None:
    """Move a customer's conversations to their new number or id."""
    if not await receipts.store_event(tx, account.id, "moved", moved.event_key, moved.raw):
        return
    after = Address.read(account.channel, moved.after)
    await address_links.move(tx, [Address.read(account.channel, each) for each in moved.before], after)
    if moved.alias is not None:
        await address_links.link(tx, Address.read(account.channel, moved.alias), after)


def _choice(account: ChannelAccount, inbound: Inbound) -> bool | None:
    """Return True for an opt-out, False for an opt-in: as the provider says, else by keyword where texts are sent."""
    if inbound.opted_out is not None or account.channel not in TEXTED:
        return inbound.opted_out
    return opted_out(inbound.text, region_of(account.config))
