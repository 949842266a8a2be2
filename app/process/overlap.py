"""Run two pieces of work at once: while one waits for the database, the other computes."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Generic, Self, TypeVar

Item = TypeVar("Item")
One = TypeVar("One")
Other = TypeVar("Other")


class Ahead(Generic[Item]):
    """Returns items one by one. `begin` starts to make the next one before it is needed."""

    def __init__(self, items: AsyncGenerator[Item, None]) -> None:
        self._items = items
        self._making: asyncio.Task[Item | None] | None = None

    def begin(self) -> None:
        """Begin to make the next item."""
        if self._making is None:
            self._making = asyncio.create_task(self._make())

    async def next(self) -> Item | None:
        """Return the next item, or None after the last."""
        self.begin()
        assert self._making is not None  # noqa: S101 - narrows for mypy: it has just begun
        item = await self._making
        self._making = None
        return item

    async def _make(self) -> Item | None:
        async for item in self._items:
            return item
        return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._making is not None:
            await _ended(self._making)
        await self._items.aclose()


async def both(one: Coroutine[Any, Any, One], other: Coroutine[Any, Any, Other]) -> tuple[One, Other]:
    """Run both at once, and return both results. If one fails, stop the other, then raise the error."""
    beside = asyncio.create_task(other)
    try:
        await asyncio.sleep(0)  # it begins, up to where it first waits
        return await one, await beside
    except BaseException:
        one.close()  # if it has not begun
        await _ended(beside)
        raise


async def _ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and wait until it has ended. Ignore what it raises."""
    task.cancel()
    await asyncio.wait([task])  # which is cancelled itself if its caller is
    if not task.cancelled():
        task.exception()  # otherwise asyncio logs that the exception was never retrieved
