"""Following a mass reply: a bar per channel on a terminal, plain lines in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from app.client import labels
from app.client.models import Batch, Counts, done, recipients
from app.client.service import Service
from app.client.tables import Screen
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus

FIRST_LOOK = 0.2
GROWTH = 1.5
SELDOM = 2.0
"""Seconds between two polls: short at first, then as long as the server asks, or this long."""
STEPS = 10
"""A log gets a line for each tenth of the recipients."""

Show = Callable[[Batch], None]


def watch(service: Service, screen: Screen, id_: str) -> Batch:
    """Show the progress until the mass reply is at rest. Raise ServerRefusal or Unreachable."""
    with _display(screen) as show:
        for batch in looks(service, id_):
            show(batch)
            if batch.is_at_rest:
                break
    return batch


def until_prepared(service: Service, id_: str) -> Batch:
    return next(batch for batch in looks(service, id_) if batch.status != MassReplyStatus.PREPARING)


def looks(service: Service, id_: str) -> Iterator[Batch]:
    """Poll the mass reply."""
    pause = FIRST_LOOK
    while True:
        poll = service.poll(f"/mass-replies/{id_}")
        yield Batch.read(poll.body)
        time.sleep(min(pause, poll.wait or SELDOM))
        pause *= GROWTH


def _display(screen: Screen) -> AbstractContextManager[Show]:
    return Bars(screen) if screen.is_terminal else nullcontext(ProgressLines(screen))


class Bars:
    """A bar for each channel, redrawn at every poll."""

    def __init__(self, screen: Screen) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[trouble]}"),
        )
        self._progress = Progress(*columns, console=screen.console, auto_refresh=False)
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Show:
        self._progress.start()
        return self._show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def _show(self, batch: Batch) -> None:
        for channel, counts in batch.counts_by_channel.items():
            if recipients(counts):
                bar = self._bar(channel)
                self._progress.update(bar, total=recipients(counts), completed=done(counts), trouble=trouble(counts))
        self._progress.refresh()

    def _bar(self, channel: str) -> TaskID:
        if channel not in self._bars:
            self._bars[channel] = self._progress.add_task(channel, trouble="")
        return self._bars[channel]


class ProgressLines:
    """A line whenever another tenth is done, or the status changes."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._said: tuple[str, int] | None = None

    def __call__(self, batch: Batch) -> None:
        counts = batch.counts
        everybody, so_far = recipients(counts), done(counts)
        reached = (batch.status, STEPS * so_far // max(everybody, 1))
        if reached != self._said:
            self._said = reached
            counted = ", ".join(filter(None, (f"{so_far:,} of {everybody:,} done", trouble(counts))))
            self._screen.say(f"It {labels.said(labels.STATUSES, batch.status)}: {counted}.")


def trouble(counts: Counts) -> str:
    """Return how many failed or are uncertain, for a person to look at."""
    kinds = (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN)
    return ", ".join(f"{counts[kind]:,} {kind}" for kind in kinds if counts[kind])
