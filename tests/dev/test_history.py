"""The verdict itself: every kind of fault is found in a history that was made for it, and a good one has none."""

from dataclasses import replace

import pytest

from app.dev.history.evidence import Call, Confirmed, Evidence, FrozenMassReply, Hook, Reported, Row
from app.dev.history.verdict import Kind, judge, lines
from tests.dev.histories import (
    AGAIN,
    EVENTS,
    FAILED,
    FAILED_LATER,
    FLIP,
    GIVEN_BACK,
    GOOD,
    HOOKS,
    SENT,
    A,
    B,
    S,
    at,
    batch,
    event,
    found,
    hurried,
    now,
    row,
    stands,
    taken,
    told,
    traced,
    updated,
    with_row,
)


def test_a_good_history_has_no_fault() -> None:
    assert judge(GOOD).faults == []


UNNAMED = Call(at(3), None, None, accepted=True, recipient="customer")
DONE = {"m": FrozenMassReply(at(0), mark_as_done=True)}
ONE_CONVERSATION = Confirmed("m", {"a": "c", "b": "c"})
WITHOUT_B = [*EVENTS[:2], told(3, ("a", S.SENT)), EVENTS[3]]


@pytest.mark.parametrize(
    ("kind", "subject", "history"),
    [
        (Kind.LOST, "b", replace(GOOD, reported={"a": SENT})),
        (Kind.LOST, "b", replace(GOOD, reported={"a": SENT, "b": Reported(S.SENDING, was_sent=False)})),
        (Kind.DUPLICATED, "a", replace(GOOD, journal=taken("a", "a"))),
        (Kind.DUPLICATED, "a", replace(GOOD, confirmed=[ONE_CONVERSATION], journal=taken("a", "b"))),
        (Kind.UNEXPECTED, "stranger", replace(GOOD, journal=taken("a", "stranger"))),
        (Kind.UNEXPECTED, "m", replace(GOOD, mass_replies=[replace(GOOD.mass_replies[0], recipients=3)])),
        (Kind.FALSE, "a", replace(GOOD, journal=[])),
        (Kind.FALSE, "b", replace(GOOD, journal=taken("a", "b"))),
        (Kind.FALSE, "a", with_row(replace(A, status=S.DELIVERED))),
        (Kind.FALSE, "a", with_row(row("a", S.SENT, "given_back", "accepted"))),
        (Kind.MISCOUNTED, "m", replace(GOOD, mass_replies=[replace(GOOD.mass_replies[0], counts={"sent": 2})])),
        (Kind.MISCOUNTED, "m", replace(GOOD, lanes={"m": {"sent": 2, "failed": 1}})),
        (Kind.MISCOUNTED, "a", with_row(replace(A, times_billed=0))),
        (Kind.MISCOUNTED, "b", with_row(replace(B, times_billed=1))),
        (Kind.TIMELINE, "a", with_row(replace(A, replies=0))),
        (Kind.TIMELINE, "a", with_row(replace(A, replies=2))),
        (Kind.TIMELINE, "a", with_row(replace(A, notes=2))),
        (Kind.TIMELINE, "a", with_row(replace(A, flips=None))),
        (Kind.TIMELINE, "b", with_row(replace(B, replies=1))),
        (Kind.TIMELINE, "b", with_row(replace(B, flips="applied"))),
        (Kind.TIMELINE, "a", replace(GOOD, events=[*EVENTS, event(5, "message.created", "a")])),
        (Kind.ORDER, "m", replace(GOOD, events=EVENTS[1:])),
        (Kind.ORDER, "a", replace(GOOD, events=[EVENTS[0], EVENTS[2], EVENTS[1], EVENTS[3]], hooks=None)),
        (Kind.ORDER, "b", replace(GOOD, events=[*WITHOUT_B, told(5, ("b", S.FAILED))])),
        (Kind.ORDER, "m", replace(GOOD, hooks=[HOOKS[0], HOOKS[2], HOOKS[1], HOOKS[3]])),
        (Kind.UNTOLD, "b", replace(GOOD, events=WITHOUT_B)),
        (Kind.UNTOLD, "a", replace(GOOD, reported={**GOOD.reported, "a": Reported(S.DELIVERED, was_sent=True)})),
        (Kind.UNTOLD, "m", replace(GOOD, hooks=HOOKS[:3])),
        (Kind.LOST, "m", replace(GOOD, mass_replies=[])),
        (Kind.UNEXPECTED, "customer", replace(GOOD, journal=[*GOOD.journal, UNNAMED])),
        (Kind.FALSE, "m", batch(status="sending", finished=False)),
        (Kind.FALSE, "m", batch(status="sending")),
        (Kind.MISCOUNTED, "m", replace(GOOD, lanes={})),
        (Kind.MISCOUNTED, "a", with_row(replace(A, times_billed=5))),
        (Kind.TIMELINE, "a", now(stands("pending", 0), updates=[], restores={}, reached={"engagement": 0})),
        (Kind.TIMELINE, "a", now(stands("pending", 1))),
        (Kind.TIMELINE, "a", now(stands("pending", 0))),
        (Kind.TIMELINE, "a", now(stands("pending", 1, wrote=9), updates=[], restores={}, reached={"engagement": 0})),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), reached={})),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), frozen=DONE)),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), flips="skipped_customer_replied")),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), flips="restored")),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), updates=[])),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), updates=[FLIP, FLIP])),
        (Kind.TIMELINE, "a", now(stands("engaged", 1), updates=[FLIP, GIVEN_BACK])),
        (Kind.TIMELINE, "a", replace(GOOD, conversations_now={})),
        (Kind.UNTOLD, "m", replace(GOOD, events=EVENTS[:3], hooks=None)),
        (Kind.UNTOLD, "m", replace(GOOD, events=[*EVENTS, event(5, "mass_reply.completed")], hooks=None)),
        (Kind.ORDER, "m", replace(GOOD, events=[*EVENTS, event(5, "mass_reply.completed")], hooks=None)),
        (Kind.UNTOLD, "m", replace(GOOD, events=[EVENTS[0], *EVENTS], hooks=None)),
        (Kind.UNTOLD, "m", replace(GOOD, events=[*EVENTS, event(5, "mass_reply.cancelled")], hooks=None)),
        (Kind.UNTOLD, "m", replace(GOOD, hooks=[*HOOKS, Hook("evt_event9_0", "deliveries.updated", "m")])),
        (Kind.RATE, "account", hurried(12)),
        (Kind.RATE, "account", hurried(9, calls_each=2)),
    ],
)  # fmt: skip
def test_each_fault_is_found(kind: Kind, subject: str, history: Evidence) -> None:
    positions = {each.id: number for number, each in enumerate(history.events)}
    moved = [replace(each, position=positions[each.id]) for each in history.events]
    assert (kind, subject) in found(replace(history, events=moved))


def test_what_bounced_and_is_tried_again_stays_billed() -> None:
    again = traced(
        "reported_failed",
        "unknown",
        say=(S.SENT, S.FAILED, S.UNCERTAIN),
        sent_at=None,
        times_billed=1,
        flips="restored",
    )
    assert (Kind.MISCOUNTED, "a") not in found(again)
    never = replace(again, events=[each for each in again.events if each.type == "mass_reply.confirmed"])
    assert (Kind.MISCOUNTED, "a") in found(never)


def test_what_only_the_database_knows_is_not_judged_without_it() -> None:
    without = replace(GOOD, rows={}, events=[], lanes={}, conversations_now={}, updates=[], rates={})
    file = Call(at(1.6), None, None, accepted=True, recipient="customer")
    assert judge(replace(without, journal=[*GOOD.journal, file])).faults == []


@pytest.mark.parametrize(
    ("reported", "count", "changed"),
    [
        (
            Reported(S.FAILED, was_sent=True),
            "failed",
            replace(row("a", S.SENT, "reported_failed", flips="restored"), status=S.FAILED),
        ),
        (Reported(S.UNCERTAIN, was_sent=False), "uncertain", row("a", S.UNCERTAIN, "unknown")),
    ],
)
def test_a_late_failure_and_an_honest_doubt_are_no_faults(reported: Reported, count: str, changed: Row) -> None:
    arrived = [EVENTS[1], told(3, ("a", S.SENT))] if changed.replies else []
    given_back = [FLIP, GIVEN_BACK] if changed.replies else []
    counts = {"failed": 2} if count == "failed" else {"failed": 1, "uncertain": 1}
    history = replace(
        with_row(replace(changed, receipts=[FAILED_LATER] if changed.replies else [])),
        reported={"a": reported, "b": FAILED},
        mass_replies=[replace(GOOD.mass_replies[0], counts=counts)],
        lanes={"m": counts},
        conversations_now={**GOOD.conversations_now, "conversation-a": stands("pending", len(given_back))},
        events=[EVENTS[0], *arrived, told(4, ("b", S.FAILED), ("a", changed.status)), event(5, "mass_reply.completed")],
        updates=given_back,
        hooks=None,
    )
    assert judge(history).faults == []


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(
            now(
                stands("pending", 2, wrote=1),
                updates=[FLIP, updated(5, ("engaged", "pending"), by=None)],
            ),
            id="the customer wrote afterwards",
        ),
        pytest.param(
            now(stands("pending", 1, wrote=1), flips="skipped_customer_replied", reached={}, restores={}, updates=[]),
            id="the customer wrote before",
        ),
        pytest.param(
            now(stands("engaged", 0), reached={"engagement": 0}, restores={}, updates=[]), id="somebody had answered"
        ),
        pytest.param(
            now(
                stands("engaged", 3, status="waiting"),
                updates=[
                    updated(2, ("pending", "engaged")),
                    updated(5, ("active", "waiting"), by=None, field="status"),
                ],
            ),
            id="an agent changes it",
        ),
        pytest.param(
            replace(
                GOOD,
                journal=[*GOOD.journal, Call(at(1.5), "other", 1, accepted=True)],
                others={"other": replace(A, id="other", conversation="elsewhere")},
            ),
            id="another mass reply",
        ),
        pytest.param(
            replace(
                GOOD,
                journal=[*GOOD.journal, Call(at(1.6), None, None, accepted=True)],
                frozen={"m": FrozenMassReply(at(0), files=1)},
            ),
            id="a file",
        ),
        pytest.param(
            replace(
                GOOD,
                retried={"m": 1},
                events=[*EVENTS, told(5, ("b", S.FAILED)), event(6, "mass_reply.completed")],
                hooks=None,
            ),
            id="completed again",
        ),
    ],
)
def test_what_people_and_others_do_is_no_fault(history: Evidence) -> None:
    wrong = {fault.kind for fault in judge(history).faults}
    assert not wrong & {Kind.TIMELINE, Kind.UNEXPECTED, Kind.UNTOLD, Kind.ORDER}


def test_an_account_that_is_as_fast_as_it_may_be_is_no_fault() -> None:
    raised = replace(hurried(12), rates={"account": [(at(0), 10.0), (at(9), 12.0), (None, 12.0)]})
    in_silence = replace(hurried(12), rates={"account": [(at(0), 12.0), (at(9), 11.0), (None, 10.0)]})
    for history in (hurried(10), raised, in_silence):
        assert not any(kind is Kind.RATE for kind, _ in found(history))


def test_what_a_reply_changed_is_given_back_unless_another_one_holds_it() -> None:
    bounced = with_row(replace(A, status=S.FAILED))
    held = replace(bounced, others={"other": replace(A, id="other", restores={})})
    kept = "a: It did not arrive, and engagement is still as its flip left it: engaged."
    assert kept in [f"{fault.subject}: {fault.what}" for fault in judge(bounced).faults]
    assert kept not in [f"{fault.subject}: {fault.what}" for fault in judge(held).faults]


def test_by_default_the_database_says_how_long_a_claim_is_nobody_elses() -> None:
    early = traced("unknown", "accepted", say=(S.UNCERTAIN, S.SENT), decisions=[replace(AGAIN, decided_at=at(20))])
    stored = replace(early, rows={"a": replace(early.rows["a"], settles_after=at(62))}, settles_after=None)
    assert any("A person decided 19.0 s after the claim" in fault.what for fault in judge(stored).faults)


def test_a_second_copy_that_a_person_allowed_is_no_fault() -> None:
    history = traced("unknown", "accepted", say=(S.UNCERTAIN, S.SENT), decisions=[AGAIN])
    twice = [Call(at(1.5), "a", 1, accepted=True), Call(at(80), "a", 2, accepted=True)]
    assert (Kind.DUPLICATED, "a") not in found(replace(history, journal=twice))


def test_the_first_fault_is_told_with_all_that_is_known_of_it() -> None:
    said = "\n".join(lines(bad := replace(GOOD, journal=taken("a", "a")), judge(bad)))
    assert "duplicated 1" in said
    assert "The first fault is duplicated, of a: Providers took it 2 times; 1 may be." in said
    assert said.count("a provider took attempt 1") == 2
    assert "attempt 1 claimed; it ended as accepted" in said
