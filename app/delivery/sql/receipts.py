"""Providers' reports, stored as they came: applied at once if their delivery is known, retried if it is not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa

from app.domain.charges import FILE_MARK, Charge
from app.domain.provider_events import Priced, Receipt, ReceiptKind, Watermark
from app.domain.storable import storable, storable_key, storable_value
from app.domain.words import AccountId, DeliveryId, ReasonCode
from app.store.transactions import TenantTx

LONGEST_EPOCH: Final = 9
"""Digits of an attempt's number that a database integer always holds."""


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    id: UUID
    account: AccountId
    kind: ReceiptKind
    delivery: DeliveryId | None
    epoch: int | None
    provider_message_id: str | None
    reason_code: ReasonCode | None
    reason_detail: str | None
    occurred_at: datetime | None
    temporary: bool = False
    recipient: str | None = field(default=None, repr=False)
    """Set for a watermark, which names no message."""
    charge: Charge | None = None


_STORE = sa.text("""
    INSERT INTO receipts (tenant_id, account_id, event_key, kind, delivery_id, epoch, provider_message_id, reason_code,
                          reason_detail, temporary, charge, occurred_at, raw)
    VALUES (:tenant, :account, :event_key, :kind, :delivery, :epoch, :provider_message_id, :reason_code,
            :reason_detail, :temporary, :charge, :occurred_at, CAST(:raw AS jsonb))
    ON CONFLICT (tenant_id, account_id, event_key) DO NOTHING
    RETURNING id
""")


async def store(tx: TenantTx, account: AccountId, receipt: Receipt) -> StoredReceipt | None:
    """Store a report. Return None if it was stored before."""
    delivery, epoch = _read_correlation(receipt.correlation)
    values: dict[str, Any] = {
        "event_key": storable_key(receipt.event_key),
        "kind": receipt.kind,
        "delivery": delivery,
        "epoch": epoch,
        "provider_message_id": receipt.provider_message_id and storable_key(receipt.provider_message_id),
        "reason_code": receipt.code,
        "reason_detail": receipt.detail and storable(receipt.detail),
        "temporary": receipt.temporary,
        "charge": receipt.charge,
        "occurred_at": receipt.occurred_at,
        "raw": _json(receipt.raw),
    }
    id_ = await tx.scalar(_STORE, account=account, **values)
    if id_ is None:
        return None
    return StoredReceipt(
        id=id_,
        account=account,
        kind=receipt.kind,
        delivery=delivery,
        epoch=epoch,
        provider_message_id=values["provider_message_id"],
        reason_code=receipt.code,
        reason_detail=values["reason_detail"],
        occurred_at=receipt.occurred_at,
        temporary=receipt.temporary,
        charge=receipt.charge,
    )


_STORE_WATERMARK = sa.text("""
    INSERT INTO receipts (tenant_id, account_id, event_key, kind, recipient, occurred_at, raw)
    VALUES (:tenant, :account, :event_key, :kind, :recipient, :occurred_at, CAST(:raw AS jsonb))
    ON CONFLICT (tenant_id, account_id, event_key) DO NOTHING
    RETURNING id
""")


async def store_watermark(tx: TenantTx, account: AccountId, mark: Watermark) -> StoredReceipt | None:
    """Store a report about everything one recipient was sent until a moment. Return None if it was stored before."""
    recipient = storable_key(mark.recipient)
    values = {
        "event_key": storable_key(mark.event_key),
        "kind": mark.kind,
        "recipient": recipient,
        "occurred_at": mark.up_to,
        "raw": _json(mark.raw),
    }
    id_ = await tx.scalar(_STORE_WATERMARK, account=account, **values)
    if id_ is None:
        return None
    return StoredReceipt(
        id=id_,
        account=account,
        kind=mark.kind,
        delivery=None,
        epoch=None,
        provider_message_id=None,
        reason_code=None,
        reason_detail=None,
        occurred_at=mark.up_to,
        recipient=recipient,
    )


async def store_event(
    tx: TenantTx,
    account: AccountId,
    kind: str,
    event_key: str,
    raw: Mapping[str, Any],
    outcome: Literal["kept", "unmatched"] = "kept",
) -> bool:
    """Store an event that is not about a delivery. Return False if it was stored before."""
    statement = sa.text("""
        INSERT INTO receipts (tenant_id, account_id, event_key, kind, raw, settled_at, outcome)
        VALUES (:tenant, :account, :event_key, :kind, CAST(:raw AS jsonb), now(), :outcome)
        ON CONFLICT (tenant_id, account_id, event_key) DO NOTHING
    """)
    values = {"account": account, "event_key": event_key, "kind": kind, "raw": _json(raw), "outcome": outcome}
    return (await tx.execute(statement, **values)).rowcount == 1


_AMENDMENTS = sa.text("""
    SELECT raw ->> 'text' FROM receipts
    WHERE tenant_id = :tenant AND account_id = :account AND kind = 'amended' AND event_key LIKE :beginning
    ORDER BY raw ->> 'text' IS NULL DESC, CAST(raw ->> 'order' AS bigint) DESC NULLS LAST, id DESC LIMIT 1
""")
_FORGET_WORDS = sa.text("""
    UPDATE receipts SET raw = '{}'
    WHERE tenant_id = :tenant AND account_id = :account AND event_key LIKE :beginning AND kind IN ('inbound', 'amended')
      AND event_key <> :besides
""")


async def amendment_of(tx: TenantTx, account: AccountId, provider_message_id: str) -> tuple[str | None] | None:
    """Return the new text of a message in a tuple of one, with None in it if it was unsent; None if nothing came."""
    beginning = _beginning(provider_message_id)
    row = (await tx.execute(_AMENDMENTS, account=account, beginning=beginning)).first()
    return None if row is None else (row[0],)


async def erase_text(tx: TenantTx, account: AccountId, provider_message_id: str, besides: str) -> None:
    """Erase the text of a message that its author has unsent from the provider's earlier events."""
    await tx.execute(_FORGET_WORDS, account=account, beginning=_beginning(provider_message_id), besides=besides)


def _beginning(provider_message_id: str) -> str:
    literal = provider_message_id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{literal}:%"


async def lock(tx: TenantTx, id_: UUID) -> StoredReceipt | None:
    """Lock an unsettled report for this transaction. Return None if another process has it."""
    statement = sa.text("""
        SELECT * FROM receipts WHERE tenant_id = :tenant AND id = :id AND settled_at IS NULL FOR UPDATE SKIP LOCKED
    """)
    row = (await tx.execute(statement, id=id_)).first()
    if row is None:
        return None
    return StoredReceipt(
        id=row.id,
        account=AccountId(row.account_id),
        kind=ReceiptKind(row.kind),
        delivery=row.delivery_id,
        epoch=row.epoch,
        provider_message_id=row.provider_message_id,
        reason_code=ReasonCode(row.reason_code) if row.reason_code else None,
        reason_detail=row.reason_detail,
        occurred_at=row.occurred_at,
        temporary=row.temporary,
        recipient=row.recipient,
        charge=Charge(row.charge) if row.charge else None,
    )


async def find_delivery(tx: TenantTx, receipt: StoredReceipt) -> tuple[DeliveryId, int] | None:
    """Return the delivery and attempt that a report is about: by our own correlation, else by the provider's message
    id.

    A message without our correlation belongs to the attempt that got this id, if that is known, else to the latest.
    """
    by_id = "d.id = :delivery" if receipt.delivery else "d.provider_message_id = :provider_message_id"
    statement = sa.text(f"""
        SELECT d.id, coalesce(
            CAST(:epoch AS int),
            (SELECT max(a.epoch) FROM delivery_attempts a WHERE a.tenant_id = :tenant AND a.delivery_id = d.id
                AND a.provider_message_id = CAST(:provider_message_id AS text)), d.epoch) AS epoch
        FROM deliveries d WHERE d.tenant_id = :tenant AND d.account_id = :account AND {by_id}
    """)  # noqa: S608 - one of two constants
    values = {
        "account": receipt.account,
        "epoch": receipt.epoch,
        "provider_message_id": receipt.provider_message_id,
        **({"delivery": receipt.delivery} if receipt.delivery else {}),
    }
    row = (await tx.execute(statement, **values)).first()
    return None if row is None else (DeliveryId(row.id), row.epoch)


async def begun_at(tx: TenantTx, account: AccountId, receipt: Receipt) -> datetime | None:
    """Return when the attempt of a report began, or None if it is not one of this account's."""
    delivery, epoch = _read_correlation(receipt.correlation)
    which = "a.delivery_id = :delivery AND a.epoch = :epoch" if delivery else "d.provider_message_id = :message_id"
    statement = sa.text(f"""
        SELECT max(a.started_at) FROM deliveries d
        JOIN delivery_attempts a ON a.tenant_id = d.tenant_id AND a.delivery_id = d.id
        WHERE d.tenant_id = :tenant AND d.account_id = :account AND {which}
    """)  # noqa: S608 - one of two constants
    named = {"delivery": delivery, "epoch": epoch} if delivery else {"message_id": receipt.provider_message_id}
    begun: datetime | None = await tx.scalar(statement, account=account, **named)
    return begun


async def priced_message(tx: TenantTx, account: AccountId, priced: Priced) -> tuple[DeliveryId, str] | None:
    """Return the delivery that a file's price is about, and which of its messages, or None if it is not this
    account's."""
    delivery, epoch = _read_correlation(priced.correlation)
    statement = sa.text("""
        SELECT true FROM delivery_attempts a JOIN deliveries d ON d.tenant_id = a.tenant_id AND d.id = a.delivery_id
        WHERE a.tenant_id = :tenant AND a.delivery_id = :delivery AND a.epoch = :epoch AND d.account_id = :account
    """)
    values = {"account": account, "delivery": delivery, "epoch": epoch}
    if delivery is None or await tx.scalar(statement, **values) is None:
        return None
    return delivery, f"{epoch}{FILE_MARK}{priced.file}"


_SENT_UNTIL = sa.text("""
    SELECT d.id, a.epoch, d.status IN ('sent', 'delivered', 'read') AS sent
    FROM channel_accounts own
    JOIN conversations c ON c.tenant_id = own.tenant_id AND c.channel = own.channel
    JOIN deliveries d ON d.tenant_id = c.tenant_id AND d.contact_id = c.contact_id AND d.conversation_id = c.id
    CROSS JOIN LATERAL (
        -- When the attempt began, and not when it was recorded: an answer that was lost is recorded much later.
        SELECT max(a.epoch) AS epoch FROM delivery_attempts a
        WHERE a.tenant_id = d.tenant_id AND a.delivery_id = d.id AND a.started_at <= :up_to) a
    WHERE own.tenant_id = :tenant AND own.id = :account AND d.account_id = own.id AND a.epoch IS NOT NULL
      -- Only ids that a provider made up have watermarks, and they are their own keys.
      AND c.address_key = :recipient AND d.queued_at > now() - interval '30 days'
      AND d.status IN ('sent', 'delivered', 'read', 'queued', 'sending', 'uncertain')
""")


@dataclass(frozen=True, slots=True)
class Covered:
    """A delivery with an attempt that began before a watermark."""

    id: DeliveryId
    epoch: int
    sent: bool
    """Whether it counts as sent. If it does not yet, a watermark proves nothing."""


async def sent_until(tx: TenantTx, watermark: StoredReceipt) -> list[Covered]:
    """Return what this account had sent, or tried to send, to a recipient by the time of a watermark."""
    values = {"account": watermark.account, "recipient": watermark.recipient, "up_to": watermark.occurred_at}
    return [Covered(*row) for row in await tx.execute(_SENT_UNTIL, **values)]


async def mark_settled(tx: TenantTx, id_: UUID, outcome: str) -> None:
    statement = sa.text("""
        UPDATE receipts SET settled_at = now(), outcome = :outcome WHERE tenant_id = :tenant AND id = :id
    """)
    await tx.execute(statement, id=id_, outcome=outcome)


def _read_correlation(correlation: str | None) -> tuple[DeliveryId | None, int | None]:
    """Read `<delivery_id>.<epoch>`. Return None for anything else: it is not ours."""
    if correlation is None:
        return None, None
    delivery, _, epoch = correlation.partition(".")
    if not (epoch.isascii() and epoch.isdecimal() and len(epoch) <= LONGEST_EPOCH):
        return None, None
    try:
        return DeliveryId(UUID(delivery)), int(epoch)
    except ValueError:
        return None, None


def _json(raw: Mapping[str, Any]) -> str:
    """Return the parts of a provider's JSON that PostgreSQL's jsonb can store: no NUL, no lone surrogate, no NaN."""
    try:
        text = json.dumps(raw, default=str, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:  # NaN, or half of a surrogate pair
        return json.dumps(storable_value(raw), default=str)
    # Nearly all of it is storable already. To check every value again, or to search with an expression, would delay the
    # event loop. Without the backslashes that stand for themselves, this one is an escape.
    is_storable = "\\u0000" not in text.replace("\\\\", "")
    return text if is_storable else json.dumps(storable_value(raw), default=str)
