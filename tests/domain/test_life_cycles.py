"""Both life cycles, pair by pair. The grids are written by hand: they say what is meant, the tables what is done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.delivery_lifecycle import (
    ACCEPTED,
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Effect,
    Ignored,
    ReportedEvent,
    Transition,
    effect,
    too_late,
    transition,
)
from app.domain.mass_reply_lifecycle import MassReplyEvent, MassReplyStatus, next_status
from app.domain.words import Reason, ReasonCode
from tests.table import table

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)
EPOCH = 2

S, E, C = DeliveryStatus, DeliveryEvent, ReasonCode

# A row for each event, a column for each status; `.` is absorbed. All guards are satisfied here.
DELIVERIES = """
                   queued     sending    sent       delivered  read       failed     uncertain  skipped  cancelled
claim              sending    .          .          .          .          .          .          .        .
give_back          .          queued     .          .          .          .          queued     .        .
refuse             .          failed     .          .          .          .          failed     .        .
accept             sent       sent       .          .          .          sent       sent       .        sent
reject             .          failed     .          .          .          .          failed     .        .
defer              .          queued     .          .          .          .          queued     .        .
lose_answer        .          uncertain  .          .          .          .          .          .        .
lose_worker        .          uncertain  .          .          .          .          .          .        .
receipt_sent       sent       sent       .          .          .          sent       sent       .        sent
receipt_delivered  delivered  delivered  delivered  .          .          delivered  delivered  .        delivered
receipt_read       read       read       read       read       .          read       read       .        read
receipt_failed     .          failed     failed     failed     failed     .          failed     .        .
find_absent        .          .          .          .          .          .          queued     .        .
resolve_sent       .          .          .          .          .          .          sent       .        .
resolve_not_sent   .          .          .          .          .          .          failed     .        .
send_again         .          .          .          .          .          .          queued     .        .
retry              .          .          .          .          .          queued     .          .        .
cancel             cancelled  .          .          .          .          .          .          .        .
expire             failed     .          .          .          .          .          .          .        .
restore            uncertain  uncertain  .          .          .          .          .          .        .
"""

MASS_REPLIES = """
                      preparing              awaiting_confirmation  awaiting_approval  scheduled  sending    paused     completed  cancelled  expired
prepare               awaiting_confirmation  .                      .                  .          .          .          .          .          .
confirm               .                      sending                .                  .          .          .          .          .          .
confirm_for_approval  .                      awaiting_approval      .                  .          .          .          .          .          .
confirm_for_later     .                      scheduled              .                  .          .          .          .          .          .
approve               .                      .                      sending            .          .          .          .          .          .
approve_for_later     .                      .                      scheduled          .          .          .          .          .          .
reject                .                      .                      cancelled          .          .          .          .          .          .
start                 .                      .                      .                  sending    .          .          .          .          .
pause                 .                      .                      .                  .          paused     .          .          .          .
resume                .                      .                      .                  .          .          sending    .          .          .
cancel                cancelled              cancelled              cancelled          cancelled  cancelled  cancelled  .          .          .
expire                .                      expired                expired            .          .          .          .          .          .
complete              .                      .                      .                  .          completed  completed  .          .          .
reopen                .                      .                      .                  .          .          .          sending    .          .
"""  # noqa: E501 - a grid

# Rows: before; columns: after.
EFFECTS = """
           queued  sending  sent  delivered  read  failed        uncertain  skipped  cancelled
queued     none    none     sent  sent       sent  failed        uncertain  none     none
sending    none    none     sent  sent       sent  failed        uncertain  none     none
sent       taken_back  none     none  none       none  failed_later  uncertain  none     taken_back
delivered  taken_back  none     none  none       none  failed_later  uncertain  none     taken_back
read       taken_back  none     none  none       none  failed_later  uncertain  none     taken_back
failed     none    none     sent  sent       sent  failed        uncertain  none     none
uncertain  none    none     sent  sent       sent  failed        uncertain  none     none
skipped    none    none     sent  sent       sent  failed        uncertain  none     none
cancelled  none    none     sent  sent       sent  failed        uncertain  none     none
"""


def cells(grid: str) -> list[tuple[str, str, str]]:
    """(row, column, cell) of every cell."""
    head, *rows = grid.strip("\n").splitlines()
    columns = head.split()
    return [
        (name, column, cell)
        for name, *values in (row.split() for row in rows)
        for column, cell in zip(columns, values, strict=True)
    ]


def state(status: DeliveryStatus, **about: Any) -> DeliveryState:
    defaults: dict[str, Any] = {"epoch": EPOCH, "retryable": True, "last_receipt_at": EARLIER}
    return DeliveryState(status, **{**defaults, **about})


def happens(event: DeliveryEvent, **about: Any) -> ReportedEvent:
    return ReportedEvent(event, **{"epoch": EPOCH, "occurred_at": NOW, **about})


def test_the_grids_hold_every_pair() -> None:
    assert {(e, s) for e, s, _ in cells(DELIVERIES)} == {(e, s) for e in DeliveryEvent for s in DeliveryStatus}
    assert {(e, s) for e, s, _ in cells(MASS_REPLIES)} == {(e, s) for e in MassReplyEvent for s in MassReplyStatus}
    assert {(b, a) for b, a, _ in cells(EFFECTS)} == {(b, a) for b in DeliveryStatus for a in DeliveryStatus}


@table
@pytest.mark.parametrize(("event", "status", "to"), cells(DELIVERIES))
def test_every_event_has_an_answer_in_every_status(event: str, status: str, to: str) -> None:
    reason = Reason(C.PROVIDER_REJECTED, "Because.")
    over = {"not_after": NOW} if event == E.EXPIRE else {}
    answer = transition(state(S(status), **over), happens(E(event), reason=reason), NOW)
    if to == ".":
        assert answer is Ignored.NOT_APPLICABLE
    else:
        assert isinstance(answer, Transition)
        assert answer.to == to
        assert answer.reason in (None, reason)


@table
@pytest.mark.parametrize(("event", "status", "to"), cells(MASS_REPLIES))
def test_every_event_leads_a_mass_reply_where_the_design_says(event: str, status: str, to: str) -> None:
    assert next_status(MassReplyStatus(status), MassReplyEvent(event)) == (None if to == "." else to)


@table
@pytest.mark.parametrize(("before", "after", "expected"), cells(EFFECTS))
def test_every_change_has_one_effect_on_the_conversation(before: str, after: str, expected: str) -> None:
    assert effect(S(before), S(after)) is Effect(expected)


@pytest.mark.parametrize("not_after", [LATER, None])
def test_nothing_is_called_too_late_that_was_given_more_time(not_after: datetime | None) -> None:
    assert transition(state(S.QUEUED, not_after=not_after), happens(E.EXPIRE), NOW) is Ignored.NOT_OVERDUE


OWN = [E.GIVE_BACK, E.REFUSE, E.REJECT, E.DEFER, E.RECEIPT_FAILED]


@table
@pytest.mark.parametrize("epoch", [EPOCH - 1, EPOCH + 1, None])
@pytest.mark.parametrize(
    ("status", "event"),
    [
        *((status, event) for status in (S.SENDING, S.UNCERTAIN) for event in OWN),
        (S.SENDING, E.LOSE_ANSWER),
        (S.SENDING, E.LOSE_WORKER),
        *((status, E.RECEIPT_FAILED) for status in sorted(ACCEPTED)),
    ],
)
def test_what_ends_an_attempt_counts_for_that_attempt_alone(
    status: DeliveryStatus, event: DeliveryEvent, epoch: int | None
) -> None:
    assert transition(state(status), happens(event, epoch=epoch), NOW) is Ignored.OTHER_ATTEMPT


SUCCESSES = [E.ACCEPT, E.RECEIPT_SENT, E.RECEIPT_DELIVERED, E.RECEIPT_READ]


@pytest.mark.parametrize("event", SUCCESSES)
@pytest.mark.parametrize("status", [S.QUEUED, S.SENDING, S.UNCERTAIN, S.CANCELLED])
class TestASuccess:
    def test_counts_for_any_attempt_and_without_a_time(self, status: DeliveryStatus, event: DeliveryEvent) -> None:
        for epoch in (1, EPOCH):
            answer = transition(state(status), happens(event, epoch=epoch, occurred_at=None), NOW)
            assert isinstance(answer, Transition)

    def test_does_not_count_where_the_provider_has_called_that_attempt_failed_since(
        self, status: DeliveryStatus, event: DeliveryEvent
    ) -> None:
        failed = state(status, attempt_failed=True, last_receipt_at=NOW)
        for occurred_at in (EARLIER, NOW, None):
            assert transition(failed, happens(event, epoch=1, occurred_at=occurred_at), NOW) is Ignored.OLDER
        assert isinstance(transition(failed, happens(event, epoch=1, occurred_at=LATER), NOW), Transition)

    def test_does_not_count_against_a_failure_without_a_time(
        self, status: DeliveryStatus, event: DeliveryEvent
    ) -> None:
        failed = state(status, attempt_failed=True, last_receipt_at=None)
        assert transition(failed, happens(event, epoch=1, occurred_at=LATER), NOW) is Ignored.OLDER


@pytest.mark.parametrize("event", SUCCESSES)
class TestASuccessAfterAFailure:
    @pytest.mark.parametrize("code", [C.TOO_LATE, C.MARKED_NOT_SENT])
    def test_corrects_what_we_concluded_ourselves(self, event: DeliveryEvent, code: ReasonCode) -> None:
        for epoch in (1, EPOCH):
            own = state(S.FAILED, reason=code, last_receipt_at=None)
            assert isinstance(transition(own, happens(event, epoch=epoch, occurred_at=None), NOW), Transition)

    def test_of_the_same_attempt_has_to_be_newer(self, event: DeliveryEvent) -> None:
        failed = state(S.FAILED, reason=C.UNREACHABLE, last_receipt_at=NOW)
        assert isinstance(transition(failed, happens(event, occurred_at=LATER), NOW), Transition)
        for occurred_at in (EARLIER, NOW, None):
            assert transition(failed, happens(event, occurred_at=occurred_at), NOW) is Ignored.OLDER

    def test_is_not_believed_against_a_refusal_without_a_time(self, event: DeliveryEvent) -> None:
        refused = state(S.FAILED, reason=C.CONTENT_REJECTED, last_receipt_at=None)
        assert transition(refused, happens(event, occurred_at=LATER), NOW) is Ignored.OLDER

    def test_is_not_taken_away_by_the_failure_of_another_attempt(self, event: DeliveryEvent) -> None:
        refused = state(S.FAILED, reason=C.CONTENT_REJECTED, last_receipt_at=None)
        assert isinstance(transition(refused, happens(event, epoch=1, occurred_at=None), NOW), Transition)

    def test_of_an_attempt_that_failed_since_changes_nothing(self, event: DeliveryEvent) -> None:
        for code in (C.CONTENT_REJECTED, C.TOO_LATE):
            failed = state(S.FAILED, reason=code, attempt_failed=True, last_receipt_at=NOW)
            assert transition(failed, happens(event, epoch=1, occurred_at=EARLIER), NOW) is Ignored.OLDER


@pytest.mark.parametrize("status", sorted(ACCEPTED))
class TestAFailureAfterASuccess:
    def test_counts_when_it_is_not_older(self, status: DeliveryStatus) -> None:
        for last, at in ((EARLIER, NOW), (NOW, NOW), (None, NOW), (NOW, None), (None, None)):
            answer = transition(state(status, last_receipt_at=last), happens(E.RECEIPT_FAILED, occurred_at=at), NOW)
            assert answer == Transition(S.FAILED)

    def test_is_absorbed_when_it_is_older(self, status: DeliveryStatus) -> None:
        answer = transition(state(status, last_receipt_at=NOW), happens(E.RECEIPT_FAILED, occurred_at=EARLIER), NOW)
        assert answer is Ignored.OLDER

    def test_says_nothing_against_the_success_of_another_attempt(self, status: DeliveryStatus) -> None:
        for epoch in (1, EPOCH):
            proved = state(status, other_proved=True, attempt_proved=True)
            assert transition(proved, happens(E.RECEIPT_FAILED, epoch=epoch), NOW) is Ignored.OTHER_ATTEMPT

    def test_of_an_older_attempt_counts_where_that_was_the_proof(self, status: DeliveryStatus) -> None:
        failed = happens(E.RECEIPT_FAILED, epoch=1)
        assert transition(state(status, attempt_proved=True), failed, NOW) == Transition(S.FAILED)
        assert transition(state(status), failed, NOW) is Ignored.OTHER_ATTEMPT

    def test_leaves_it_uncertain_while_a_later_attempt_is_open(self, status: DeliveryStatus) -> None:
        proved, why = (
            state(status, attempt_proved=True, latest_open=True),
            Reason(C.UNREACHABLE, "The mailbox is full."),
        )
        answer = transition(proved, happens(E.RECEIPT_FAILED, epoch=1, reason=why), NOW)
        assert isinstance(answer, Transition)
        assert answer.reason is not None
        assert (answer.to, answer.reason.code) == (S.UNCERTAIN, C.ANSWER_LOST)
        assert answer.reason.detail.endswith(why.detail)
        assert isinstance(transition(proved, happens(E.RECEIPT_FAILED, epoch=1), NOW), Transition)

    def test_of_the_latest_attempt_is_a_failure_though_only_a_person_had_called_it_sent(
        self, status: DeliveryStatus
    ) -> None:
        called_sent = state(status, by_person=True, latest_open=True)
        assert transition(called_sent, happens(E.RECEIPT_FAILED), NOW) == Transition(S.FAILED)


@pytest.mark.parametrize("status", sorted(ACCEPTED))
@pytest.mark.parametrize(
    ("event", "to"),
    [
        (E.GIVE_BACK, S.QUEUED),
        (E.DEFER, S.QUEUED),
        (E.FIND_ABSENT, S.QUEUED),
        (E.REFUSE, S.FAILED),
        (E.REJECT, S.FAILED),
    ],
)
class TestTheWordOfAPerson:
    def test_gives_way_to_that_of_the_call(
        self, status: DeliveryStatus, event: DeliveryEvent, to: DeliveryStatus
    ) -> None:
        answer = transition(state(status, by_person=True), happens(event), NOW)
        assert isinstance(answer, Transition)
        assert answer.to is to

    def test_stands_against_other_attempts_and_beside_a_provider_s(
        self, status: DeliveryStatus, event: DeliveryEvent, to: DeliveryStatus
    ) -> None:
        del to
        assert transition(state(status, by_person=True), happens(event, epoch=1), NOW) is Ignored.OTHER_ATTEMPT
        proved = state(status, by_person=True, other_proved=True)
        assert transition(proved, happens(event), NOW) is Ignored.NOT_APPLICABLE


@pytest.mark.parametrize("event", [E.FIND_ABSENT, E.SEND_AGAIN, E.RESOLVE_NOT_SENT])
class TestNotSent:
    def test_is_refused_until_every_holder_is_silent(self, event: DeliveryEvent) -> None:
        settling = state(S.UNCERTAIN, settles_after=NOW)
        assert transition(settling, happens(event), NOW - timedelta(microseconds=1)) is Ignored.STILL_SETTLING
        assert isinstance(transition(settling, happens(event), NOW), Transition)

    def test_speaks_of_the_present_attempt_or_of_none(self, event: DeliveryEvent) -> None:
        assert transition(state(S.UNCERTAIN), happens(event, epoch=1), NOW) is Ignored.OTHER_ATTEMPT
        assert isinstance(transition(state(S.UNCERTAIN), happens(event, epoch=None), NOW), Transition)


def test_a_person_may_say_sent_at_any_time() -> None:
    assert transition(state(S.UNCERTAIN, settles_after=LATER), happens(E.RESOLVE_SENT), NOW) == Transition(S.SENT)


def test_only_a_retryable_failure_is_retried() -> None:
    assert transition(state(S.FAILED, retryable=False), happens(E.RETRY), NOW) is Ignored.NOT_RETRYABLE


BACK = [
    (S.SENDING, E.GIVE_BACK),
    (S.SENDING, E.DEFER),
    (S.UNCERTAIN, E.GIVE_BACK),
    (S.UNCERTAIN, E.DEFER),
    (S.UNCERTAIN, E.FIND_ABSENT),
    (S.UNCERTAIN, E.SEND_AGAIN),
]


@pytest.mark.parametrize(("status", "event"), BACK)
class TestWhatGoesBack:
    def test_is_queued_in_time(self, status: DeliveryStatus, event: DeliveryEvent) -> None:
        assert transition(state(status, not_after=LATER), happens(event), NOW) == Transition(S.QUEUED)

    def test_is_cancelled_with_its_mass_reply(self, status: DeliveryStatus, event: DeliveryEvent) -> None:
        answer = transition(state(status, batch_cancelled=True, not_after=EARLIER), happens(event), NOW)
        assert isinstance(answer, Transition)
        assert answer.reason is not None
        assert (answer.to, answer.reason.code) == (S.CANCELLED, C.CANCELLED)

    def test_is_too_late_from_not_after_on(self, status: DeliveryStatus, event: DeliveryEvent) -> None:
        assert transition(state(status, not_after=NOW), happens(event), NOW) == Transition(S.FAILED, too_late())
        assert too_late().retryable

    def test_follows_the_latest_time_that_a_person_sets(self, status: DeliveryStatus, event: DeliveryEvent) -> None:
        for former, latest, to in ((EARLIER, LATER, S.QUEUED), (LATER, NOW, S.FAILED), (LATER, EARLIER, S.FAILED)):
            answer = transition(state(status, not_after=former), happens(event, not_after=latest), NOW)
            assert isinstance(answer, Transition)
            assert answer.to is to
