"""What the demo shows."""

import io
from typing import Any

from rich.console import Console

from app.dev.show import LOG_WIDTH, SHOWN, progress_table


def lane(channel: str, account: str | None) -> dict[str, Any]:
    return {"channel": channel, "channel_account": account, "state": "sending", "counts": dict.fromkeys(SHOWN, 0)}


def test_two_lanes_of_one_channel_are_told_apart_by_their_accounts() -> None:
    screen = Console(file=io.StringIO(), width=LOG_WIDTH)
    lanes = [lane("email", "support-email"), lane("email", "orders-email"), lane("voice", None)]
    screen.print(progress_table({"status": "sending", "lanes": lanes}))
    assert isinstance(screen.file, io.StringIO)
    rows = [line.replace("│", " ").split()[:2] for line in screen.file.getvalue().splitlines() if "·" in line]
    assert rows == [["email", "support-email"], ["email", "orders-email"], ["voice", "·"]]
