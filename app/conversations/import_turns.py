"""Storing groups of lines in their order, two at once.

A group begins once the one before it has loaded and locked what it refers to, and commits once that one has committed.
So an import that ends early has stored its first groups and nothing after them. If a group may change a conversation or
a contact that the one before it may change too, it waits until that one is stored.

Whoever else writes the same objects is found out: a row stays locked for too long, there is a deadlock, or somebody has
just created an object. Then the groups under way are given up and stored again, one by one and each alone. So they are
if there is no second connection.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Literal, Self

from app.conversations.import_groups import Group
from app.conversations.import_report import ImportReport
from app.domain.errors import Overloaded
from app.process.overlap import ended
from app.store.overload import is_in_the_way

AT_ONCE: Final = 2
LONGEST_WAIT: Final = 5.0
"""Seconds that a group waits for the one before it, in a transaction. PostgreSQL ends one that is idle for ten."""

Key = tuple[Literal["conversation", "contact"], str]
"""What a group may create or change, by external id."""


class GaveUp(Exception):
    """The group before was not stored, or not in time."""


class Turn:
    """The place of a group among those under way."""

    def __init__(self, earlier: "Turn | None" = None) -> None:
        self._earlier = earlier
        self._keys: set[Key] = set()
        self._is_stored = False
        self._loaded = asyncio.Event()
        self._over = asyncio.Event()

    async def reserve(self, keys: Collection[Key]) -> None:
        """Note what this group may change. If the group before may too, wait until that one is stored."""
        self._keys.update(keys)
        if self._earlier is not None and not self._earlier._keys.isdisjoint(keys):
            await self.comes()

    def has_loaded(self) -> None:
        """Let the next group begin: this one knows and has locked all that it may change."""
        self._loaded.set()

    async def comes(self) -> None:
        """Wait until the group before is stored. Raise GaveUp if it is not."""
        if self._earlier is None:
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._earlier._over.wait()
        except TimeoutError:
            raise GaveUp from None
        if not self._earlier._is_stored:
            raise GaveUp
        self._earlier = None

    def ends(self, *, stored: bool) -> None:
        self._is_stored = stored
        self._loaded.set()
        self._over.set()

    async def next_may_begin(self) -> None:
        await self._loaded.wait()


Store = Callable[[Group, Turn | None], Awaitable[ImportReport]]
"""Stores a group in its turn, or alone."""


@dataclass(frozen=True, slots=True, eq=False)
class _UnderWay:
    group: Group
    turn: Turn
    task: asyncio.Task[ImportReport]


class Storing:
    """Groups under way. Leaving the block waits for them, also after an error elsewhere. A cancellation stops them."""

    def __init__(self, store: Store, report: ImportReport) -> None:
        self._store = store
        self._report = report
        self._under_way: deque[_UnderWay] = deque()

    async def add(self, group: Group) -> None:
        """Begin to store a group as soon as it may."""
        if self._under_way:
            await self._under_way[-1].turn.next_may_begin()
        while len(self._under_way) >= AT_ONCE:
            await self._finish_first()
        turn = Turn(self._under_way[-1].turn if self._under_way else None)
        task = asyncio.create_task(self._in_turn(group, turn))
        self._under_way.append(_UnderWay(group, turn, task))

    async def _in_turn(self, group: Group, turn: Turn) -> ImportReport:
        stored = False
        try:
            report = await self._store(group, turn)
            stored = True
        finally:
            turn.ends(stored=stored)
        return report

    async def _finish_first(self) -> None:
        try:
            self._report.add(await self._under_way[0].task)
        except Exception as error:
            groups = await self._give_up()
            if not (isinstance(error, GaveUp | Overloaded) or is_in_the_way(error)):
                raise
            for group in groups:
                self._report.add(await self._store(group, None))
        else:
            self._under_way.popleft()

    async def _give_up(self) -> list[Group]:
        """Stop all that are under way. Return them."""
        groups = [each.group for each in self._under_way]
        while self._under_way:
            await ended(self._under_way.pop().task)
        return groups

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            while self._under_way and (error is None or isinstance(error, Exception)):
                await self._finish_first()
        finally:
            await self._give_up()
