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
        tasks: list[asyncio.Task[bool]] = []
        for notice, indexes in zip(notices, predecessors(notices), strict=True):
            before = [tasks[index] for index in indexes]
            tasks.append(asyncio.create_task(self._tell(notice, before)))
        await asyncio.gather(*tasks)

    async def _tell(self, notice: Notice, before: Sequence[asyncio.Task[bool]]) -> bool:
        if not all([await task for task in before]):
            return False
        async with self._own_slots, self._slots:
            if self.failure is not None or not self._may_begin():
                return False
            answer = await self._post(notice)
        return self._noted(notice, answer)

    def _noted(self, notice: Notice, answer: Taken | NotTaken | None) -> bool:
        if isinstance(answer, NotTaken):
            self.failure = self.failure or answer
            return False
        self.taken.add(notice.id)
        self.heard = self.heard or answer is not None
        if self._careful and answer is not None:
            self._careful = False
            for _ in range(AT_ONCE - 1):
                self._own_slots.release()
        return True
