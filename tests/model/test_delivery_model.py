"""The protocol holds in every order of events, and each of its rules is needed."""

import pytest

from tests.model.delivery_model import Broken, search


@pytest.mark.proof
def test_two_workers_never_send_twice_report_falsely_or_get_stuck() -> None:
    found = search(2)
    assert found.fault is None, found.path
    assert found.states > 60_000


@pytest.mark.proof
def test_three_workers_never_send_twice_report_falsely_or_get_stuck() -> None:
    found = search(3)
    assert found.fault is None, found.path
    assert found.states > 200_000


FAULTS = {
    Broken.NO_MARK: "duplicate",
    Broken.REQUEUE_SENDING: "duplicate",
    Broken.RETRY_UNKNOWN: "duplicate",
    Broken.NO_CAS: "says sent",
    Broken.ASYNC_COMMIT: "duplicate",
    Broken.SEND_ON_UNKNOWN_COMMIT: "duplicate",
    Broken.GIVE_BACK_BY_EPOCH: "duplicate",
    Broken.NO_DEADLINE: "duplicate",
    Broken.NO_QUARANTINE: "duplicate",
    Broken.CLASS_IS_EVIDENCE: "duplicate",
    Broken.LATE_SUCCESS_IGNORED: "claimed again",
    Broken.FAILURE_OF_THE_LATEST: "says sent",
    Broken.FAILURE_OF_ANY: "says failed",
    Broken.FAILED_WHILE_OPEN: "says failed though nobody knows",
    Broken.WORD_OF_A_PERSON_STANDS: "says sent",
}


@pytest.mark.parametrize("broken", Broken, ids=lambda broken: broken.name.lower())
def test_without_this_rule_it_goes_wrong(broken: Broken) -> None:
    found = search(2, broken)
    assert found.fault is not None
    assert found.fault.startswith(FAULTS[broken]), found.path
