"""The checker itself: each kind of fault is seen, and a good history has none."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from app.domain.model import DeliveryStatus
from tests.history import Confirmed, History, Reported

SENT = Reported(DeliveryStatus.SENT, was_sent=True)
FAILED = Reported(DeliveryStatus.FAILED, was_sent=False)
GOOD = History(
    confirmed=Confirmed("m", {"a": "conversation-a", "b": "conversation-b"}),
    accepted=Counter(["a"]),
    reported={"a": SENT, "b": FAILED},
    counts={"sent": 1, "failed": 1, "queued": 0},
    replies=Counter(["a"]),
)


def state(status: DeliveryStatus) -> Reported:
    return Reported(status, was_sent=False)


def test_a_good_history_has_no_fault() -> None:
    assert GOOD.faults() == {}


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        ("lost", {"reported": {"a": SENT}}, {"b"}),
        ("lost", {"reported": {"a": SENT, "b": state(DeliveryStatus.SENDING)}}, {"b"}),
        ("duplicated", {"accepted": Counter(["a", "a"])}, {"conversation-a"}),
        ("duplicated", {"confirmed": Confirmed("m", {"a": "c", "b": "c"}), "accepted": Counter("ab")}, {"c"}),
        ("unexpected", {"accepted": Counter(["a", "stranger"])}, {"stranger"}),
        ("falsely_sent", {"accepted": Counter()}, {"a"}),
        ("falsely_unsent", {"accepted": Counter(["a", "b"])}, {"b"}),
        ("misfiled", {"replies": Counter()}, {"a"}),
        ("misfiled", {"replies": Counter(["a", "a"])}, {"a"}),
        ("misfiled", {"replies": Counter(["a", "b"])}, {"b"}),
        ("miscounted", {"counts": {"sent": 2, "failed": 1, "queued": 0}}, {"sent": 1}),
    ],
)
def test_each_fault_is_seen(name: str, change: dict[str, Any], found: Any) -> None:
    assert replace(GOOD, **change).faults()[name] == found


def test_a_failure_after_acceptance_is_no_false_report() -> None:
    bounced = Reported(DeliveryStatus.FAILED, was_sent=True)
    history = replace(GOOD, reported={"a": bounced, "b": FAILED}, counts={"failed": 2})

    assert history.faults() == {}


def test_what_is_uncertain_is_no_fault() -> None:
    history = replace(
        GOOD, reported={"a": SENT, "b": state(DeliveryStatus.UNCERTAIN)}, counts={"sent": 1, "uncertain": 1}
    )

    assert (history.faults(), history.uncertain) == ({}, {"b"})
