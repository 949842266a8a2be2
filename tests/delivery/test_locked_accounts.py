"""An account that somebody outside of the service keeps locked, or a lane: the others go on."""

from dataclasses import replace

import sqlalchemy as sa

from app.domain.words import Channel
from app.store.shares import PUMPS
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Stage, eventually
from tests.delivery.test_runner import running
from tests.patience import patience


async def test_lanes_of_a_locked_account_leave_their_pumps_to_others_and_go_on_once_it_is_free(stage: Stage) -> None:
    locked, sent = await stage.sms_account(), Carrier()
    stuck, free = [await stage.batch(2, account=locked, channel=Channel.SMS) for _ in range(3)], await stage.batch(2)
    impatient = stage.database.of(replace(PUMPS, lock_seconds=0.05))
    async with running(replace(stage.pump_context(sent), database=impatient), 2) as runner:
        async with stage.database.begin(stage.tenant) as tx:
            await tx.execute(sa.text("SELECT FROM channel_accounts WHERE id = :id FOR UPDATE"), id=locked)
            for batch in stuck:
                runner.submit(batch.lane)
            async with patience("the other account's lane has its turn"):
                await runner.submit(free.lane)
            assert await stage.counts(free) == {"sent": 2}
            assert len(sent.calls) == 2
        await eventually(lambda: len(sent.calls) == 8)
    assert [await stage.counts(batch) for batch in stuck] == [{"sent": 2}] * 3


def test_pumps_wait_for_no_lock_as_long_as_for_an_answer() -> None:
    assert PUMPS.lock_seconds is not None
    assert PUMPS.transaction_seconds is not None
    assert PUMPS.lock_seconds < PUMPS.transaction_seconds / 10


async def test_a_lane_that_somebody_keeps_locked_is_not_first_in_its_account_s_queue_again(stage: Stage) -> None:
    account, sent = await stage.sms_account(rate_per_second=10), Carrier()
    stuck, free = [await stage.batch(12, account=account, channel=Channel.SMS) for _ in range(2)]
    impatient = stage.database.of(replace(PUMPS, lock_seconds=0.05))
    async with running(replace(stage.pump_context(sent), database=impatient), 2) as runner:
        async with stage.database.begin(stage.tenant) as tx:
            await tx.execute(sa.text("SELECT FROM lanes WHERE mass_reply_id = :id FOR UPDATE"), id=stuck.id)
            runner.submit(stuck.lane)
            runner.submit(free.lane)
            await eventually(lambda: len(sent.calls) == 12)
        await eventually(lambda: len(sent.calls) == 24)


_SHARE = """
    INSERT INTO call_shares (tenant_id, account_id, holder, slots, renewed_at, expires_at)
    VALUES (:tenant, :account, :holder, 1, now(), now() + interval '1 hour')
"""


async def test_a_share_that_somebody_keeps_locked_keeps_no_other_tenant_s_from_release(
    stage: Stage, other: Stage
) -> None:
    dispatchers = stage.pump_context(Carrier()).dispatchers
    for one in (other, stage):
        slots = dispatchers.of(one.tenant, one.account).slots
        slots.listed = True
        await one.runs(_SHARE, account=one.account, holder=slots.holder)
    async with other.database.begin(other.tenant) as tx:
        await tx.execute(sa.text("SELECT FROM call_shares FOR UPDATE"))
        await dispatchers.release(stage.database.of(replace(PUMPS, lock_seconds=0.05)))
    assert (await stage.one("SELECT count(*) AS count FROM call_shares")).count == 0
