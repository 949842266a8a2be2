"""One call within its deadline."""

from typing import Any

import pytest

from app.delivery import calling
from app.delivery.calling import call
from app.domain.outbound import DEADLINE_PASSED, Accepted, Deferred, SendResult, Unknown

NOW = 1_000.0


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "elapsed", lambda: NOW)


@pytest.mark.parametrize("late", [0.0, 0.001, 3600.0])
async def test_nothing_is_begun_when_its_time_is_over(late: float) -> None:
    async def send() -> list[SendResult]:
        raise AssertionError

    results = await call(send, 2, NOW - late)
    assert [isinstance(each, Deferred) and each.code for each in results] == [DEADLINE_PASSED] * 2


async def test_what_has_time_left_is_sent() -> None:
    async def send() -> list[SendResult]:
        return [Accepted("id-1")]

    assert await call(send, 1, NOW + 60) == [Accepted("id-1")]


async def test_an_adapter_that_raises_leaves_every_one_of_its_call_unknown() -> None:
    async def send() -> list[SendResult]:
        raise ConnectionResetError

    assert [type(each) for each in await call(send, 3, NOW + 60)] == [Unknown] * 3


@pytest.mark.parametrize("answers", [[], [Accepted("id-1")], [Accepted("id-1")] * 3])
async def test_answers_for_another_number_of_messages_are_believed_of_none(answers: list[SendResult]) -> None:
    async def send() -> list[SendResult]:
        return answers

    assert [type(each) for each in await call(send, 2, NOW + 60)] == [Unknown] * 2


async def test_an_adapter_that_does_not_say_how_a_call_ended_leaves_it_unknown() -> None:
    async def send() -> Any:
        return [Accepted("id-1"), None]

    assert [type(each) for each in await call(send, 2, NOW + 60)] == [Accepted, Unknown]
