"""Deliveries that a test settles, and what is reported of them."""

from typing import Any

from app.delivery.settle import Report
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.words import DeliveryId, ReasonCode
from tests.delivery.stage import Batch, Stage, because, report

E, C = DeliveryEvent, ReasonCode
REJECTED = because(C.CONTENT_REJECTED, "The provider did not like it.")


def accepted(delivery: DeliveryId, epoch: int = 1, id_: str | None = "prov-1") -> Report:
    return report(delivery, E.ACCEPT, epoch, provider_message_id=id_, outcome="accepted")


def lost(delivery: DeliveryId, epoch: int = 1) -> Report:
    return report(delivery, E.LOSE_ANSWER, epoch, reason=because(C.ANSWER_LOST, "No answer."), outcome="unknown")


async def claimed(stage: Stage, count: int = 1, **about: Any) -> Batch:
    batch = await stage.batch(count, **about)
    await stage.claim(batch)
    return batch


async def sent(stage: Stage, count: int = 1, **about: Any) -> Batch:
    batch = await claimed(stage, count, **about)
    await stage.settle(*(accepted(delivery) for delivery in batch.deliveries))
    return batch


def bounce(batch: Batch, **about: Any) -> Report:
    return report(batch.first, E.RECEIPT_FAILED, reason=because(C.BOUNCED, "The mailbox does not exist."), **about)
