"""Pieces of work beside each other, of which each key has one at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Turns(Generic[K]):
    """No more than `most` at once, and none begun any more once the process is to stop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: dict[K, asyncio.Task[None]] = {}
        self._stopping = False

    @property
    def stopping(self) -> bool:
        return self._stopping

    @property
    def free(self) -> int:
        """How many more may begin."""
        return 0 if self._stopping else self._most - len(self._tasks)

    def begin(self, key: K, work: Callable[[], Awaitable[None]]) -> None:
        """Begin it, unless the key's last turn goes on or no room is left; does not wait for what becomes of it."""
        if self.free and key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._run(key, work))

    def stop(self) -> None:
        self._stopping = True

    async def finish(self) -> None:
        """Wait until all that was begun has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def _run(self, key: K, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            del self._tasks[key]
