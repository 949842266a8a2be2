"""All that follows when a delivery ends, one transaction for each, on real rows."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from app.delivery.settle import Report, settle
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus, Ignored, ReportedEvent, Transition
from app.domain.words import Channel, DeliveryId, ReasonCode
from tests.delivery.settling import REJECTED, accepted, claimed, lost, sent
from tests.delivery.stage import AUTHOR, Batch, Stage, because, report

E, S, C = DeliveryEvent, DeliveryStatus, ReasonCode


class TestSent:
    async def test_the_reply_is_on_the_timeline_in_the_author_s_name_with_the_text_that_left(
        self, stage: Stage
    ) -> None:
        batch = await claimed(stage)
        await stage.settle(accepted(batch.first))
        reply = await stage.one("SELECT * FROM messages WHERE kind = 'reply' AND delivery_id = :id", id=batch.first)
        assert (reply.text, reply.author_id, reply.author_name) == ("Text of attempt 1.", "agent-7", AUTHOR)
        assert (reply.conversation_id, reply.mass_reply_id) == (batch.conversations[0], batch.id)
        assert await stage.timeline(batch) == [
            ("reply", "Text of attempt 1."),
            ("system_note", f"Sent with a mass reply by {AUTHOR}."),
        ]

    async def test_in_a_group_each_reply_comes_before_its_note_and_has_its_own_author(self, stage: Stage) -> None:
        ours, theirs = await claimed(stage, 12), await claimed(stage, 3)
        await stage.runs("UPDATE mass_replies SET author_name = 'Bo' WHERE id = :id", id=theirs.id)
        await stage.settle(*map(accepted, (*theirs.deliveries, *ours.deliveries)))
        for batch, author in ((ours, AUTHOR), (theirs, "Bo")):
            for number in range(len(batch.deliveries)):
                _, note = await stage.timeline(batch, number)
                assert note == ("system_note", f"Sent with a mass reply by {author}.")
            written = "SELECT kind, author_name FROM messages WHERE mass_reply_id = :id"
            authors = {(row.kind, row.author_name) for row in await stage.runs(written, id=batch.id)}
            assert authors == {("reply", author), ("system_note", None)}

    async def test_row_attempt_counters_event_and_bill_agree(self, stage: Stage) -> None:
        account = await stage.sms_account()
        batch = await stage.batch(2, account=account, channel=Channel.SMS, segments=3)
        await stage.claim(batch)
        await stage.settle(accepted(batch.first))
        row, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
        assert (row.status, row.provider_message_id, row.claim_token, row.lease_until) == ("sent", "prov-1", None, None)
        assert (attempt.outcome, attempt.provider_message_id) == ("accepted", "prov-1")
        assert attempt.finished_at is not None
        assert await stage.counts(batch) == {"sent": 1, "sending": 1}
        assert await stage.events(batch) == 1
        assert (await stage.one("SELECT segments_billed AS n FROM lanes WHERE mass_reply_id = :id", id=batch.id)).n == 3

    async def test_the_ball_goes_to_the_customer_and_the_conversation_is_done_where_that_was_asked(
        self, stage: Stage
    ) -> None:
        plain, done = await claimed(stage), await claimed(stage, mark_as_done=True)
        await stage.settle(accepted(plain.first), accepted(done.first))
        for batch, status in ((plain, "active"), (done, "done")):
            conversation = await stage.conversation(batch)
            assert (conversation.engagement, conversation.status) == ("engaged", status)
            assert (await stage.row(batch.first)).flips == "applied"

    async def test_a_customer_who_wrote_while_it_was_sent_keeps_the_ball_and_the_conversation_open(
        self, stage: Stage
    ) -> None:
        batch = await claimed(stage, mark_as_done=True)
        await write(stage, batch, datetime.now(UTC) + timedelta(seconds=1))
        await stage.settle(accepted(batch.first))
        conversation = await stage.conversation(batch)
        assert (conversation.engagement, conversation.status) == ("pending", "active")
        assert (await stage.row(batch.first)).flips == "skipped_customer_replied"

    async def test_a_customer_who_wrote_between_freeze_and_send_keeps_the_conversation_open_only(
        self, stage: Stage
    ) -> None:
        batch = await stage.batch(mark_as_done=True)
        await write(stage, batch, datetime.now(UTC))
        await stage.claim(batch)
        await stage.settle(accepted(batch.first))
        conversation = await stage.conversation(batch)
        assert (conversation.engagement, conversation.status) == ("engaged", "active")
        assert (await stage.row(batch.first)).flips == "skipped_customer_replied"

    async def test_two_deliveries_to_one_conversation_in_one_call_both_count(self, stage: Stage) -> None:
        one, two = await claimed(stage), await claimed(stage)
        await stage.runs(
            "UPDATE deliveries SET conversation_id = :conversation WHERE id = :id",
            conversation=one.conversations[0],
            id=two.first,
        )
        await stage.settle(accepted(one.first), accepted(two.first))
        kinds = sorted(kind for kind, _ in await stage.timeline(one))
        assert kinds == ["reply", "reply", "system_note", "system_note"]
        assert (await stage.row(one.first)).restores == {"engagement": "pending"}
        assert (await stage.row(two.first)).restores == {}


async def write(stage: Stage, batch: Batch, at: datetime) -> None:
    """The customer's own message, as far as a flip looks at it."""
    await stage.runs(
        "UPDATE conversations SET last_customer_message_at = :at WHERE id = :id", at=at, id=batch.conversations[0]
    )


class TestFailed:
    async def test_an_agent_reads_why_and_nothing_is_flipped(self, stage: Stage) -> None:
        batch = await claimed(stage, mark_as_done=True)
        await stage.settle(report(batch.first, E.REJECT, reason=REJECTED, outcome="rejected", evidence="400"))
        row, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
        assert (row.status, row.reason_code, row.reason_detail) == ("failed", "content_rejected", REJECTED.detail)
        assert (attempt.outcome, attempt.evidence) == ("rejected", "400")
        assert await stage.timeline(batch) == [
            ("system_error", "A mass reply was not sent here. The provider did not like it.")
        ]
        conversation = await stage.conversation(batch)
        assert (conversation.engagement, conversation.status, row.flips) == ("pending", "active", None)
        assert (await stage.counts(batch), await stage.events(batch)) == ({"failed": 1}, 0)


class TestUncertain:
    async def test_it_says_so_and_flips_nothing(self, stage: Stage) -> None:
        batch = await claimed(stage)
        await stage.settle(lost(batch.first))
        row = await stage.row(batch.first)
        assert (row.status, row.reason_code) == ("uncertain", "answer_lost")
        assert row.settles_after is not None
        [(kind, text)] = await stage.timeline(batch)
        assert kind == "system_note"
        assert text == (
            "It is not known whether a mass reply reached the customer. No answer. It is not sent again automatically."
        )
        assert (await stage.conversation(batch)).engagement == "pending"
        assert await stage.counts(batch) == {"uncertain": 1}

    async def test_a_record_that_comes_late_settles_what_the_sweeper_gave_up(self, stage: Stage) -> None:
        batch = await claimed(stage)
        await stage.let_lease_run_out(batch)
        await stage.sweeper().tick()
        assert (await stage.row(batch.first)).reason_code == "worker_lost"
        await stage.settle(accepted(batch.first))
        [attempt] = await stage.attempts(batch.first)
        assert (await stage.status(batch.first), attempt.outcome) == (S.SENT, "accepted")

    async def test_the_sweeper_s_guess_never_replaces_what_the_call_said(self, stage: Stage) -> None:
        batch = await sent(stage)
        guess = report(batch.first, E.LOSE_WORKER, outcome="worker_lost", evidence="guess")
        assert await stage.settle(guess) == {batch.first: Ignored.NOT_APPLICABLE}
        assert [attempt.outcome for attempt in await stage.attempts(batch.first)] == ["accepted"]


class TestGoingBack:
    async def test_what_was_deferred_waits_by_the_database_s_clock(self, stage: Stage) -> None:
        batch = await claimed(stage)
        before = (await stage.one("SELECT clock_timestamp() AS now")).now
        await stage.settle(report(batch.first, E.DEFER, wait=timedelta(seconds=40), outcome="deferred"))
        row = await stage.row(batch.first)
        assert (row.status, row.deferrals, row.claim_token) == ("queued", 1, None)
        assert timedelta(seconds=40) <= row.not_before - before < timedelta(seconds=50)
        assert await stage.counts(batch) == {"queued": 1}

    async def test_it_is_cancelled_with_its_mass_reply(self, stage: Stage) -> None:
        batch = await claimed(stage)
        await stage.runs("UPDATE mass_replies SET status = 'cancelled' WHERE id = :id", id=batch.id)
        await stage.settle(report(batch.first, E.DEFER))
        row = await stage.row(batch.first)
        assert (row.status, row.reason_code) == ("cancelled", "cancelled")
        assert await stage.timeline(batch) == []

    async def test_it_is_too_late_after_not_after(self, stage: Stage) -> None:
        batch = await claimed(stage)
        await stage.runs("UPDATE mass_replies SET not_after = now() WHERE id = :id", id=batch.id)
        await stage.settle(report(batch.first, E.DEFER))
        row = await stage.row(batch.first)
        assert (row.status, row.reason_code, row.retryable) == ("failed", "too_late", True)

    async def test_what_a_person_sends_again_is_due_at_once(self, stage: Stage) -> None:
        batch = await claimed(stage)
        await stage.settle(lost(batch.first))
        await stage.let_settle(batch)
        await stage.runs(
            "UPDATE deliveries SET not_before = now() + interval '5 minutes' WHERE id = :id", id=batch.first
        )
        await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        assert len(await stage.claim(batch)) == 1

    async def test_work_that_comes_back_opens_a_completed_mass_reply_again(self, stage: Stage) -> None:
        batch = await uncertain(stage)
        await stage.runs(
            "UPDATE mass_replies SET status = 'completed', finished_at = now() WHERE id = :id", id=batch.id
        )
        await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        mass_reply = await stage.mass_reply(batch)
        assert (mass_reply.status, mass_reply.finished_at) == ("sending", None)

    async def test_work_that_comes_back_while_its_mass_reply_is_cancelled_and_closed_is_cancelled_too(
        self, stage: Stage
    ) -> None:
        batch = await uncertain(stage)
        async with stage.database.begin(stage.tenant) as holder:
            await holder.execute(sa.text("SELECT FROM deliveries WHERE id = :id FOR UPDATE"), id=batch.first)
            again = asyncio.create_task(stage.settle(report(batch.first, E.SEND_AGAIN, None)))
            await stage.somebody_waits_for_a_lock()
            await stage.runs(
                "UPDATE mass_replies SET status = 'cancelled', finished_at = now() WHERE id = :id", id=batch.id
            )
        await again
        await stage.sweeper().tick()
        assert await stage.counts(batch) == {"cancelled": 1}
        assert (await stage.mass_reply(batch)).status == "cancelled"


async def uncertain(stage: Stage) -> Batch:
    """A delivery of which nobody knows, and whose time to settle has passed."""
    batch = await claimed(stage)
    await stage.settle(lost(batch.first))
    await stage.let_settle(batch)
    return batch


class TestMany:
    async def test_several_reports_on_one_delivery_apply_in_their_order(self, stage: Stage) -> None:
        batch = await claimed(stage, 2)
        first, second = batch.deliveries
        answers = await stage.settle(
            lost(first),
            accepted(second),
            accepted(first),
            report(first, E.RECEIPT_READ),
            report(second, E.RECEIPT_DELIVERED),
        )
        assert answers == {first: Transition(S.READ), second: Transition(S.DELIVERED)}
        assert await stage.counts(batch) == {"read": 1, "delivered": 1}
        assert await stage.events(batch) == 2

    async def test_a_delivery_that_does_not_exist_is_left_out(self, stage: Stage) -> None:
        batch = await claimed(stage)
        nobody = DeliveryId(uuid4())
        assert await stage.settle(accepted(nobody), accepted(batch.first)) == {batch.first: Transition(S.SENT)}
        assert await stage.settle(accepted(nobody)) == {}
        assert await stage.settle() == {}

    async def test_another_tenant_s_delivery_does_not_exist(self, stage: Stage, other: Stage) -> None:
        batch = await claimed(stage)
        assert await other.settle(accepted(batch.first)) == {}
        assert await stage.status(batch.first) is S.SENDING

    async def test_what_no_database_holds_is_stripped(self, stage: Stage) -> None:
        batch = await claimed(stage, 3)
        one, two, three = batch.deliveries
        await stage.settle(
            accepted(one, id_="prov\0-\ud8001"),
            report(
                two,
                E.REJECT,
                reason=because(C.CONTENT_REJECTED, "No\0pe."),
                outcome="rejected",
                evidence="4\x00" + "00",
            ),
            report(three, E.LOSE_ANSWER, reason=because(C.ANSWER_LOST, "\udcffGone."), outcome="unknown"),
        )
        assert (await stage.row(one)).provider_message_id == "prov-1"
        assert (await stage.row(two)).reason_detail == "Nope."
        assert (await stage.attempts(two))[0].evidence == "400"
        assert (await stage.row(three)).reason_detail == "Gone."

    async def test_counters_sum_to_the_selection_through_everything(self, stage: Stage) -> None:
        batch = await claimed(stage, 12)
        events = [
            E.ACCEPT, E.REJECT, E.DEFER, E.LOSE_ANSWER, E.LOSE_WORKER, E.GIVE_BACK,
            E.REFUSE, E.RECEIPT_SENT, E.RECEIPT_DELIVERED, E.RECEIPT_READ, E.RECEIPT_FAILED, E.CANCEL,
        ]  # fmt: skip
        await stage.settle(*(report(id_, event) for id_, event in zip(batch.deliveries, events, strict=True)))
        assert await stage.counts(batch) == {
            "sent": 2, "failed": 3, "queued": 2, "uncertain": 2, "delivered": 1, "read": 1, "sending": 1,
        }  # fmt: skip
        await stage.settle(*(report(id_, E.CANCEL, None) for id_ in batch.deliveries))
        assert (await stage.counts(batch))["cancelled"] == 2


async def test_what_comes_while_another_report_is_written_is_judged_by_what_that_left(stage: Stage) -> None:
    batch = await claimed(stage)
    async with stage.database.begin(stage.tenant) as first:
        await settle(first, [lost(batch.first)])
        second = asyncio.create_task(stage.settle(report(batch.first, E.RECEIPT_DELIVERED)))
        await stage.somebody_waits_for_a_lock()
    assert await second == {batch.first: Transition(S.DELIVERED)}
    assert await stage.counts(batch) == {"delivered": 1}


async def test_when_it_was_sent_and_what_that_did_stays_when_more_is_known(stage: Stage) -> None:
    batch = await sent(stage)
    before, [attempt] = (await stage.row(batch.first)).sent_at, await stage.attempts(batch.first)
    await stage.settle(report(batch.first, E.RECEIPT_DELIVERED))
    delivered_at = (await stage.row(batch.first)).delivered_at
    await stage.settle(report(batch.first, E.RECEIPT_READ))
    row, [attempt_after] = await stage.row(batch.first), await stage.attempts(batch.first)
    assert (row.sent_at, row.delivered_at, row.flips) == (before, delivered_at, "applied")
    assert (await stage.conversation(batch)).engagement == "engaged"
    # The call's own acceptance is the first word on its attempt.
    assert (attempt_after.outcome, attempt_after.finished_at) == ("accepted", attempt.finished_at)


async def test_the_sweeper_s_guess_replaces_no_lost_answer(stage: Stage) -> None:
    batch = await claimed(stage)
    await stage.settle(lost(batch.first))
    await stage.settle(report(batch.first, E.LOSE_WORKER, reason=because(C.WORKER_LOST, "Its lease ran out.")))
    [attempt] = await stage.attempts(batch.first)
    assert attempt.outcome == "unknown"


async def test_what_is_sent_again_has_the_time_that_it_was_given(stage: Stage) -> None:
    batch = await uncertain(stage)
    await stage.runs("UPDATE mass_replies SET not_after = now() WHERE id = :id", id=batch.id)
    later = datetime.now(UTC) + timedelta(hours=1)
    await stage.settle(Report(batch.first, ReportedEvent(E.SEND_AGAIN, None, not_after=later)))
    await stage.claim(batch)
    await stage.settle(report(batch.first, E.DEFER, 2))
    row = await stage.row(batch.first)
    assert (row.status, row.not_after) == ("queued", later)


async def test_a_decision_that_comes_too_soon_says_nothing_about_the_attempt(stage: Stage) -> None:
    batch = await claimed(stage)
    answers = await stage.settle(report(batch.first, E.RESOLVE_SENT, None))
    assert isinstance(answers[batch.first], Ignored)
    [attempt] = await stage.attempts(batch.first)
    assert attempt.outcome is None
