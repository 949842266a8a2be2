"""The calls of one page: as many at once as their order and the endpoint's share allow, until one fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.channels.signed_post import Delivered, NotDelivered
from app.webhooks.dispatcher import Turn
from app.webhooks.payloads import WebhookMessage, predecessors


@dataclass(frozen=True, slots=True)
class Unrenderable:
    """The event cannot be rendered. A retry would fail too, so it is skipped."""

    detail: str


Post = Callable[[WebhookMessage], Awaitable[Delivered | NotDelivered | Unrenderable | None]]
"""Make a call. Return None if its subject has been deleted."""


class PageSender:
    """Makes the calls of a page, and records which are done.

    After a failure no other call begins. If the endpoint failed last time, the first call is made alone: an endpoint
    that is still down is called once, not many times.
    """

    def __init__(self, post: Post, turn: Turn, *, careful: bool) -> None:
        self._post = post
        self._turn = turn
        self._careful = careful
        self._under_way = 0
        self._ended = asyncio.Condition()
        self.done: set[str] = set()
        """The ids of calls that are not repeated."""
        self.delivered = False
        """Whether the endpoint accepted a call."""
        self.failure: NotDelivered | None = None
        self.unrenderable: Unrenderable | None = None
        """The last one that was skipped."""

    async def run(self, messages: Sequence[WebhookMessage]) -> None:
        tasks: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as group:
            for outgoing, indexes in zip(messages, predecessors(messages), strict=True):
                before = [tasks[index] for index in indexes]
                tasks.append(group.create_task(self._send(outgoing, before)))

    async def _send(self, outgoing: WebhookMessage, before: Sequence[asyncio.Task[None]]) -> None:
        """Make a call after its predecessors. They are all done then, unless no more calls may begin."""
        for task in before:
            await task
        async with self._slot():
            if self.failure is None and self._turn.goes_on:
                self._note(outgoing, await self._post(outgoing))

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
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
        return (1 if self._careful else self._turn.room) - self._under_way

    def _note(self, outgoing: WebhookMessage, outcome: Delivered | NotDelivered | Unrenderable | None) -> None:
        match outcome:
            case NotDelivered():
                self.failure = self.failure or outcome
                return
            case Unrenderable():
                self.unrenderable = outcome
            case Delivered():
                self.delivered = True
                self._careful = False
            case None:
                pass
        self.done.add(outgoing.id)
