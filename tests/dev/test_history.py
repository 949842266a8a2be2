"""The verdict itself: every kind of fault is found in a history that was made for it, and a good one has none."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.dev.history import folder
from app.dev.history.evidence import (
    Attempt,
    Call,
    Confirmed,
    Decision,
    Event,
    Evidence,
    FrozenMassReply,
    Hook,
    MassReply,
    Receipt,
    Reported,
    Row,
    Standing,
)
from app.dev.history.verdict import Kind, judge, lines
from app.domain.delivery_lifecycle import DeliveryStatus

S = DeliveryStatus
START = datetime(2026, 1, 1, tzinfo=UTC)
SENT, FAILED = Reported(S.SENT, was_sent=True), Reported(S.FAILED, was_sent=False)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def row(id_: str, status: DeliveryStatus, *attempts: str | None, **about: Any) -> Row:
    flipped = {"flips": "applied", "reached": {"engagement": 1}, "restores": {"engagement": "pending"}}
    sent = {"sent_at": at(2), "times_billed": 1, "replies": 1, "notes": 1, **flipped}
    made = [Attempt(epoch, at(epoch), outcome) for epoch, outcome in enumerate(attempts, start=1)]
    usual = {"attempts": made, "epoch": len(made), **(sent if status is S.SENT else {})}
    return Row(id_, "m", f"conversation-{id_}", "sms", "twilio", status, **{**usual, **about})


def told(position: int, *statuses: tuple[str, DeliveryStatus]) -> Event:
    subjects = [{"delivery_id": id_, "status": status} for id_, status in statuses]
    return Event(f"event-{position}", position, position, "deliveries.updated", "m", subjects)


def event(position: int, type_: str, *replies: str) -> Event:
    return Event(f"event-{position}", position, position, type_, "m", [{"delivery_id": id_} for id_ in replies])


def updated(position: int, *changes: tuple[str, str], by: str | None = "m", field: str = "engagement") -> Event:
    subjects = [{"conversation_id": "conversation-a", "changed": {field: list(change)}} for change in changes]
    return Event(f"update-{position}", position, position, "conversation.updated", by, subjects)


def stands(engagement: str, version: int, *, status: str = "active", wrote: float | None = None) -> Standing:
    values = {"engagement": engagement, "status": status}
    return Standing(values, {"engagement": version, "status": 0}, None if wrote is None else at(wrote))


FLIP, GIVEN_BACK = updated(2, ("pending", "engaged")), updated(4, ("engaged", "pending"))
EVENTS = [
    event(1, "mass_reply.confirmed"),
    event(2, "message.created", "a"),
    told(3, ("a", S.SENT), ("b", S.FAILED)),
    event(4, "mass_reply.completed"),
]
HOOKS = [Hook(f"evt_event{number}_0", "anything", "m") for number in (1, 2, 3, 4)]
GOOD = Evidence(
    confirmed=[Confirmed("m", {"a": "conversation-a", "b": "conversation-b"})],
    reported={"a": SENT, "b": FAILED},
    mass_replies=[MassReply("m", "completed", 2, 2, {"sent": 1, "failed": 1, "queued": 0})],
    journal=[Call(at(1.5), "a", 1, accepted=True), Call(at(1.5), "b", 1, accepted=False)],
    rows={"a": row("a", S.SENT, "accepted"), "b": row("b", S.FAILED, "rejected")},
    lanes={"m": {"sent": 1, "failed": 1, "queued": 0}},
    frozen={"m": FrozenMassReply(at(0))},
    conversations_now={"conversation-a": stands("engaged", 1), "conversation-b": stands("pending", 0)},
    events=EVENTS,
    updates=[FLIP],
    hooks=HOOKS,
    settles_after=60,
)


def found(history: Evidence) -> set[tuple[Kind, str]]:
    return {(fault.kind, fault.subject) for fault in judge(history).faults}


def test_a_good_history_has_no_fault() -> None:
    assert judge(GOOD).faults == []


def with_row(changed: Row) -> Evidence:
    return replace(GOOD, rows={**GOOD.rows, changed.id: changed})


def taken(*ids: str) -> list[Call]:
    return [Call(at(1.5), id_, 1, accepted=True) for id_ in ids]


def now(conversation: Standing, **changed: Any) -> Evidence:
    """A history in which the conversation of `a` ends like this."""
    rows = {**GOOD.rows, "a": replace(A, **{name: changed.pop(name) for name in changed.keys() & ROW})}
    return replace(
        GOOD, conversations_now={**GOOD.conversations_now, "conversation-a": conversation}, rows=rows, **changed
    )


def batch(**changed: Any) -> Evidence:
    return replace(GOOD, mass_replies=[replace(GOOD.mass_replies[0], **changed)])


def hurried(per_second: float, calls_each: int = 1) -> Evidence:
    """A history of a hundred messages of one account that may send ten a second, each with so many calls."""
    claimed = [at(10 + number / per_second) for number in range(100)]
    rows = {
        f"r-{number}": replace(A, id=f"r-{number}", account="account", attempts=[Attempt(1, when, "accepted")])
        for number, when in enumerate(claimed)
    }
    calls = [
        Call(when + timedelta(seconds=0.1), f"r-{number}", 1, accepted=False)
        for number, when in enumerate(claimed)
        for _ in range(calls_each)
    ]
    return replace(GOOD, rows=rows, journal=calls, rates={"account": [(None, 10.0)]})


A, B = GOOD.rows["a"], GOOD.rows["b"]
ROW = {field.name for field in fields(Row)}
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


def traced(*attempts: str | None, say: tuple[DeliveryStatus, ...], **about: Any) -> Evidence:
    """A history in which one delivery has these attempts, and others were told these statuses."""
    status = say[-1]
    changed = row("a", status, *attempts, **{"replies": 1, "notes": 1, "sent_at": at(2), "flips": "applied", **about})
    events = [event(1, "mass_reply.confirmed"), *(told(n, ("a", each)) for n, each in enumerate(say, start=2))]
    return replace(with_row(changed), events=events, hooks=None)


def with_attempts(history: Evidence, *attempts: Attempt) -> Evidence:
    return replace(history, rows={**history.rows, "a": replace(history.rows["a"], attempts=attempts)})


LATER = Receipt("delivered", 1, at(3), at(4), "applied")
FAILED_LATER = Receipt("failed", 1, at(5), at(6), "applied")
AGAIN = Decision(1, "not_sent", send_again=True, decided_at=at(70))


@pytest.mark.parametrize(
    "history",
    [
        traced("accepted", say=(S.SENT,)),
        traced("deferred", "given_back", "accepted", say=(S.SENT,)),
        traced("accepted", say=(S.UNCERTAIN, S.SENT)),
        traced("worker_lost", say=(S.UNCERTAIN,)),
        traced("reported_absent", "accepted", say=(S.UNCERTAIN, S.SENT)),
        traced("unknown", "accepted", say=(S.UNCERTAIN, S.SENT), decisions=[AGAIN]),
        traced("accepted", say=(S.SENT, S.DELIVERED), receipts=[LATER]),
        traced("reported_sent", say=(S.UNCERTAIN, S.DELIVERED), receipts=[LATER]),
        traced("reported_failed", say=(S.SENT, S.DELIVERED, S.FAILED), receipts=[LATER, FAILED_LATER]),
        traced(*["deferred"] * 12, "accepted", say=(S.SENT,)),
        replace(traced(say=(S.FAILED,)), journal=[]),
    ],
)
def test_what_the_protocol_allows_is_explained(history: Evidence) -> None:
    assert (Kind.TRACE, "a") not in found(history)


BROKEN: dict[str, Evidence] = {
    "a lost answer is tried again": traced("unknown", "accepted", say=(S.UNCERTAIN, S.SENT)),
    "a lost answer is tried again, in silence": traced("unknown", "accepted", say=(S.SENT,)),
    "the sweeper queues expired rows again": traced("worker_lost", "accepted", say=(S.SENT,)),
    "sent again after it was accepted": traced("accepted", "accepted", say=(S.SENT,)),
    "a refusal is tried again": traced("rejected", "accepted", say=(S.FAILED, S.SENT)),
    "said to be sent without a word": traced("unknown", say=(S.UNCERTAIN, S.SENT)),
    "said to have failed though nobody knows": traced("unknown", say=(S.UNCERTAIN, S.FAILED)),
    "cancelled while it was under way": traced("worker_lost", say=(S.CANCELLED,)),
    "a report of success is absorbed, and it is claimed again": traced(
        "given_back",
        "accepted",
        say=(S.SENT,),
        receipts=[replace(LATER, outcome="absorbed: not_applicable")],
    ),
    "a failure counts although another attempt is proved": traced(
        "reported_failed",
        "accepted",
        say=(S.UNCERTAIN, S.SENT, S.FAILED),
        receipts=[FAILED_LATER],
        decisions=[AGAIN],
    ),
    "an attempt is missing": traced("accepted", say=(S.SENT,), epoch=2),
    "a person decides before the holder is silent for sure": traced(
        "unknown", "accepted", say=(S.UNCERTAIN, S.SENT), decisions=[replace(AGAIN, decided_at=at(20))]
    ),
    "a look-up finds nothing before the holder is silent for sure": with_attempts(
        traced("reported_absent", "accepted", say=(S.UNCERTAIN, S.SENT)),
        Attempt(1, at(1), "reported_absent", finished_at=at(20)),
        Attempt(2, at(21), "accepted", finished_at=at(22)),
    ),
    "sent on a claim that is not there": replace(GOOD, journal=[Call(at(1.5), "a", 2, accepted=True)]),
    "sent before it was claimed": replace(GOOD, journal=[Call(at(0.5), "a", 1, accepted=True)]),
    "a holder sends when it should be silent for sure": replace(GOOD, journal=[Call(at(70), "a", 1, accepted=True)]),
    "a holder of long ago sends": replace(
        traced("deferred", "accepted", say=(S.SENT,)), journal=[Call(at(30), "a", 1, accepted=True)]
    ),
    "an attempt begins when it is cancelled": replace(GOOD, cancelled={"m": at(0.9)}),
}


def test_an_attempt_that_began_before_it_is_cancelled_is_no_fault() -> None:
    assert judge(replace(GOOD, cancelled={"m": at(2.1)})).faults == []


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


@pytest.mark.parametrize("what", BROKEN)
def test_a_step_that_the_protocol_does_not_allow_is_found(what: str) -> None:
    assert (Kind.TRACE, "a") in found(BROKEN[what])


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


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Path]:
    """A run in a folder, as `collect` and the journals leave it."""

    def write(**journal: Any) -> Path:
        item: dict[str, Any] = {
            "id": "a",
            "mass_reply_id": "m",
            "conversation_id": "c",
            "status": "sent",
            "sent_at": START.isoformat(),
        }
        batch = {
            "id": "m",
            "status": "completed",
            "selected_count": 1,
            "recipient_count": 1,
            "counts": {"sent": 1},
            "finished_at": START.isoformat(),
        }
        entry = {"at": at(1.5).isoformat(), "correlation": "a.1", "delivery_id": "a", "outcome": "accepted", **journal}
        files: dict[str, list[dict[str, Any]]] = {
            folder.API: [{"mass_reply": batch}, {"delivery": item}],
            folder.JOURNAL: [entry],
        }
        for name, rows in files.items():
            (tmp_path / name).write_text("".join(json.dumps(each) + "\n" for each in rows))
        return tmp_path

    return write


def test_a_run_in_a_folder_is_judged_again(recorded: Callable[..., Path]) -> None:
    assert judge(folder.read(recorded())).good
    refused = judge(folder.read(recorded(outcome="refused")))
    assert [fault.kind for fault in refused.faults] == [Kind.FALSE]


def test_when_a_mass_reply_was_cancelled_is_kept_in_the_folder(recorded: Callable[..., Path]) -> None:
    place = recorded()
    folder.write_cancelled(place, "m", at(3))

    assert folder.read(place).cancelled == {"m": at(3)}


def test_only_the_mass_replies_that_were_named_are_judged(recorded: Callable[..., Path]) -> None:
    place = recorded()
    folder.write_confirmed(place, Confirmed("m", {"a": "c"}))
    folder.write_confirmed(place, Confirmed("another", {"b": "d"}))
    assert [fault.kind for fault in judge(folder.read(place)).faults] == [Kind.LOST, Kind.LOST]
    answers = (place / folder.API).read_text()
    (place / folder.API).write_text(json.dumps({"named": ["m"]}) + "\n" + answers)
    assert judge(folder.read(place)).good
