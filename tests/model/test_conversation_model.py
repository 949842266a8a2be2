"""What late failures give back is right in every order of mass replies, agents and customers."""

import pytest

from tests.model.conversation_model import Broken, search


def test_a_conversation_is_as_the_last_word_on_it_says() -> None:
    found = search()
    assert found.fault is None, found.path
    assert found.states > 10_000


@pytest.mark.parametrize("broken", Broken, ids=lambda broken: broken.name.lower())
def test_without_this_rule_it_goes_wrong(broken: Broken) -> None:
    assert search(broken).fault is not None
