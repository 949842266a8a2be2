"""How calls ended is written down: in groups, whatever one of them holds, and as soon as there is a database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.delivery import late_results
from app.delivery import record as recorder_module
from app.delivery.late_results import GROUP_TRIES, REFUSALS
from app.delivery.outcomes import BadAddress
from app.delivery.record import GROUP, Recorder
from app.delivery.settle import Report, settle
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.words import Channel, ReasonCode
from app.store.shares import RECORDS
from app.store.transactions import TenantTx
from tests.delivery.results import Watched, failing, recorded, result
from tests.delivery.settling import claimed
from tests.delivery.stage import Stage, eventually, recording

E, S = DeliveryEvent, DeliveryStatus
UNWRITABLE: dict[str, Any] = {"epoch": 2**40}
"""The database refuses it: an attempt's number is an integer of four bytes."""
TOO_LONG: dict[str, Any] = {"wait": timedelta.max, "heard": "silence"}
"""No date can hold it."""
AWAY: Final = OSError()
LOST: Final = DBAPIError("…", None, Exception(), connection_invalidated=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_results, "RETRY_WAIT", 0.001)


class TestGroups:
    async def test_a_full_group_is_one_transaction(self, stage: Stage) -> None:
        batch, database = await claimed(stage, GROUP), Watched(stage.database)
        await recorded(stage, database, [result(stage, id_) for id_ in batch.deliveries])
        assert database.transactions == 1
        assert await stage.counts(batch) == {"sent": GROUP}

    async def test_a_few_do_not_wait_for_a_full_one(self, stage: Stage) -> None:
        batch, database = await claimed(stage, 3), Watched(stage.database)
        await recorded(stage, database, [result(stage, id_) for id_ in batch.deliveries])
        assert database.transactions == 1
        assert await stage.counts(batch) == {"sent": 3}

    async def test_that_claims_wait_for_are_written_soon(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recorder_module, "GROUP_WAIT", 3600)
        batch, recorder = await claimed(stage, 2), Recorder(stage.database)
        results = [result(stage, id_) for id_ in batch.deliveries]
        async with recording(recorder), asyncio.timeout(20):
            waiting = [asyncio.create_task(recorder.record(one)) for one in results]
            recorder.hurry()
            await asyncio.gather(*waiting)
        assert await stage.counts(batch) == {"sent": 2}

    async def test_that_claims_wait_for_take_in_what_comes_soon_after(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recorder_module, "BURST", 3600)
        batch, database = await claimed(stage, 2), Watched(stage.database)
        async with recording(Recorder(database)) as recorder, asyncio.timeout(20):
            first = asyncio.create_task(recorder.record(result(stage, batch.deliveries[0])))
            await asyncio.sleep(0)
            recorder.hurry()
            second = asyncio.create_task(recorder.record(result(stage, batch.deliveries[1])))
            await asyncio.sleep(0)
            recorder.flush()
            await asyncio.gather(first, second)
        assert database.transactions == 1

    async def test_what_comes_while_one_is_written_is_the_next(self, stage: Stage) -> None:
        batch, written = await claimed(stage, 100), asyncio.Event()

        async def before(number: int) -> None:
            if number == 1:
                await written.wait()

        database = Watched(stage.database, before)
        async with recording(Recorder(database)) as recorder:
            waiting = [asyncio.create_task(recorder.record(result(stage, id_))) for id_ in batch.deliveries[:GROUP]]
            await eventually(lambda: database.transactions == 1)
            waiting += [asyncio.create_task(recorder.record(result(stage, id_))) for id_ in batch.deliveries[GROUP:]]
            written.set()
            await asyncio.gather(*waiting)
        assert database.transactions == 2
        assert await stage.counts(batch) == {"sent": 100}


class TestTrouble:
    @pytest.mark.parametrize(
        "fault", [UNWRITABLE, {"wait": timedelta.max, "heard": "silence"}], ids=["database", "code"]
    )
    async def test_one_result_that_cannot_be_written_takes_no_other_with_it(
        self, stage: Stage, fault: dict[str, Any]
    ) -> None:
        batch = await claimed(stage, 5)
        await recorded(
            stage,
            stage.database,
            [result(stage, id_, **(fault if id_ == batch.deliveries[2] else {})) for id_ in batch.deliveries],
        )
        assert await stage.counts(batch) == {"sent": 4, "sending": 1}

    async def test_what_is_refused_again_and_again_is_given_up_and_left_to_the_sweeper(self, stage: Stage) -> None:
        batch, database = await claimed(stage, 1), Watched(stage.database)
        await recorded(stage, database, [result(stage, batch.first, **UNWRITABLE)])
        assert database.transactions == 1 + REFUSALS
        await stage.let_lease_run_out(batch)
        await stage.sweeper().tick()
        assert await stage.status(batch.first) is S.UNCERTAIN

    async def test_a_bad_address_is_kept_with_its_result_or_not_at_all(self, stage: Stage) -> None:
        batch = await claimed(stage, 2)
        bad = [BadAddress(Channel.EMAIL, f"{name}@example.com", ReasonCode.BOUNCED) for name in ("good", "bad")]
        ended = [result(stage, batch.first), result(stage, batch.deliveries[1], **UNWRITABLE)]
        results = [replace(each, bad_address=one) for each, one in zip(ended, bad, strict=True)]
        await recorded(stage, stage.database, results)
        kept = await stage.runs("SELECT address FROM blocked_addresses")
        assert [row.address for row in kept] == ["good@example.com"]

    @pytest.mark.parametrize(
        "error",
        [
            ConnectionRefusedError(),
            TimeoutError(),
            DBAPIError("…", None, type("Starting", (Exception,), {"sqlstate": "57P03"})()),
            DBAPIError("…", None, type("Full", (Exception,), {"sqlstate": "53300"})()),
            DBAPIError("…", None, type("ReadOnly", (Exception,), {"sqlstate": "25006"})()),
            DBAPIError("…", None, Exception(), connection_invalidated=True),
        ],
        ids=["refused", "timed out", "starting up", "full", "read-only", "cut off"],
    )
    async def test_a_database_that_is_away_is_waited_for(self, stage: Stage, error: Exception) -> None:
        batch, database = await claimed(stage, 2), Watched(stage.database, failing(error, 8))
        await recorded(stage, database, [result(stage, id_) for id_ in batch.deliveries])
        assert await stage.counts(batch) == {"sent": 2}

    @pytest.mark.parametrize(
        ("errors", "transactions"),
        [([LOST] * 2, 2 + 1), ([LOST] * 3, 3 + 5), ([AWAY] * 3 + [LOST], 4 + 1), ([KeyError("?"), AWAY], 2 + 5)],
        ids=["lost twice", "lost again and again", "away, then lost", "refused, then away"],
    )
    async def test_a_group_that_could_not_be_written_is_tried_as_a_whole_or_one_by_one(
        self, stage: Stage, errors: list[Exception], transactions: int
    ) -> None:
        async def before(number: int) -> None:
            if number <= len(errors):
                raise errors[number - 1]

        batch, database = await claimed(stage, 5), Watched(stage.database, before)
        await recorded(stage, database, [result(stage, id_) for id_ in batch.deliveries])
        assert database.transactions == transactions
        assert await stage.counts(batch) == {"sent": 5}

    async def test_one_result_that_is_refused_once_the_database_is_back_takes_no_other_with_it(
        self, stage: Stage
    ) -> None:
        batch, database = await claimed(stage, 3), Watched(stage.database, failing(OSError(), 1))
        bad, *good = batch.deliveries
        await recorded(stage, database, [result(stage, bad, **UNWRITABLE), *(result(stage, id_) for id_ in good)])
        assert await stage.counts(batch) == {"sent": 2, "sending": 1}

    async def test_an_error_that_nobody_thought_of_does_not_end_the_recording(self, stage: Stage) -> None:
        batch, database = await claimed(stage, 2), Watched(stage.database, failing(KeyError("?"), 1 + REFUSALS))
        async with recording(Recorder(database)) as recorder:
            await recorder.record(result(stage, batch.deliveries[0]))
            await recorder.record(result(stage, batch.deliveries[1]))
        assert await stage.counts(batch) == {"sending": 1, "sent": 1}

    async def test_a_database_that_comes_back_while_the_worker_stops_gets_what_is_left(self, stage: Stage) -> None:
        batch, database = await claimed(stage, 1), Watched(stage.database, failing(OSError(), 6))
        recorder = Recorder(database)
        async with recording(recorder):
            waiting = asyncio.create_task(recorder.record(result(stage, batch.first)))
            await eventually(lambda: database.transactions > 1)
        await waiting
        assert await stage.status(batch.first) is S.SENT

    @pytest.mark.parametrize("state", ["22P02", "23503", "54000", "XX000"])
    async def test_whatever_refusal_no_other_try_mends_is_given_up(self, stage: Stage, state: str) -> None:
        error = DBAPIError("…", None, type("Refused", (Exception,), {"sqlstate": state})())
        batch, database = await claimed(stage, 1), Watched(stage.database, failing(error, 1_000_000))
        await recorded(stage, database, [result(stage, batch.first)])
        assert database.transactions == 1 + REFUSALS
        assert await stage.status(batch.first) is S.SENDING

    async def test_a_result_that_ends_its_connection_each_time_takes_no_other_with_it_and_is_given_up(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch, tries = await claimed(stage, 4), 0
        bad, *good = [result(stage, id_) for id_ in batch.deliveries]

        async def ending(tx: TenantTx, reports: Sequence[Report], *about: Any) -> Any:
            nonlocal tries
            if bad.report in reports:
                tries += 1
                await tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
            return await settle(tx, reports, *about)

        monkeypatch.setattr(recorder_module, "settle", ending)
        async with recording(Recorder(stage.database)) as recorder, asyncio.timeout(20):
            waiting = asyncio.create_task(recorder.record(bad))
            await asyncio.gather(*(recorder.record(each) for each in good[:2]))
            await recorder.record(good[2])
            await waiting
        assert tries == 1 + GROUP_TRIES + 1 + REFUSALS
        assert await stage.counts(batch) == {"sent": 3, "sending": 1}
        await stage.let_lease_run_out(batch)
        await stage.sweeper().tick()
        assert await stage.status(batch.first) is S.UNCERTAIN

    async def test_a_result_that_once_lost_its_connection_is_kept_while_every_connection_is_lost(
        self, stage: Stage
    ) -> None:
        batch, database = (
            await claimed(stage, 1),
            Watched(stage.database, failing(LOST, 1 + GROUP_TRIES + 3 * REFUSALS)),
        )
        await recorded(stage, database, [result(stage, batch.first)])
        assert await stage.counts(batch) == {"sent": 1}

    async def test_a_lane_that_is_locked_for_long_holds_no_other_tenant_s_results(
        self, stage: Stage, other: Stage
    ) -> None:
        ours, theirs = await claimed(stage, 4), await claimed(other, 1)
        patient = stage.database.of(replace(RECORDS, lock_seconds=0.05))
        async with recording(Recorder(patient)) as recorder, asyncio.timeout(20):
            async with stage.database.begin(stage.tenant) as tx:
                await tx.execute(sa.text("SELECT FROM lanes WHERE mass_reply_id = :id FOR UPDATE"), id=ours.id)
                waiting = []
                for delivery in ours.deliveries:  # in more groups than there are writers
                    waiting.append(asyncio.create_task(recorder.record(result(stage, delivery))))
                    recorder.flush()
                    await stage.somebody_waits_for_a_lock()
                await recorder.record(result(other, theirs.first))
                assert await other.counts(theirs) == {"sent": 1}
            await asyncio.gather(*waiting)
        assert await stage.counts(ours) == {"sent": 4}

    async def test_two_groups_of_a_tenant_that_fail_at_once_are_tried_again_as_one(self, stage: Stage) -> None:
        batch, both = await claimed(stage, 2), asyncio.Barrier(2)

        async def before(number: int) -> None:
            if number <= 2:
                await both.wait()
                raise ConnectionRefusedError

        database = Watched(stage.database, before)
        async with recording(Recorder(database)) as recorder, asyncio.timeout(20):
            first = asyncio.create_task(recorder.record(result(stage, batch.first)))
            await eventually(lambda: database.transactions == 1)
            await asyncio.gather(first, recorder.record(result(stage, batch.deliveries[1])))
        assert database.transactions == 3
        assert await stage.counts(batch) == {"sent": 2}

    async def test_once_the_process_stops_a_database_that_stays_away_holds_nobody_up(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The pumps end before the recorder is closed, and wait for their results."""
        monkeypatch.setattr(recorder_module, "CLOSING_SECONDS", 0.01)
        batch, database = await claimed(stage, 2), Watched(stage.database, failing(OSError(), 1_000_000))
        recorder = Recorder(database)
        running = asyncio.create_task(recorder.run())
        async with asyncio.timeout(20):
            waiting = asyncio.create_task(recorder.record(result(stage, batch.first)))
            await eventually(lambda: database.transactions > 1)
            recorder.stop()
            await waiting
            await recorder.record(result(stage, batch.deliveries[1]))
            recorder.close()
            await running
        assert await stage.counts(batch) == {"sending": 2}

    async def test_a_database_that_never_comes_back_does_not_hold_up_the_end_for_ever(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recorder_module, "CLOSING_SECONDS", 0.01)
        batch, database = await claimed(stage, 1), Watched(stage.database, failing(OSError(), 1_000_000))
        recorder = Recorder(database)
        async with recording(recorder):
            waiting = asyncio.create_task(recorder.record(result(stage, batch.first)))
            await eventually(lambda: database.transactions > 1)
        await waiting
        assert await stage.status(batch.first) is S.SENDING


async def test_a_result_is_written_although_its_job_was_cancelled(stage: Stage) -> None:
    batch, recorder = await claimed(stage, 1), Recorder(stage.database)
    job = asyncio.create_task(recorder.record(result(stage, batch.first)))
    await asyncio.sleep(0)
    job.cancel()
    await asyncio.wait({job})
    async with recording(recorder):
        pass
    assert job.cancelled()
    assert await stage.status(batch.first) is S.SENT
