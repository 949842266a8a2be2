"""Asking providers about deliveries that are uncertain. Only some can tell; what they say settles the row.

"Absent" sends again, so it is believed only when every holder of the attempt is silent for sure and the provider has
had the time to list what it took.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, assert_never

import structlog

from app.channels.registry import ADAPTERS
from app.delivery.receipts import EVENTS
from app.delivery.senders import SenderCache
from app.delivery.settle import Report, settle
from app.delivery.sql import look_ups, sweeper
from app.delivery.sql.sweeper import UncertainDelivery
from app.domain.channel_port import Absent, Found, LooksUp, LookUp
from app.domain.delivery import DeliveryEvent, ReportedEvent
from app.domain.outbound import Unknown
from app.store.database import Database
from app.telemetry.logs import about

log = structlog.get_logger()

LISTED_AFTER: Final = timedelta(minutes=1)
"""Beyond `settles_after`: Postmark's search may be about a minute behind."""
ASK_AGAIN: Final = timedelta(minutes=5)
AT_ONCE: Final = 20

PROVIDERS: Final[Sequence[str]] = [name for name, adapter in ADAPTERS.items() if issubclass(adapter, LooksUp)]


async def look_up_uncertain(database: Database, senders: SenderCache) -> None:
    """Ask about a few uncertain deliveries; those that nobody can tell of are asked about again later."""
    async with database.begin_sweep() as tx:
        due = await sweeper.uncertain_deliveries(tx, PROVIDERS, LISTED_AFTER, AT_ONCE)
    for delivery in due:
        with about(tenant=delivery.tenant, account=delivery.account, delivery=delivery.id):
            await _ask_safely(database, senders, delivery)


async def _ask_safely(database: Database, senders: SenderCache, delivery: UncertainDelivery) -> None:
    try:
        await _ask(database, senders, delivery)
    except Exception as error:
        # An account that was deleted, or whose credentials cannot be read, must keep no other from being asked.
        log.exception("look_up_failed", error=type(error).__name__)


async def _ask(database: Database, senders: SenderCache, delivery: UncertainDelivery) -> None:
    async with database.begin(delivery.tenant) as tx:
        epoch = await look_ups.hold_for_look_up(tx, delivery.id, ASK_AGAIN)
    if epoch is None:
        return
    # The hold is committed by now: what cannot be asked must not be the first in the line again and again.
    async with database.begin(delivery.tenant) as tx:
        adapter = (await senders.fresh(tx, delivery.account)).adapter
    if not isinstance(adapter, LooksUp):
        return
    answer = await adapter.look_up(f"{delivery.id}.{epoch}")
    await _believe(database, delivery, epoch, answer)
    log.info("looked_up", answer=type(answer).__name__)


async def _believe(database: Database, delivery: UncertainDelivery, epoch: int, answer: LookUp) -> None:
    report = _report(delivery, epoch, answer)
    if report is None:
        return
    async with database.begin(delivery.tenant) as tx:
        # Saved since, it may have the credentials of another place, which knows nothing of what the first one took.
        elsewhere = await look_ups.account_saved_since(tx, delivery.id)
        if not (elsewhere and isinstance(answer, Absent)):
            await settle(tx, [report])


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
