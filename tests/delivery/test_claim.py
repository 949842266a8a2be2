"""The claim: exact in rate and in calls under way, shut where it must be, and judging once more before bytes leave."""

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.delivery.calling import LEASE_MARGIN
from app.delivery.pump import Pump
from app.delivery.waiting import Wait
from app.domain.channel_port import AddressKind, Limits
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel, TenantId
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.delivery.carrier import Carrier, Gate
from tests.delivery.stage import LEASE, Batch, Stage, eventually, recording

S = DeliveryStatus
ONCE = timedelta(milliseconds=1)
"""A budget for one claim."""


async def fill_bucket(stage: Stage) -> None:
    await stage.runs("UPDATE channel_accounts SET allowed_at = now() - interval '1 hour' WHERE tenant_id = :tenant")


class TestRate:
    async def test_racing_claims_take_no_more_than_the_account_s_rate(self, stage: Stage) -> None:
        account, carrier = await stage.sms_account(rate_per_second=5), Carrier()
        batches = [await stage.batch(20, account=account, channel=Channel.SMS) for _ in range(4)]
        await fill_bucket(stage)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(stage.pump(batch, carrier, budget=ONCE) for batch in batches))
        elapsed = asyncio.get_running_loop().time() - began
        assert 5 <= len(carrier.calls) <= 5 + math.ceil(elapsed * 5)

    async def test_a_text_takes_as_many_tokens_as_it_has_segments(self, stage: Stage) -> None:
        account, carrier = await stage.sms_account(rate_per_second=4), Carrier()
        batch = await stage.batch(3, account=account, channel=Channel.SMS, segments=2)
        await fill_bucket(stage)
        await stage.pump(batch, carrier, budget=ONCE)
        assert len(carrier.calls) == 2

    async def test_a_text_larger_than_the_bucket_goes_alone_and_leaves_a_debt(self, stage: Stage) -> None:
        account, carrier = await stage.sms_account(rate_per_second=2), Carrier()
        batch = await stage.batch(3, account=account, channel=Channel.SMS, segments=9)
        await fill_bucket(stage)
        await stage.pump(batch, carrier, budget=ONCE)
        assert len(carrier.calls) == 1
        owed = await stage.one("SELECT allowed_at - now() AS debt FROM channel_accounts WHERE id = :id", id=account)
        # Nine segments at two a second, less what was saved up.
        assert timedelta(seconds=1) < owed.debt <= timedelta(seconds=4)

    async def test_nothing_goes_while_no_token_is_there(self, stage: Stage) -> None:
        account, carrier = await stage.sms_account(rate_per_second=4), Carrier()
        batch = await stage.batch(1, account=account, channel=Channel.SMS, segments=3)
        await stage.runs(
            "UPDATE channel_accounts SET allowed_at = now() + interval '5 seconds' WHERE id = :id", id=account
        )
        await stage.pump(batch, carrier, budget=ONCE)
        assert carrier.calls == []
        assert await stage.counts(batch) == {"queued": 1}

    async def test_long_texts_are_not_starved_by_short_ones_of_the_same_account(self, stage: Stage) -> None:
        account, short, long = await stage.sms_account(rate_per_second=0.1), Carrier(), Carrier()
        short_ones = await stage.batch(3, account=account, channel=Channel.SMS)
        long_ones = await stage.batch(3, account=account, channel=Channel.SMS, segments=3)
        for batch, carrier in ((short_ones, short), (long_ones, long), (short_ones, short)):
            await stage.runs("UPDATE channel_accounts SET allowed_at = now() WHERE id = :id", id=account)
            await stage.pump(batch, carrier, budget=ONCE)
        assert (len(short.calls), len(long.calls)) == (2, 1)
        await stage.runs("UPDATE channel_accounts SET allowed_at = now() WHERE id = :id", id=account)
        await stage.pump(long_ones, long, budget=ONCE)
        owed = await stage.one("SELECT allowed_at - now() AS debt FROM channel_accounts WHERE id = :id", id=account)
        assert timedelta(seconds=20) < owed.debt <= timedelta(seconds=30)


async def test_no_more_calls_are_under_way_than_the_account_allows(stage: Stage) -> None:
    account, gate = await stage.sms_account(max_in_flight=3), Gate()
    one = await stage.batch(5, account=account, channel=Channel.SMS)
    two = await stage.batch(5, account=account, channel=Channel.SMS)
    carrier = Carrier(gate)
    pumps = [asyncio.create_task(stage.pump(batch, carrier)) for batch in (one, two)]
    await eventually(lambda: gate.waiting == 3)
    in_flight = "SELECT count(*) FROM deliveries WHERE account_id = :id AND status = 'sending'"
    assert (await stage.one(in_flight, id=account)).count == gate.waiting == 3
    gate.open.set()
    await asyncio.gather(*pumps)
    assert set(carrier.times_sent.values()) == {1}
    assert (await stage.counts(one), await stage.counts(two)) == ({"sent": 5}, {"sent": 5})


@pytest.mark.parametrize("elsewhere", [6, 7])
async def test_no_more_is_claimed_while_others_have_not_recorded_twice_what_the_account_allows(
    stage: Stage, elsewhere: int
) -> None:
    account, carrier = await stage.sms_account(max_in_flight=3), Carrier()
    batch = await stage.batch(10, account=account, channel=Channel.SMS)
    await stage.claim(batch, elsewhere)
    await stage.pump(batch, carrier, budget=ONCE)
    assert (carrier.calls, await stage.counts(batch)) == ([], {"sending": elsewhere, "queued": 10 - elsewhere})


async def test_one_call_at_a_time_works_a_lane_too(stage: Stage) -> None:
    batch, carrier = await stage.batch(3), Carrier()
    await stage.pump(batch, carrier, slots=1)
    assert await stage.counts(batch) == {"sent": 3}


ACCOUNT = "UPDATE channel_accounts SET {} WHERE id = :account"
BATCH = "UPDATE mass_replies SET {} WHERE id = :id"


@pytest.mark.parametrize(
    "closed",
    [
        ACCOUNT.format("enabled = false"),
        ACCOUNT.format("pause_reason = 'The token is not valid.'"),
        ACCOUNT.format("cool_until = now() + interval '1 hour'"),
        "UPDATE lanes SET pause_reason = 'person' WHERE mass_reply_id = :id",
        *(
            BATCH.format(f"status = '{status}'")
            for status in ("preparing", "awaiting_confirmation", "awaiting_approval", "scheduled", "paused")
        ),
        *(BATCH.format(f"status = '{status}'") for status in ("completed", "cancelled", "expired")),
        BATCH.format("not_after = now()"),
        "UPDATE deliveries SET not_before = now() + interval '1 hour' WHERE mass_reply_id = :id",
        "DELETE FROM lanes WHERE mass_reply_id = :id",
    ],
)
async def test_nothing_is_claimed_where_the_way_is_shut(stage: Stage, closed: str) -> None:
    batch, carrier = await stage.batch(2), Carrier()
    values = {"id": batch.id, "account": stage.account}
    await stage.runs(closed, **{name: value for name, value in values.items() if f":{name}" in closed})
    assert await stage.pump(batch, carrier) is False
    assert carrier.calls == []
    assert await stage.status(batch.first) is S.QUEUED


class WithWindow(Carrier):
    limits = Limits(AddressKind.OPAQUE, reply_window=timedelta(hours=24))


CHANGES = {
    "opted_out": "UPDATE contacts SET opted_out = true WHERE id = :contact",
    "conversation_archived": "UPDATE conversations SET status = 'archived' WHERE id = :conversation",
    "merge_tag_unresolved": "UPDATE contacts SET first_name = NULL WHERE id = :contact",
    "window_closed": (
        "UPDATE conversations SET last_customer_message_at = now() - interval '25 h' WHERE id = :conversation"
    ),
    "address_invalid": (
        "INSERT INTO blocked_addresses (tenant_id, channel, address, reason) "
        "SELECT :tenant, channel, address, 'bounced' FROM deliveries WHERE id = :id"
    ),
}
# Its name in the text, and another's address on it.
CHANGED_HANDS = (
    "WITH k AS (INSERT INTO contacts (tenant_id, external_id, first_name) VALUES (:tenant, 'u-2', 'Bo') RETURNING id) "
    "UPDATE conversations SET contact_id = (SELECT id FROM k) WHERE id = :conversation",
    "UPDATE conversations SET channel = 'sms', address = '+14155550100' WHERE id = :conversation",
)


@pytest.mark.parametrize(
    ("code", "change"), [*CHANGES.items(), *(("address_invalid", change) for change in CHANGED_HANDS)]
)
async def test_what_has_changed_since_the_preflight_fails_with_its_reason_and_nothing_leaves(
    stage: Stage, code: str, change: str
) -> None:
    batch, carrier = await stage.batch(2), WithWindow()
    row = await stage.row(batch.first)
    values = {"id": row.id, "contact": row.contact_id, "conversation": row.conversation_id}
    await stage.runs(change, **{name: value for name, value in values.items() if f":{name}" in change})
    await stage.pump(batch, carrier)
    assert [call.delivery_id for call in carrier.calls] == [batch.deliveries[1]]
    after, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
    assert (after.status, after.reason_code) == ("failed", code)
    assert (attempt.outcome, attempt.text) == ("refused", None)
    assert [kind for kind, _ in await stage.timeline(batch)] == ["system_error"]
    assert await stage.counts(batch) == {"failed": 1, "sent": 1}


async def test_a_call_whose_deadline_has_passed_is_not_begun(stage: Stage) -> None:
    batch, carrier = await stage.batch(2), Carrier()
    await stage.pump(batch, carrier, lease=LEASE_MARGIN, budget=ONCE)
    assert carrier.calls == []
    row = await stage.row(batch.first)
    assert (row.status, row.deferrals) == ("queued", 1)
    health = await stage.one("SELECT failures_in_a_row AS n FROM channel_accounts WHERE id = :id", id=stage.account)
    assert health.n == 0


async def test_a_claim_is_written_down_before_the_call(stage: Stage) -> None:
    batch, gate = await stage.batch(), Gate()
    pump = asyncio.create_task(stage.pump(batch, Carrier(gate)))
    await eventually(lambda: gate.waiting == 1)
    row, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
    assert (row.status, row.epoch, attempt.epoch, attempt.text) == ("sending", 1, 1, "Hi Name1, we are back.")
    assert row.lease_until - attempt.started_at == LEASE
    gate.open.set()
    await pump


class LosesCommits(Database):
    """The database, but the answers to some commits never come."""

    def __init__(self, real: Database, lost: Any, which: Container[int]) -> None:
        self._real, self._lost, self._which = real, lost, which
        self._commits = itertools.count(1)

    @asynccontextmanager
    async def begin(self, tenant: TenantId | Any) -> AsyncIterator[TenantTx]:
        lost = next(self._commits) in self._which
        async with self._lost(self._real, tenant) if lost else self._real.begin(tenant) as tx:
            yield tx


@asynccontextmanager
async def committed(real: Database, tenant: TenantId) -> AsyncIterator[TenantTx]:
    async with real.begin(tenant) as tx:
        yield tx
    raise ConnectionResetError


@asynccontextmanager
async def rolled_back(real: Database, tenant: TenantId) -> AsyncIterator[TenantTx]:
    async with real.begin(tenant) as tx:
        yield tx
        raise ConnectionResetError


@asynccontextmanager
async def cut_off(real: Database, tenant: TenantId) -> AsyncIterator[TenantTx]:
    """The server ends the session just before the commit."""
    async with real.begin(tenant) as tx:
        yield tx
        pid = await tx.scalar(sa.text("SELECT pg_backend_pid()"))
        async with real.begin(tenant) as killer:
            await killer.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), pid=pid)


async def pump_losing(
    stage: Stage, batch: Batch, carrier: Carrier, lost: Any, which: Container[int] = (1,)
) -> Wait | None:
    """Lose the answers to these of the pump's commits: the first is a claim's, and the next gives that back."""
    pump_context = stage.pump_context(carrier)
    losing = replace(pump_context, database=LosesCommits(stage.database, lost, which))
    async with recording(pump_context.recorder):
        return await Pump(losing, batch.lane, asyncio.Event()).run()


class TestACommitWithoutAnAnswer:
    @pytest.mark.parametrize("lost", [committed, rolled_back, cut_off])
    async def test_all_is_given_back_and_claimed_again_at_once(self, stage: Stage, lost: Any) -> None:
        batch, carrier = await stage.batch(3), Carrier()
        await pump_losing(stage, batch, carrier, lost)
        assert await stage.counts(batch) == {"sent": 3}
        assert carrier.times_sent == dict.fromkeys(batch.deliveries, 1)
        outcomes = [attempt.outcome for id_ in batch.deliveries for attempt in await stage.attempts(id_)]
        assert outcomes == [*(["given_back"] if lost is committed else []), "accepted"] * 3

    async def test_nothing_of_it_is_sent_and_the_lane_waits_if_the_next_one_has_none_either(self, stage: Stage) -> None:
        batch, carrier = await stage.batch(3), Carrier()
        turn = await pump_losing(stage, batch, carrier, committed, which=(1, 3))
        assert carrier.calls == []
        assert await stage.counts(batch) == {"queued": 3}
        assert turn is not None
        assert turn.left > 0

    async def test_another_worker_s_claim_of_the_same_number_is_left_alone(self, stage: Stage) -> None:
        batch, carrier = await stage.batch(3), Carrier()

        @asynccontextmanager
        async def taken_by_another(real: Database, tenant: TenantId) -> AsyncIterator[TenantTx]:
            try:
                async with rolled_back(real, tenant) as connection:
                    yield connection
            finally:
                taken = await stage.claim(batch)
                assert {one.epoch for one in taken} == {1}

        await pump_losing(stage, batch, carrier, taken_by_another)
        assert carrier.calls == []
        assert await stage.counts(batch) == {"sending": 3}
