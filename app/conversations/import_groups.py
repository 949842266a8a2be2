"""Reading the lines of an import, in groups that are stored together."""

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, field
from typing import Final

from app.conversations.import_line import ConversationLine, InvalidLine, parse_line
from app.conversations.ordinary_line import parse_ordinary
from app.mail.splitting import OversizedItem, split_lines
from app.process.slices import Slices

GROUP_LINES: Final = 1_000
GROUP_BYTES: Final = 640 * 1024
"""The most bytes of lines that are stored together. Two groups are in memory."""
SLICE: Final = 0.001
"""Seconds of reading and applying lines after which PostgreSQL gets its next statement, if it waits for one."""


@dataclass(slots=True)
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


async def read_groups(body: AsyncIterable[bytes]) -> AsyncGenerator[Group, None]:
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
