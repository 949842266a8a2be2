"""`mass-reply send` in front of a person: on a terminal of its own, with the whole service behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.text import Text

from app.dev.recording import run_on_terminal
from app.dev.transcript import Transcript
from tests.control.conftest import Live

Session = Callable[[Callable[[str], str]], Awaitable[str]]
CTRL_D = "\x04"


@pytest.fixture
def session(access: dict[str, str], tmp_path: Path) -> Session:
    """Run `send` on a terminal, where somebody answers its question; gives what stands there in the end."""

    async def session(answer: Callable[[str], str]) -> str:
        def run() -> str:
            transcript = Transcript()
            for output in run_on_terminal(
                ("send", "We are back.", "--filter", "tag=incident"), tmp_path, access, answer
            ):
                transcript.feed(output)
            return Text.from_ansi("\n".join(transcript.lines)).plain

        return await asyncio.to_thread(run)

    return session


async def test_a_person_types_the_count_and_sees_a_full_bar_for_each_channel(crowd: Live, session: Session) -> None:
    shown = await session(lambda count: f"{count}\n")

    assert "Type 10 to send it, anything else to stop: 10" in shown
    assert "6/6" in shown
    assert "4/4" in shown
    assert "The mass reply is completed." in shown
    assert len(crowd.accepted()) == 10


@pytest.mark.parametrize("answer", ["11\n", CTRL_D], ids=["another count", "Ctrl-D"])
async def test_whatever_else_is_typed_sends_nothing_and_leaves_nothing_to_confirm(
    crowd: Live, session: Session, answer: str
) -> None:
    shown = await session(lambda _: answer)

    assert "Nothing was sent." in shown
    [batch] = (await crowd.client.get("/mass-replies")).json()["items"]
    assert batch["status"] == "cancelled"
    assert crowd.accepted() == []
