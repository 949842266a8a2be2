"""The client's output, on a terminal and in a log alike."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from app.client import labels
from app.client.exit_codes import ClientError, ServerRefusal, reading
from app.client.models import Batch, Counts, Preflight, Remark, done, recipients
from app.domain.delivery_lifecycle import DeliveryStatus

LOG_WIDTH = 120
SAMPLE_CHARACTERS = 400
_S = DeliveryStatus
RESULTS = (_S.QUEUED, _S.SENDING, _S.SENT, _S.DELIVERED, _S.READ, _S.FAILED, _S.UNCERTAIN, _S.CANCELLED, _S.SKIPPED)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that control a terminal or reverse text: names and texts may come from anybody."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where output goes, and whether a person is there to answer."""

    console: Console
    has_person: bool

    @property
    def is_terminal(self) -> bool:
        return self.console.is_terminal

    def say(self, shown: RenderableType = "", style: str | None = None) -> None:
        """Show a renderable, or a text unchanged."""
        self.console.print(plain(shown) if isinstance(shown, str) else shown, style=style, markup=False)

    def ask(self, question: str) -> str:
        """Ask for a line. Raise EOFError."""
        return self.console.input(Text(question, style="bold")).strip()


def open_screen(*, beside_output: bool) -> Screen:
    """Return a console on standard output, or on standard error if the output is for programs.

    A log is as wide as its tables.
    """
    console = Console(highlight=False, stderr=beside_output)
    if console.is_terminal:
        return Screen(console, has_person=sys.stdin.isatty())
    return Screen(Console(highlight=False, stderr=beside_output, width=LOG_WIDTH), has_person=False)


def plain(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)


def preflight_table(preflight: Preflight) -> Table:
    """Return how many on each channel get the message, and why the others do not."""
    table = Table(title="What will happen", title_justify="left")
    table.add_column("channel")
    table.add_column("selected", justify="right")
    table.add_column("recipients", justify="right")
    table.add_column("skipped, and why")
    for line in preflight.by_channel:
        why = [_skipped(skip) for skip in preflight.skipped if skip.channel == line.channel]
        table.add_row(line.channel, f"{line.selected:,}", f"{line.recipients:,}", "\n".join(why))
    return table


def _skipped(skip: Remark) -> str:
    return f"{skip.count:,}: {labels.said(labels.REASONS, skip.code)}"


def show_preflight(screen: Screen, preflight: Preflight) -> None:
    screen.say(preflight_table(preflight))
    for warning in preflight.warnings:
        screen.say(f"Warning, {warning.channel}, {warning.count:,}: {warning.detail}", style="yellow")
    for sample in _one_for_each_channel(preflight):
        screen.say(f"For example, {sample[0]}: {sample[1]}")
    charged = labels.bill(preflight.billable)
    if charged:
        screen.say(f"To pay for: {charged}.")


def _one_for_each_channel(preflight: Preflight) -> Sequence[tuple[str, str]]:
    first = {sample.channel: sample.text for sample in reversed(preflight.samples)}
    return [(channel, _cut(text)) for channel, text in sorted(first.items())]


def _cut(text: str) -> str:
    return text if len(text) <= SAMPLE_CHARACTERS else f"{text[:SAMPLE_CHARACTERS]} …"


def show_batch(screen: Screen, batch: Batch) -> None:
    """Show how a mass reply stands: its results, the lanes that wait for a reason of their own, and the bill."""
    why = f": {labels.said(labels.PAUSES, batch.pause_reason)}" if batch.pause_reason else ""
    screen.say(f"The mass reply {labels.said(labels.STATUSES, batch.status)}{why}.", style="bold")
    if batch.recipients is not None:
        screen.say(results_table(batch))
    for lane in batch.lanes:
        if lane.reason not in (None, batch.pause_reason):
            stands = "is paused" if lane.state == "paused" else "waits"
            screen.say(
                f"The lane of {lane.account} {stands}: {labels.said(labels.PAUSES, lane.reason or '').rstrip('.')}."
            )
    charged = labels.bill(batch.billed)
    if charged:
        screen.say(f"Billed so far: {charged}.")


def results_table(batch: Batch) -> Table:
    """Return the results per channel, with their sum. A status without deliveries is left out."""
    total = batch.counts
    columns = [status for status in RESULTS if total[status]]
    table = Table(title="Results", title_justify="left", show_footer=True)
    table.add_column("channel", footer="all")
    table.add_column("recipients", justify="right", footer=f"{recipients(total):,}")
    for status in columns:
        table.add_column(status, justify="right", footer=f"{total[status]:,}")
    for channel, counts in batch.counts_by_channel.items():
        table.add_row(channel, f"{recipients(counts):,}", *_cells(counts, columns))
    return table


def _cells(counts: Counts, columns: Iterable[str]) -> list[str]:
    return [f"{counts[status]:,}" if counts[status] else "·" for status in columns]


def batches_table(batches: Iterable[Batch]) -> Table:
    table = Table()
    for name in ("id", "created", "how it stands", "by", "recipients", "done", "failed", "uncertain"):
        table.add_column(name, overflow="fold", justify="right" if name in ("recipients", "done") else "left")
    with reading():
        for each in batches:
            numbers = (each.recipients, done(each.counts), each.counts[_S.FAILED], each.counts[_S.UNCERTAIN])
            cells = (
                each.id,
                each.answer["created_at"][:16],
                labels.said(labels.STATUSES, each.status).partition(";")[0],
                each.answer["author"]["name"],
                *("·" if not number else f"{number:,}" for number in numbers),
            )
            table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def deliveries_table(deliveries: Iterable[Mapping[str, Any]]) -> Table:
    table = Table()
    for name in ("conversation", "contact", "channel", "status", "why"):
        table.add_column(name, overflow="fold")
    with reading():
        for each in deliveries:
            reason = each["reason"] or {"detail": ""}
            name = each["human_id"] or each["external_id"] or each["conversation_id"]
            cells = (name, each["contact_name"] or "", each["channel"], each["status"], reason["detail"])
            table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def error_lines(error: ClientError) -> Sequence[str]:
    """Return an error in words: the server's message, and each fault."""
    faults = error.faults if isinstance(error, ServerRefusal) else ()
    return [str(error), *(f"  {fault.pointer or '/'}: {fault.detail}" for fault in faults)]
