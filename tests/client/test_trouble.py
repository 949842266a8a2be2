"""What becomes of a sending when answers are lost, or nobody looks on any more."""

import asyncio
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from rich.console import Console

from app.client.exit_codes import Declined, Exit, Unreachable
from app.client.request import Selecting, Terms, Writing
from app.client.sending import Interrupted, Order, send
from app.client.service import Service
from app.client.tables import Screen
from tests.mass_replies.conftest import Live

ORDER = Order(Selecting(filters=["tag=incident"]), Writing("We are back."), Terms(), is_agreed=True)
TRIES = 3


class Line(httpx.HTTPTransport):
    """A line to the server. By the last step of a POST's path: how many of its answers, once done, get lost."""

    def __init__(self, **lost: int) -> None:
        super().__init__()
        self._lost = Counter(lost)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer, step = super().handle_request(request), request.url.path.rpartition("/")[2].replace("-", "_")
        if request.method == "POST" and self._lost[step]:
            self._lost[step] -= 1
            answer.close()
            raise httpx.ReadError("lost", request=request)
        return answer


class LeftAlone(httpx.HTTPTransport):
    """Somebody presses Ctrl-C at the first look after the confirmation."""

    def __init__(self) -> None:
        super().__init__()
        self._is_confirmed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._is_confirmed:
            raise KeyboardInterrupt
        self._is_confirmed = request.url.path.endswith("/confirm")
        return super().handle_request(request)


class Person(Console):
    """A terminal where somebody answers the question, or leaves it."""

    def __init__(self, answer: str | type[BaseException]) -> None:
        super().__init__(file=io.StringIO())
        self._answer = answer

    def input(self, *_: Any, **__: Any) -> str:
        if isinstance(self._answer, str):
            return self._answer
        raise self._answer


async def _send(
    access: Mapping[str, str], transport: httpx.BaseTransport, order: Order = ORDER, person: Person | None = None
) -> Exit:
    screen = Screen(person or Person(EOFError), has_person=True)
    pauses = (0.0,) * (TRIES - 1)
    with Service(access["MASS_REPLY_URL"], access["MASS_REPLY_KEY"], transport=transport, pauses=pauses) as service:
        return (await asyncio.to_thread(send, service, screen, order)).exit


async def _the_only_one(crowd: Live) -> str:
    [batch] = (await crowd.client.get("/mass-replies")).json()["items"]
    return str(batch["id"])


async def test_lost_answers_to_create_and_confirm_make_no_second_mass_reply(
    crowd: Live, access: Mapping[str, str]
) -> None:
    assert await _send(access, Line(mass_replies=TRIES - 1, confirm=TRIES - 1)) is Exit.DONE

    await _the_only_one(crowd)
    assert len(crowd.accepted()) == 10


async def test_a_confirmation_without_any_answer_is_not_taken_for_a_refusal(
    crowd: Live, access: Mapping[str, str]
) -> None:
    with pytest.raises(Unreachable, match="If it was confirmed, sending continues") as told:
        await _send(access, Line(confirm=TRIES))

    id_ = await _the_only_one(crowd)
    assert f"mass-reply cancel {id_}" in str(told.value)
    await crowd.until_status(id_, "completed")
    assert len(crowd.accepted()) == 10


async def test_a_lost_create_sends_nothing(crowd: Live, access: Mapping[str, str]) -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        await _send(access, Line(mass_replies=TRIES))

    assert crowd.accepted() == []


async def test_who_stops_looking_on_is_told_that_the_sending_goes_on_and_how_to_stop_it(
    crowd: Live, access: Mapping[str, str]
) -> None:
    with pytest.raises(Interrupted, match="Sending continues without you") as told:
        await _send(access, LeftAlone())

    id_ = await _the_only_one(crowd)
    assert f"mass-reply cancel {id_}" in str(told.value)
    await crowd.until_status(id_, "completed")


@pytest.mark.parametrize("answer", ["11", "yes", "", EOFError, KeyboardInterrupt])
async def test_any_other_answer_sends_nothing_and_leaves_nothing_to_confirm(
    crowd: Live, access: Mapping[str, str], answer: str | type[BaseException]
) -> None:
    with pytest.raises(Declined, match="Nothing was sent"):
        await _send(access, httpx.HTTPTransport(), replace(ORDER, is_agreed=False), Person(answer))

    batch = (await crowd.client.get(f"/mass-replies/{await _the_only_one(crowd)}")).json()
    assert batch["status"] == "cancelled"
