"""The calls of one page: as many at once as their order and the endpoint's share allow, until one fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.channels.signed_post import Delivered, NotDelivered
from app.webhooks.payloads import WebhookMessage, predecessors


@dataclass(frozen=True, slots=True)
class Unrenderable:
    """It cannot be written out. No later try would end otherwise, so that what comes after it goes on."""

    detail: str


Post = Callable[[WebhookMessage], Awaitable[Delivered | NotDelivered | Unrenderable | None]]
"""Make a call; None where there is nothing left to tell."""


class PageSender:
    """Makes the calls of a page and remembers what was taken.

    To an endpoint that failed last, the first call is made alone: one that is still away is asked once, not many times.
    After a failure no other call begins.
    """

    def __init__(self, post: Post, share: Callable[[], int], may_begin: Callable[[], bool], *, careful: bool) -> None:
        """`share` says how many calls may be under way now; it is asked again whenever one begins or ends."""
        self._post = post
        self._share = share
        self._may_begin = may_begin
        self._careful = careful
        self._under_way = 0
        self._ended = asyncio.Condition()
        self.taken: set[str] = set()
        """Calls that are not to be made again."""
        self.heard = False
        """Whether the endpoint took a call."""
        self.failure: NotDelivered | None = None
        self.passed_over: Unrenderable | None = None
        """The last that was."""

    async def run(self, notices: Sequence[WebhookMessage]) -> None:
        tasks: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as group:
            for outgoing, indexes in zip(notices, predecessors(notices), strict=True):
                before = [tasks[index] for index in indexes]
                tasks.append(group.create_task(self._tell(outgoing, before)))

    async def _tell(self, outgoing: WebhookMessage, before: Sequence[asyncio.Task[None]]) -> None:
        """Make a call after those that it follows on; they were all taken, unless no call is to begin any more."""
        for task in before:
            await task
        async with self._place():
            if self.failure is None and self._may_begin():
                self._note(outgoing, await self._post(outgoing))

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        async with self._ended:
            await self._ended.wait_for(lambda: self._free > 0)
            self._under_way += 1
        try:
            yield
        finally:
            async with self._ended:
                self._under_way -= 1
                self._ended.notify(max(self._free, 0))

    @property
    def _free(self) -> int:
        return (1 if self._careful else self._share()) - self._under_way

    def _note(self, outgoing: WebhookMessage, answer: Delivered | NotDelivered | Unrenderable | None) -> None:
        match answer:
            case NotDelivered():
                self.failure = self.failure or answer
                return
            case Unrenderable():
                self.passed_over = answer
            case Delivered():
                self.heard = True
                self._careful = False
            case None:
                pass
        self.taken.add(outgoing.id)
