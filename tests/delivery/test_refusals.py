"""What a refusal does to an account and its lanes: from the adapter's answer to what a person reads."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.delivery.sql import account_health
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.outbound import Deferred, Outbound, Rejected, SendResult
from app.domain.provider_events import ReceiptKind
from app.domain.words import ReasonCode
from app.store import mass_replies
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Stage, report

DAILY = Deferred("quota", "Twilio 63038: the account has sent enough for a day", timedelta(hours=1), "account")


async def test_a_lane_whose_account_has_used_up_its_day_says_so_and_burns_nobody(stage: Stage) -> None:
    batch = await stage.batch(3)
    await stage.pump(batch, Carrier(DAILY))

    assert await stage.counts(batch) == {"queued": 3}
    async with stage.database.begin(stage.tenant) as tx:
        found = await mass_replies.get(tx, batch.id)
    assert found is not None
    [lane] = found.lanes
    assert lane.account_cool_reason == DAILY.detail
    assert lane.account_cool_until is not None
    assert lane.account_cool_until > datetime.now(UTC) + timedelta(minutes=50)


HEALTH = "SELECT cool_reason, cool_until - now() AS rest, pause_reason FROM channel_accounts WHERE id = :id"
"""How an account stands."""


async def test_a_shorter_rest_neither_shortens_a_longer_one_nor_takes_its_reason(stage: Stage) -> None:
    batch = await stage.batch(2)
    await stage.pump(batch, Carrier(DAILY))
    async with stage.database.begin(stage.tenant) as tx:
        await account_health.cool(tx, stage.account, timedelta(seconds=5), "Slower, please.")

    account = await stage.one(HEALTH, id=stage.account)
    assert account.cool_reason == DAILY.detail
    assert account.rest > timedelta(minutes=50)


@pytest.mark.parametrize("wait", [None, timedelta(hours=1)])
async def test_what_is_older_than_the_account_s_repair_says_nothing_about_it(
    stage: Stage, wait: timedelta | None
) -> None:
    await stage.runs("UPDATE channel_accounts SET mended_at = now() WHERE id = :id", id=stage.account)
    now = datetime.now(UTC)
    for begun, stopped in ((now - timedelta(minutes=1), False), (now + timedelta(minutes=1), True)):
        async with stage.database.begin(stage.tenant) as tx:
            await account_health.stop(tx, stage.account, Deferred("stopped", "Stopped.", wait, "account"), begun)
        account = await stage.one(HEALTH, id=stage.account)
        assert (account.pause_reason or account.cool_reason) == (
            None if not stopped else "Stopped." if wait else "stopped: Stopped."
        )


@pytest.mark.parametrize("wait", [None, timedelta(hours=1)])
async def test_what_waits_while_the_account_is_being_fixed_does_not_stop_it_again(
    stage: Stage, wait: timedelta | None
) -> None:
    await stage.runs("UPDATE channel_accounts SET mended_at = NULL WHERE id = :id", id=stage.account)
    begun = datetime.now(UTC) - timedelta(minutes=1)

    async def stop() -> None:
        async with stage.database.begin(stage.tenant) as tx:
            await account_health.stop(tx, stage.account, Deferred("stopped", "Stopped.", wait, "account"), begun)

    async with stage.database.begin(stage.tenant) as tx:
        await tx.execute(sa.text("SELECT FROM channel_accounts WHERE id = :id FOR UPDATE"), id=stage.account)
        stopping = asyncio.create_task(stop())
        await stage.somebody_waits_for_a_lock()
        fix = sa.text("UPDATE channel_accounts SET mended_at = clock_timestamp() WHERE id = :id")
        await tx.execute(fix, id=stage.account)
    await stopping
    account = await stage.one(HEALTH, id=stage.account)
    assert (account.pause_reason, account.cool_reason) == (None, None)


async def test_the_first_reason_for_a_pause_stays_and_is_told_once(stage: Stage) -> None:
    async with stage.database.begin(stage.tenant) as tx:
        for reason in ("The token is not valid.", "No credit."):
            await account_health.pause(tx, stage.account, reason)

    account = await stage.one(HEALTH, id=stage.account)
    assert account.pause_reason == "The token is not valid."
    told = "SELECT count(*) AS n FROM audit_log WHERE action = 'channel_account.paused'"
    assert (await stage.one(told)).n == 1


async def test_one_person_s_refusal_again_and_again_stops_nobody_else(stage: Stage) -> None:
    batch = await stage.batch(12)
    alone = Rejected(ReasonCode.BLOCKED, "Meta 10/2018108: the person takes no messages from this sender")

    async def answer(outbound: Outbound) -> SendResult:
        return alone if outbound.delivery_id == batch.first else await Carrier().send(outbound)

    for _ in range(3):
        await stage.pump(batch, Carrier(answer))
        await stage.runs("UPDATE deliveries SET retryable = true WHERE id = :id AND status = 'failed'", id=batch.first)
        await stage.settle(report(batch.first, DeliveryEvent.RETRY, None))

    account = await stage.one("SELECT pause_reason, cool_until FROM channel_accounts WHERE id = :id", id=stage.account)
    assert (account.pause_reason, account.cool_until) == (None, None)
    assert await stage.counts(batch) == {"sent": 11, "queued": 1}


@pytest.mark.parametrize("temporary", [True, False])
async def test_what_failed_later_for_the_account_may_be_sent_again(stage: Stage, temporary: bool) -> None:
    batch = await stage.batch()
    await stage.pump(batch, Carrier())
    about: dict[str, Any] = {"code": ReasonCode.PROVIDER_REJECTED, "detail": "Suspended.", "temporary": temporary}
    await stage.receipt(batch.first, ReceiptKind.FAILED, **about)

    row = await stage.row(batch.first)
    assert (row.status, row.retryable) == ("failed", temporary)
