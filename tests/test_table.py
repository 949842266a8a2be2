"""Many cases in one test are all tried, and each that fails says which it is."""

import pytest

from tests.table import table


@table
@pytest.mark.parametrize("number", [1, 2, pytest.param(3, id="three")])
@pytest.mark.parametrize(("left", "right"), [(1, 1), (2, 3)])
def both_hold(number: int, left: int, right: int) -> None:
    assert number < 3
    assert left == right


@table
@pytest.mark.parametrize("word", ["good", "bad"])
async def is_good(word: str) -> None:
    if word != "good":
        pytest.fail("It is not.")


def test_every_case_is_tried_and_each_that_fails_is_named() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        both_hold()  # type: ignore[call-arg]
    notes = [error.__notes__ for error in failed.value.exceptions]
    assert notes == [
        ["with left=1, right=1, number=3"],
        *(["with left=2, right=3, number=1"], ["with left=2, right=3, number=2"]),
        ["with left=2, right=3, number=3"],
    ]


async def test_cases_that_wait_are_tried_too_and_fail_in_every_way() -> None:
    with pytest.raises(BaseExceptionGroup) as failed:
        await is_good()  # type: ignore[call-arg]
    [error] = failed.value.exceptions
    assert error.__notes__ == ["with word='bad'"]
