"""Providers' reports in memory, and which deliveries they are about."""

import math
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.delivery.sql.receipts import StoredReceipt
from app.delivery.sql.sweeper import TURN
from app.dev.history import evidence
from app.domain.provider_events import Receipt
from app.domain.words import AccountId, DeliveryId


class Attempt(Protocol):
    @property
    def provider_message_id(self) -> str | None: ...


class Delivery(Protocol):
    """What a report must know of a delivery to find it."""

    @property
    def id(self) -> DeliveryId: ...
    @property
    def provider_message_id(self) -> str | None: ...
    @property
    def tries(self) -> Sequence[Attempt]: ...


@dataclass
class Reports:
    """The rows of `receipts`."""

    stored: dict[str, StoredReceipt] = field(default_factory=dict)
    """By what makes two reports of the same event equal."""
    received: dict[UUID, datetime] = field(default_factory=dict)
    settled: dict[UUID, tuple[DeliveryId, evidence.Receipt]] = field(default_factory=dict)

    def copy(self) -> "Reports":
        return Reports(copy(self.stored), copy(self.received), copy(self.settled))

    def store(self, account: AccountId, receipt: Receipt, now: datetime) -> StoredReceipt | None:
        if receipt.event_key in self.stored:
            return None
        delivery, _, epoch = (receipt.correlation or "").partition(".")
        stored = StoredReceipt(
            id=UUID(int=1_000 + len(self.stored)),
            account=account,
            kind=receipt.kind,
            delivery=DeliveryId(UUID(delivery)) if delivery else None,
            epoch=int(epoch) if epoch else None,
            provider_message_id=receipt.provider_message_id,
            reason_code=receipt.code,
            reason_detail=receipt.detail,
            occurred_at=receipt.occurred_at,
        )
        self.stored[receipt.event_key], self.received[stored.id] = stored, now
        return stored

    def waiting(self) -> Iterator[StoredReceipt]:
        return (each for each in self.stored.values() if each.id not in self.settled)

    def due(self, now: datetime, youngest: timedelta) -> list[UUID]:
        """Return those that are retried now: whenever their age has doubled, for a few seconds."""
        return [each.id for each in self.waiting() if _is_due(now - self.received[each.id], youngest)]

    def settle(self, receipt: StoredReceipt, delivery: DeliveryId, epoch: int, now: datetime, outcome: str) -> None:
        said = evidence.Receipt(receipt.kind, epoch, receipt.occurred_at, now, outcome)
        self.settled[receipt.id] = delivery, said

    def about(self, delivery: DeliveryId) -> list[evidence.Receipt]:
        return [said for id_, said in self.settled.values() if id_ == delivery]


def _is_due(age: timedelta, youngest: timedelta) -> bool:
    seconds = age.total_seconds()
    return age > youngest and seconds < 2 ** math.floor(math.log2(max(seconds, 1))) + TURN.total_seconds()


def find(rows: Collection[Delivery], receipt: StoredReceipt) -> tuple[DeliveryId, int] | None:
    """Return the delivery and attempt that a report is about, as `receipts.find_delivery` does."""
    message = receipt.provider_message_id
    for row in rows:
        if row.id == receipt.delivery or (receipt.delivery is None and row.provider_message_id == message):
            own = [n for n, each in enumerate(row.tries, start=1) if message and each.provider_message_id == message]
            return row.id, receipt.epoch or max(own, default=len(row.tries))
    return None
