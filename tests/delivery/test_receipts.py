"""Providers' reports: before their call's record, after it, twice, in any order, and for nobody we know."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
import structlog

from app.compliance.sql.blocked_addresses import lift, page
from app.delivery.receipts import settle_stored, take_reports
from app.delivery.sql import receipts
from app.delivery.sql.receipts import StoredReceipt
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.provider_events import Receipt, ReceiptKind, Watermark
from app.domain.words import Channel, DeliveryId, ReasonCode
from app.store.transactions import TenantTx
from tests.delivery.stage import Batch, Stage, because, report

E, S, R, C = DeliveryEvent, DeliveryStatus, ReceiptKind, ReasonCode
T0 = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def at(minute: int) -> dict[str, Any]:
    return {"occurred_at": T0 + timedelta(minutes=minute)}


@pytest.fixture
async def batch(stage: Stage) -> Batch:
    """One delivery, under way."""
    batch = await stage.batch()
    await stage.claim(batch)
    return batch


async def outcomes(stage: Stage, batch: Batch) -> list[str | None]:
    rows = await stage.runs("SELECT outcome FROM receipts WHERE delivery_id = :id ORDER BY id", id=batch.first)
    return [row.outcome for row in rows]


class TestBeforeTheRecord:
    async def test_a_success_is_the_whole_sent_transaction_and_the_record_only_adds_the_provider_s_id(
        self, stage: Stage, batch: Batch
    ) -> None:
        await stage.receipt(batch.first, R.DELIVERED)
        row = await stage.row(batch.first)
        assert (row.status, row.provider_message_id) == ("delivered", None)
        before = await stage.timeline(batch)
        assert before[0] == ("reply", "Text of attempt 1.")
        await stage.settle(report(batch.first, E.ACCEPT, provider_message_id="prov-1", outcome="accepted"))
        row, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
        assert (row.status, row.provider_message_id, attempt.outcome) == ("delivered", "prov-1", "accepted")
        assert await stage.timeline(batch) == before
        assert (await stage.counts(batch), await stage.events(batch)) == ({"delivered": 1}, 1)

    async def test_nothing_is_delivered_before_it_was_sent(self, stage: Stage, batch: Batch) -> None:
        await stage.receipt(batch.first, R.DELIVERED, **at(0))
        row = await stage.row(batch.first)
        assert row.delivered_at == row.sent_at

    async def test_a_failure_stands_against_the_record_of_its_acceptance(self, stage: Stage, batch: Batch) -> None:
        await stage.receipt(batch.first, R.FAILED, code=C.BOUNCED, detail="No such mailbox.")
        await stage.settle(report(batch.first, E.ACCEPT, provider_message_id="prov-1", outcome="accepted"))
        row, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
        assert (row.status, row.reason_code, row.provider_message_id) == ("failed", "bounced", "prov-1")
        assert attempt.outcome == "reported_failed"

    async def test_a_success_takes_a_row_out_of_the_queue(self, stage: Stage, batch: Batch) -> None:
        await stage.settle(report(batch.first, E.DEFER))
        await stage.receipt(batch.first, R.SENT)
        assert await stage.status(batch.first) is S.SENT
        assert await stage.claim(batch) == []


class TestAnOlderAttempt:
    """The first attempt was lost; a person sent it again."""

    @pytest.fixture
    async def again(self, stage: Stage, batch: Batch) -> Batch:
        await stage.settle(report(batch.first, E.LOSE_ANSWER, reason=because(C.ANSWER_LOST)))
        await stage.let_settle(batch)
        await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        await stage.claim(batch)
        return batch

    async def test_its_failure_is_absorbed(self, stage: Stage, again: Batch) -> None:
        await stage.receipt(again.first, R.FAILED, epoch=1)
        assert await stage.status(again.first) is S.SENDING
        assert await outcomes(stage, again) == ["absorbed: other_attempt"]

    async def test_its_success_counts_with_the_text_that_it_carried(self, stage: Stage, again: Batch) -> None:
        await stage.receipt(again.first, R.DELIVERED, epoch=1)
        assert await stage.status(again.first) is S.DELIVERED
        assert ("reply", "Text of attempt 1.") in await stage.timeline(again)

    async def test_its_success_counts_although_the_newer_one_was_refused(self, stage: Stage, again: Batch) -> None:
        await stage.settle(report(again.first, E.REJECT, 2, reason=because(C.CONTENT_REJECTED)))
        await stage.receipt(again.first, R.DELIVERED, epoch=1)
        assert await stage.status(again.first) is S.DELIVERED

    async def test_its_success_is_old_news_once_it_was_reported_failed(self, stage: Stage, again: Batch) -> None:
        await stage.receipt(again.first, R.FAILED, epoch=1, **at(5))
        await stage.receipt(again.first, R.SENT, epoch=1, **at(1))
        assert await stage.status(again.first) is S.SENDING


async def test_a_retry_is_not_undone_by_an_older_success_that_comes_late(stage: Stage, batch: Batch) -> None:
    await stage.settle(report(batch.first, E.ACCEPT))
    await stage.receipt(batch.first, R.FAILED, code=C.UNREACHABLE, **at(5))
    await stage.settle(report(batch.first, E.RETRY, None))
    await stage.receipt(batch.first, R.SENT, **at(1))
    assert await stage.status(batch.first) is S.QUEUED
    await stage.receipt(batch.first, R.DELIVERED, **at(9))
    assert await stage.status(batch.first) is S.DELIVERED


@pytest.mark.parametrize("why", ["cancelled", "too_late", "marked_not_sent"])
async def test_a_success_corrects_what_we_concluded_ourselves(stage: Stage, batch: Batch, why: str) -> None:
    lost = report(batch.first, E.LOSE_ANSWER, reason=because(C.ANSWER_LOST))
    conclusions = {
        "cancelled": report(batch.first, E.CANCEL, None, reason=because(C.CANCELLED)),
        "too_late": report(batch.first, E.EXPIRE, None, reason=because(C.TOO_LATE)),
        "marked_not_sent": report(batch.first, E.RESOLVE_NOT_SENT, None, reason=because(C.MARKED_NOT_SENT)),
    }
    await stage.settle(lost if why == "marked_not_sent" else report(batch.first, E.DEFER))
    await stage.let_settle(batch)
    if why == "too_late":
        await stage.runs("UPDATE mass_replies SET not_after = now() WHERE id = :id", id=batch.id)
    await stage.settle(conclusions[why])
    assert (await stage.row(batch.first)).reason_code == why
    await stage.receipt(batch.first, R.DELIVERED)
    row = await stage.row(batch.first)
    assert (row.status, row.reason_code) == ("delivered", None)
    assert (await stage.counts(batch), await stage.events(batch)) == ({"delivered": 1}, 1)


REPORTED = [(R.SENT, 1), (R.DELIVERED, 4), (R.FAILED, 3), (R.FAILED, 6), (R.SENT, 8)]


@pytest.mark.parametrize("kept", [REPORTED[:3], REPORTED[1:], REPORTED[:4], REPORTED], ids=len)
async def test_whatever_comes_first_the_latest_by_the_provider_s_clock_decides(
    stage: Stage, kept: list[tuple[ReceiptKind, int]]
) -> None:
    """Every order of a few reports, and the record of the call anywhere among them."""
    orders = list(permutations([*kept, None], len(kept) + 1))[:: max(1, len(kept) ** 2 - 4)]
    batch = await stage.batch(len(orders))
    await stage.claim(batch)
    for delivery, order in zip(batch.deliveries, orders, strict=True):
        for one in order:
            if one is None:
                await stage.settle(report(delivery, E.ACCEPT, outcome="accepted"))
            else:
                await stage.receipt(delivery, one[0], **at(one[1]))
    latest = max(kept, key=lambda one: one[1])[0]
    counts = await stage.counts(batch)
    assert (counts == {"failed": len(orders)}) is (latest is R.FAILED), counts
    assert ("failed" in counts) is (latest is R.FAILED), counts


@pytest.mark.parametrize("order", [(R.SENT, R.FAILED), (R.FAILED, R.SENT)])
async def test_at_the_same_second_the_failure_is_believed(
    stage: Stage, batch: Batch, order: tuple[ReceiptKind, ...]
) -> None:
    for kind in order:
        await stage.receipt(batch.first, kind, **at(1))
    assert await stage.status(batch.first) is S.FAILED


async def test_the_same_report_again_does_nothing(stage: Stage, batch: Batch) -> None:
    for _ in range(3):
        await stage.receipt(batch.first, R.DELIVERED, event_key="event-1")
    assert await outcomes(stage, batch) == ["applied"]
    assert len(await stage.timeline(batch)) == 2


class TestFinding:
    async def test_a_report_without_our_name_is_matched_by_the_provider_s_id(self, stage: Stage, batch: Batch) -> None:
        await stage.settle(report(batch.first, E.ACCEPT, provider_message_id="prov-1", outcome="accepted"))
        await stage.receipt(None, R.READ, provider_message_id="prov-1")
        assert await stage.status(batch.first) is S.READ

    async def test_a_report_for_nobody_is_kept_and_matches_once_the_record_is_there(
        self, stage: Stage, batch: Batch
    ) -> None:
        await stage.receipt(None, R.DELIVERED, provider_message_id="prov-1")
        [waiting] = await stage.runs(
            "SELECT id, settled_at FROM receipts WHERE settled_at IS NULL AND tenant_id = :tenant"
        )
        await stage.settle(report(batch.first, E.ACCEPT, provider_message_id="prov-1", outcome="accepted"))
        for _ in range(2):
            await settle_stored(stage.database, stage.tenant, waiting.id)
        assert await stage.status(batch.first) is S.DELIVERED

    async def test_a_report_for_nobody_is_logged_once_however_often_it_is_tried(self, stage: Stage) -> None:
        with structlog.testing.capture_logs() as lines:
            await stage.receipt(None, R.DELIVERED, provider_message_id="prov-1")
            [waiting] = await stage.runs("SELECT id FROM receipts WHERE settled_at IS NULL AND tenant_id = :tenant")
            await settle_stored(stage.database, stage.tenant, waiting.id)
        assert [line["event"] for line in lines] == ["receipt_unmatched"]

    async def test_a_report_whose_delivery_is_deleted_at_this_moment_is_kept_and_takes_no_other_with_it(
        self, stage: Stage, batch: Batch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find = receipts.find_delivery

        async def found(tx: TenantTx, stored: StoredReceipt) -> tuple[DeliveryId, int] | None:
            return await find(tx, stored) or (DeliveryId(uuid4()), 1)

        monkeypatch.setattr(receipts, "find_delivery", found)
        reports = [Receipt(ReceiptKind.DELIVERED, f"e-{id_}", f"{id_}.1", None) for id_ in (uuid4(), batch.first)]
        async with stage.database.begin(stage.tenant) as tx:
            await take_reports(tx, [(stage.account, Channel.EMAIL, each) for each in reports])
        assert await stage.status(batch.first) is S.DELIVERED
        stored = await stage.runs("SELECT settled_at IS NULL AS open FROM receipts ORDER BY id")
        assert [row.open for row in stored] == [True, False]

    @pytest.mark.parametrize("epoch", ["", "1x", "-1", "٣", "9" * 30, "1.2"])
    async def test_a_name_that_is_not_ours_is_nobody_s(self, stage: Stage, batch: Batch, epoch: str) -> None:
        await stage.receipt(None, R.DELIVERED, correlation=f"{batch.first}.{epoch}")
        await stage.receipt(None, R.DELIVERED, correlation=f"{UUID(int=1)}.1")
        await stage.receipt(None, R.DELIVERED, correlation="not-an-id.1")
        assert await stage.status(batch.first) is S.SENDING

    async def test_another_account_s_report_does_not_count(self, stage: Stage, batch: Batch) -> None:
        account = stage.account
        stage.account = await stage.sms_account()
        await stage.receipt(batch.first, R.DELIVERED)
        stage.account = account
        assert await stage.status(batch.first) is S.SENDING

    async def test_a_report_may_hold_what_no_database_does(self, stage: Stage, batch: Batch) -> None:
        raw = {"a\0": "b\0\ud800", "literal": "\\u0000", "list": [float("nan"), {"deep": ("\0",)}, 1.5, None, True]}
        await stage.receipt(
            batch.first, R.FAILED, event_key="e\0", detail="No\0pe.", provider_message_id="p\0", raw=raw
        )
        [kept] = await stage.runs("SELECT * FROM receipts WHERE tenant_id = :tenant")
        assert kept.raw == {"a": "b", "literal": "\\u0000", "list": ["nan", {"deep": [""]}, 1.5, None, True]}
        assert (kept.event_key, kept.reason_detail, kept.provider_message_id) == ("e", "Nope.", "p")
        assert (await stage.row(batch.first)).reason_detail == "Nope."


async def test_a_bad_address_is_remembered_for_its_channel(stage: Stage, batch: Batch) -> None:
    await stage.receipt(batch.first, R.FAILED, code=C.BOUNCED, bad_address="Ann@Example.com", channel=Channel.EMAIL)
    [blocked] = await stage.runs("SELECT * FROM blocked_addresses WHERE tenant_id = :tenant")
    assert (blocked.channel, blocked.address, blocked.reason) == ("email", "ann@example.com", "bounced")


async def test_a_report_that_is_repeated_after_a_lift_does_not_block_again_and_any_other_does(
    stage: Stage, batch: Batch
) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)

    async def blocked_after(**report: Any) -> list[UUID]:
        bounced = {"code": C.BOUNCED, "bad_address": "ann@example.com"}
        await stage.receipt(batch.first, R.FAILED, **bounced, **report)
        async with stage.database.begin(stage.tenant) as tx:
            return [each.id for each in await page(tx, None, None, before=None, limit=10)]

    [first] = await blocked_after(event_key="one")
    async with stage.database.begin(stage.tenant) as tx:
        await lift(tx, first)
    assert await blocked_after(event_key="one") == []
    assert len(await blocked_after(event_key="two", occurred_at=an_hour_ago)) == 1


async def test_a_bad_number_is_remembered_as_the_helpdesk_writes_it(stage: Stage, batch: Batch) -> None:
    await stage.receipt(batch.first, R.FAILED, code=C.OPTED_OUT, bad_address="14155550123\0", channel=Channel.WHATSAPP)
    [blocked] = await stage.runs("SELECT * FROM blocked_addresses WHERE tenant_id = :tenant")
    assert (blocked.channel, blocked.address) == ("whatsapp", "+14155550123")


@pytest.mark.parametrize(("code", "retryable"), [(C.UNREACHABLE, True), (C.BOUNCED, False), (None, False)])
async def test_a_reported_failure_is_retryable_by_its_reason(
    stage: Stage, batch: Batch, code: ReasonCode | None, *, retryable: bool
) -> None:
    await stage.receipt(batch.first, R.FAILED, code=code, event_key=uuid4().hex)
    row = await stage.row(batch.first)
    assert (row.reason_code, row.retryable) == (code or "provider_rejected", retryable)
    assert row.reason_detail


class TestAWatermark:
    """A report on all that one recipient was sent until a moment."""

    @pytest.fixture
    async def recipient(self, stage: Stage, batch: Batch) -> str:
        return str((await stage.conversation(batch)).address)

    async def until_now(
        self,
        stage: Stage,
        recipient: str,
        kind: Literal[ReceiptKind.DELIVERED, ReceiptKind.READ] = R.READ,
        **about: Any,
    ) -> None:
        mark = {"event_key": uuid4().hex, "recipient": recipient, "up_to": datetime.now(UTC), **about}
        async with stage.database.begin(stage.tenant) as tx:
            await take_reports(tx, [(stage.account, Channel.EMAIL, Watermark(kind, **mark))])

    async def sweep(self, stage: Stage) -> None:
        await stage.runs("UPDATE receipts SET received_at = now() - interval '8.1 seconds' WHERE settled_at IS NULL")
        await stage.sweeper().tick()

    async def waiting(self, stage: Stage) -> int:
        return int((await stage.one("SELECT count(*) AS n FROM receipts WHERE settled_at IS NULL")).n)

    async def test_that_comes_before_the_record_is_applied_after_it(
        self, stage: Stage, batch: Batch, recipient: str
    ) -> None:
        await self.until_now(stage, recipient)
        assert await stage.status(batch.first) is S.SENDING
        await stage.settle(report(batch.first, E.ACCEPT, provider_message_id="prov-1", outcome="accepted"))
        await self.sweep(stage)
        assert (await stage.status(batch.first), await self.waiting(stage)) == (S.READ, 0)
        assert [attempt.outcome for attempt in await stage.attempts(batch.first)] == ["accepted"]

    async def test_waits_for_what_stays_uncertain_and_proves_nothing_of_it(
        self, stage: Stage, batch: Batch, recipient: str
    ) -> None:
        await self.until_now(stage, recipient, R.DELIVERED)
        await stage.settle(report(batch.first, E.LOSE_ANSWER, reason=because(C.ANSWER_LOST)))
        await self.sweep(stage)
        assert (await stage.status(batch.first), await self.waiting(stage)) == (S.UNCERTAIN, 1)
        await stage.settle(report(batch.first, E.RESOLVE_SENT, None))
        await self.sweep(stage)
        assert (await stage.status(batch.first), await self.waiting(stage)) == (S.DELIVERED, 0)

    async def test_says_nothing_of_what_was_begun_after_it(self, stage: Stage, batch: Batch, recipient: str) -> None:
        await self.until_now(stage, recipient, up_to=datetime.now(UTC) - timedelta(minutes=5))
        await stage.settle(report(batch.first, E.ACCEPT, outcome="accepted"))
        await self.sweep(stage)
        assert (await stage.status(batch.first), await self.waiting(stage)) == (S.SENT, 0)
