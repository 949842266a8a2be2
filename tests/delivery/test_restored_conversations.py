"""What a conversation gets back when its reply fails later, also if several mass replies were sent on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.delivery import settle as settling
from app.delivery.settle import settle
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.words import ReasonCode
from tests.delivery.settling import REJECTED, accepted, bounce, claimed, sent
from tests.delivery.stage import Batch, Stage, because, report
from tests.patience import patience

E, S, C = DeliveryEvent, DeliveryStatus, ReasonCode


class TestFailedLater:
    async def test_what_was_flipped_is_given_back(self, stage: Stage) -> None:
        batch = await sent(stage, mark_as_done=True)
        await stage.settle(bounce(batch))
        conversation, row = await stage.conversation(batch), await stage.row(batch.first)
        assert (conversation.engagement, conversation.status, row.flips) == ("pending", "active", "restored")
        assert (await stage.timeline(batch))[-1] == (
            "system_error",
            "The mass reply was sent and did not arrive. The mailbox does not exist.",
        )
        assert await stage.counts(batch) == {"failed": 1}

    async def test_what_somebody_has_changed_since_stays(self, stage: Stage) -> None:
        batch = await sent(stage, mark_as_done=True)
        await stage.runs("UPDATE conversations SET status = 'archived' WHERE id = :id", id=batch.conversations[0])
        await stage.settle(bounce(batch))
        conversation = await stage.conversation(batch)
        assert (conversation.engagement, conversation.status) == ("pending", "archived")

    async def test_restored_is_said_only_where_something_was_given_back(self, stage: Stage) -> None:
        batch = await sent(stage)
        await stage.runs("UPDATE conversations SET engagement = 'pending' WHERE id = :id", id=batch.conversations[0])
        await stage.settle(bounce(batch))
        assert (await stage.row(batch.first)).flips == "applied"

    async def test_a_success_after_it_is_neither_announced_nor_billed_twice(self, stage: Stage) -> None:
        batch = await sent(stage)
        now = datetime.now(UTC)
        await stage.settle(bounce(batch, occurred_at=now))
        later = now + timedelta(minutes=1)
        await stage.settle(report(batch.first, E.RECEIPT_DELIVERED, occurred_at=later))
        assert (await stage.conversation(batch)).engagement == "engaged"
        assert await stage.events(batch) == 1
        assert [kind for kind, _ in await stage.timeline(batch)].count("reply") == 1
        assert (await stage.timeline(batch))[-1] == ("system_note", "The mass reply arrived after all.")
        assert await stage.counts(batch) == {"delivered": 1}

    async def test_a_retry_of_it_is_told_and_keeps_the_one_reply(self, stage: Stage) -> None:
        batch = await sent(stage)
        reason = because(C.UNREACHABLE, "Nobody there.", retryable=True)
        await stage.settle(report(batch.first, E.RECEIPT_FAILED, reason=reason), report(batch.first, E.RETRY, None))
        row = await stage.row(batch.first)
        assert (row.status, row.sent_at, row.delivered_at) == ("queued", None, None)
        await stage.claim(batch)
        await stage.settle(accepted(batch.first, 2))
        assert [kind for kind, _ in await stage.timeline(batch)].count("reply") == await stage.events(batch) == 1
        assert await stage.told(batch) == ["sent", "failed", "sent"]


async def shared(stage: Stage, count: int, **about: Any) -> list[Batch]:
    """Several mass replies to one conversation, each with one delivery, claimed."""
    batches = [await claimed(stage, **about) for _ in range(count)]
    first = batches[0].conversations[0]
    for batch in batches[1:]:
        await stage.runs(
            "UPDATE deliveries d SET conversation_id = c.id, contact_id = c.contact_id FROM conversations c "
            "WHERE c.id = :conversation AND d.id = :id",
            conversation=first,
            id=batch.first,
        )
    return batches


class TestSeveralOnOneConversation:
    async def test_each_is_told_of_once_and_in_the_order_in_which_they_were_sent(self, stage: Stage) -> None:
        one, two = await shared(stage, 2)
        await stage.settle(accepted(two.first))
        await stage.settle(accepted(one.first))
        rows = await stage.runs(
            "SELECT mass_reply_id, kind FROM messages WHERE conversation_id = :id ORDER BY created_at, id",
            id=one.conversations[0],
        )
        told = [(row.mass_reply_id, row.kind) for row in rows]
        assert told == [(each.id, kind) for each in (two, one) for kind in ("reply", "system_note")]
        assert (await stage.told(one), await stage.told(two)) == (["sent"], ["sent"])

    async def test_what_another_reached_is_not_given_back(self, stage: Stage) -> None:
        one, two = await shared(stage, 2, mark_as_done=True)
        await stage.settle(accepted(one.first))
        await stage.settle(accepted(two.first))
        await stage.settle(bounce(one))
        conversation = await stage.conversation(one)
        assert (conversation.engagement, conversation.status) == ("engaged", "done")
        assert (await stage.row(one.first)).flips == "applied"

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    async def test_the_last_that_fails_gives_back_what_the_first_found(
        self, stage: Stage, order: tuple[int, ...]
    ) -> None:
        batches = await shared(stage, 3)
        for batch in batches:
            await stage.settle(accepted(batch.first))
        for number, expected in zip(order, ("engaged", "engaged", "pending"), strict=True):
            await stage.settle(bounce(batches[number]))
            assert (await stage.conversation(batches[0])).engagement == expected

    async def test_all_may_fail_in_one_call(self, stage: Stage) -> None:
        one, two = await shared(stage, 2)
        await stage.settle(accepted(one.first), accepted(two.first))
        await stage.settle(bounce(one), bounce(two))
        assert (await stage.conversation(one)).engagement == "pending"

    async def test_what_it_found_is_remembered_when_it_is_sent_again(self, stage: Stage) -> None:
        one, two = await shared(stage, 2, mark_as_done=True)
        await stage.settle(accepted(one.first), accepted(two.first))
        await stage.settle(bounce(one))
        await stage.runs("UPDATE deliveries SET retryable = true WHERE id = :id", id=one.first)
        await stage.settle(report(one.first, E.RETRY, None))
        await stage.claim(one)
        await stage.settle(accepted(one.first, 2))
        await stage.settle(bounce(two), bounce(one, epoch=2))
        conversation = await stage.conversation(one)
        assert (conversation.engagement, conversation.status) == ("pending", "active")

    async def test_what_it_found_is_forgotten_once_somebody_changed_it(self, stage: Stage) -> None:
        one, two = await shared(stage, 2)
        await stage.settle(accepted(one.first), accepted(two.first))
        await stage.settle(bounce(one))
        for engagement in ("pending", "engaged"):
            change = "UPDATE conversations SET engagement = :to WHERE id = :id"
            await stage.runs(change, to=engagement, id=one.conversations[0])
        await stage.runs("UPDATE deliveries SET retryable = true WHERE id = :id", id=one.first)
        await stage.settle(report(one.first, E.RETRY, None))
        await stage.claim(one)
        await stage.settle(accepted(one.first, 2))
        await stage.settle(bounce(two), bounce(one, epoch=2))
        assert (await stage.conversation(one)).engagement == "engaged"

    async def test_one_may_fail_in_the_very_call_in_which_another_is_sent(self, stage: Stage) -> None:
        one, two = await shared(stage, 2)
        await stage.settle(accepted(one.first))
        await stage.settle(bounce(one), accepted(two.first))
        assert (await stage.conversation(one)).engagement == "engaged"
        await stage.settle(bounce(two))
        assert (await stage.conversation(one)).engagement == "pending"


CHANGED_AND_BACK = {
    "an agent": ("UPDATE conversations SET engagement = 'pending', status = 'active' WHERE id = :id",),
    "the customer, in one import with the answer": (
        "UPDATE conversations SET last_customer_message_at = now() WHERE id = :id",
    ),
}


@pytest.mark.parametrize("who", CHANGED_AND_BACK)
async def test_what_was_written_and_answered_since_stays_although_it_looks_the_same(stage: Stage, who: str) -> None:
    batch = await sent(stage, mark_as_done=True)
    answered = "UPDATE conversations SET engagement = 'engaged', status = 'done' WHERE id = :id"
    for statement in (*CHANGED_AND_BACK[who], answered):
        await stage.runs(statement, id=batch.conversations[0])
    await stage.settle(bounce(batch))
    conversation = await stage.conversation(batch)
    assert (conversation.engagement, conversation.status) == ("engaged", "done")
    assert (await stage.row(batch.first)).flips == "applied"


async def test_a_flip_waits_for_nobody_who_writes_on_the_same_timeline(stage: Stage) -> None:
    one, two = await shared(stage, 2)
    async with stage.database.begin(stage.tenant) as writer:
        # A failure's line holds the key of its conversation, and no more.
        await settle(writer, [report(one.first, E.REJECT, reason=REJECTED)])
        await stage.settle(accepted(two.first))
    assert await stage.status(two.first) is S.SENT


async def crosswise(stage: Stage) -> tuple[Batch, Batch]:
    """Two mass replies to the same two conversations, with the deliveries of one in the other order."""
    one, two = await claimed(stage, 2), await claimed(stage, 2)
    for conversation, delivery in zip(reversed(one.conversations), two.deliveries, strict=True):
        await stage.runs("UPDATE deliveries SET conversation_id = :to WHERE id = :id", to=conversation, id=delivery)
    return one, two


async def test_two_mass_replies_to_the_same_conversations_hold_them_in_one_order(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several groups each."""
    monkeypatch.setattr(settling, "GROUP", 1)
    one, two = await crosswise(stage)
    async with stage.database.begin(stage.tenant) as holder:
        # Each may come as far as its first group, and has the conversation that the other needs for its second.
        last = [one.deliveries[1], two.deliveries[1]]
        await holder.execute(sa.text("SELECT FROM deliveries WHERE id = ANY (:ids) FOR UPDATE"), ids=last)
        first = asyncio.create_task(stage.settle(*map(accepted, one.deliveries)))
        await stage.somebody_waits_for_a_lock()
        second = asyncio.create_task(stage.settle(*map(accepted, two.deliveries)))
        await stage.somebody_waits_for_a_lock(2)
    await asyncio.gather(first, second)
    assert await stage.counts(one) == await stage.counts(two) == {"sent": 2}


async def test_mass_replies_that_come_to_their_conversations_crosswise_wait_for_each_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has done its first group when the other begins, unless it waits for it."""
    monkeypatch.setattr(settling, "GROUP", 1)
    settle_group, halfway = settling._settle_group, 0

    async def in_step(*given: Any) -> Any:
        nonlocal halfway
        answers = await settle_group(*given)
        halfway += 1
        if halfway == 1:
            meet = [asyncio.create_task(stage.somebody_waits_for_a_lock()), asyncio.create_task(both_halfway())]
            [met, *_], late = await asyncio.wait(meet, return_when=asyncio.FIRST_COMPLETED)
            for each in late:
                each.cancel()
            await met
        return answers

    async def both_halfway() -> None:
        async with patience("both have done their first group"):
            while halfway < 2:
                await asyncio.sleep(0.005)

    monkeypatch.setattr(settling, "_settle_group", in_step)
    one, two = await crosswise(stage)
    await asyncio.gather(*(stage.settle(*map(accepted, batch.deliveries)) for batch in (one, two)))
    assert await stage.counts(one) == await stage.counts(two) == {"sent": 2}


@asynccontextmanager
async def held(stage: Stage, *conversations: UUID, waiting: int = 1) -> AsyncIterator[None]:
    """Hold the first of these by id. Whoever waits for it must hold none of the others."""
    which = sa.text("SELECT FROM conversations WHERE id = ANY (:ids) FOR UPDATE NOWAIT")
    first, *others = sorted(conversations)
    async with stage.database.begin(stage.tenant) as holder:
        await holder.execute(which, ids=[first])
        yield
        await stage.somebody_waits_for_a_lock(waiting)
        await holder.execute(which, ids=others)


async def test_conversations_are_held_in_the_order_of_their_ids_and_not_of_their_deliveries(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "GROUP", 1)
    one, two = await crosswise(stage)
    async with held(stage, *one.conversations, waiting=2):
        both = [asyncio.create_task(stage.settle(*map(accepted, batch.deliveries))) for batch in (one, two)]
    await asyncio.gather(*both)
    assert await stage.counts(one) == await stage.counts(two) == {"sent": 2}


async def test_what_is_given_back_and_what_is_flipped_in_one_call_are_held_in_the_same_order(stage: Stage) -> None:
    left, reached = sorted([await claimed(stage), await claimed(stage)], key=lambda batch: batch.conversations)
    await stage.settle(accepted(left.first))
    async with held(stage, *left.conversations, *reached.conversations):
        both = asyncio.create_task(stage.settle(bounce(left), accepted(reached.first)))
    await both
    assert (await stage.counts(left), await stage.counts(reached)) == ({"failed": 1}, {"sent": 1})
