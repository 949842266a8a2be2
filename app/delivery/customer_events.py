"""Apply what customers did: a message, an edit, an opt-out, a new number.

Events that no adapter recognises change nothing. They are stored here too, because they may hold a customer's words.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, assert_never

import structlog

from app.accounts.own_addresses import own_addresses
from app.conversations.sql import customer_messages, threading
from app.delivery.sql import receipts
from app.domain.accounts import ChannelAccount, region_of
from app.domain.addresses import Address
from app.domain.conversation import CustomerMessage, spelled
from app.domain.phone_numbers import region_of_number
from app.domain.provider_events import Amended, Inbound, Moved, Unrecognized
from app.domain.stop_words import opted_out
from app.domain.words import Channel, ReasonCode
from app.store import address_links, blocked_addresses
from app.store.erased_addresses import wait_for_erasures
from app.store.transactions import TenantTx
from app.telemetry.metrics import Metrics

log = structlog.get_logger()

CustomerEvent = Inbound | Amended | Moved | Unrecognized

TEXTED: Final = frozenset({Channel.SMS, Channel.WHATSAPP})
"""Channels on which a keyword alone opts out."""

AMENDABLE: Final = frozenset({Channel.WHATSAPP, Channel.FACEBOOK, Channel.INSTAGRAM})
"""Channels on which people can unsend or edit messages."""


async def take_customer_events(
    tx: TenantTx, metrics: Metrics, taken: Sequence[tuple[ChannelAccount, CustomerEvent]]
) -> None:
    """Apply events, each to its account. An event that was applied before changes nothing."""
    await wait_for_erasures(tx)  # the message of a contact who is being erased is applied afterwards
    for account, event in _in_order_of_locks(taken):
        await _take(tx, metrics, account, event)


def _in_order_of_locks(
    taken: Sequence[tuple[ChannelAccount, CustomerEvent]],
) -> list[tuple[ChannelAccount, CustomerEvent]]:
    """Sort messages that follow each other by their senders. Two calls could deadlock otherwise, each with the block or
    the conversation of a customer whom the other waits for.
    """
    runs = groupby(taken, lambda each: isinstance(each[1], Inbound))
    return [each for _, run in runs for each in sorted(run, key=lambda one: _sender(one[1]))]


def _sender(event: CustomerEvent) -> str:
    return event.sender if isinstance(event, Inbound) else ""


async def _take(tx: TenantTx, metrics: Metrics, account: ChannelAccount, event: CustomerEvent) -> None:
    match event:
        case Inbound():
            await _take_inbound(tx, metrics, account, event)
        case Amended():
            await _take_amendment(tx, account, event)
        case Moved():
            await _take_move(tx, account, event)
        case Unrecognized():
            await receipts.store_event(tx, account.id, "unrecognized", event.event_key, event.raw)
        case _:
            assert_never(event)


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
    """Return True for an opt-out, False for an opt-in: as the provider says, else by keyword where texts are sent.

    Without a country of the account, the words of the customer's own count.
    """
    if inbound.opted_out is not None or account.channel not in TEXTED:
        return inbound.opted_out
    region = region_of(account.config) or region_of_number(Address.read(account.channel, inbound.sender).stored)
    return opted_out(inbound.text, region)
