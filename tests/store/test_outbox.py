"""Readers of the outbox miss nothing and hear nothing before what it rests on, however transactions overlap."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.conversations.importing import import_lines
from app.conversations.sql.customer_messages import record_customer_message
from app.domain.conversation import CustomerMessage
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbox import (
    ConversationUpdated,
    DeliveryUpdated,
    Event,
    EventType,
    MessageCreated,
    OutboxEntry,
    Subject,
    read_subject,
    write_subject,
)
from app.domain.words import Channel, ConversationId, MassReplyId, ReasonCode, TenantId
from app.runtime import Runtime
from app.store import outbox
from tests.imports import DIGESTS, ndjson, patch, stream
from tests.plans import renew_statistics
from tests.scene import add_conversation

ONE, OTHER = MassReplyId(UUID(int=1)), MassReplyId(UUID(int=2))


def confirmed(mass_reply: MassReplyId = ONE) -> OutboxEntry:
    return OutboxEntry(EventType.MASS_REPLY_CONFIRMED, mass_reply)


async def read(runtime: Runtime, tenant: UUID, position: int = 0) -> list[Event]:
    async with runtime.database.begin(tenant) as tx:
        await outbox.number(tx)
    async with runtime.database.begin(tenant) as tx:
        return await outbox.after(tx, position, 100)


async def test_a_transaction_that_ends_late_is_read_after_those_that_ended_before(
    runtime: Runtime, tenant: UUID
) -> None:
    async with AsyncExitStack() as slow:
        late = await slow.enter_async_context(runtime.database.begin(tenant))
        await outbox.publish(late, [confirmed(OTHER)])
        async with runtime.database.begin(tenant) as tx:
            await outbox.publish(tx, [confirmed(ONE)])
        [first] = await read(runtime, tenant)
    [second] = await read(runtime, tenant, first.position)
    assert (first.entry.mass_reply_id, second.entry.mass_reply_id) == (ONE, OTHER)
    assert [event.id for event in await read(runtime, tenant)] == [first.id, second.id]


async def test_what_is_rolled_back_is_never_told(runtime: Runtime, tenant: UUID) -> None:
    async with runtime.database.begin(tenant) as tx:
        await outbox.publish(tx, [confirmed()])
        await tx.execute(sa.text("ROLLBACK"))
    assert await read(runtime, tenant) == []


async def test_news_of_one_transaction_keep_their_order(runtime: Runtime, tenant: UUID) -> None:
    told = [
        OutboxEntry(EventType.MASS_REPLY_CONFIRMED, ONE),
        OutboxEntry(EventType.MASS_REPLY_PAUSED, ONE),
        confirmed(OTHER),
    ]
    async with runtime.database.begin(tenant) as tx:
        await outbox.publish(tx, told)
    assert [event.entry for event in await read(runtime, tenant)] == [
        OutboxEntry(news.type, news.mass_reply_id, ()) for news in told
    ]


async def test_what_a_customer_wrote_stays_out_of_it(runtime: Runtime, tenant: UUID) -> None:
    for subject, status in (("Card of Ann Lee refused", "active"), ("Ann Lee, again", "done"), ("Ann Lee", "done")):
        body = stream(ndjson(patch(channel="other", subject=subject, status=status)))
        await import_lines(runtime.database, TenantId(tenant), body, DIGESTS)
    [event] = await read(runtime, tenant)
    [told] = event.entry.subjects
    assert isinstance(told, ConversationUpdated)
    assert told.changed == {"status": ("active", "done")}


async def test_a_customer_message_tells_what_it_changed(runtime: Runtime, tenant: UUID) -> None:
    conversation = await add_conversation(
        runtime, tenant, Channel.EMAIL, "ann@example.test", status="done", engagement="engaged"
    )
    async with runtime.database.begin(tenant) as tx:
        recorded = await record_customer_message(
            tx, ConversationId(conversation), CustomerMessage("Still broken.", "m-1"), datetime.now(UTC)
        )
    created, updated = await read(runtime, tenant)
    assert created.entry.subjects == (MessageCreated(recorded.message_id, conversation),)
    changed = {"status": ("done", "active"), "engagement": ("engaged", "pending")}
    assert updated.entry.subjects == (ConversationUpdated(conversation, changed),)


ids = st.uuids()
words = st.text(min_size=1)
subjects = st.one_of(
    st.builds(MessageCreated, ids, ids, st.none() | ids),
    st.builds(
        ConversationUpdated,
        ids,
        st.dictionaries(words, st.tuples(st.none() | words, st.none() | words)),
        st.lists(words).map(tuple),
        st.lists(words).map(tuple),
    ),
    st.builds(DeliveryUpdated, ids, ids, st.sampled_from(DeliveryStatus), st.none() | st.sampled_from(ReasonCode)),
)
TYPES = {
    MessageCreated: EventType.MESSAGE_CREATED,
    ConversationUpdated: EventType.CONVERSATION_UPDATED,
    DeliveryUpdated: EventType.DELIVERIES_UPDATED,
}


@given(subjects)
def test_a_subject_is_read_as_it_was_written(subject: Subject) -> None:
    assert read_subject(TYPES[type(subject)], write_subject(subject)) == subject


async def test_each_event_takes_one_number_also_for_a_tenant_that_the_statistics_do_not_know(
    runtime: Runtime, tenant: UUID, owner_url: str
) -> None:
    many = 200
    await renew_statistics(owner_url, "outbound_events")
    async with runtime.database.begin(tenant) as tx:
        await outbox.publish(tx, [confirmed()] * many)
    async with runtime.database.begin(tenant) as tx:
        assert await outbox.number(tx) == many
        numbered = await outbox.after(tx, 0, many)
    assert numbered[-1].position - numbered[0].position == many - 1
