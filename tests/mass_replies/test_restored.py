"""A restored database does not know what was sent since: it sends nothing by itself, and hears of what was."""

import pytest

from app.delivery.look_up import look_up_uncertain
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.provider_events import ReceiptKind
from app.mass_replies import restored as restored_module
from app.mass_replies.restored import WHY, hold_back
from app.mass_replies.sql.restored import AHEAD
from app.runtime import Runtime
from tests.conftest import create_tenant
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, Stage, make_stage, report

S, E = DeliveryStatus, DeliveryEvent


@pytest.fixture
async def stage(runtime: Runtime) -> Stage:
    return await make_stage(runtime, await create_tenant(runtime.database))


@pytest.fixture
async def restored(stage: Stage) -> Batch:
    """One was sent, one was under way, one was uncertain and two were queued when the back-up was made."""
    batch = await stage.batch(5)
    sent, _, lost = await stage.claim(batch, 3)
    await stage.settle(report(sent.delivery_id, E.ACCEPT), report(lost.delivery_id, E.LOSE_ANSWER))
    assert await stage.counts(batch) == {"sent": 1, "sending": 1, "uncertain": 1, "queued": 2}
    await hold_back(stage.database, stage.tenant)
    return batch


async def test_nothing_is_sent_by_itself(stage: Stage, restored: Batch) -> None:
    carrier = Carrier()
    await stage.pump(restored, carrier)
    await stage.sweeper().tick()
    await look_up_uncertain(stage.database, stage.runtime.senders)
    assert await stage.counts(restored) == {"sent": 1, "uncertain": 4}
    assert carrier.calls == []
    assert (await stage.row(restored.deliveries[-1])).reason_detail == WHY.detail
    assert (await stage.mass_reply(restored)).status == "completed"


async def test_a_receipt_for_what_was_sent_since_the_back_up_settles_it(stage: Stage, restored: Batch) -> None:
    await stage.receipt(restored.deliveries[-1], ReceiptKind.DELIVERED)
    assert await stage.status(restored.deliveries[-1]) is S.DELIVERED


async def test_the_failure_of_an_attempt_that_is_not_known_proves_nothing(stage: Stage, restored: Batch) -> None:
    await stage.receipt(restored.deliveries[-1], ReceiptKind.FAILED)
    assert await stage.status(restored.deliveries[-1]) is S.UNCERTAIN


async def test_what_a_person_sends_again_is_another_attempt_than_those_that_are_forgotten(
    stage: Stage, restored: Batch
) -> None:
    forgotten = restored.deliveries[-1]
    await stage.settle(report(forgotten, E.SEND_AGAIN, epoch=None))
    await stage.claim(restored)
    await stage.receipt(forgotten, ReceiptKind.FAILED)
    assert await stage.status(forgotten) is S.SENDING


async def test_a_second_time_leaves_everything_uncertain(stage: Stage, restored: Batch) -> None:
    before = await stage.counts(restored)
    await hold_back(stage.database, stage.tenant)
    assert await stage.counts(restored) == before


async def test_what_a_person_sent_again_before_another_restore_is_not_sent_by_itself(
    stage: Stage, restored: Batch
) -> None:
    await stage.settle(report(restored.deliveries[-1], E.SEND_AGAIN, epoch=None))
    assert (await stage.counts(restored))["queued"] == 1
    await hold_back(stage.database, stage.tenant)
    assert await stage.counts(restored) == {"sent": 1, "uncertain": 4}


async def test_attempts_that_another_restore_has_forgotten_share_no_number_with_new_ones(
    stage: Stage, restored: Batch
) -> None:
    """It was sent again after the second back-up: only the provider knows that attempt."""
    before = (await stage.row(restored.deliveries[-1])).epoch
    await hold_back(stage.database, stage.tenant)
    assert (await stage.row(restored.deliveries[-1])).epoch >= before + AHEAD


async def test_every_page_is_held_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restored_module, "PAGE", 2)
    batch = await stage.batch(5)
    assert (await hold_back(stage.database, stage.tenant))["uncertain"] == 5
    assert await stage.counts(batch) == {"uncertain": 5}


async def test_what_was_not_begun_is_cancelled(stage: Stage) -> None:
    batch = await stage.batch(2)
    later = "UPDATE mass_replies SET status = 'scheduled', dispatch_at = now() + interval '1 hour' WHERE id = :id"
    await stage.runs(later, id=batch.id)
    assert (await hold_back(stage.database, stage.tenant))["cancelled"] == 1
    await stage.sweeper().tick()
    assert await stage.counts(batch) == {"cancelled": 2}
