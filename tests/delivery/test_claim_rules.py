"""What a claim may take, and when a lane is open: every condition by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.delivery import claim
from app.delivery.claim import is_open
from app.delivery.sql import claims
from app.delivery.sql.claims import Attempt, ClaimLimit, LaneSnapshot
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.preflight import Recipient, judge
from app.domain.words import ReasonCode
from tests.delivery.carrier import Carrier
from tests.delivery.settling import accepted, claimed, lost
from tests.delivery.stage import LEASE, SETTLES_AFTER, Batch, Stage, because, report

E, S = DeliveryEvent, DeliveryStatus
NOW, SECOND = datetime(2026, 5, 1, 12, 0, tzinfo=UTC), timedelta(seconds=1)
OPEN = LaneSnapshot(
    now=NOW,
    status=MassReplyStatus.SENDING,
    not_after=None,
    sampling=False,
    lane_paused=False,
    lane_held=False,
    enabled=True,
    account_paused=False,
    cool_until=None,
    allowed_at=NOW,
    rate_per_second=10,
    max_in_flight=5,
    queued=1,
    unrecorded=0,
    account_version=NOW,
)


class TestALane:
    @pytest.mark.parametrize(
        "about",
        [
            {},
            {"cool_until": NOW - SECOND},
            {"cool_until": NOW},
            {"not_after": NOW + SECOND},
            {"not_after": NOW, "again_until": NOW + SECOND},
        ],
    )
    def test_is_open(self, about: dict[str, Any]) -> None:
        assert is_open(replace(OPEN, **about))

    @pytest.mark.parametrize(
        "about",
        [
            *({"status": status} for status in MassReplyStatus if status is not MassReplyStatus.SENDING),
            {"enabled": False},
            {"lane_paused": True},
            {"account_paused": True},
            {"cool_until": NOW + SECOND},
            {"not_after": NOW},
            {"not_after": NOW - SECOND},
            {"not_after": NOW, "again_until": NOW},
            {"not_after": NOW, "again_until": NOW - SECOND},
        ],
    )
    def test_is_shut(self, about: dict[str, Any]) -> None:
        assert not is_open(replace(OPEN, **about))


class TestAClaim:
    async def test_takes_what_is_queued_and_nothing_else(self, stage: Stage) -> None:
        batch = await claimed(stage, 7)
        queued, _, sent, delivered, failed, uncertain, cancelled = batch.deliveries
        await stage.settle(
            report(queued, E.GIVE_BACK),
            accepted(sent),
            report(delivered, E.RECEIPT_DELIVERED),
            report(failed, E.REJECT, reason=because(ReasonCode.CONTENT_REJECTED)),
            lost(uncertain),
            report(cancelled, E.GIVE_BACK),
            report(cancelled, E.CANCEL, None),
        )
        assert [one.delivery_id for one in await stage.claim(batch)] == [queued]
        assert {await stage.status(id_) for id_ in batch.deliveries} == {
            S.SENDING, S.SENT, S.DELIVERED, S.FAILED, S.UNCERTAIN, S.CANCELLED,
        }  # fmt: skip

    @pytest.mark.parametrize(
        "change",
        [
            "not_before = now() + interval '1 hour'",
            "not_after = now()",
            "account_id = (SELECT id FROM channel_accounts WHERE provider <> 'postmark')",
        ],
    )
    async def test_leaves_what_is_not_due_too_late_or_of_another_account(self, stage: Stage, change: str) -> None:
        await stage.sms_account()
        batch, other = await stage.batch(2), await stage.batch(2)
        await stage.runs(f"UPDATE deliveries SET {change} WHERE id = :id", id=batch.first)
        assert [one.delivery_id for one in await stage.claim(batch)] == [batch.deliveries[1]]
        assert await stage.counts(other) == {"queued": 2}

    async def test_takes_no_more_than_there_is_room_for(self, stage: Stage) -> None:
        assert len(await stage.claim(await stage.batch(3), 2)) == 2

    async def test_takes_the_sample_alone_as_long_as_that_is_sent(self, stage: Stage) -> None:
        batch = await stage.batch(3)
        await stage.runs("UPDATE deliveries SET sampled = true WHERE id = :id", id=batch.deliveries[1])
        async with stage.database.begin(stage.tenant) as tx:
            limit = ClaimLimit(3, 1_000, sampling=True)
            at = (await stage.one("SELECT clock_timestamp() AS now")).now
            taken = await claims.claim(tx, batch.lane, uuid4(), limit, at, LEASE, SETTLES_AFTER)
        assert [one.delivery_id for one in taken] == [batch.deliveries[1]]

    async def test_forgets_what_became_of_the_attempt_before_and_keeps_its_text(self, stage: Stage) -> None:
        batch = await claimed(stage)
        await stage.settle(lost(batch.first))
        await stage.let_settle(batch)
        await stage.settle(report(batch.first, E.SEND_AGAIN, None))
        await self.failed_once(stage, batch)
        [again] = await stage.claim(batch)
        async with stage.database.begin(stage.tenant) as tx:
            await claims.store_texts(tx, [Attempt(again, "The second text.")])
        row, [first, second] = await stage.row(batch.first), await stage.attempts(batch.first)
        assert (row.reason_code, row.reason_detail, row.retryable) == (None, None, False)
        assert (first.text, second.text) == ("Text of attempt 1.", "The second text.")
        assert (row.lease_until - second.started_at, row.settles_after - second.started_at) == (LEASE, SETTLES_AFTER)

    async def failed_once(self, stage: Stage, batch: Batch) -> None:
        """As if it still said why it failed."""
        told = "reason_code = 'unreachable', reason_detail = 'Nobody there.', retryable = true"
        await stage.runs(f"UPDATE deliveries SET {told} WHERE id = :id", id=batch.first)


async def test_a_recipient_whose_message_cannot_be_made_holds_up_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, carrier = await stage.batch(20), Carrier()
    poisonous = (await stage.row(batch.deliveries[4])).conversation_id

    def stumbles(recipient: Recipient, *about: Any) -> Any:
        return 1 // 0 if recipient.conversation_id == poisonous else judge(recipient, *about)

    monkeypatch.setattr(claim, "judge", stumbles)
    await stage.pump(batch, carrier)
    row = await stage.row(batch.deliveries[4])
    assert await stage.counts(batch) == {"sent": 19, "failed": 1}
    assert (row.reason_code, row.retryable) == ("content_rejected", True)
    assert row.reason_detail.startswith("A fault of this service")
