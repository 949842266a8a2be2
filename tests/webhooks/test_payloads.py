"""Which calls events make, in which order, and how far an endpoint has come."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbox import (
    ConversationUpdated,
    DeliveryUpdated,
    Event,
    EventType,
    MessageCreated,
    OutboxEntry,
    Subject,
)
from app.domain.words import Channel, MassReplyId, TimelineKind
from app.webhooks.payloads import (
    DELIVERIES,
    EventUnwritable,
    WebhookMessage,
    messages_of,
    predecessors,
    progress,
    render,
)
from app.webhooks.sql.event_contents import Contents, MessageContent

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BATCH, OTHER = MassReplyId(UUID(int=1)), MassReplyId(UUID(int=2))
ANN, BOB = UUID(int=11), UUID(int=12)


def event(type_: EventType, *subjects: Subject, batch: MassReplyId | None = None, position: int = 1) -> Event:
    return Event(uuid4(), position, OutboxEntry(type_, batch, subjects), NOW)


def updated(*conversations: UUID, batch: MassReplyId | None = None, position: int = 1) -> Event:
    subjects = (ConversationUpdated(id_) for id_ in conversations)
    return event(EventType.CONVERSATION_UPDATED, *subjects, batch=batch, position=position)


def confirmed(batch: MassReplyId, position: int = 1) -> Event:
    return event(EventType.MASS_REPLY_CONFIRMED, batch=batch, position=position)


def calls(*events: Event) -> list[WebhookMessage]:
    return [outgoing for each in events for outgoing in messages_of(each)]


def order(*events: Event) -> list[set[int]]:
    return [set(indexes) for indexes in predecessors(calls(*events))]


def test_each_message_and_conversation_is_a_call_and_a_mass_reply_is_one() -> None:
    message = event(EventType.MESSAGE_CREATED, MessageCreated(uuid4(), ANN), MessageCreated(uuid4(), BOB))
    assert [len(calls(each)) for each in (message, updated(ANN, BOB), confirmed(BATCH))] == [2, 2, 1]


def test_deliveries_are_told_by_the_hundred() -> None:
    deliveries = [DeliveryUpdated(uuid4(), ANN, DeliveryStatus.SENT) for _ in range(DELIVERIES + 1)]
    told = calls(event(EventType.DELIVERIES_UPDATED, *deliveries, batch=BATCH))
    assert [len(outgoing.subjects) for outgoing in told] == [DELIVERIES, 1]


def test_an_id_is_the_same_whenever_it_is_asked_for_and_no_other_call_has_it() -> None:
    events = [updated(ANN, BOB), updated(ANN), confirmed(BATCH)]
    ids = [outgoing.id for outgoing in calls(*events)]
    assert ids == [outgoing.id for outgoing in calls(*events)]
    assert len(set(ids)) == 4


def test_a_mass_reply_is_told_of_event_by_event() -> None:
    events = (confirmed(BATCH), updated(ANN, BOB, batch=BATCH), event(EventType.MASS_REPLY_COMPLETED, batch=BATCH))
    assert order(*events) == [set(), {0}, {0}, {1, 2}]


def test_mass_replies_do_not_wait_for_each_other() -> None:
    assert order(confirmed(BATCH), confirmed(OTHER)) == [set(), set()]


def test_a_conversation_is_told_of_in_order_whichever_mass_reply_it_was() -> None:
    events = (updated(ANN, BOB, batch=BATCH), updated(ANN, batch=OTHER), updated(BOB), updated(BOB, BOB))
    assert order(*events) == [set(), set(), {0}, {1}, {3}, {4}]


def test_what_json_cannot_hold_is_said_to_be_unwritable_by_the_name_of_the_error_alone() -> None:
    told = MessageContent(
        id=ANN,
        conversation_id=BOB,
        external_id=None,
        channel=Channel.EMAIL,
        kind=TimelineKind.CUSTOMER_MESSAGE,
        text=b"Private words.",  # type: ignore[arg-type]  # what a fault of ours would leave there
        automatic=False,
        author_id=None,
        author_name=None,
        mass_reply_id=None,
        delivery_id=None,
        created_at=NOW,
    )
    [outgoing] = messages_of(event(EventType.MESSAGE_CREATED, MessageCreated(ANN, BOB)))
    with pytest.raises(EventUnwritable, match=r"^TypeError$"):
        render(outgoing, Contents(messages={ANN: told}))


def test_who_has_taken_everything_has_come_to_the_end() -> None:
    events = [confirmed(BATCH, 5), confirmed(BATCH, 7)]
    first, second = (outgoing.id for outgoing in calls(*events))
    assert progress(events, {first, second}, 4, 9) == (9, set())
    assert progress(events, {first}, 4, 9) == (5, set())
    assert progress(events, {second}, 4, 9) == (4, {second})
    assert progress([], set(), 4, 9) == (9, set())


some_events = st.lists(
    st.tuples(st.lists(st.sampled_from([ANN, BOB]), max_size=3), st.sampled_from([None, BATCH, OTHER])), max_size=8
)


@given(some_events, st.data())
def test_nothing_behind_the_position_is_forgotten_and_nothing_before_it_is_missing(
    drawn: Sequence[tuple[list[UUID], MassReplyId | None]], data: st.DataObject
) -> None:
    events = [updated(*ids, batch=batch, position=10 + number) for number, (ids, batch) in enumerate(drawn)]
    every = {outgoing.id for outgoing in calls(*events)}
    taken = {id_ for id_ in sorted(every) if data.draw(st.booleans())}
    position, ahead = progress(events, taken, 9, 9 + len(events))
    before = {outgoing.id for each in events if each.position <= position for outgoing in messages_of(each)}
    assert before <= taken
    assert before | ahead == taken
    assert before.isdisjoint(ahead)


@given(some_events)
def test_a_call_waits_for_earlier_ones_only(drawn: Sequence[tuple[list[UUID], MassReplyId | None]]) -> None:
    events = [updated(*ids, batch=batch, position=number) for number, (ids, batch) in enumerate(drawn)]
    for index, before in enumerate(predecessors(calls(*events))):
        assert all(other < index for other in before)
