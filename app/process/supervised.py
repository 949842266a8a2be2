"""Tasks of one owner, who hears of their end and of their faults. None ends because another one failed."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

log = structlog.get_logger()


class SupervisedTasks:
    """Runs tasks, and tells their owner of changes.

    `asyncio.TaskGroup` would cancel the others when one fails: calls to a provider must be finished.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault: BaseException | None = None
        self._changed = asyncio.Event()

    @property
    def running(self) -> bool:
        return bool(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def failed(self, fault: BaseException) -> None:
        """Keep an error for the owner, who acts on one at a time. Any other is in the log."""
        if self._fault is None:
            self._fault = fault
        else:
            log.error("task_failed", error=type(fault).__name__, exc_info=fault)
        self.notify()

    def raise_fault(self) -> None:
        """Raise, once, the error that ended a task."""
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def notify(self) -> None:
        """Wake the owner: something has changed."""
        self._changed.set()

    async def change(self, longest: float | None = None) -> bool:
        """Wait for a change: what `notify` tells, a fault, the end of the last task. Return False if none comes within
        `longest` seconds.
        """
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._changed.wait()
                return True
        return False

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.failed(fault)
        if not self._tasks:
            self.notify()
