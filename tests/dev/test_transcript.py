"""What is left on a terminal, and the picture of it that the README shows."""

import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from app.dev.transcript import Transcript

PICTURE = (Path(__file__).resolve().parents[2] / "docs" / "send.svg").read_text(encoding="utf-8")


def test_a_live_display_leaves_its_last_frame_alone() -> None:
    terminal = StringIO()
    console = Console(file=terminal, force_terminal=True, width=60)
    console.print("before")
    with Progress(console=console, auto_refresh=False) as progress:
        bars = [progress.add_task(name, total=4) for name in ("email", "sms")]
        for _ in range(4):
            for bar in bars:
                progress.advance(bar)
            progress.refresh()
    console.print("after")

    transcript = Transcript()
    for piece in terminal.getvalue():  # a terminal's output comes in pieces, cut anywhere
        transcript.feed(piece)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in transcript.lines]
    assert [line.split()[0] for line in lines if line] == ["before", "email", "sms", "after"]
    assert all("100%" in line for line in lines[1:3])


def test_a_picture_keeps_colours_and_takes_every_character_literally() -> None:
    transcript = Transcript()
    transcript.feed("\x1b[?25l\x1b[31m<red> & [bold]\x1b[0m\r\n")

    svg = transcript.to_svg("title", 40)
    assert "&lt;red&gt;&#160;&amp;&#160;[bold]" in svg
    assert "@font-face" not in svg


def test_the_picture_in_the_readme_calls_nobody_and_shows_no_place_of_its_making() -> None:
    addresses = {address for address in re.findall(r"\w+://[\w.]+", PICTURE) if "status.example.com" not in address}
    assert addresses == {"http://www.w3.org"}
    assert not re.search(r"/(home|root|tmp|Users|work|var)\b|127\.0\.0\.1|mr_", PICTURE)
    assert "mass-reply&#160;send&#160;--filter" in PICTURE
    assert "Type&#160;" in PICTURE
    assert not re.search(r"\[\d+m", PICTURE)
