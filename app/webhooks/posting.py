"""The calls of one page: as many at once as their order allows, until one fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from app.channels.signed_posts import NotTaken, Taken
from app.webhooks.notices import Notice, predecessors

AT_ONCE: Final = 16
"""Calls under way to one endpoint."""

Post = Callable[[Notice], Awaitable[Taken | NotTaken | None]]
"""Make a call; None where there is nothing left to tell."""


class Posting:
    """Makes the calls of a page and remembers what was taken.

    To an endpoint that failed last, the first call is made alone: one that is still away is asked once, not many times.
    After a failure no other call begins.
    """

    def __init__(
        self, post: Post, slots: AbstractAsyncContextManager[object], may_begin: Callable[[], bool], *, careful: bool
    ) -> None:
        self._post = post
        self._slots = slots
        self._may_begin = may_begin
        self._careful = careful
        self._own_slots = asyncio.Semaphore(1 if careful else AT_ONCE)
        self.taken: set[str] = set()
        self.heard = False
        """Whether the endpoint took a call."""
        self.failure: NotTaken | None = None

    async def run(self, notices: Sequence[Notice]) -> None:
        tasks: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as group:
            for notice, indexes in zip(notices, predecessors(notices), strict=True):
                before = [tasks[index] for index in indexes]
                tasks.append(group.create_task(self._tell(notice, before)))

    async def _tell(self, notice: Notice, before: Sequence[asyncio.Task[None]]) -> None:
        """Make a call after those that it follows on; they were all taken, unless no call is to begin any more."""
        for task in before:
            await task
        async with self._own_slots, self._slots:
            if self.failure is None and self._may_begin():
                self._note(notice, await self._post(notice))

    def _note(self, notice: Notice, answer: Taken | NotTaken | None) -> None:
        if isinstance(answer, NotTaken):
            self.failure = self.failure or answer
            return
        self.taken.add(notice.id)
        self.heard = self.heard or answer is not None
        if self._careful and answer is not None:
            self._careful = False
            for _ in range(AT_ONCE - 1):
                self._own_slots.release()
