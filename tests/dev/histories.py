"""Histories of runs: a good one, and what may be changed of it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

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
from app.dev.history.verdict import Kind, judge
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
