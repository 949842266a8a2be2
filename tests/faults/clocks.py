"""A wall clock that jumps, in one process: everything of it that asks for the time of day gets another answer."""

import datetime as datetimes
import sys
import time
from typing import Any, Final

AFTER: Final = 2.0
"""Seconds until it jumps: the process has begun to work."""


def let_clock_jump(seconds: float) -> None:
    """Let this process's time of day jump. Its monotonic clocks go on, as on a real machine."""
    jumps_at, real_time = time.monotonic() + AFTER, time.time

    def off() -> float:
        return seconds if time.monotonic() >= jumps_at else 0.0

    class Jumping(datetimes.datetime):
        @classmethod
        def now(cls, tz: datetimes.tzinfo | None = None) -> Any:
            return datetimes.datetime.now(tz) + datetimes.timedelta(seconds=off())

    time.time = lambda: real_time() + off()
    for module in list(sys.modules.values()):
        if getattr(module, "time", None) is real_time:
            module.time = time.time  # type: ignore[attr-defined]
        if module.__name__.startswith("app.") and getattr(module, "datetime", None) is datetimes.datetime:
            module.datetime = Jumping  # type: ignore[attr-defined]
