"""Importing lines, in groups, one transaction a group."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.conversations.import_chunk import Changes, Chunk
from app.conversations.import_line import ConversationLine, InvalidLine, parse_line
from app.conversations.import_report import ImportReport
from app.conversations.ordinary_line import parse_ordinary
from app.conversations.sql.imports import load_chunk, store_changes
from app.domain.erased_addresses import AddressDigests
from app.domain.words import TenantId
from app.mail.splitting import OversizedItem, split_lines
from app.process.overlap import Ahead, InTurn
from app.process.slices import Slices
from app.store.database import Database
from app.store.erased_addresses import block_again
from app.store.transactions import TenantTx

GROUP_LINES = 500
GROUP_BYTES = 256 * 1024
"""The most bytes of lines that are stored together. Two groups are in memory."""
PART_LINES = 200
"""Lines that are applied before the first of them are written: encoding them is one piece of work on the event loop."""
SLICE = 0.001
"""Seconds of reading and applying lines after which PostgreSQL gets its next statement, if it waits for one."""


@dataclass(frozen=True, slots=True)
class NumberedLine:
    number: int
    line: ConversationLine


@dataclass(slots=True)
class Group:
    """Lines that are stored in one transaction, and what was wrong with those between them."""

    lines: list[NumberedLine] = field(default_factory=list)
    refused: list[tuple[int, InvalidLine]] = field(default_factory=list)
    left_out: int = 0
    size: int = 0
    """In bytes."""

    def read(self, number: int, raw: bytes | OversizedItem) -> None:
        try:
            line = _line(raw)
        except InvalidLine as error:
            self.refused.append((number, error))
            return
        if line is None:
            self.left_out += 1
            return
        self.lines.append(NumberedLine(number, line))
        self.size += len(raw) if isinstance(raw, bytes) else 0

    @property
    def is_full(self) -> bool:
        return len(self.lines) + len(self.refused) >= GROUP_LINES or self.size > GROUP_BYTES


async def import_lines(
    database: Database, tenant: TenantId, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import NDJSON, a conversation a line. A finished group of lines stays, whatever comes after it.

    While PostgreSQL writes one group, the next is read.
    """
    report = ImportReport()
    async with Ahead(_groups(body)) as groups:
        while (group := await groups.next()) is not None:
            for number, error in group.refused:
                report.refuse(number, error)
            report.left_out += group.left_out
            if group.lines:
                async with database.begin(tenant) as tx:
                    chunk = await load_chunk(tx, [each.line for each in group.lines])
                    groups.begin()
                    await _apply_and_store(tx, chunk, group.lines, report, digests)
    report.sort()
    return report


async def _groups(body: AsyncIterable[bytes]) -> AsyncGenerator[Group, None]:
    group, number = Group(), 0
    slices = Slices(SLICE)
    async for raw in split_lines(body):
        await slices.pause()
        number += 1
        group.read(number, raw)
        if group.is_full:
            yield group
            group = Group()
    yield group


def _line(raw: bytes | OversizedItem) -> ConversationLine | None:
    if isinstance(raw, OversizedItem):
        raise InvalidLine("too_large", f"This line has {raw.size:,} bytes, which is too many.")
    return parse_ordinary(raw) or (parse_line(raw) if raw.strip() else None)


async def _apply_and_store(
    tx: TenantTx, chunk: Chunk, lines: Sequence[NumberedLine], report: ImportReport, digests: AddressDigests
) -> None:
    """Apply the lines, part by part, and store what one part has changed while the next one applies."""
    now = datetime.now(UTC)
    async with InTurn() as storing:
        for start in range(0, len(lines), PART_LINES):
            await _apply(chunk, lines[start : start + PART_LINES], now, report)
            await storing.begin(write_changes(tx, chunk.take_changes(), now, digests))


async def _apply(chunk: Chunk, lines: Sequence[NumberedLine], now: datetime, report: ImportReport) -> None:
    slices = Slices(SLICE)
    for each in lines:
        await slices.pause()
        try:
            report.count(chunk.apply(each.line, now))
        except InvalidLine as error:
            report.refuse(each.number, error)
            continue
        if (why := chunk.no_address(each.line)) is not None:
            report.warn(each.number, "no_address", why)


async def write_changes(tx: TenantTx, changes: Changes, now: datetime, digests: AddressDigests) -> None:
    """Store what lines have changed. An address that was blocked when its contact was erased is blocked again if it
    comes back."""
    await store_changes(tx, changes, now)
    await block_again(tx, digests, changes.addresses)
