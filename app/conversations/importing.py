"""Importing lines, in groups, one transaction a group."""

from collections.abc import AsyncIterable, Sequence
from datetime import UTC, datetime
from typing import Final

from app.conversations.import_chunk import Chunk
from app.conversations.import_groups import SLICE, NumberedLine, read_groups
from app.conversations.import_line import InvalidLine
from app.conversations.import_report import ImportReport
from app.conversations.sql.import_rows import Rows, rows_of
from app.conversations.sql.imports import load_chunk, store_rows
from app.domain.erased_addresses import AddressDigests
from app.domain.words import TenantId
from app.process.overlap import Ahead, InTurn
from app.process.slices import Slices
from app.store.database import Database
from app.store.erased_addresses import block_again
from app.store.transactions import TenantTx

PART_LINES: Final = 200
"""Lines that are applied before the first of them are written: encoding them is one piece of work on the event loop."""


async def import_lines(
    database: Database, tenant: TenantId, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import NDJSON, a conversation a line. A finished group of lines stays, whatever comes after it.

    While PostgreSQL writes one group, the next is read.
    """
    report = ImportReport()
    async with Ahead(read_groups(body)) as groups:
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


async def _apply_and_store(
    tx: TenantTx, chunk: Chunk, lines: Sequence[NumberedLine], report: ImportReport, digests: AddressDigests
) -> None:
    """Apply the lines, part by part, and store what one part has changed while the next one applies."""
    now = datetime.now(UTC)
    async with InTurn() as storing:
        for start in range(0, len(lines), PART_LINES):
            await _apply(chunk, lines[start : start + PART_LINES], now, report)
            await storing.begin(write_rows(tx, rows_of(chunk.take_changes(), now), digests))


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


async def write_rows(tx: TenantTx, rows: Rows, digests: AddressDigests) -> None:
    """Store what lines have changed. An address that was blocked when its contact was erased is blocked again if it
    comes back."""
    await store_rows(tx, rows)
    await block_again(tx, digests, rows.changes.addresses)
