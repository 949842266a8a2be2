"""Working a lane: all of it, within a budget, until told to stop, and honest about what is not known."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from app.channels.http import elapsed
from app.delivery import calling
from app.delivery.calling import LEASE_MARGIN
from app.delivery.claim import Claim, ClaimResult
from app.delivery.lane_calls import BATCH_FROM
from app.delivery.pump import Pump
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbound import Accepted, Deferred, Outbound, Rejected, SendResult, Unknown
from app.domain.words import Channel, ReasonCode, TenantId
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.delivery.carrier import BulkCarrier, Carrier, Gate
from tests.delivery.stage import LEASE, Stage, eventually, recording

S = DeliveryStatus


async def test_a_lane_is_worked_to_its_end_with_fewer_slots_than_rows(stage: Stage) -> None:
    batch, carrier = await stage.batch(25), Carrier()
    assert await stage.pump(batch, carrier, slots=4) is False
    assert set(carrier.times_sent) == set(batch.deliveries)
    assert set(carrier.times_sent.values()) == {1}
    assert await stage.counts(batch) == {"sent": 25}


async def test_what_leaves_is_the_reply_of_this_conversation(stage: Stage) -> None:
    batch, carrier = await stage.batch(), Carrier()
    await stage.pump(batch, carrier)
    [outbound], row = carrier.calls, await stage.row(batch.first)
    assert outbound.correlation == f"{batch.first}.1"
    assert (outbound.address, outbound.text) == (row.address, "Hi Name1, we are back.")
    assert (outbound.subject, outbound.author.name) == ("Re: Payment failed", "Ines Agent")
    assert str(stage.account) in outbound.callback_url
    assert row.provider_message_id == f"id-{outbound.correlation}"
    assert ("reply", outbound.text) in await stage.timeline(batch)


async def test_the_budget_ends_before_the_work_does(stage: Stage) -> None:
    batch, carrier = await stage.batch(10), Carrier()
    assert await stage.pump(batch, carrier, slots=2, budget=timedelta(milliseconds=1)) is True
    assert await stage.counts(batch) == {"sent": 2, "queued": 8}


async def test_an_account_whose_credentials_cannot_be_read_is_paused_and_nothing_is_claimed(stage: Stage) -> None:
    batch, carrier = await stage.batch(2), Carrier()
    await stage.runs("""UPDATE channel_accounts SET credentials = '{"server_token": "sealed under another key"}'""")
    assert await stage.pump(batch, carrier) is False
    account = await stage.one("SELECT pause_reason FROM channel_accounts")
    assert account.pause_reason.startswith("The stored credentials cannot be read")
    assert (carrier.calls, await stage.counts(batch)) == ([], {"queued": 2})


async def test_stopping_finishes_the_calls_under_way_and_leaves_nothing_uncertain(stage: Stage) -> None:
    batch, gate, stop = await stage.batch(10), Gate(), asyncio.Event()
    pump_context = stage.pump_context(Carrier(gate), slots=3)
    async with recording(pump_context.recorder):
        running = asyncio.create_task(Pump(pump_context, batch.lane, stop).run())
        await eventually(lambda: gate.waiting == 3)
        stop.set()
        gate.open.set()
        await running
    assert await stage.counts(batch) == {"sent": 3, "queued": 7}


async def test_a_stopped_pump_begins_nothing(stage: Stage) -> None:
    batch, carrier, stop = await stage.batch(), Carrier(), asyncio.Event()
    stop.set()
    await Pump(stage.pump_context(carrier), batch.lane, stop).run()
    assert carrier.calls == []


class Breaks(Database):
    """The database, which meets a fault of our own from some moment on."""

    def __init__(self, real: Database) -> None:
        self._real, self.broken = real, False

    @asynccontextmanager
    async def begin(self, tenant: TenantId | UUID) -> AsyncIterator[TenantTx]:
        if self.broken:
            raise KeyError("?")
        async with self._real.begin(tenant) as tx:
            yield tx


async def test_a_claim_that_fails_leaves_no_call_behind(stage: Stage) -> None:
    batch, gate = await stage.batch(3), Gate()
    database = Breaks(stage.database)
    pump_context = replace(stage.pump_context(Carrier(gate), slots=2), database=database)
    async with recording(pump_context.recorder):
        running = asyncio.create_task(Pump(pump_context, batch.lane, asyncio.Event()).run())
        await eventually(lambda: gate.waiting == 2)
        database.broken = True
        gate.open.set()
        with pytest.raises(KeyError):
            await running
        assert await stage.counts(batch) == {"sent": 2, "queued": 1}


def refusing(sqlstate: str) -> DBAPIError:
    return DBAPIError("…", None, type("Refused", (Exception,), {"sqlstate": sqlstate})())


@pytest.mark.parametrize("error", [KeyError("?"), refusing("22003")], ids=["bug", "refused"])
async def test_a_claim_that_fails_for_a_fault_of_ours_says_so_and_has_claimed_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fails(*_: object) -> None:
        raise error

    batch, carrier = await stage.batch(), Carrier()
    monkeypatch.setattr(Claim, "take", fails)
    with pytest.raises(type(error)):
        await stage.pump(batch, carrier)
    assert (carrier.calls, await stage.counts(batch)) == ([], {"queued": 1})


async def test_a_claim_that_finds_the_lane_shut_lets_no_call_begin(stage: Stage) -> None:
    batch = await stage.batch()
    await stage.runs("UPDATE mass_replies SET status = 'paused' WHERE id = :id", id=batch.id)
    pump = Pump(stage.pump_context(Carrier()), batch.lane, asyncio.Event())
    assert await pump._claim() == ClaimResult()
    assert not pump._calls.was_open(3600)


async def test_a_lane_that_was_held_is_no_longer_called_so_when_something_of_it_leaves(stage: Stage) -> None:
    batch = await stage.batch()
    held = "UPDATE lanes SET held_until = now() - interval '1 second', held_reason = 'x' WHERE mass_reply_id = :id"
    await stage.runs(held, id=batch.id)
    await stage.pump(batch, Carrier())
    lane = await stage.one("SELECT held_until FROM lanes WHERE mass_reply_id = :id", id=batch.id)
    assert (lane.held_until, await stage.counts(batch)) == (None, {"sent": 1})


class TestAnswers:
    async def test_an_adapter_that_raises_leaves_it_uncertain(self, stage: Stage) -> None:
        batch = await stage.batch(2)
        await stage.pump(batch, Carrier(ConnectionRefusedError("before a byte, or so it says")))
        assert await stage.counts(batch) == {"uncertain": 2}
        assert (await stage.row(batch.first)).reason_code == "answer_lost"

    async def test_a_call_that_does_not_end_in_time_is_uncertain(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The time is over at once, whatever the machine does: what is given for it is only looked at."""
        given: list[float] = []

        def over(until: float) -> float:
            given.append(until - elapsed())
            return asyncio.get_running_loop().time()

        async def hangs(_: Outbound) -> SendResult:
            await asyncio.Event().wait()
            raise AssertionError

        monkeypatch.setattr(calling, "by_loop", over)
        monkeypatch.setattr(calling, "GRACE", 0.0)
        batch = await stage.batch()
        await stage.pump(batch, Carrier(hangs), budget=timedelta(milliseconds=1))
        assert await stage.counts(batch) == {"uncertain": 1}
        assert given[0] <= (LEASE - LEASE_MARGIN).total_seconds()

    async def test_an_unknown_answer_is_never_sent_again_by_itself(self, stage: Stage) -> None:
        batch, carrier = await stage.batch(), Carrier(Unknown("502"))
        await stage.pump(batch, carrier)
        await stage.let_settle(batch)
        await stage.sweeper().tick()
        await stage.pump(batch, carrier)
        assert len(carrier.calls) == 1
        assert await stage.status(batch.first) is S.UNCERTAIN

    @pytest.mark.parametrize("temporary", [True, False])
    async def test_a_refusal_is_final_unless_the_provider_calls_it_temporary(
        self, stage: Stage, *, temporary: bool
    ) -> None:
        batch, refusal = await stage.batch(), Rejected(ReasonCode.PROVIDER_REJECTED, "Not now.", temporary)
        await stage.pump(batch, Carrier(refusal))
        row = await stage.row(batch.first)
        assert (row.status, row.reason_detail, row.retryable) == ("failed", "Not now.", temporary)

    @pytest.mark.parametrize("ends_address", [True, False])
    async def test_an_address_that_a_refusal_ends_is_not_written_to_again(
        self, stage: Stage, *, ends_address: bool
    ) -> None:
        batch, refusal = await stage.batch(), Rejected(ReasonCode.OPTED_OUT, "STOP.", ends_address=ends_address)
        await stage.pump(batch, Carrier(refusal))
        row, blocked = await stage.row(batch.first), await stage.runs("SELECT * FROM blocked_addresses")
        assert (row.status, row.reason_code) == ("failed", "opted_out")
        expected = [(row.channel, row.address, "opted_out")] if ends_address else []
        assert [(each.channel, each.address, each.reason) for each in blocked] == expected

    async def test_what_waits_alone_is_tried_again_and_sent_once(self, stage: Stage) -> None:
        tries: list[Outbound] = []

        async def busy_once(outbound: Outbound) -> SendResult:
            tries.append(outbound)
            return Deferred("busy", "Soon.", timedelta(milliseconds=1)) if len(tries) == 1 else Accepted("id-1")

        batch = await stage.batch()
        await stage.pump(batch, Carrier(busy_once))
        assert [outbound.epoch for outbound in tries] == [1, 2]
        assert [attempt.outcome for attempt in await stage.attempts(batch.first)] == ["deferred", "accepted"]
        assert await stage.counts(batch) == {"sent": 1}

    async def test_an_account_at_fault_burns_nobody(self, stage: Stage) -> None:
        batch, carrier = await stage.batch(6), Carrier(Deferred("unauthorized", "Bad token.", None, "account"))
        await stage.pump(batch, carrier, slots=2)
        assert await stage.counts(batch) == {"queued": 6}
        assert len(carrier.calls) == 2
        account = await stage.one("SELECT pause_reason FROM channel_accounts WHERE id = :id", id=stage.account)
        assert account.pause_reason == "unauthorized: Bad token."

    async def test_an_account_at_fault_stops_its_own_lane_alone(self, stage: Stage) -> None:
        bad = await stage.batch(3)
        good = await stage.batch(3, account=await stage.sms_account(), channel=Channel.SMS)
        fault = Carrier(Deferred("unauthorized", "Bad token.", None, "account"))
        await asyncio.gather(stage.pump(bad, fault), stage.pump(good, Carrier()))
        assert (await stage.counts(bad), await stage.counts(good)) == ({"queued": 3}, {"sent": 3})
        accounts = await stage.runs("SELECT id FROM channel_accounts WHERE pause_reason IS NOT NULL")
        assert list(accounts.scalars()) == [stage.account]

    async def test_an_account_that_sends_too_fast_rests(self, stage: Stage) -> None:
        batch, carrier = await stage.batch(6), Carrier(Deferred("throttled", "Slowly.", timedelta(hours=1), "account"))
        assert await stage.pump(batch, carrier, slots=2) is False
        assert len(carrier.calls) == 2
        assert await stage.counts(batch) == {"queued": 6}


class TestManyInOneCall:
    async def test_a_long_lane_goes_in_one_call_and_each_has_its_own_result(self, stage: Stage) -> None:
        async def every_other(outbound: Outbound) -> SendResult:
            refused = batch.deliveries.index(outbound.delivery_id) % 2
            return Rejected(ReasonCode.BLOCKED, "No.") if refused else Accepted(f"id-{outbound.correlation}")

        batch, carrier = await stage.batch(40), BulkCarrier(every_other)
        await stage.pump(batch, carrier)
        assert carrier.batches == [40]
        for number, delivery in enumerate(batch.deliveries):
            assert await stage.status(delivery) is (S.FAILED if number % 2 else S.SENT)

    async def test_a_few_go_one_by_one(self, stage: Stage) -> None:
        batch, carrier = await stage.batch(BATCH_FROM - 1), BulkCarrier()
        await stage.pump(batch, carrier)
        assert carrier.batches == []
        assert await stage.counts(batch) == {"sent": BATCH_FROM - 1}

    async def test_answers_for_another_number_of_messages_say_nothing_of_any(self, stage: Stage) -> None:
        batch = await stage.batch(BATCH_FROM)
        await stage.pump(batch, BulkCarrier(forgets_the_last=True), budget=timedelta(milliseconds=1))
        assert await stage.counts(batch) == {"uncertain": BATCH_FROM}
