"""Whose word counts: of several attempts, of providers and of people."""

from datetime import UTC, datetime, timedelta

import pytest

from app.delivery.settle import Report
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus, ReportedEvent
from app.domain.provider_events import ReceiptKind
from app.domain.words import Channel, ReasonCode
from tests.delivery.stage import Batch, Stage, because, report

E, S, R, C = DeliveryEvent, DeliveryStatus, ReceiptKind, ReasonCode
LOST = because(C.ANSWER_LOST, "No answer.")


async def lose(stage: Stage, batch: Batch, epoch: int) -> None:
    """Make one attempt whose answer is lost, and let its time to settle pass."""
    await stage.claim(batch)
    await stage.settle(report(batch.first, E.LOSE_ANSWER, epoch, reason=LOST, outcome="unknown"))
    await stage.let_settle(batch)


@pytest.fixture
async def twice(stage: Stage) -> Batch:
    """A delivery of two attempts, and nobody knows of either."""
    batch = await stage.batch()
    await lose(stage, batch, 1)
    await stage.settle(report(batch.first, E.SEND_AGAIN, None))
    await lose(stage, batch, 2)
    return batch


class TestAFailureReceipt:
    async def test_of_the_second_attempt_says_nothing_against_the_first_that_arrived(
        self, stage: Stage, twice: Batch
    ) -> None:
        await stage.receipt(twice.first, R.DELIVERED, epoch=1)
        await stage.receipt(twice.first, R.FAILED, epoch=2, code=C.UNREACHABLE)
        assert await stage.status(twice.first) is S.DELIVERED
        assert await stage.claim(twice) == []

    async def test_of_the_first_attempt_counts_where_that_was_the_proof(self, stage: Stage, twice: Batch) -> None:
        await stage.receipt(twice.first, R.SENT, epoch=1)
        await stage.receipt(twice.first, R.FAILED, epoch=2, code=C.UNREACHABLE)
        await stage.receipt(twice.first, R.FAILED, epoch=1, code=C.BOUNCED)
        row = await stage.row(twice.first)
        assert (row.status, row.reason_code) == ("failed", "bounced")
        assert await stage.counts(twice) == {"failed": 1}

    async def test_of_one_of_two_that_arrived_leaves_the_other(self, stage: Stage, twice: Batch) -> None:
        for epoch in (1, 2):
            await stage.receipt(twice.first, R.DELIVERED, epoch=epoch)
        for epoch, status in ((2, S.DELIVERED), (1, S.FAILED)):
            await stage.receipt(twice.first, R.FAILED, epoch=epoch, code=C.BOUNCED)
            assert await stage.status(twice.first) is status

    async def test_of_the_proof_leaves_it_uncertain_while_a_later_attempt_is_open(
        self, stage: Stage, twice: Batch
    ) -> None:
        await stage.receipt(twice.first, R.SENT, epoch=1)
        await stage.receipt(twice.first, R.FAILED, epoch=1, code=C.UNREACHABLE)
        row = await stage.row(twice.first)
        assert (row.status, row.reason_code, row.retryable) == ("uncertain", "answer_lost", False)
        assert (await stage.conversation(twice)).engagement == "pending"
        await stage.receipt(twice.first, R.DELIVERED, epoch=2)
        assert await stage.status(twice.first) is S.DELIVERED

    async def test_of_the_proof_leaves_it_uncertain_where_the_latest_was_called_sent_by_a_person(
        self, stage: Stage, twice: Batch
    ) -> None:
        await stage.settle(report(twice.first, E.RESOLVE_SENT, None))
        await stage.receipt(twice.first, R.SENT, epoch=1)
        await stage.receipt(twice.first, R.FAILED, epoch=1, code=C.UNREACHABLE)
        row = await stage.row(twice.first)
        assert (row.status, row.reason_code, row.retryable) == ("uncertain", "answer_lost", False)
        await stage.receipt(twice.first, R.DELIVERED, epoch=2)
        assert await stage.status(twice.first) is S.DELIVERED

    async def test_of_the_proof_is_final_where_the_latest_was_refused_whatever_is_open_before_it(
        self, stage: Stage, twice: Batch
    ) -> None:
        await stage.settle(report(twice.first, E.SEND_AGAIN, None))
        await stage.claim(twice)
        refusal = because(C.CONTENT_REJECTED, "The provider did not like it.")
        await stage.settle(report(twice.first, E.REJECT, 3, reason=refusal, outcome="rejected"))
        await stage.receipt(twice.first, R.SENT, epoch=2)
        assert await stage.status(twice.first) is S.SENT
        await stage.receipt(twice.first, R.FAILED, epoch=2, code=C.BOUNCED)
        row = await stage.row(twice.first)
        assert (row.status, row.reason_code) == ("failed", "bounced")

    async def test_of_the_proof_does_not_let_go_of_a_call_under_way(self, stage: Stage) -> None:
        batch = await stage.batch()
        await lose(stage, batch, 1)
        await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        await stage.claim(batch)
        await stage.receipt(batch.first, R.SENT, epoch=1)
        await stage.receipt(batch.first, R.FAILED, epoch=1, code=C.UNREACHABLE)
        again = await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        assert (await stage.status(batch.first), [*again.values()]) == (S.UNCERTAIN, ["still_settling"])
        await stage.settle(report(batch.first, E.ACCEPT, 2, outcome="accepted"))
        assert await stage.status(batch.first) is S.SENT

    async def test_is_compared_with_the_times_of_its_own_attempt(self, stage: Stage, twice: Batch) -> None:
        at = {epoch: (await stage.attempts(twice.first))[epoch - 1].started_at for epoch in (1, 2)}
        await stage.receipt(twice.first, R.FAILED, epoch=2, occurred_at=at[2])
        await stage.receipt(twice.first, R.DELIVERED, epoch=1, occurred_at=at[1])
        assert await stage.status(twice.first) is S.DELIVERED

    async def test_of_a_message_found_by_the_provider_s_id_is_of_the_attempt_that_had_it(self, stage: Stage) -> None:
        batch = await stage.batch()
        await lose(stage, batch, 1)
        await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        await lose(stage, batch, 2)
        await stage.receipt(batch.first, R.DELIVERED, epoch=2)
        await stage.receipt(batch.first, R.SENT, epoch=1, provider_message_id="prov-1")
        await stage.runs("UPDATE deliveries SET provider_message_id = 'prov-1' WHERE id = :id", id=batch.first)
        await stage.receipt(None, R.FAILED, provider_message_id="prov-1")
        assert await stage.status(batch.first) is S.DELIVERED


class TestASuccessReceipt:
    async def test_that_is_older_than_its_attempt_s_failure_is_no_proof_beside_another_one(
        self, stage: Stage, twice: Batch
    ) -> None:
        began = (await stage.attempts(twice.first))[1].started_at
        await stage.receipt(twice.first, R.FAILED, epoch=2, occurred_at=began + timedelta(seconds=10))
        await stage.receipt(twice.first, R.DELIVERED, epoch=1)
        await stage.receipt(twice.first, R.SENT, epoch=2, occurred_at=began)
        assert (await stage.attempts(twice.first))[1].outcome == "reported_failed"
        await stage.receipt(twice.first, R.FAILED, epoch=1, code=C.BOUNCED)
        assert await stage.status(twice.first) is S.FAILED

    async def test_that_is_not_believed_after_a_refusal_is_no_proof(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.claim(batch)
        refusal = because(C.CONTENT_REJECTED, "The provider did not like it.")
        await stage.settle(report(batch.first, E.REJECT, reason=refusal, outcome="rejected"))
        await stage.receipt(batch.first, R.SENT, occurred_at=datetime.now(UTC))
        [attempt] = await stage.attempts(batch.first)
        assert (await stage.status(batch.first), attempt.outcome) == (S.FAILED, "rejected")

    async def test_up_to_a_moment_is_the_latest_word_of_that_moment(self, stage: Stage) -> None:
        batch, now = await stage.batch(), datetime.now(UTC)
        await stage.claim(batch)
        await stage.settle(report(batch.first, E.ACCEPT, outcome="accepted"))
        await stage.settle(read_until(batch, now))
        await stage.receipt(batch.first, R.FAILED, occurred_at=now - timedelta(seconds=10))
        assert await stage.status(batch.first) is S.READ


def read_until(batch: Batch, moment: datetime) -> Report:
    """What a watermark says: all that was sent until then was read."""
    return Report(batch.first, ReportedEvent(E.RECEIPT_READ, 1, moment), of_attempt=False)


class TestWhatAPersonCalledSent:
    @pytest.fixture
    async def marked(self, stage: Stage) -> Batch:
        """The lease ran out while the call was under way, and somebody said that it was sent."""
        account = await stage.sms_account()
        batch = await stage.batch(account=account, channel=Channel.SMS, segments=3, mark_as_done=True)
        await stage.claim(batch)
        await stage.let_lease_run_out(batch)
        await stage.sweeper().tick()
        await stage.settle(report(batch.first, E.RESOLVE_SENT, None))
        assert await stage.status(batch.first) is S.SENT
        return batch

    async def test_has_failed_if_the_call_was_refused(self, stage: Stage, marked: Batch) -> None:
        refusal = because(C.CONTENT_REJECTED, "The provider did not like it.")
        await stage.settle(report(marked.first, E.REJECT, reason=refusal, outcome="rejected", evidence="400"))
        row, [attempt] = await stage.row(marked.first), await stage.attempts(marked.first)
        assert (row.status, row.reason_code, row.sent_at, row.flips) == ("failed", "content_rejected", None, "restored")
        assert (attempt.outcome, attempt.evidence) == ("rejected", "400")
        assert (await stage.timeline(marked))[-1] == (
            "system_error",
            "A mass reply was not sent here, although it had been marked as sent. The provider did not like it.",
        )
        conversation = await stage.conversation(marked)
        assert (conversation.engagement, conversation.status) == ("pending", "active")
        assert await stage.counts(marked) == {"failed": 1}

    @pytest.mark.parametrize("event", [E.DEFER, E.GIVE_BACK, E.FIND_ABSENT])
    async def test_goes_back_if_it_is_proved_that_nothing_left(
        self, stage: Stage, marked: Batch, event: DeliveryEvent
    ) -> None:
        await stage.settle(report(marked.first, event))
        assert await stage.counts(marked) == {"queued": 1}
        assert (await stage.timeline(marked))[-1] == (
            "system_note",
            "A mass reply was not sent here, although it had been marked as sent. It is sent again.",
        )
        bill = "SELECT segments_billed AS n FROM lanes WHERE mass_reply_id = :id"
        assert (await stage.one(bill, id=marked.id)).n == 0
        assert len(await stage.claim(marked)) == 1
        await stage.settle(report(marked.first, E.ACCEPT, 2, outcome="accepted"))
        assert (await stage.one(bill, id=marked.id)).n == 3
        assert [kind for kind, _ in await stage.timeline(marked)].count("reply") == 1

    async def test_is_not_proved_by_what_was_said_of_everything(self, stage: Stage, marked: Batch) -> None:
        await stage.settle(read_until(marked, datetime.now(UTC)))
        assert [attempt.outcome for attempt in await stage.attempts(marked.first)] == ["marked_sent"]
        await stage.settle(report(marked.first, E.REJECT, reason=LOST, outcome="rejected"))
        assert await stage.status(marked.first) is S.FAILED

    async def test_is_cancelled_with_its_mass_reply_if_nothing_left(self, stage: Stage, marked: Batch) -> None:
        await stage.runs("UPDATE mass_replies SET status = 'cancelled' WHERE id = :id", id=marked.id)
        await stage.settle(report(marked.first, E.GIVE_BACK))
        assert await stage.counts(marked) == {"cancelled": 1}
        assert (await stage.timeline(marked))[-1] == (
            "system_note",
            "A mass reply was not sent here, although it had been marked as sent. "
            "The mass reply was cancelled before this was sent.",
        )

    async def test_stays_sent_once_a_provider_has_said_so(self, stage: Stage, marked: Batch) -> None:
        await stage.receipt(marked.first, R.SENT)
        account, stage.account = stage.account, marked.lane.account
        await stage.receipt(marked.first, R.SENT)
        stage.account = account
        await stage.settle(report(marked.first, E.DEFER))
        assert await stage.status(marked.first) is S.SENT

    async def test_is_not_taken_back_by_an_absence_that_was_seen_too_early(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.claim(batch)
        await stage.settle(report(batch.first, E.LOSE_ANSWER, reason=LOST, outcome="unknown"))
        await stage.settle(report(batch.first, E.FIND_ABSENT))
        assert [one.outcome for one in await stage.attempts(batch.first)] == ["unknown"]
        await stage.settle(report(batch.first, E.RESOLVE_SENT, None))
        assert [one.outcome for one in await stage.attempts(batch.first)] == ["marked_sent"]

    async def test_stays_sent_where_the_answer_was_lost(self, stage: Stage, marked: Batch) -> None:
        await stage.settle(report(marked.first, E.LOSE_ANSWER, reason=LOST, outcome="unknown"))
        await stage.settle(report(marked.first, E.REJECT, 2, reason=LOST, outcome="rejected"))
        assert await stage.status(marked.first) is S.SENT
