"""`mass-reply send` in front of a person: on a terminal of its own, with the whole service behind it."""

import asyncio
from pathlib import Path

from rich.text import Text

from app.dev.recording import confirm, run_on_terminal
from app.dev.transcript import Transcript
from tests.mass_replies.conftest import Live


async def test_a_person_types_the_count_and_sees_a_full_bar_for_each_channel(
    crowd: Live, access: dict[str, str], tmp_path: Path
) -> None:
    command = ("send", "We are back.", "--filter", "tag=incident")

    def session() -> str:
        transcript = Transcript()
        for output in run_on_terminal(command, tmp_path, access, confirm):
            transcript.feed(output)
        return Text.from_ansi("\n".join(transcript.lines)).plain

    shown = await asyncio.to_thread(session)
    assert "Type 10 to send it, anything else to stop: 10" in shown
    assert "6/6" in shown
    assert "4/4" in shown
    assert "The mass reply is completed." in shown
    assert len(crowd.accepted()) == 10
