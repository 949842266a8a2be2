"""Receipts: what providers report about messages.

A receipt may come before the record of its own call, late, twice, in any order, or for a delivery that is not known
yet. It is stored first, then applied. The sweeper retries what cannot be applied.
"""

from typing import Final
from uuid import UUID

import structlog

from app.delivery.settle import Report, settle
from app.delivery.sql import counters, receipts
from app.delivery.sql.receipts import StoredReceipt
from app.domain.addresses import Address
from app.domain.delivery_lifecycle import RETRYABLE, DeliveryEvent, Ignored, ReportedEvent
from app.domain.provider_events import Priced, Receipt, ReceiptKind, Watermark
from app.domain.words import AccountId, Channel, Reason, ReasonCode, TenantId
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


async def take_receipt(tx: TenantTx, account: AccountId, channel: Channel, receipt: Receipt) -> None:
    """Store a receipt, and apply it if its delivery is known. A repeated receipt does nothing."""
    stored = await receipts.store(tx, account, receipt)
    if stored is None:
        return
    if receipt.recipient and receipt.recipient_alias:
        alias = Address.read(channel, receipt.recipient_alias)
        await address_links.link(tx, alias, Address.read(channel, receipt.recipient))
    if receipt.bad_address and receipt.code is not None:
        await blocked_addresses.block(tx, channel, receipt.bad_address, receipt.code)
    if not await _apply(tx, stored):
        log.info("receipt_unmatched", account=str(account), kind=receipt.kind)


async def take_price(tx: TenantTx, account: AccountId, priced: Priced) -> None:
    """Store the price that a provider reports for a file's message, and bill it. A repeated report does nothing."""
    found = await receipts.priced_message(tx, account, priced)
    outcome: Final = "unmatched" if found is None else "kept"
    if await receipts.store_event(tx, account, "priced", priced.event_key, priced.raw, outcome) and found:
        delivery, message = found
        await counters.price(tx, delivery, message, priced.charge)


async def take_watermark(tx: TenantTx, account: AccountId, mark: Watermark) -> None:
    """Store a report about everything one recipient was sent until a moment, and apply it to what is known as sent.

    Like any receipt it waits for what is not known yet, and a repeated one does nothing.
    """
    stored = await receipts.store_watermark(tx, account, mark)
    if stored is not None:
        await _apply(tx, stored)


async def settle_stored(database: Database, tenant: TenantId, receipt: UUID) -> None:
    """Retry a stored receipt whose delivery was not known when it came."""
    async with database.begin(tenant) as tx:
        stored = await receipts.lock(tx, receipt)
        if stored is not None:
            await _apply(tx, stored)


async def _apply(tx: TenantTx, receipt: StoredReceipt) -> bool:
    """Apply a receipt. Return whether every delivery that it reports on is known."""
    if receipt.recipient is not None:
        return await _apply_watermark(tx, receipt)
    found = await receipts.find_delivery(tx, receipt)
    if found is None:
        return False
    delivery, epoch = found
    reported = ReportedEvent(EVENTS[receipt.kind], epoch, receipt.occurred_at, _reason(receipt))
    report = Report(
        delivery,
        reported,
        provider_message_id=receipt.provider_message_id,
        evidence=receipt.reason_detail,
    )
    answer = (await settle(tx, [report])).get(delivery)
    outcome = f"absorbed: {answer}" if isinstance(answer, Ignored) else "applied"
    await receipts.mark_settled(tx, receipt.id, outcome)
    if receipt.charge is not None:
        await counters.price(tx, delivery, str(epoch), receipt.charge)
    return True


async def _apply_watermark(tx: TenantTx, watermark: StoredReceipt) -> bool:
    covered = await receipts.sent_until(tx, watermark)
    event = EVENTS[watermark.kind]
    reports = [
        Report(one.id, ReportedEvent(event, one.epoch, watermark.occurred_at), of_attempt=False)
        for one in covered
        if one.sent
    ]
    await settle(tx, reports)
    if len(reports) < len(covered):
        return False
    await receipts.mark_settled(tx, watermark.id, "kept")
    return True


def _reason(receipt: StoredReceipt) -> Reason | None:
    if receipt.kind is not ReceiptKind.FAILED:
        return None
    code = receipt.reason_code or ReasonCode.PROVIDER_REJECTED
    detail = receipt.reason_detail or "The provider reports that it failed."
    return Reason(code, detail, retryable=receipt.temporary or code in RETRYABLE)
