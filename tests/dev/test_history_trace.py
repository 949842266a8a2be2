"""What the trace of a run may be: each step that the protocol allows is explained, and any other is found."""

from dataclasses import replace

import pytest

from app.dev.history.evidence import Attempt, Call, Evidence
from app.dev.history.verdict import Kind, judge
from tests.dev.histories import AGAIN, FAILED_LATER, GOOD, LATER, S, at, found, traced, with_attempts


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


@pytest.mark.parametrize("what", BROKEN)
def test_a_step_that_the_protocol_does_not_allow_is_found(what: str) -> None:
    assert (Kind.TRACE, "a") in found(BROKEN[what])
