"""What the sandbox received, in order: the evidence of who was written to, and how often."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One message, as in a provider's call."""

    account: ProviderAccount
    channel: str
    recipient: str
    """Empty if the call was refused before its body was read."""
    correlation: str | None
    """The sender's `<delivery_id>.<epoch>`. A mail names only the delivery."""
    fields: Mapping[str, object]
    """The body in the provider's own names, without the contents of attachments."""
    headers: Mapping[str, str]

    @property
    def delivery_id(self) -> str | None:
        return self.correlation.rpartition(".")[0] or self.correlation if self.correlation else None


@dataclass(frozen=True, slots=True)
class ProviderError:
    """Why a provider refuses: the HTTP or SMTP status, its own code, and its words."""

    status: int
    code: int | str
    text: str
    retry_after: int | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A line of the journal."""

    sequence: int
    at: datetime
    monotonic: float
    message: ReceivedMessage
    message_id: str | None
    """The provider's id for the message. None means that it was refused, any other value that it would be delivered."""
    fault: InjectedFault | None
    problem: ProviderError | None

    @property
    def accepted(self) -> bool:
        return self.message_id is not None


@dataclass(frozen=True, slots=True)
class SentReceipt:
    """A receipt that was sent, and whether the other side accepted it."""

    kind: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Counts:
    accepted: int
    refused: int
    distinct_accepted: int
    """Delivery ids accepted at least once. A message without a correlation counts as one."""
    duplicates: Sequence[str] = field(default=())
    """Delivery ids accepted more than once, in the order of first acceptance."""


class Journal:
    """Append-only. Sequence numbers keep growing when it is cleared."""

    def __init__(self, path: Path | None = None) -> None:
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self._sequence = 0
        self.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(self._entries)

    def __reversed__(self) -> Iterator[JournalEntry]:
        return reversed(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        self._entries: list[JournalEntry] = []
        self._totals: Counter[bool] = Counter()
        self._deliveries: defaultdict[str, list[JournalEntry]] = defaultdict(list)
        self._reports: defaultdict[int, list[SentReceipt]] = defaultdict(list)

    def accept(self, message: ReceivedMessage, message_id: str, fault: InjectedFault | None = None) -> JournalEntry:
        return self._append(message, message_id, fault, None)

    def refuse(
        self, message: ReceivedMessage, problem: ProviderError | None, fault: InjectedFault | None = None
    ) -> JournalEntry:
        return self._append(message, None, fault, problem)

    def report(self, sequence: int, report: SentReceipt) -> None:
        self._reports[sequence].append(report)

    def reports(self, entry: JournalEntry) -> Sequence[SentReceipt]:
        return tuple(self._reports.get(entry.sequence, ()))

    def after(self, sequence: int) -> Sequence[JournalEntry]:
        """Return the entries after one that was seen before."""
        first = self._entries[0].sequence if self._entries else 0
        return self._entries[max(sequence + 1 - first, 0) :]

    def accepted_as(self, correlation: str) -> Sequence[JournalEntry]:
        delivery_id = correlation.rpartition(".")[0] or correlation
        return [e for e in self._deliveries.get(delivery_id, ()) if e.message.correlation == correlation]

    def counts(self) -> Counts:
        repeats = {delivery_id: len(entries) - 1 for delivery_id, entries in self._deliveries.items()}
        return Counts(
            accepted=self._totals[True],
            refused=self._totals[False],
            distinct_accepted=self._totals[True] - sum(repeats.values()),
            duplicates=[delivery_id for delivery_id, more in repeats.items() if more],
        )

    def _append(
        self,
        message: ReceivedMessage,
        message_id: str | None,
        fault: InjectedFault | None,
        problem: ProviderError | None,
    ) -> JournalEntry:
        self._sequence += 1
        entry = JournalEntry(
            sequence=self._sequence,
            at=datetime.now(UTC),
            monotonic=time.monotonic(),
            message=message,
            message_id=message_id,
            fault=fault,
            problem=problem,
        )
        self._entries.append(entry)
        self._totals[entry.accepted] += 1
        if entry.accepted and message.delivery_id:
            self._deliveries[message.delivery_id].append(entry)
        if self._file:
            # With the kernel before the provider answers: however this process ends, the file is complete up to then.
            # Nobody waits for the disk. A busy one takes longer than a call may, and its answer would be lost.
            self._file.write(json.dumps(to_json(entry)) + "\n")
            self._file.flush()
        return entry


def to_json(entry: JournalEntry, reports: Iterable[SentReceipt] = ()) -> Mapping[str, object]:
    message = entry.message
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "monotonic": entry.monotonic,
        "provider": message.account.provider,
        "identity": message.account.identity,
        "channel": message.channel,
        "correlation": message.correlation,
        "delivery_id": message.delivery_id,
        "recipient": message.recipient,
        "outcome": "accepted" if entry.accepted else "refused",
        "message_id": entry.message_id,
        "fault": entry.fault,
        "problem": {"code": entry.problem.code, "text": entry.problem.text} if entry.problem else None,
        "fields": message.fields,
        "headers": message.headers,
        "receipts": [{"kind": report.kind, "taken": report.taken} for report in reports],
    }
