"""Named points at which a process of the service stops, to see what is left behind.

The product knows nothing of them: this module wraps its functions when a process is started by it, armed by the
environment. `CRASH_AT=claim.taken:3:kill python -m app.dev.crash worker` runs a worker that is killed when it comes to
that point for the third time; `freeze` stops it until SIGCONT, and `term` asks it to stop as a deployment does.
"""

import functools
import importlib
import inspect
import os
import runpy
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

When = Literal["before", "after"]

VARIABLE: Final = "CRASH_AT"
SIGNALS: Final = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP, "term": signal.SIGTERM}


@dataclass(frozen=True, slots=True)
class Point:
    """A function of the product, and the side of its call on which the process stops."""

    module: str
    name: str
    when: When

    def owner(self) -> tuple[Any, str]:
        """Return the module or class that holds the function, and its own name."""
        holder: Any = importlib.import_module(self.module)
        *path, last = self.name.split(".")
        for each in path:
            holder = getattr(holder, each)
        return holder, last


WORKER: Final[Mapping[str, Point]] = {
    "claim.taken": Point("app.delivery.sql.claims", "claim", "after"),
    "claim.marked": Point("app.delivery.sql.claims", "mark", "after"),
    "claim.committed": Point("app.delivery.pump", "Pump._make_ready", "before"),
    "texts.stored": Point("app.delivery.sql.claims", "store_texts", "after"),
    "begin": Point("app.delivery.lane_calls", "LaneCalls._take", "after"),
    "send.call": Point("app.delivery.dispatcher", "Dispatcher._call", "before"),
    "send.headers": Point("app.channels.http", "_note_headers", "after"),
    "send.answered": Point("app.delivery.dispatcher", "Dispatcher._finish", "before"),
    "record.locked": Point("app.delivery.sql.settlements", "lock", "after"),
    "record.flipped": Point("app.delivery.settle", "_flip", "after"),
    "record.written": Point("app.delivery.sql.timeline", "write_changes", "after"),
    "record.counted": Point("app.delivery.sql.counters", "count", "after"),
    "record.committed": Point("app.delivery.record", "_release", "before"),
    "sweep.found": Point("app.delivery.sweeper", "expire_claims", "before"),
    "sweep.settled": Point("app.delivery.rescuer", "_expire", "after"),
    "sweep.finished": Point("app.delivery.sql.lifecycle", "finish", "after"),
}
"""Where a worker may stop, in the order of a message's way."""

SERVER: Final[Mapping[str, Point]] = {
    "import.stored": Point("app.conversations.importing", "store_rows", "after"),
    "prepare.frozen": Point("app.store.selection", "freeze", "after"),
    "prepare.inserted": Point("app.delivery.sql.preparation", "insert_deliveries", "after"),
    "prepare.page": Point("app.delivery.prepare", "_prepare_page", "after"),
    "confirm.kept": Point("app.mass_replies.sql.confirmations", "keep", "after"),
    "confirm.committed": Point("app.api.mass_replies", "_wake", "before"),
    "receipt.stored": Point("app.delivery.sql.receipts", "store", "after"),
    "receipt.settled": Point("app.delivery.sql.receipts", "mark_settled", "after"),
    "erasure.scrubbed": Point("app.compliance.sql.erasure", "scrub", "after"),
}
"""Where an API process may stop; within `prepare.inserted` and `prepare.page` a worker too."""

OTHERS: Final[Mapping[str, Point]] = {
    "outbox.numbered": Point("app.store.outbox", "number", "after"),
    "webhook.posted": Point("app.webhooks.sql.endpoints", "advance", "before"),
    "purge.deleted": Point("app.delivery.sql.lifecycle", "delete_deliveries", "after"),
}
"""Where a worker, or a command, may stop that does something else than to send."""

POINTS: Final[Mapping[str, Point]] = {**WORKER, **SERVER, **OTHERS}


def arm(wanted: str, strike: Callable[[str], None] | None = None) -> None:
    """Wrap the function of a point, as `NAME:COUNT:ACTION` says. Raise KeyError for a point or action that is none."""
    name, count, action = wanted.split(":")
    number = SIGNALS[action]
    stop = strike or (lambda _: os.kill(os.getpid(), number))
    holder, attribute = POINTS[name].owner()
    setattr(holder, attribute, _wrapped(getattr(holder, attribute), POINTS[name].when, int(count), lambda: stop(name)))


def _wrapped(function: Any, when: When, count: int, stop: Callable[[], None]) -> Any:
    left = iter(range(count - 1, -1, -1))

    def arrive() -> None:
        if next(left, None) == 0:
            stop()

    if not inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        def plain(*arguments: Any, **named: Any) -> Any:
            if when == "before":
                arrive()
            result = function(*arguments, **named)
            if when == "after":
                arrive()
            return result

        return plain

    @functools.wraps(function)
    async def awaited(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            arrive()
        result = await function(*arguments, **named)
        if when == "after":
            arrive()
        return result

    return awaited


def main() -> None:
    if wanted := os.environ.get(VARIABLE):
        arm(wanted)
    sys.argv[0] = "mass-reply"
    runpy.run_module("app", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
