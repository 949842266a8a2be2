"""Ask providers about uncertain deliveries. Only some providers can answer; the answer settles the delivery.

"Absent" leads to another send. So it is trusted only once every holder of the attempt has certainly stopped, and the
provider has had time to list what it accepted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

import structlog

from app.channels.registry import ADAPTERS
from app.delivery.receipts import EVENTS
from app.delivery.senders import SenderCache
from app.delivery.settle import Report, settle
from app.delivery.sql import look_ups, sweeper
from app.delivery.sql.sweeper import UncertainDelivery
from app.domain.channel_port import Absent, Found, LooksUp, LookUp
from app.domain.delivery_lifecycle import DeliveryEvent, ReportedEvent
from app.domain.outbound import Unknown
from app.domain.words import DeliveryId
from app.store.database import Database
from app.store.transactions import TenantTx
from app.telemetry.logs import about

log = structlog.get_logger()

LISTED_AFTER: Final = timedelta(minutes=1)
"""Time beyond `settles_after`: Postmark's search may be about a minute behind."""
ASK_AGAIN: Final = timedelta(minutes=5)
MOST_ABSENT: Final = 5
"""How many attempts of a delivery may be sent again because the provider has no record of them. After that a person
decides: the message itself may be what the provider breaks on."""
AT_ONCE: Final = 20
ROUND: Final = 10_000
"""How many uncertain deliveries one round chooses from. If there are more, the next round goes on after them."""

PROVIDERS: Final[Sequence[str]] = [name for name, adapter in ADAPTERS.items() if issubclass(adapter, LooksUp)]


async def look_up_uncertain(database: Database, senders: SenderCache, since: datetime | None = None) -> datetime | None:
    """Ask about a few uncertain deliveries. Without a clear answer, the question is repeated later.

    Return the `since` of the next round: where this one has ended, or None to begin with the first again.
    """
    async with database.begin_sweep() as tx:
        until = await sweeper.last_of_round(tx, since, LISTED_AFTER, ROUND)
        due = await sweeper.uncertain_deliveries(tx, PROVIDERS, LISTED_AFTER, AT_ONCE, (since, until))
    for delivery in due:
        with about(tenant=delivery.tenant, account=delivery.account, delivery=delivery.id):
            await _ask_safely(database, senders, delivery)
    return until


async def _ask_safely(database: Database, senders: SenderCache, delivery: UncertainDelivery) -> None:
    try:
        await _ask(database, senders, delivery)
    except Exception as error:
        # A deleted account, or one whose credentials cannot be read, must not stop the others.
        log.exception("look_up_failed", error=type(error).__name__)


async def _ask(database: Database, senders: SenderCache, delivery: UncertainDelivery) -> None:
    async with database.begin(delivery.tenant) as tx:
        epoch = await look_ups.reserve(tx, delivery.id, ASK_AGAIN)
    if epoch is None:
        return
    # The reservation is committed first, or a delivery whose look-up fails would come first every time.
    async with database.begin(delivery.tenant) as tx:
        adapter = (await senders.fresh(tx, delivery.account)).adapter
    if not isinstance(adapter, LooksUp):
        return
    answer = await adapter.look_up(f"{delivery.id}.{epoch}")
    if report := _report(delivery, epoch, answer):
        async with database.begin(delivery.tenant) as tx:
            if not isinstance(answer, Absent) or await _may_send_again(tx, delivery.id):
                await settle(tx, [report])
    log.info("looked_up", answer=type(answer).__name__)


async def _may_send_again(tx: TenantTx, id_: DeliveryId) -> bool:
    # An account saved since may lead to another server, which has no record of what the first one accepted.
    elsewhere = await look_ups.account_saved_since(tx, id_)
    return not elsewhere and await look_ups.times_absent(tx, id_) < MOST_ABSENT


def _report(delivery: UncertainDelivery, epoch: int, answer: LookUp) -> Report | None:
    match answer:
        case Found(provider_message_id, kind):
            return Report(delivery.id, ReportedEvent(EVENTS[kind], epoch), provider_message_id=provider_message_id)
        case Absent():
            why = "The provider has no record of this message."
            return Report(delivery.id, ReportedEvent(DeliveryEvent.FIND_ABSENT, epoch), evidence=why)
        case Unknown():
            return None
        case _:
            assert_never(answer)
