"""Importing lines, in chunks, one transaction a chunk."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.conversations.import_chunk import Chunk
from app.conversations.import_line import ConversationLine, InvalidLine, parse_line
from app.conversations.import_report import ImportReport
from app.conversations.ordinary_line import parse_ordinary
from app.conversations.sql.imports import load_chunk, store_chunk
from app.domain.erased_addresses import AddressDigests
from app.domain.words import TenantId
from app.mail.splitting import OversizedItem, split_lines
from app.process.slices import Slices
from app.store.database import Database
from app.store.erased_addresses import block_again
from app.store.transactions import TenantTx

CHUNK_LINES = 500
CHUNK_BYTES = 256 * 1024
"""The most bytes of lines that are stored together: encoding them is one piece of work on the event loop."""


@dataclass(frozen=True, slots=True)
class NumberedLine:
    number: int
    line: ConversationLine


async def import_lines(
    database: Database, tenant: TenantId, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import NDJSON, a conversation a line. A finished chunk of lines stays, whatever comes after it."""
    report = ImportReport()
    async for chunk in _chunks(body, report):
        async with database.begin(tenant) as tx:
            await _import_chunk(tx, chunk, report, digests)
    report.sort()
    return report


async def _chunks(body: AsyncIterable[bytes], report: ImportReport) -> AsyncIterator[list[NumberedLine]]:
    chunk: list[NumberedLine] = []
    size = number = 0
    slices = Slices()
    async for raw in split_lines(body):
        await slices.pause()
        number += 1
        try:
            line = _line(raw)
        except InvalidLine as error:
            report.refuse(number, error)
            continue
        if line is None:
            report.left_out += 1
            continue
        chunk.append(NumberedLine(number, line))
        size += len(raw) if isinstance(raw, bytes) else 0
        if len(chunk) == CHUNK_LINES or size > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _line(raw: bytes | OversizedItem) -> ConversationLine | None:
    if isinstance(raw, OversizedItem):
        raise InvalidLine("too_large", f"This line has {raw.size:,} bytes, which is too many.")
    return parse_ordinary(raw) or (parse_line(raw) if raw.strip() else None)


async def _import_chunk(
    tx: TenantTx, lines: Sequence[NumberedLine], report: ImportReport, digests: AddressDigests
) -> None:
    now = datetime.now(UTC)
    chunk = await load_chunk(tx, [each.line for each in lines])
    slices = Slices()
    for each in lines:
        await slices.pause()
        try:
            report.count(chunk.apply(each.line, now))
        except InvalidLine as error:
            report.refuse(each.number, error)
            continue
        if (why := chunk.no_address(each.line)) is not None:
            report.warn(each.number, "no_address", why)
    await write_chunk(tx, chunk, now, digests)


async def write_chunk(tx: TenantTx, chunk: Chunk, now: datetime, digests: AddressDigests) -> None:
    """Store a chunk. An address that was blocked when its contact was erased is blocked again if it comes back."""
    await store_chunk(tx, chunk, now)
    await block_again(tx, digests, chunk.changed_addresses)
