"""What the demo shows: plain words and tables, on a terminal and in a log alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.dev.promises import Promise, PromisedResult
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus

LOG_WIDTH = 120
SHOWN_SAMPLES = 3
SHOWN = ("queued", "sending", "sent", "delivered", "read", "failed", "uncertain")
_S = DeliveryStatus
ORDER = (_S.FAILED, _S.UNCERTAIN, *(status for status in _S if status not in (_S.FAILED, _S.UNCERTAIN)))
"""What a person must look at comes first."""


def open_console() -> Console:
    """The terminal as wide as it is; a log as wide as the tables want to be."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=LOG_WIDTH)


def preflight_table(promise: Promise) -> Table:
    """How many of each channel will be written to, and why the others will not."""
    table = Table(title="Preflight: what will happen, before anything is sent", title_justify="left")
    table.add_column("channel")
    table.add_column("recipients", justify="right")
    table.add_column("skipped, and why")
    for channel, recipients in promise.recipients_by_channel.items():
        why = [f"{count} {code}" for (code, skipped_on), count in promise.skipped.items() if skipped_on is channel]
        table.add_row(channel, str(recipients), ", ".join(why))
    return table


def progress_table(batch: Mapping[str, Any]) -> Table:
    """The state of each lane. Several may be on one channel."""
    table = Table(title=f"Sending: {batch['status']}", title_justify="left")
    table.add_column("channel", no_wrap=True)
    table.add_column("account", overflow="fold")
    for name in SHOWN:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("lane", min_width=len("sending"))
    for lane in batch["lanes"]:
        counts = [str(lane["counts"][name] or "·") for name in SHOWN]
        table.add_row(lane["channel"], lane["channel_account"], *counts, lane["state"])
    return table


def results_table(results: Sequence[PromisedResult]) -> Table:
    """Results per channel, with their sum."""
    columns = (_S.SENT, _S.DELIVERED, _S.READ, _S.FAILED, _S.UNCERTAIN, _S.SKIPPED)
    table = Table(title="Results per channel", title_justify="left", show_footer=True)
    total = Counter(result.status for result in results)
    table.add_column("channel", footer="all")
    table.add_column("selected", justify="right", footer=str(len(results)))
    for status in columns:
        table.add_column(status, justify="right", footer=str(total[status]))
    for channel in dict.fromkeys(result.channel for result in results):
        counts = Counter(result.status for result in results if result.channel is channel)
        table.add_row(channel, str(counts.total()), *(str(counts[status] or "·") for status in columns))
    return table


def unplain_table(results: Sequence[PromisedResult]) -> Table:
    """Every conversation whose customer does not plainly have the reply, in words."""
    table = Table(title="Conversations that were not plainly sent", title_justify="left")
    for name in ("conversation", "contact", "result"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", overflow="fold")
    unplain = [result for result in results if result.status not in ACCEPTED or result.attempts > 1]
    for result in sorted(unplain, key=lambda r: (ORDER.index(r.status), r.channel, r.external_id)):
        table.add_row(result.external_id, result.contact, result.status, Text(_why(result)))
    return table


def _why(result: PromisedResult) -> str:
    if result.status in ACCEPTED:
        return f"at attempt {result.attempts}: the provider had asked to wait, and had taken nothing before"
    return f"{result.words} ({result.reason})"


def sample_lines(promise: Promise) -> Sequence[str]:
    """One rendered text for each of a few channels."""
    by_channel = dict(promise.samples)
    return [f"For example, on {channel}: {text}" for channel, text in list(by_channel.items())[:SHOWN_SAMPLES]]
