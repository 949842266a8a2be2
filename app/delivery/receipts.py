"""Receipts: what providers report about messages.

A receipt may come before the record of its own call, late, twice, in any order, or for a delivery that is not known
yet. It is stored first, then applied. The sweeper retries what cannot be applied.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final, assert_never
from uuid import UUID

import structlog

from app.delivery.settle import Report, settle_each
from app.delivery.sql import conversation_flips, counters, receipts, settlements
from app.delivery.sql.receipts import StoredReceipt
from app.domain.addresses import Address
from app.domain.charges import Charge
from app.domain.delivery_lifecycle import RETRYABLE, DeliveryEvent, Ignored, ReportedEvent, Transition
from app.domain.provider_events import Priced, Receipt, ReceiptKind, Watermark
from app.domain.words import AccountId, Channel, DeliveryId, Reason, ReasonCode, TenantId
from app.store import address_links, blocked_addresses
from app.store.database import Database
from app.store.transactions import TenantTx

log = structlog.get_logger()

EVENTS: Final = {
    ReceiptKind.SENT: DeliveryEvent.RECEIPT_SENT,
    ReceiptKind.DELIVERED: DeliveryEvent.RECEIPT_DELIVERED,
    ReceiptKind.READ: DeliveryEvent.RECEIPT_READ,
    ReceiptKind.FAILED: DeliveryEvent.RECEIPT_FAILED,
}


Reported = Receipt | Priced | Watermark
"""What a provider says about messages."""

BadAddress = tuple[Channel, str, ReasonCode, datetime | None]
"""An address that must not be written to again, why, and since when."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price that a provider reports for one message of a delivery."""

    delivery: DeliveryId
    message: str
    charge: Charge


@dataclass(slots=True)
class Meaning:
    """What a stored report means for known deliveries."""

    reports: Sequence[Report] = ()
    settles: StoredReceipt | None = None
    """The receipt that is settled together with these reports."""
    price: Price | None = None
    bad_address: BadAddress | None = None


async def take_reports(tx: TenantTx, taken: Sequence[tuple[AccountId, Channel, Reported]]) -> None:
    """Store a provider's reports, and apply those about known deliveries. A repeated report does nothing.

    They are settled together. One after the other, each would wait for its delivery while the lanes of those before it
    are locked.
    """
    meanings = [meaning for each in taken if (meaning := await _store(tx, *each)) is not None]
    bad = [each.bad_address for each in meanings if each.bad_address is not None]
    for channel, address, code, at in sorted(bad, key=itemgetter(0, 1, 2)):
        await blocked_addresses.block(tx, channel, address, code, at)
    await _apply(tx, meanings)


async def settle_stored(database: Database, tenant: TenantId, receipt: UUID) -> None:
    """Retry a stored receipt whose delivery was not known when it came."""
    async with database.begin(tenant) as tx:
        stored = await receipts.lock(tx, receipt)
        if stored is not None and (meaning := await _meaning(tx, stored)):
            await _apply(tx, [meaning])


def _bad_address(channel: Channel, reported: Reported) -> BadAddress | None:
    if not isinstance(reported, Receipt) or not reported.bad_address or reported.code is None:
        return None
    return channel, reported.bad_address, reported.code, reported.occurred_at


async def _store(tx: TenantTx, account: AccountId, channel: Channel, reported: Reported) -> Meaning | None:
    """Store a report. Return what it means, or None if it was stored before."""
    match reported:
        case Receipt():
            stored = await receipts.store(tx, account, reported)
            if stored is not None and reported.recipient and reported.recipient_alias:
                alias = Address.read(channel, reported.recipient_alias)
                await address_links.link(tx, alias, Address.read(channel, reported.recipient))
        case Watermark():
            stored = await receipts.store_watermark(tx, account, reported)
        case Priced():
            return await _store_price(tx, account, reported)
        case _:
            assert_never(reported)
    if stored is None:
        return None
    meaning = await _meaning(tx, stored)
    if meaning is None:
        log.info("receipt_unmatched", account=str(account), kind=stored.kind)
        meaning = Meaning()
    meaning.bad_address = _bad_address(channel, reported)
    return meaning


async def _store_price(tx: TenantTx, account: AccountId, priced: Priced) -> Meaning | None:
    """Store the price that a provider reports for a file's message."""
    found = await receipts.priced_message(tx, account, priced)
    outcome: Final = "unmatched" if found is None else "kept"
    stored = await receipts.store_event(tx, account, "priced", priced.event_key, priced.raw, outcome)
    return Meaning(price=Price(*found, priced.charge)) if stored and found else None


async def _meaning(tx: TenantTx, stored: StoredReceipt) -> Meaning | None:
    """Return what a receipt says, or None if its delivery is not known."""
    if stored.recipient is not None:
        return await _meaning_of_watermark(tx, stored)
    found = await receipts.find_delivery(tx, stored)
    if found is None:
        return None
    delivery, epoch = found
    reported = ReportedEvent(EVENTS[stored.kind], epoch, stored.occurred_at, _reason(stored))
    report = Report(
        delivery,
        reported,
        provider_message_id=stored.provider_message_id,
        evidence=stored.reason_detail,
    )
    price = None if stored.charge is None else Price(delivery, str(epoch), stored.charge)
    return Meaning([report], stored, price)


async def _meaning_of_watermark(tx: TenantTx, watermark: StoredReceipt) -> Meaning | None:
    covered = await receipts.sent_until(tx, watermark)
    event = EVENTS[watermark.kind]
    reports = [
        Report(one.id, ReportedEvent(event, one.epoch, watermark.occurred_at), of_attempt=False)
        for one in covered
        if one.sent
    ]
    return Meaning(reports, watermark if len(reports) == len(covered) else None)


async def _apply(tx: TenantTx, meanings: Sequence[Meaning]) -> None:
    """Settle what the receipts report, and bill their prices."""
    prices = [meaning.price for meaning in meanings if meaning.price is not None]
    reports = [report for meaning in meanings for report in meaning.reports]
    if len(meanings) > 1 and prices:
        await _hold(tx, {*(price.delivery for price in prices), *(report.delivery_id for report in reports)})
    settled = await settle_each(tx, reports)
    by_delivery = {report.delivery_id: iter(settled.get(report.delivery_id, ())) for report in reports}
    for meaning in meanings:
        results = [next(by_delivery[report.delivery_id], None) for report in meaning.reports]
        if meaning.settles is not None and None not in results:  # else a purge has just deleted the delivery
            await receipts.mark_settled(tx, meaning.settles.id, _outcome(meaning.settles, results))
    for price in prices:
        await counters.price(tx, price.delivery, price.message, price.charge)


async def _hold(tx: TenantTx, deliveries: Set[DeliveryId]) -> None:
    """Lock everything that is changed by settling and pricing these deliveries, in the usual order."""
    await conversation_flips.lock(tx, await settlements.lock(tx, deliveries))
    await counters.hold(tx, deliveries)


def _outcome(stored: StoredReceipt, results: Sequence[Transition | Ignored | None]) -> str:
    if stored.recipient is not None:
        return "kept"
    [result] = results
    return f"absorbed: {result}" if isinstance(result, Ignored) else "applied"


def _reason(receipt: StoredReceipt) -> Reason | None:
    if receipt.kind is not ReceiptKind.FAILED:
        return None
    code = receipt.reason_code or ReasonCode.PROVIDER_REJECTED
    detail = receipt.reason_detail or "The provider reports that it failed."
    return Reason(code, detail, retryable=receipt.temporary or code in RETRYABLE)
