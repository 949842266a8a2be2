"""Processes share the calls of an account without ever exceeding it, in every order; and each rule is needed."""

import pytest

from tests.model.slots_model import SIZES, Broken, search


@pytest.mark.parametrize(
    ("processes", "most"), [pytest.param(*size, marks=pytest.mark.proof) if size == (2, 3) else size for size in SIZES]
)
def test_no_more_calls_are_under_way_than_allowed_and_nobody_is_kept_from_calling(processes: int, most: int) -> None:
    found = search(processes, most)
    assert found.fault is None, found.path
    assert found.states > 1_000


FAULTS = {
    Broken.RECORDS_UNCOUNTED: "3 claimed and not recorded",
    Broken.NOBODY_GIVES_WAY: "the first process is kept from calling",
}


@pytest.mark.parametrize("broken", Broken, ids=lambda broken: broken.name.lower())
def test_without_this_rule_it_goes_wrong(broken: Broken) -> None:
    found = search(2, 1, broken)
    assert found.fault is not None
    assert found.fault.startswith(FAULTS.get(broken, "2 calls under way")), found.path
