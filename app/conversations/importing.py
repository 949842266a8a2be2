"""Import lines in groups, one transaction for each group."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from datetime import UTC, datetime
from typing import Final

from app.conversations.import_chunk import Chunk
from app.conversations.import_groups import SLICE, Group, NumberedLine, read_groups
from app.conversations.import_line import InvalidLine
from app.conversations.import_report import ImportReport
from app.conversations.sql.import_rows import Rows, rows_of
from app.conversations.sql.import_storing import store_rows
from app.conversations.sql.imports import load_chunk
from app.domain.erased_addresses import AddressDigests
from app.domain.words import TenantId
from app.process.overlap import Ahead
from app.process.slices import Slices
from app.store.database import Database
from app.store.erased_addresses import block_known, has_digests
from app.store.transactions import TenantTx

PART_LINES: Final = 300
"""Lines that are applied and then written together. Encoding them is one piece of work on the event loop."""
FIRST_LINES: Final = 100
"""Lines of a group's first part. PostgreSQL waits for these, so they are fewer."""


async def import_lines(
    database: Database, tenant: TenantId, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import NDJSON, one conversation a line. A finished group stays stored, even if a later one fails.

    While PostgreSQL writes one group, the next one is read.
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
                    parts = _applied(chunk, group.lines, report)
                    await _store(tx, parts, groups, digests)
    report.sort()
    return report


async def _store(
    tx: TenantTx, applied: AsyncGenerator[Rows, None], groups: Ahead[Group], digests: AddressDigests
) -> None:
    """Store the changes of each part of a group. Meanwhile the next part is applied, and the next group is read.

    An address that was blocked when its contact was erased is blocked again if it comes back.
    """
    any_erased = await has_digests(tx)  # none is erased until the transaction ends
    async with Ahead(applied) as parts:
        while (rows := await parts.next()) is not None:
            parts.begin()
            groups.begin()  # not before: PostgreSQL has waited for the first part
            await store_rows(tx, rows)
            if any_erased:
                await block_known(tx, digests, rows.changes.addresses())


async def _applied(chunk: Chunk, lines: Sequence[NumberedLine], report: ImportReport) -> AsyncGenerator[Rows, None]:
    now = datetime.now(UTC)
    slices = Slices(SLICE)
    for n, each in enumerate(lines, 1):
        await slices.pause()
        _apply(chunk, each, now, report)
        if n % PART_LINES == FIRST_LINES or n == len(lines):
            yield rows_of(chunk.take_changes(), now)


def _apply(chunk: Chunk, numbered: NumberedLine, now: datetime, report: ImportReport) -> None:
    try:
        report.count(chunk.apply(numbered.line, now))
    except InvalidLine as error:
        report.refuse(numbered.number, error)
        return
    if (why := chunk.no_address(numbered.line)) is not None:
        report.warn(numbered.number, "no_address", why)
