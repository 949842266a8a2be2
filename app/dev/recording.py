"""`make recording`: docs/send.svg, a session of the real `mass-reply send` with the real service.

The program runs on a terminal of its own (a pty), where somebody types the count that it asks for.
"""

import codecs
import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from app.dev.samples import TAG, TEXT
from app.dev.stack import Shape, running_stack
from app.dev.transcript import Transcript
from app.dev.up import fill

PICTURE = Path("docs/send.svg")
COLUMNS, ROWS = 110, 100
"""Of the terminal; high enough that nothing scrolls out of it."""
QUESTION = re.compile(r"Type (\d+) to send")
COMMAND = ("send", "--filter", f"tag={TAG}", "--message-file", "reply.txt", "--mark-as-done")


def main() -> None:
    with running_stack(Shape(workers=2)) as stack:
        fill(stack)
        (stack.folder / "reply.txt").write_text(f"{TEXT}\n", encoding="utf-8")
        access = {"MASS_REPLY_URL": stack.api_url, "MASS_REPLY_KEY": stack.access.agent_key}
        transcript = Transcript()
        transcript.feed(f"\x1b[1m$ {shlex.join(('mass-reply', *COMMAND))}\x1b[0m\n")
        for output in run_on_terminal(COMMAND, stack.folder, access, confirm):
            transcript.feed(output)
    PICTURE.write_text(transcript.to_svg("mass-reply send", COLUMNS), encoding="utf-8")


def confirm(count: str) -> str:
    """What a person types who agrees."""
    return f"{count}\n"


def run_on_terminal(
    command: Sequence[str], folder: Path, access: Mapping[str, str], answer: Callable[[str], str]
) -> Iterator[str]:
    """Run our program on a terminal, type the answer to its question for a count, and yield what it writes."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, **access, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    program = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-m", "app", *command], cwd=folder, env=environment, stdin=its, stdout=its, stderr=its
    )
    os.close(its)
    said, answered = "", False
    for output in _read(ours):
        said += output
        question = QUESTION.search(said)
        if question is not None and not answered:
            answered = os.write(ours, answer(question[1]).encode()) > 0
        yield output
    os.close(ours)
    program.wait()


def _read(terminal: int) -> Iterator[str]:
    """Until the program ends, which Linux tells as an error of the read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with suppress(OSError):
        while read := os.read(terminal, 65_536):
            yield decoder.decode(read)


if __name__ == "__main__":
    main()
